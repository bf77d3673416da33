import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SMALL_CATALOGUE } from '../../generate/small-catalogue.ts';
import { disagreement } from './support/agreement.ts';
import { clearestHistory, historiesOf } from './support/histories.ts';
import { currentPromtool } from './support/promtool.ts';

/** A quarter of the catalogue's shortest window: none is widened. */
const STEP = 15;

describe('evaluator and rules agree on a small catalogue with every kind of criterion', () => {
  it.each(SMALL_CATALOGUE.causes.map((cause) => cause.id))('%s', async (cause) => {
    const random = fc.sample(historiesOf(cause, SMALL_CATALOGUE, STEP), 30);
    expect(await disagreement(currentPromtool(), [clearestHistory(cause, SMALL_CATALOGUE, STEP), ...random], SMALL_CATALOGUE)).toBe('');
  });
});
