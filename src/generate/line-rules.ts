import { type Criterion, signalsOf } from '../domain/criterion.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { type Catalogue, type PrintableSignal, signalNamed } from './catalogue.ts';
import { whileErring } from './evidence-rules.ts';
import { generalSentence } from './evidence-words.ts';
import { indent, levelOf, type PromqlContext, printWhere } from './promql.ts';
import { type RecordingRule, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/** Evidence that many causes have alike, each by a series of one metric that names the cause in a label: what error lines say. */
export interface LineShape {
  readonly entries: readonly LedgerEntry[];
  readonly metric: string;
  /** The one whose value is the cause. */
  readonly label: string;
}

/** Below it a rule for each is as short. */
const FEWEST = 3;

export function lineShapesOf(entries: readonly LedgerEntry[], catalogue: Pick<Catalogue, 'signals'>): LineShape[] {
  const found = new Map<string, LineShape & { readonly entries: LedgerEntry[] }>();
  for (const entry of entries) {
    const series = seriesOfCause(entry, catalogue);
    if (!series) continue;
    const { signal, label } = series;
    const criterion = JSON.stringify(entry.when).replaceAll(JSON.stringify(signal.name), JSON.stringify(signal.metric));
    const key = JSON.stringify([entry.evidence, entry.points, entry.declaration?.says, criterion]);
    const shape = found.get(key) ?? { entries: [], metric: signal.metric, label };
    shape.entries.push(entry);
    found.set(key, shape);
  }
  return [...found.values()].filter((shape) => shape.entries.length >= FEWEST);
}

/** The one signal that the entry asks, if its series has the cause as the value of a label, and no other label. */
function seriesOfCause(
  { cause, when, declaration }: LedgerEntry,
  catalogue: Pick<Catalogue, 'signals'>,
): { readonly signal: PrintableSignal; readonly label: string } | undefined {
  const [name, ...others] = signalsOf(when);
  if (name === undefined || others.length > 0 || typeof declaration?.says !== 'string') return undefined;
  const signal = signalNamed(catalogue, name);
  const [[label, value] = [], ...further] = Object.entries(signal.labels ?? {});
  return label !== undefined && value === cause && further.length === 0 ? { signal, label } : undefined;
}

export function lineRule({ entries, metric, label }: LineShape, context: PromqlContext & { readonly catalogue: Catalogue }): RecordingRule {
  const [first] = entries;
  if (!first?.declaration) throw new Error(`evidence of ${metric}: it has no entry`);
  const says = generalSentence(first.declaration, context.catalogue);
  const selector = `${metric}${matcherOf(label, entries, metric, context.catalogue)}`;
  const when: Criterion = first.when;
  const met = printWhere(when, true, { ...context, family: { selector, label } });
  const named = `label_replace(\n${indent(met)},\n  "cause", "$1", "${label}", "(.+)"\n)`;
  const level = `${levelOf(context.options)}, cause`;
  return record(SERIES.evidence, `For each cause: ${says}`, whileErring(`${first.points} * max by (${level}) (${named}) ^ 0`, context), {
    evidence: first.evidence,
    says,
  });
}

/** All series of the metric but those of causes that do not ask so. */
function matcherOf(label: string, entries: readonly LedgerEntry[], metric: string, catalogue: Pick<Catalogue, 'signals'>): string {
  const asking = new Set(entries.map(({ cause }) => cause));
  const values = catalogue.signals.flatMap((signal) => (signal.metric === metric ? [signal.labels?.[label] ?? ''] : []));
  const others = values.filter((value) => !asking.has(value));
  return others.length > 0 ? `{${label}!~"${others.join('|')}"}` : '';
}
