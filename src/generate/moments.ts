import { type Criterion, eachPart } from '../domain/criterion.ts';
import { printDuration } from './duration.ts';
import { momentName, productName } from './moment-names.ts';
import { type CriterionOf, levelOf, type MomentPart, type PromqlContext, printCriterion } from './promql.ts';
import { type RecordingRule, record, together } from './rule-book.ts';
import { describeCriterion } from './runbooks/words.ts';
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

/** @throws Error when two parts that differ would have one name. */
export function momentsOf(criteria: readonly Criterion[]): Moments {
  const found = new Map<string, CriterionOf<'coincides'>>();
  for (const criterion of criteria) visit(criterion, found);
  const coincidences = [...found.values()];
  refuseSharedNames(coincidences);
  return { coincidences, labelOf };
}

function visit(criterion: Criterion, found: Map<string, CriterionOf<'coincides'>>): void {
  switch (criterion.kind) {
    case 'coincides':
      visit(criterion.event, found);
      visit(criterion.spike, found);
      found.set(contentOf(criterion, 'both'), criterion);
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

const PARTS: readonly MomentPart[] = ['spike', 'event', 'both'];

function contentOf({ event, spike, within }: CriterionOf<'coincides'>, part: MomentPart): string {
  return JSON.stringify({ event, spike, both: { event, spike, within } }[part]);
}

function labelOf(criterion: CriterionOf<'coincides'>, part: MomentPart): string {
  return part === 'both' ? productName(criterion) : momentName(criterion[part]);
}

function refuseSharedNames(coincidences: readonly CriterionOf<'coincides'>[]): void {
  const contents = new Map<string, string>();
  for (const criterion of coincidences)
    for (const part of PARTS) {
      const name = labelOf(criterion, part);
      const content = contentOf(criterion, part);
      const other = contents.get(name);
      if (other !== undefined && other !== content)
        throw new Error(`moment ${JSON.stringify(name)}: it would name both ${other} and ${content}; a name of one meaning is allowed`);
      contents.set(name, content);
    }
}

/** What is inside another comes before it: its spikes and events, then their products. */
export function momentRules(moments: Moments, context: PromqlContext): RecordingRule[] {
  const deepest = Math.max(0, ...moments.coincidences.map(depthOf));
  return Array.from({ length: deepest }, (_, index) =>
    moments.coincidences.filter((criterion) => depthOf(criterion) === index + 1),
  ).flatMap((some, index) => [
    ...together(`moments-${index}`, once(some.flatMap((criterion) => partRules(criterion, context)))),
    ...together(`products-${index}`, once(some.map((criterion) => productRule(criterion, context)))),
  ]);
}

function once(rules: readonly RecordingRule[]): RecordingRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule.labels), rule])).values()];
}

/** 1 for a coincidence that holds no other. */
function depthOf({ event, spike }: CriterionOf<'coincides'>): number {
  let depth = 0;
  for (const part of [event, spike])
    eachPart(part, (inner) => {
      if (inner.kind === 'coincides') depth = Math.max(depth, depthOf(inner));
    });
  return depth + 1;
}

function partRules(criterion: CriterionOf<'coincides'>, context: PromqlContext): RecordingRule[] {
  return (['spike', 'event'] as const).map((part) =>
    record(SERIES.moment, `1 at an evaluation at which ${describeCriterion(criterion[part])}.`, printCriterion(criterion[part], context), {
      moment: labelOf(criterion, part),
    }),
  );
}

function productRule(criterion: CriterionOf<'coincides'>, context: PromqlContext): RecordingRule {
  const level = levelOf(context.options);
  const within = printDuration(criterion.within);
  const [spike, event] = [labelOf(criterion, 'spike'), labelOf(criterion, 'event')];
  const spiked = `max by (${level}) (${SERIES.moment}{moment="${spike}"})`;
  const before = `max by (${level}) (max_over_time(${SERIES.moment}{moment="${event}"}[${within}]))`;
  return record(
    SERIES.coincidence,
    `1 at an evaluation of ${spike} that had ${event} in the ${within} before it.`,
    `${spiked} * ${before}`,
    {
      moment: labelOf(criterion, 'both'),
    },
  );
}
