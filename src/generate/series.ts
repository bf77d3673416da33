/**
 * Names of the recorded series, `level:metric:operations`. Users' rules and dashboards rely on them: a rename is a breaking change.
 * Every series of an API also carries the cluster labels. Absent means 0 where nothing else is said: most of what can be wrong is not.
 */
export const SERIES = {
  /** 1 for each APIService that the exporter knows: its presence. */
  known: 'apiservice:aggregated_api_info:max',
  /** 1, once; label `catalogue`: which catalogue of causes these rules are printed from, as the exporter's `…catalogue_info` has its own. */
  catalogue: 'catalogue:aggregated_api_rules:info',
  /** 1 while the API errs, 0 while it does not; absent while neither is known. */
  symptom: 'apiservice:aggregated_api_symptom:bool',
  /** 1 while the newest observation errs, or a failure was counted since the last evaluation; 0 while every vantage passes. */
  errs: 'apiservice:aggregated_api_errs:bool',
  /** Failed probes through the kube-apiserver, as counted at the last evaluation. */
  failures: 'apiservice:aggregated_api_vantage_failures:last',
  /** 1 or 0 at each evaluation, absent where not observed; label `moment`. What `coincides` counts. */
  moment: 'apiservice_moment:aggregated_api_criterion:bool',
  /** 1 at an evaluation of a moment that had another one before it, 0 at one that had not. */
  coincidence: 'apiservice_moment:aggregated_api_coincidence:bool',
  /** 1 while it holds; label `fact`. What the evidence of several causes asks. */
  fact: 'apiservice_fact:aggregated_api_fact:bool',
  /**
   * Points of one piece of evidence, while the API errs and the evidence is met; labels `cause`, `evidence`, and `says`, its sentence.
   * With `look_back` where the last hour was looked through, `inherited` where it was met by a shallower cause, `superseded` where
   * another cause explains this one away.
   */
  evidence: 'apiservice_cause_evidence:aggregated_api_evidence:points',
  /** Points of a cause before any evidence, once for all APIs; labels `cause`, `category`, and `says`, its title. */
  prior: 'cause:aggregated_api_prior:points',
  /** 1 for each cause that has an alert, once for all APIs; labels `cause`, and `means`: what it is, in sentences. */
  meaning: 'cause:aggregated_api_meaning:info',
  /** Prior and evidence of each candidate. */
  score: 'apiservice_cause:aggregated_api_score:sum',
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
  /** The verdict that is held, while the API errs and it is sure enough for an alert of the cause. */
  sure: 'apiservice_cause:aggregated_api_verdict:sure',
  /** Number of those whom an API hurts, while there are any; labels `kind`, and `says`: what is said of them after their number. */
  hurt: 'apiservice_kind:aggregated_api_impact:max',
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
