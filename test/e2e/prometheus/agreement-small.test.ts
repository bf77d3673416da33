import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SMALL_CATALOGUE } from '../../generate/small-catalogue.ts';
import { disagreement } from './support/agreement.ts';
import { clearestHistory, historiesOf } from './support/histories.ts';
import { currentPromtool } from './support/promtool.ts';

describe('evaluator and rules agree on a small catalogue with every kind of criterion', () => {
  it.each(SMALL_CATALOGUE.causes.map((cause) => cause.id))('%s', async (cause) => {
    const random = fc.sample(historiesOf(cause, SMALL_CATALOGUE), { numRuns: 60, seed: Date.now() & 0xffff });
    expect(await disagreement(currentPromtool(), [clearestHistory(cause, SMALL_CATALOGUE), ...random], SMALL_CATALOGUE)).toBe('');
  });
});
