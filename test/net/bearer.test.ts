import { describe, expect, it } from 'vitest';
import { bearerOf } from '../../src/net/bearer.ts';

describe('a bearer token', () => {
  it.each<[what: string, header: string | undefined, token: string | undefined]>([
    ['stands after its scheme', 'Bearer tide.gauge-1_~+/', 'tide.gauge-1_~+/'],
    ['may end in equals signs', 'Bearer dGlkZQ==', 'dGlkZQ=='],
    ['has its scheme in any letters', 'bEARER tide', 'tide'],
    ['may have more than one space before it', 'Bearer   tide', 'tide'],
    ['has a space before it', 'Bearertide', undefined],
    ['is one word', 'Bearer tide gauge', undefined],
    ['has no quotes', 'Bearer "tide"', undefined],
    ['has equals signs at its end only', 'Bearer ti=de', undefined],
    ['is not empty', 'Bearer ', undefined],
    ['is of no other scheme', 'Basic dGlkZQ==', undefined],
    ['may be absent', undefined, undefined],
  ])('%s', (_, header, token) => {
    expect(bearerOf(header)).toBe(token);
  });

  it.each([
    [16_384, true],
    [16_385, false],
  ])('of a header of %i bytes: %s', (bytes, read) => {
    expect(bearerOf(`Bearer ${'t'.repeat(bytes - 7)}`) !== undefined).toBe(read);
  });
});
