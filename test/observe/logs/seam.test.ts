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

const keyOf = ({ seconds, nanoseconds, text }: Line): number => {
  const bytes = Buffer.from(text);
  return lineKey(seconds, nanoseconds, bytes, 0, bytes.length);
};
const record = (seam: Seam, ...lines: Line[]) => {
  for (const one of lines) seam.record(one.seconds, one.nanoseconds, keyOf(one));
};
const judge = (seam: Seam, one: Line) => seam.judge(one.seconds, one.nanoseconds, keyOf(one));
const lines = (count: number, of: (index: number) => Line): Line[] => Array.from({ length: count }, (_, index) => of(index));
/** More than are remembered one by one, each a nanosecond after the one before. */
const MANY = 1100;

describe('lines that are not remembered one by one any more', () => {
  it.each<[string, Line[]]>([
    ['one more than are remembered, all alike', lines(1025, () => line(1, 5))],
    ['many of one moment, after some of an earlier one', [...lines(3, () => line(1, 5)), ...lines(1500, () => line(2, 5))]],
    ['many of one moment, after some of an earlier nanosecond', [...lines(3, () => line(2, 4)), ...lines(1500, () => line(2, 5))]],
    [
      'many of one moment, after some of the same nanosecond a second ago',
      [...lines(3, () => line(1, 5, 'b')), ...lines(1500, () => line(2, 5))],
    ],
    ['an older stamp after a newer one', [line(10), line(9, 7), ...lines(1024, (i) => line(11, i))]],
  ])('are counted: %s', (_, file) => {
    const seam = new Seam();
    expect(read(seam, file).taken).toEqual(file);
    const { seconds, nanoseconds, text } = file.at(-1)!;
    // None of those that follow is taken for one that was read, though they look alike.
    const grown = [...file, ...lines(5, () => line(seconds, nanoseconds, text))];
    expect(read(seam, grown)).toEqual({ taken: grown.slice(file.length), broken: false });
  });

  it('count as seen, and so does whatever has their newest stamp; what is a nanosecond newer is no line of this file', () => {
    const seam = new Seam();
    record(seam, ...lines(1025, (i) => line(1, i)));
    seam.resume();
    expect([line(0, 999), line(1, 0), line(1, 0), line(1, 0, 'another')].map((one) => judge(seam, one))).toEqual(Array(4).fill('seen'));
    expect(judge(seam, line(1, 1, 'another'))).toBe('broken');
  });

  it('have the newest of their stamps, in whatever order they came', () => {
    const seam = new Seam();
    record(seam, line(10), line(9), ...lines(1024, (i) => line(11, i)));
    seam.resume();
    expect([line(9), line(10)].map((one) => judge(seam, one))).toEqual(['seen', 'seen']);
  });

  it('are forgotten with their instance: the clock of the next one may be behind', () => {
    const seam = new Seam();
    record(seam, ...lines(MANY, (i) => line(100, i)));
    seam.reset();
    record(seam, line(5));
    seam.resume();
    expect(judge(seam, line(6))).toBe('broken');
  });
});

describe('a stream that is taken up again', () => {
  it('is new when nothing was read, and when another instance begins', () => {
    const seam = new Seam();
    seam.resume();
    expect([seam.empty, seam.passed, seam.lastSeconds, judge(seam, line(1))]).toEqual([true, true, undefined, 'new']);
    record(seam, line(1));
    expect([seam.empty, seam.passed, seam.lastSeconds]).toEqual([false, true, 1]);
    record(seam, line(2));
    seam.resume();
    expect([seam.empty, seam.passed, seam.lastSeconds]).toEqual([false, false, 2]);
    seam.reset();
    expect([seam.empty, seam.passed, seam.lastSeconds, judge(seam, line(1))]).toEqual([true, true, undefined, 'new']);
  });

  it('is passed with the line that was read last, and by nothing before', () => {
    const seam = new Seam();
    record(seam, line(1), line(2), line(2), line(3));
    seam.resume();
    const passed = [line(1), line(2), line(2), line(3)].map((one) => [judge(seam, one), seam.passed]);
    expect(passed).toEqual([
      ['seen', false],
      ['seen', false],
      ['seen', false],
      ['seen', true],
    ]);
    expect(judge(seam, line(3))).toBe('new');
  });

  it('is not passed by a line that looks like the last one and was read more than once', () => {
    const seam = new Seam();
    record(seam, line(1), line(1));
    seam.resume();
    expect([judge(seam, line(1)), seam.passed, judge(seam, line(1)), seam.passed]).toEqual(['seen', false, 'seen', true]);
  });

  it('is broken by a line that comes once more than it was read', () => {
    const seam = new Seam();
    record(seam, line(1), line(2));
    seam.resume();
    expect([judge(seam, line(1)), judge(seam, line(1))]).toEqual(['seen', 'broken']);
  });

  it('goes on as new where that is accepted', () => {
    const seam = new Seam();
    record(seam, line(1), line(2));
    seam.resume();
    expect(judge(seam, line(7))).toBe('broken');
    seam.accept();
    expect([seam.passed, judge(seam, line(7))]).toEqual([true, 'new']);
  });
});

