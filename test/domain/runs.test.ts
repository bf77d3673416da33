import { describe, expect, it } from 'vitest';
import { numbersIn, type Runs, runsOf, stretchesOf, valuesOf } from '../../src/domain/runs.ts';

const NOT = Number.NaN;

describe('runs', () => {
  it.each<[string, readonly number[], Runs]>([
    ['nothing', [], []],
    ['one value', [4], [4, 1]],
    ['a value that stays', [4, 4, 4], [4, 3]],
    ['values that change', [4, 4, 0, 4], [4, 2, 0, 1, 4, 1]],
    ['what was not observed, which is not 0', [NOT, NOT, 0, NOT], [null, 2, 0, 1, null, 1]],
  ])('of %s are read again', (_, values, runs) => {
    expect(runsOf(values)).toEqual(runs);
    expect(valuesOf(runs, values.length)).toEqual(values);
  });

  it('that end early are not observed from there on', () => {
    expect(valuesOf([4, 2], 4)).toEqual([4, 4, NOT, NOT]);
  });

  it.each<[string, Runs]>([
    ['longer than there is room', [4, 4]],
    ['of no length', [4, 0]],
    ['of half a length', [4, 1.5]],
    ['without a length', [4]],
  ])('%s are refused', (_, runs) => {
    expect(() => valuesOf(runs, 3)).toThrow(RangeError);
  });
});

describe('stretches', () => {
  it.each<[readonly number[], readonly number[]]>([
    [[], []],
    [[0], [0, 1]],
    [
      [3, 4, 5, 9],
      [3, 3, 9, 1],
    ],
  ])('of %j are %j, and back', (numbers, stretches) => {
    expect(stretchesOf(numbers)).toEqual(stretches);
    expect(numbersIn(stretches, numbers.length)).toEqual(numbers);
  });

  it.each<[string, readonly number[]]>([
    ['of more than there may be', [0, 4]],
    ['that overlap', [0, 2, 1, 1]],
    ['of no length', [0, 0]],
    ['without a length', [0]],
  ])('%s are refused', (_, stretches) => {
    expect(() => numbersIn(stretches, 3)).toThrow(RangeError);
  });
});
