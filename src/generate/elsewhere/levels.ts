/** What the expressions over other exporters' series are written with. */
export interface Levels {
  /** The cluster labels, e.g. `cluster`; may be empty. */
  readonly cluster: string;
  /** The cluster labels and these. */
  with(...labels: readonly string[]): string;
  /** Recorded series with one sample per APIService, value 1. */
  readonly known: string;
  /** Matchers of the kube-apiserver's job. */
  readonly kubeApiserver: string;
  readonly rateWindow: string;
}

export interface SignalElsewhere {
  /** Name of the signal whose meaning the expression has. */
  readonly signal: string;
  /** One sample per APIService, labels clusters and apiservice only. */
  readonly expr: (levels: Levels) => string;
}

/** A value of the whole cluster, given to each of its APIs. */
export function ofCluster(levels: Levels, expr: string): string {
  return `${levels.known} * on (${levels.cluster}) group_left () (${expr})`;
}
