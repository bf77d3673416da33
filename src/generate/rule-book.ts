/** The one form that every output format is printed from. */
export interface RuleBook {
  readonly groups: readonly RuleGroup[];
  /** Sentences for people: what was widened, what the file needs. Printed as comments. */
  readonly notes: readonly string[];
}

export interface RuleGroup {
  /** Unique in the book. */
  readonly name: string;
  /** Seconds between evaluations. The order of the rules is the order of evaluation: later rules read what earlier ones wrote. */
  readonly interval: number;
  readonly rules: readonly Rule[];
}

export type Rule = RecordingRule | AlertingRule;

export interface RecordingRule {
  readonly kind: 'record';
  /** level:metric:operations */
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly kind: 'alert';
  readonly alert: string;
  readonly expr: string;
  /** Seconds. */
  readonly for?: number;
  /** Seconds. */
  readonly keepFiringFor?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function record(name: string, expr: string, labels: Readonly<Record<string, string>> = {}): RecordingRule {
  return { kind: 'record', record: name, expr, labels };
}

export function alertsOf(book: RuleBook): AlertingRule[] {
  return book.groups.flatMap((group) => group.rules).filter((rule) => rule.kind === 'alert');
}
