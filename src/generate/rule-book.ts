/** The one form that every output format is printed from. */
export interface RuleBook {
  readonly groups: readonly RuleGroup[];
  /** Sentences for people: what was widened, what the file needs. Printed as comments. */
  readonly notes: readonly string[];
}

export interface RuleGroup {
  /** Unique in the book. */
  readonly name: string;
  /** What it is about, and what its order or its interval mean. Printed as a comment above it. */
  readonly says: string;
  /** Seconds between evaluations. The order of the rules is the order of evaluation: later rules read what earlier ones wrote. */
  readonly interval: number;
  readonly rules: readonly Rule[];
}

export type Rule = RecordingRule | AlertingRule;

export interface RecordingRule {
  readonly kind: 'record';
  /** level:metric:operations */
  readonly record: string;
  /** What it means, in words. Printed as a comment above it. */
  readonly says: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Neighbours with the same word write one series and read nothing of each other: they may be one rule (formats/join.ts). */
  readonly together?: string;
}

export interface AlertingRule {
  readonly kind: 'alert';
  readonly alert: string;
  /** When it fires, in words. Printed as a comment above it; empty where its summary says all there is. */
  readonly says: string;
  readonly expr: string;
  /** Seconds. */
  readonly for?: number;
  /** Seconds. */
  readonly keepFiringFor?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function record(name: string, says: string, expr: string, labels: Readonly<Record<string, string>> = {}): RecordingRule {
  return { kind: 'record', record: name, says, expr, labels };
}

/** Rules that write one series and read nothing of each other. */
export function together(word: string, rules: readonly RecordingRule[]): RecordingRule[] {
  return rules.map((rule) => ({ ...rule, together: word }));
}

/** @throws Error that names two rules that would write the same series, or alerts that nobody could tell apart. */
export function refuseTwins(groups: readonly RuleGroup[]): void {
  const seen = new Set<string>();
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const name = `${rule.kind === 'record' ? rule.record : rule.alert}${JSON.stringify(rule.labels)}`;
    if (seen.has(name)) throw new Error(`rule ${name}: there are two of it; names and labels that differ are allowed`);
    seen.add(name);
  }
}

export function alertsOf(book: RuleBook): AlertingRule[] {
  return book.groups.flatMap((group) => group.rules).filter((rule) => rule.kind === 'alert');
}
