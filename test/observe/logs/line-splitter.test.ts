import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogLineSplitter, MAX_LOG_LINE_BYTES } from '../../../src/observe/logs/line-splitter.ts';

/** [text, length] of each line. */
function split(chunks: readonly Buffer[], { ended = true } = {}): [string, number][] {
  const splitter = new LogLineSplitter();
  const lines: [string, number][] = [];
  const onLine = (bytes: Buffer, start: number, end: number, length: number) => {
    lines.push([Buffer.from(bytes.subarray(start, end)).toString('latin1'), length]);
  };
  for (const chunk of chunks) splitter.push(chunk, onLine);
  if (ended) splitter.end(onLine);
  return lines;
}

describe('lines', () => {
  it('are the same, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n') }), { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(split(pieces.map((piece) => Buffer.from(piece)))).toEqual(expected.map((line) => [line, line.length]));
      }),
    );
  });

  it('are cut at 64 KiB and a stamp, in one piece or in many', () => {
    const cap = MAX_LOG_LINE_BYTES + 36;
    for (const length of [cap - 1, cap, cap + 1, 3 * cap]) {
      const line = Buffer.alloc(length, 'x');
      const expected = [
        ['x'.repeat(Math.min(length, cap)), length],
        ['next', 4],
      ];
      expect(split([Buffer.concat([line, Buffer.from('\nnext\n')])])).toEqual(expected);
      expect(split([line.subarray(0, 5), line.subarray(5, 70_000), line.subarray(70_000), Buffer.from('\nnext\n')])).toEqual(expected);
    }
  });

  it('that are open are kept back, and forgotten on demand', () => {
    expect(split([Buffer.from('whole\nhal')], { ended: false })).toEqual([['whole', 5]]);
    const splitter = new LogLineSplitter();
    const lines: string[] = [];
    const onLine = (bytes: Buffer, start: number, end: number) => void lines.push(Buffer.from(bytes.subarray(start, end)).toString());
    splitter.push(Buffer.from('hal'), onLine);
    splitter.discard();
    splitter.push(Buffer.from('new\n'), onLine);
    expect(lines).toEqual(['new']);
  });
});
