import { expect, it } from 'vitest';
import { sureness } from '../../src/domain/sureness.ts';

it.each([
  [0, '< 1 %'],
  [0.0049, '< 1 %'],
  [0.005, '1 %'],
  [0.185, '19 %'],
  [0.934, '93 %'],
  [0.9949, '99 %'],
  [0.995, '> 99 %'],
  [1, '> 99 %'],
])('a confidence of %d is %s', (confidence, expected) => {
  expect(sureness(confidence)).toBe(expected);
});
