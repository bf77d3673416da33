import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../../src/observe/resources/quantity.ts';

describe('a Kubernetes quantity', () => {
  it.each<[unknown, number | undefined]>([
    ['0', 0],
    ['250m', 0.25],
    ['12345678n', 0.012345678],
    ['1500u', 0.0015],
    ['128Mi', 134217728],
    ['1Gi', 1073741824],
    ['1.5k', 1500],
    ['1e3', 1000],
    ['2', 2],
    [0.5, 0.5],
    ['', undefined],
    ['12 Mi', undefined],
    ['Mi', undefined],
    ['1Zi', undefined],
    [undefined, undefined],
    [null, undefined],
    [Number.NaN, undefined],
  ])('%j is %j', (text, expected) => {
    const value = parseQuantity(text);
    if (expected === undefined) expect(value).toBeUndefined();
    else expect(value).toBeCloseTo(expected, 12);
  });
});
