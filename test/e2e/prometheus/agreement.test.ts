import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../src/domain/cause.ts';
import type { CauseId } from '../../../src/domain/ids.ts';
import { BUILT_IN } from '../../../src/generate/built-in.ts';
import type { Catalogue } from '../../../src/generate/catalogue.ts';
import { disagreement } from './support/agreement.ts';
import { evaluate } from './support/evaluator.ts';
import { clearestHistory, type History, historiesOf } from './support/histories.ts';
import { currentPromtool } from './support/promtool.ts';
import { widenedFor } from './support/widened.ts';

/** Rules by the hundred are evaluated at each step: a coarse one keeps this to minutes. agreement-small.test.ts takes a fine one. */
const STEP = 60;
const HISTORIES_PER_CAUSE = Number(process.env.HISTORIES_PER_CAUSE ?? 2);
const CAUSES_PER_TEST = 10;

const CATALOGUE = widenedFor(STEP, BUILT_IN);
const ids = CATALOGUE.causes.map((cause) => cause.id);

/** Beside the cause that it deepens, else among its category, whose causes supersede each other. */
const placeOf = (cause: Cause): string => {
  const { category, id } = CATALOGUE.causes.find((shallow) => shallow.id === cause.deepens?.[0]) ?? cause;
  return `${category} ${id}`;
};

/** Causes that explain each other are tried together. Promtool's time grows with rules × histories. */
const batches = (() => {
  const causes = [...CATALOGUE.causes].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  return Array.from({ length: Math.ceil(causes.length / CAUSES_PER_TEST) }, (_, index): Catalogue => {
    const some = causes.slice(index * CAUSES_PER_TEST, (index + 1) * CAUSES_PER_TEST);
    const here = new Set(some.map(({ id }) => id));
    const known = (causes: readonly CauseId[] = []) => causes.filter((id) => here.has(id));
    return {
      ...CATALOGUE,
      causes: some.map((cause) => ({ ...cause, supersedes: known(cause.supersedes), deepens: known(cause.deepens) })),
    };
  });
})();

/** The clearest history in which it is a candidate; undefined when there is none. */
function clearest(cause: string, catalogue: Catalogue, minutes?: number): History | undefined {
  return [0, 1, 2, 3]
    .map((choice) => clearestHistory(cause, catalogue, STEP, minutes, choice))
    .find((history) => evaluate(history, catalogue).some((candidate) => candidate.cause === cause));
}

describe('evaluator and rules give the same top cause and confidence', () => {
  it.each(batches.map((some) => [some.causes.map(({ id }) => id).join(', '), some] as const))(
    'over generated histories of %s',
    async (_, some) => {
      const histories = some.causes.flatMap(({ id }) => [
        clearest(id, some) ?? clearestHistory(id, some, STEP),
        ...fc.sample(historiesOf(id, some, STEP), HISTORIES_PER_CAUSE),
      ]);
      expect(await disagreement(currentPromtool(), histories, some)).toBe('');
    },
  );

  it('over the clearest history of every cause, with all causes against each other', async () => {
    const histories = ids.map((id) => clearest(id, CATALOGUE, 10) ?? clearestHistory(id, CATALOGUE, STEP, 10));
    expect(await disagreement(currentPromtool(), histories, CATALOGUE)).toBe('');
  });

  it('tries each cause together with the first that it deepens', () => {
    const deepening = batches.flatMap(({ causes }) => causes.filter(({ deepens }) => deepens && deepens.length > 0)).map(({ id }) => id);
    expect(deepening.sort()).toEqual(BUILT_IN.causes.filter(({ deepens }) => deepens).map(({ id }) => id));
  });

  it.each(ids)('%s is a candidate in its clearest history, so that agreement on it means something', (cause) => {
    expect(clearest(cause, CATALOGUE)).toBeDefined();
  });
});
