import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineKey, Seam } from '../../../src/observe/logs/seam.ts';

interface Line {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly text: string;
}

const line = (seconds: number, nanoseconds = 0, text = 'a'): Line => ({ seconds, nanoseconds, text });

/** Reads on in a file, as it would come from the log API, for at most `count` lines that are new. */
function read(seam: Seam, file: readonly Line[], count = Number.POSITIVE_INFINITY): { taken: Line[]; broken: boolean } {
  const since = seam.lastSeconds === undefined ? Number.NEGATIVE_INFINITY : seam.lastSeconds - 1;
  const taken: Line[] = [];
  seam.resume();
  for (const next of file.filter(({ seconds }) => seconds >= since)) {
    if (taken.length >= count) break;
    const bytes = Buffer.from(next.text);
    const key = lineKey(next.seconds, next.nanoseconds, bytes, 0, bytes.length);
    const verdict = seam.judge(next.seconds, next.nanoseconds, key);
    if (verdict === 'broken') return { taken, broken: true };
    if (verdict === 'seen') continue;
    seam.record(next.seconds, next.nanoseconds, key);
    taken.push(next);
  }
  return { taken, broken: false };
}

describe('a log that is taken up again', () => {
  it('gives each line once: equal lines, equal stamps, stamps out of order by less than a second', () => {
    const stamp = fc.record({
      step: fc.constantFrom(0, 0, 0, 1, 300, 2500),
      back: fc.constantFrom(0, 0, 0, 400),
      text: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(stamp, { maxLength: 80 }), fc.array(fc.nat(12), { maxLength: 12 }), (steps, cuts) => {
        let at = 1_000_000;
        const file = steps.map(({ step, back, text }) => {
          at += step;
          return line(Math.floor((at - back) / 1000), ((at - back) % 1000) * 1e6, text);
        });
        const seam = new Seam();
        const taken: Line[] = [];
        let written = 0;
        for (const cut of cuts) {
          // The file grows while nobody reads.
          written = Math.min(file.length, written + cut * 2);
          const answer = read(seam, file.slice(0, written), cut);
          expect(answer.broken).toBe(false);
          taken.push(...answer.taken);
        }
        taken.push(...read(seam, file).taken);
        expect(taken).toEqual(file);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Line[], number[]]>([
    [
      'more lines than are remembered in one moment',
      Array.from({ length: 5000 }, (_, i) => line(1, 0, `${i % 3}`)),
      [500, 0, 1, 1500, 700],
    ],
    ['more lines than are remembered in one second', Array.from({ length: 5000 }, (_, i) => line(1, i, 'a')), [500, 0, 1, 1500, 700]],
    [
      'a clock that was set back',
      [...Array.from({ length: 2000 }, (_, i) => line(5000, i)), ...Array.from({ length: 9 }, (_, i) => line(9, i))],
      [2002, 0, 3],
    ],
  ])('gives each line once: %s', (_, file, counts) => {
    const seam = new Seam();
    const taken = [...counts, Number.POSITIVE_INFINITY].flatMap((count) => read(seam, file, count).taken);
    expect(taken).toHaveLength(file.length);
    expect(taken).toEqual(file);
  });

  it('is broken when the line that was read last is gone', () => {
    const seam = new Seam();
    read(seam, [line(1), line(2), line(3)]);
    expect(read(seam, [line(4), line(5)])).toEqual({ taken: [], broken: true });
    expect(seam.isBeforeLast(2, 999)).toBe(true);
    expect(seam.isBeforeLast(3, 0)).toBe(false);
    seam.reset();
    expect(read(seam, [line(4), line(5)])).toEqual({ taken: [line(4), line(5)], broken: false });
  });

  it('is not broken when it has nothing new', () => {
    const seam = new Seam();
    read(seam, [line(1), line(2)]);
    expect(read(seam, [line(1), line(2)])).toEqual({ taken: [], broken: false });
    expect(read(seam, [])).toEqual({ taken: [], broken: false });
  });
});
