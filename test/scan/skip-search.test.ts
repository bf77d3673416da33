import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBlocks, MIN_LITERAL_BYTES, type SearchedLiteral, SkipSearch } from '../../src/scan/skip-search.ts';

const literal: fc.Arbitrary<SearchedLiteral> = fc.record({
  bytes: fc
    .string({ unit: fc.constantFrom('a', 'B', 'b', ':', '{', '\u00e9'), minLength: MIN_LITERAL_BYTES, maxLength: 14 })
    .map((text) => Buffer.from(text)),
  ignoreCase: fc.boolean(),
});
const line = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', ':', '[', '{', '\u00e9', 'bbb'), maxLength: 20 });

/** ASCII letters in lower case, all other bytes as they are. */
const folded = (text: Buffer): Buffer => text.map((byte) => (byte >= 65 && byte <= 90 ? byte | 32 : byte)) as Buffer;

/** Hits as Buffer.indexOf finds them, sorted. */
function naive(literals: readonly SearchedLiteral[], text: Buffer, start: number, end: number): string[] {
  return literals
    .flatMap(({ bytes, ignoreCase }, index) => {
      const where = Buffer.from(ignoreCase ? folded(text) : text).subarray(0, end);
      const what = Buffer.from(ignoreCase ? folded(Buffer.from(bytes)) : bytes);
      const hits: string[] = [];
      for (let at = where.indexOf(what, start); at >= 0; at = where.indexOf(what, at + 1)) hits.push(`${at}:${index}`);
      return hits;
    })
    .sort();
}

function found(search: SkipSearch, text: Buffer, start: number, end: number): string[] {
  return search
    .find(text, start, end)
    .flatMap((hits) => Array.from({ length: hits.length }, (_, i) => `${hits.positions[i]}:${hits.literals[i]}`))
    .sort();
}

describe('the skip search', () => {
  it.each([
    ['small regions, with one cursor', 1],
    ['large ones, with four', 300],
  ])('has the hits that indexOf has: %s', (_, copies) => {
    fc.assert(
      fc.property(
        fc.array(literal, { minLength: 1, maxLength: 12 }),
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: MIN_LITERAL_BYTES, max: 12 }),
        fc.boolean(),
        (literals, lines, window, sampled) => {
          const text = Buffer.from(`${lines.join('\n')}\n`.repeat(copies));
          // Whole lines, but not the first one.
          const from = text.indexOf(10) + 1;
          const to = text.length;
          const search = new SkipSearch(literals, window, countBlocks(sampled ? text : Buffer.alloc(0)));
          expect(found(search, text, from, to)).toEqual(naive(literals, text, from, to));
          // Nothing is left of the call before.
          expect(found(search, text, from, to)).toEqual(naive(literals, text, from, to));
        },
      ),
      { numRuns: copies > 1 ? 60 : 1500 },
    );
  });
});
