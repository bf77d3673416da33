import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../../src/generate/built-in.ts';
import { disagreement } from './support/agreement.ts';
import { evaluate } from './support/evaluator.ts';
import { clearestHistory, historiesOf } from './support/histories.ts';
import { currentPromtool } from './support/promtool.ts';
import { widenedFor } from './support/widened.ts';

/** Rules by the hundred are evaluated at each step: a coarse one keeps this to minutes. agreement-small.test.ts takes a fine one. */
const STEP = 60;
const HISTORIES_PER_CAUSE = Number(process.env.HISTORIES_PER_CAUSE ?? 2);
const CAUSES_PER_TEST = 8;

const CATALOGUE = widenedFor(STEP, BUILT_IN);
const ids = BUILT_IN.causes.map((cause) => cause.id);
const batches = Array.from({ length: Math.ceil(ids.length / CAUSES_PER_TEST) }, (_, index) =>
  ids.slice(index * CAUSES_PER_TEST, (index + 1) * CAUSES_PER_TEST),
);

describe('evaluator and rules give the same top cause and confidence', () => {
  it.each(batches.map((batch) => [batch.join(', '), batch] as const))('%s', async (_, causes) => {
    const histories = causes.flatMap((cause) => [
      clearestHistory(cause, CATALOGUE, STEP, 20),
      ...fc.sample(historiesOf(cause, CATALOGUE, STEP), HISTORIES_PER_CAUSE),
    ]);
    expect(await disagreement(currentPromtool(), histories, CATALOGUE)).toBe('');
  });

  it.each(ids)('%s is a candidate in its clearest history, so that agreement on it means something', (cause) => {
    const candidates = evaluate(clearestHistory(cause, CATALOGUE, STEP), CATALOGUE);
    expect(candidates.map((candidate) => candidate.cause)).toContain(cause);
  });
});
