import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/kube/quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['100m', 0.1],
    ['1', 1],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['0', 0],
    ['256Mi', 256 * 2 ** 20],
    ['1Gi', 2 ** 30],
    ['1G', 1e9],
    ['2k', 2000],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['12E', 12e18],
    ['500n', 5e-7],
    [2, 2],
    ['12345678n', 0.012345678],
    ['1500u', 0.0015],
    ['1e999', undefined],
    ['Mi', undefined],
    [undefined, undefined],
    ['', undefined],
    ['abc', undefined],
    ['1 Gi', undefined],
    ['1Zi', undefined],
    [null, undefined],
    [Number.NaN, undefined],
  ])('%j is %j', (text, value) => {
    if (value === undefined) expect(parseQuantity(text)).toBeUndefined();
    else expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });
});
