import { SUPERSEDED_WEIGHT, WEIGHTS } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { required } from '../domain/required.ts';
import type { Catalogue } from './catalogue.ts';
import { withLabel } from './evidence-words.ts';
import { indent, levelOf, oneOf, type PromqlContext } from './promql.ts';
import { type RecordingRule, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/**
 * What follows from the evidence that is recorded by then: which causes are explained away, and what a deeper cause takes over from the
 * shallower one. What was looked for in the last hour, or taken over itself, counts for neither.
 */
export function consequenceRules(
  entries: readonly LedgerEntry[],
  context: PromqlContext & { readonly catalogue: Catalogue },
): RecordingRule[] {
  return [...supersededRules(entries, context), ...inheritedRules(entries, context)];
}

const OWN = 'look_back="", inherited=""';

function supersededRules(entries: readonly LedgerEntry[], { options }: PromqlContext): RecordingRule[] {
  const groups = new Map<string, { readonly cause: string; readonly least: number; readonly by: string[] }>();
  for (const { cause, evidence, explainedBy } of entries) {
    if (explainedBy === undefined) continue;
    const key = JSON.stringify([cause, explainedBy]);
    const group = groups.get(key) ?? { cause, least: explainedBy, by: [] };
    group.by.push(evidence.replace(/^superseded-by-/, ''));
    groups.set(key, group);
  }
  if (groups.size === 0) return [];
  const level = levelOf(options);
  const explaining = [...groups.values()].map(({ cause, least, by }) =>
    withLabel(`${SERIES.evidence}{${oneOf('cause', by)}, ${OWN}} >= ${least}`, 'name', cause),
  );
  const points = `${SUPERSEDED_WEIGHT} * max by (${level}, cause, name) (\n${indent(explaining.join('\nor '))}\n) ^ 0`;
  const named = `label_replace(${points}, "evidence", "superseded-by-$1", "cause", "(.+)")`;
  return [
    record(
      SERIES.evidence,
      'What explains a cause away: it is a consequence of the one that evidence names.',
      `max by (${level}, cause, evidence) (label_replace(${named}, "cause", "$1", "name", "(.+)"))`,
      { superseded: 'true' },
    ),
  ];
}

function inheritedRules(
  entries: readonly LedgerEntry[],
  { catalogue, options }: PromqlContext & { readonly catalogue: Catalogue },
): RecordingRule[] {
  const level = levelOf(options);
  const terms = catalogue.causes.flatMap(({ id, deepens = [] }) =>
    deepens.flatMap((shallow) => {
      const of = required(
        catalogue.causes.find((cause) => cause.id === shallow),
        `the cause ${shallow}, which ${id} deepens,`,
      );
      const taken = new Set(entries.flatMap(({ cause, inherited, evidence }) => (cause === id && inherited ? [evidence] : [])));
      const ids = of.evidence.map((evidence) => evidence.id).filter((evidence) => taken.has(`${shallow}-${evidence}`));
      if (ids.length === 0) return [];
      const evidence = `${SERIES.evidence}{cause="${shallow}", ${oneOf('evidence', ids)}, ${OWN}}`;
      const shown = `(${SERIES.evidence}{cause="${id}", ${OWN}} >= ${WEIGHTS.suggestive})`;
      const taking = `label_replace(\n${indent(`${evidence} and on (${level}) ${shown}`)},\n  "evidence", "${shallow}-$1", "evidence", "(.+)"\n)`;
      return [withLabel(taking, 'cause', id)];
    }),
  );
  if (terms.length === 0) return [];
  const says = 'What speaks for a shallower cause speaks for the deeper one, once that has direct evidence of its own.';
  return [record(SERIES.evidence, says, terms.join('\nor '), { inherited: 'true' })];
}
