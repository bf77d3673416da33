/** One result of an instant query. */
export interface QueryResult {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series of a range query: its values, oldest first. */
export interface RangeResult {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly { readonly at: number; readonly value: number }[];
}

/** Unix seconds, and the seconds between two evaluations. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** A rule group as a Prometheus has it loaded. Seconds; `lastEvaluation` in Unix seconds, absent before the first one. */
export interface LoadedGroup {
  readonly name: string;
  readonly interval: number;
  readonly evaluationTime: number;
  readonly lastEvaluation?: number;
  /** Rules whose last evaluation failed, with what Prometheus says. */
  readonly failing: readonly { readonly rule: string; readonly error: string }[];
}

/** Asks a Prometheus. @param at Unix seconds; without it, now. Rejects when it does not answer. */
export type Query = (promql: string, at?: number) => Promise<readonly QueryResult[]>;

/** Whatever answers as a Prometheus does. Each question rejects with the address and what it answered. */
export interface Prometheus {
  readonly query: Query;
  range(promql: string, range: Range): Promise<readonly RangeResult[]>;
  groups(): Promise<readonly LoadedGroup[]>;
}
