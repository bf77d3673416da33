import { createHash } from 'node:crypto';
import type { Criterion } from '../domain/criterion.ts';
import { printDuration } from './duration.ts';
import { type CriterionOf, levelOf, type MomentPart, type PromqlContext, printCriterion } from './promql.ts';
import { type RecordingRule, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/**
 * What `coincides` counts: at each evaluation, whether its spike and its event hold, recorded as 0 or 1, and their product, the
 * spikes that had the event before them. Equal parts of different criteria are recorded once.
 */
export interface Moments {
  /** Inner ones first: a coincidence inside an event is recorded before the event is. */
  readonly coincidences: readonly CriterionOf<'coincides'>[];
  readonly labelOf: (criterion: CriterionOf<'coincides'>, part: MomentPart) => string;
}

export function momentsOf(criteria: readonly Criterion[]): Moments {
  const found = new Map<string, CriterionOf<'coincides'>>();
  for (const criterion of criteria) visit(criterion, found);
  return { coincidences: [...found.values()], labelOf };
}

function visit(criterion: Criterion, found: Map<string, CriterionOf<'coincides'>>): void {
  switch (criterion.kind) {
    case 'coincides':
      visit(criterion.event, found);
      visit(criterion.spike, found);
      found.set(labelOf(criterion, 'both'), criterion);
      return;
    case 'not':
      visit(criterion.of, found);
      return;
    case 'all':
    case 'any':
      for (const part of criterion.of) visit(part, found);
      return;
    default:
  }
}

/** Named by content, so that the name stays when the catalogue grows around it. */
function labelOf({ event, spike, within }: CriterionOf<'coincides'>, part: MomentPart): string {
  const of = { event, spike, both: { event, spike, within } }[part];
  return `${part}-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 10)}`;
}

export function momentRules(moments: Moments, context: PromqlContext): RecordingRule[] {
  const rules = new Map<string, RecordingRule>();
  const level = levelOf(context.options);
  for (const criterion of moments.coincidences) {
    const labels = { event: labelOf(criterion, 'event'), spike: labelOf(criterion, 'spike'), both: labelOf(criterion, 'both') };
    for (const part of ['spike', 'event'] as const)
      rules.set(labels[part], record(SERIES.moment, printCriterion(criterion[part], context), { moment: labels[part] }));
    const spike = `max by (${level}) (${SERIES.moment}{moment="${labels.spike}"})`;
    const event = `max by (${level}) (max_over_time(${SERIES.moment}{moment="${labels.event}"}[${printDuration(criterion.within)}]))`;
    rules.set(labels.both, record(SERIES.moment, `${spike} * ${event}`, { moment: labels.both }));
  }
  return [...rules.values()];
}