describe('a line of an instance between the one that is read and the one before', () => {
  /** Two instances: the first one ended at 10.5 s, the second one began at 20.5 s. */
  const between = (count = 1) => {
    const seam = new Seam();
    record(seam, ...lines(count, (i) => line(1, i)), line(10, 5));
    seam.reset();
    record(seam, line(20, 5), line(30));
    return seam;
  };

  it.each<[string, Line, boolean]>([
    ['before the last one of the first', line(10, 4), false],
    ['a second before it', line(9, 9), false],
    ['with its stamp', line(10, 5), true],
    ['between both', line(15), true],
    ['just before the first one of the second', line(20, 4), true],
    ['with its stamp', line(20, 5), false],
    ['after it', line(25), false],
  ])('is one whose stamp lies %s', (_, { seconds, nanoseconds }, expected) => {
    expect(between().takeBetween(seconds, nanoseconds)).toBe(expected);
    // Also where the first one had more lines than are remembered.
    expect(between(MANY).takeBetween(seconds, nanoseconds)).toBe(expected);
  });

  it('is taken once: the same log begins anew with each stream', () => {
    const seam = between();
    expect([line(15), line(14), line(16), line(15, 9)].map(({ seconds, nanoseconds }) => seam.takeBetween(seconds, nanoseconds))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('is none without a first instance, or before the second one has said anything', () => {
    const seam = new Seam();
    record(seam, line(10));
    expect(seam.takeBetween(5, 0)).toBe(false);
    seam.reset();
    expect(seam.takeBetween(15, 0)).toBe(false);
    // An instance that said nothing is none.
    seam.reset();
    record(seam, line(20));
    expect([seam.takeBetween(9, 0), seam.takeBetween(15, 0)]).toEqual([false, true]);
  });

  it('is before the last line by its whole stamp', () => {
    const seam = new Seam();
    record(seam, ...lines(MANY, (i) => line(3, i)));
    const of = (seconds: number, nanoseconds: number) => seam.isBeforeLast(seconds, nanoseconds);
    expect([of(2, 5000), of(3, MANY - 2), of(3, MANY - 1), of(3, MANY), of(4, 0)]).toEqual([true, true, false, false, false]);
  });
});

describe('the key of a line', () => {
  const key = (text: string, seconds = 1, nanoseconds = 2) => keyOf(line(seconds, nanoseconds, text));

  it('differs with the stamp, with the length and with each byte of a short line', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz012345';
    const others = [...text].map((_, at) => `${text.slice(0, at)}~${text.slice(at + 1)}`);
    const keys = [
      key(text),
      key(text, 2),
      key(text, 1, 3),
      key(text.slice(1)),
      key(text.slice(0, -1)),
      ...others.map((other) => key(other)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('differs with the last byte of a long line, and with its length', () => {
    const text = 'low water '.repeat(50);
    expect(new Set([key(text), key(`${text.slice(0, -1)}~`), key(`${text} `)]).size).toBe(3);
  });

  it('is that of the bytes between start and end, wherever they stand', () => {
    const bytes = Buffer.from('<<low water>>');
    expect(lineKey(1, 2, bytes, 2, 11)).toBe(key('low water'));
    expect(lineKey(1, 2, bytes, 2, 11)).not.toBe(lineKey(1, 2, bytes, 1, 10));
  });
});
