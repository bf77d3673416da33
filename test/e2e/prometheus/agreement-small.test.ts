import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SMALL_CATALOGUE } from '../../generate/small-catalogue.ts';
import { inventCause } from '../../support/invented.ts';
import { disagreement } from './support/agreement.ts';
import { evaluate } from './support/evaluator.ts';
import { clearestHistory, type History, historiesOf } from './support/histories.ts';
import { currentPromtool } from './support/promtool.ts';

/** A quarter of the catalogue's shortest window: none is widened. */
const STEP = 15;

/** Heavy swell and the tide table are as likely as each other: the one has strong evidence, and so has the other. */
describe('evaluator and rules break the tie of heavy-swell', () => {
  const tied = (id: string) => {
    const causes = SMALL_CATALOGUE.causes.map((cause) =>
      cause.title === 'It fails with the tide' ? inventCause({ ...cause, id, lookBack: [] }) : { ...cause, supersedes: [], deepens: [] },
    );
    return { ...SMALL_CATALOGUE, causes };
  };
  const steps = 24;
  const signals = new Map(['failing', 'failures-periodic', 'swell'].map((name) => [name, Array<number>(steps).fill(1)]));

  it.each([
    ['spring', 'spring'],
    ['flood', 'heavy-swell'],
  ])('with %s alike: %s is named', async (id, winner) => {
    const history: History = { aimedAt: id, step: STEP, steps, signals };
    const [first, second] = evaluate(history, tied(id));
    expect([first!.cause, second!.cause].sort()).toEqual([id, 'heavy-swell'].sort());
    expect(first).toMatchObject({ cause: winner, score: second!.score });
    expect(await disagreement(currentPromtool(), [history], tied(id))).toBe('');
  });
});

describe('evaluator and rules agree on a small catalogue with every kind of criterion', () => {
  it.each(SMALL_CATALOGUE.causes.map((cause) => cause.id))('%s', async (cause) => {
    const random = fc.sample(historiesOf(cause, SMALL_CATALOGUE, STEP), 30);
    expect(await disagreement(currentPromtool(), [clearestHistory(cause, SMALL_CATALOGUE, STEP), ...random], SMALL_CATALOGUE)).toBe('');
  });
});
