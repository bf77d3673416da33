/**
 * Names of the recorded series, `level:metric:operations`. Users' rules and dashboards rely on them: a rename is a breaking change.
 * Every series also carries the cluster labels.
 */
export const SERIES = {
  /** 1 for each APIService that the exporter knows: what everything else is joined to. */
  known: 'apiservice:aggregated_api_info:max',
  /** 1 while the API errs, 0 while it does not; absent while neither is known. */
  symptom: 'apiservice:aggregated_api_symptom:bool',
  /** 1 while the newest observation errs, or a failure was counted since the last evaluation; 0 while every vantage passes. */
  errs: 'apiservice:aggregated_api_errs:bool',
  /** Failed probes through the kube-apiserver, as counted at the last evaluation. */
  failures: 'apiservice:aggregated_api_vantage_failures:last',
  /** 1 or 0 at each evaluation; label `moment`. What `coincides` counts. */
  moment: 'apiservice_moment:aggregated_api_criterion:bool',
  /** Points of one piece of evidence, 0 while it is not met; labels `cause`, `category`, `evidence`, `look_back`. */
  evidence: 'apiservice_cause_evidence:aggregated_api_evidence:points',
  /** 1 while no cause has direct evidence, so that the last hour is looked through. */
  lookBack: 'apiservice:aggregated_api_look_back:bool',
  prior: 'apiservice_cause:aggregated_api_prior:points',
  direct: 'apiservice_cause:aggregated_api_direct_evidence:count',
  score: 'apiservice_cause:aggregated_api_score:sum',
  odds: 'apiservice_cause:aggregated_api_odds:exp',
  confidence: 'apiservice_cause:aggregated_api_confidence:softmax',
  /** Confidence of the most likely cause. */
  top: 'apiservice_cause:aggregated_api_confidence:top',
  /**
   * Confidence of the cause of the failure, as the exporter itself holds it: while nothing errs that of the failure that ended, for a
   * quarter of an hour; `unknown` while no cause is at least as likely as not, and for every API without a failure.
   */
  held: 'apiservice_cause:aggregated_api_verdict:held',
  /** Since when a cause has been the held one while the API errs, and when the evidence last put it on top, Unix seconds. */
  leadSince: 'apiservice_cause:aggregated_api_lead:since',
  leadUntil: 'apiservice_cause:aggregated_api_lead:until',
  /** The same, but a cause stays for the two evaluations after it was the verdict: what alerts name. */
  verdict: 'apiservice_cause:aggregated_api_verdict:steady',
  /** 1 for each piece of evidence; label `says` is its sentence, and with an empty `evidence` the title of the cause. */
  words: 'cause_evidence:aggregated_api_evidence:says',
  /** 1 for each kind of those whom an API hurts; labels `one` and `many`: what is said of them after their number. */
  hurtWords: 'kind:aggregated_api_impact:says',
  failing: 'apiservice:aggregated_api_failing:last',
  /** 1 while no request gets through. */
  outage: 'apiservice:aggregated_api_outage:bool',
  /** 1 once an outage has lasted a minute, until five minutes without one. */
  down: 'apiservice:aggregated_api_down:held',
  errors: 'apiservice:aggregated_api_probe_failures_per_probe:ratio_rate5m',
  errorsLong: 'apiservice:aggregated_api_probe_failures_per_probe:ratio_rate15m',
  latency: 'apiservice:aggregated_api_probe_duration_seconds:p90_rate10m',
  /** Where `--with` names other exporters: what they say about a signal; label `signal`. */
  elsewhere: 'apiservice_signal:aggregated_api_elsewhere:value',
} as const;
