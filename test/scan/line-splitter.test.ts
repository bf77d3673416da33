import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineLimit, LineSplitter } from '../../src/scan/line-splitter.ts';

const CUT: LineLimit = { maxBytes: 70_000, longer: 'cut' };
const REFUSE: LineLimit = { maxBytes: 70_000, longer: 'refuse' };

/** [text, length] of each line. */
function split(chunks: readonly Buffer[], { limit = CUT, ended = true } = {}): [string, number][] {
  const splitter = new LineSplitter(limit);
  const lines: [string, number][] = [];
  const onLine = (bytes: Buffer, start: number, end: number, length: number) => {
    lines.push([Buffer.from(bytes.subarray(start, end)).toString('latin1'), length]);
  };
  for (const chunk of chunks) splitter.push(chunk, onLine);
  if (ended) splitter.end(onLine);
  return lines;
}

/** The whole and its pieces between the cuts. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe('lines', () => {
  it('are those that split would make, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\r', '\n', '\n\n', 'x'.repeat(5000)), { maxLength: 30 }),
        fc.array(fc.nat(20_000), { maxLength: 12 }),
        fc.constantFrom(CUT, REFUSE),
        (pieces, cuts, limit) => {
          const text = pieces.join('').slice(0, 69_000);
          const expected = text.split('\n');
          if (expected.at(-1) === '') expected.pop();
          const found = split(cutAt(Buffer.from(text), cuts), { limit });
          expect(found).toEqual(expected.map((line) => [line, line.length]));
        },
      ),
    );
  });

  it('are cut, and still tell their length, at any limit, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(40), { maxLength: 10 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        (lengths, maxBytes, cuts) => {
          const text = lengths.map((length) => `${'0123456789'.repeat(4).slice(0, length)}\n`).join('');
          const expected = lengths.map((length) => ['0123456789'.repeat(4).slice(0, Math.min(length, maxBytes)), length]);
          expect(split(cutAt(Buffer.from(text), cuts), { limit: { maxBytes, longer: 'cut' } })).toEqual(expected);
        },
      ),
    );
  });

  it.each([
    ['as long as the limit', 70_000, [], true],
    ['longer, in one piece', 70_001, [], false],
    ['longer, in pieces', 70_001, [3, 40_000], false],
  ])('that are %s, where longer ones are refused', (_, length, cuts, allowed) => {
    const chunks = cutAt(Buffer.from(`${'x'.repeat(length)}\n`), cuts);
    if (allowed) expect(split(chunks, { limit: REFUSE })).toEqual([['x'.repeat(length), length]]);
    else expect(() => split(chunks, { limit: REFUSE })).toThrow(new RangeError('a line is longer than 70000 bytes'));
  });

  it('that are too long are refused before their end', () => {
    expect(() => split([Buffer.alloc(70_001, 'x')], { limit: REFUSE, ended: false })).toThrow(RangeError);
  });

  it('that are open are kept back, and forgotten on demand', () => {
    expect(split([Buffer.from('whole\nhal')], { ended: false })).toEqual([['whole', 5]]);
    const splitter = new LineSplitter(CUT);
    const lines: string[] = [];
    const onLine = (bytes: Buffer, start: number, end: number) => void lines.push(Buffer.from(bytes.subarray(start, end)).toString());
    splitter.push(Buffer.from('hal'), onLine);
    expect(splitter.open).toBe(true);
    splitter.discard();
    expect(splitter.open).toBe(false);
    splitter.push(Buffer.from('new\n'), onLine);
    expect([lines, splitter.open]).toEqual([['new'], false]);
  });
});
