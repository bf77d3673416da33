import { HURT_KIND_NAMES, HURT_KINDS } from '../domain/impact.ts';
import {
  causeNow,
  dashboardUrl,
  evidenceNow,
  hurtNow,
  onCluster,
  percentNow,
  readNow,
  runbookUrl,
  SURE_NOW,
  statusUrl,
  sureness,
} from './annotations.ts';
import { type Catalogue, signalNamed } from './catalogue.ts';
import { PANELS } from './dashboards/panel-ids.ts';
import { printDuration } from './duration.ts';
import { withLabel } from './evidence-words.ts';
import type { GenerateOptions } from './options.ts';
import { levelOf, selectorOf, windowOf } from './promql.ts';
import { FAILING } from './recording-rules.ts';
import { type AlertingRule, type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/** Seconds that an API must fail without a break before Down fires. */
const DOWN_AFTER = 60;
/** Seconds without an outage after which Down resolves. */
const UP_AFTER = 300;
/** As diagnose/held-verdict.ts has them: the least confidence that is named, and the seconds for which a verdict is remembered. */
const NAMED_FROM = 0.5;
const REMEMBERED = 900;
/** And the seconds for which a cause is kept that the evidence has left, at most this share of the time that it led. */
const KEPT = 20;
const KEPT_SHARE = 3;
/** Below it a cause is a guess: the symptom's alert names it, an alert of its own would mislead. */
export const CONFIDENT = 0.6;
/** Evaluations for which a cause stays that is the verdict no more: each change of the label is a new alert. */
const LINGERS = 2;
const DAY = 86_400;

/**
 * Symptoms page. They carry the cause as a label, and a label that changes starts an alert's `for` anew: so these alerts have no
 * `for`. How long a symptom must last is in recorded series that know nothing of causes (`…:held`), and the cause they carry is the
 * recorded verdict, which is there for every API (`unknown` at first) and changes with the verdict of the exporter itself.
 *
 * Evaluated twice per scrape, in a group of its own, so that a page waits for nothing but the symptom.
 */
export function symptomGroup(catalogue: Catalogue, options: GenerateOptions): RuleGroup {
  const interval = symptomInterval(options);
  return {
    name: 'aggregated-api-symptoms',
    says: 'What pages, and the verdict that it carries. Evaluated twice per scrape, in a group of its own: a page waits for nothing but the symptom. The confidence that it reads is that of the last evaluation of the diagnosis, a scrape interval old at most.',
    interval,
    rules: [
      failingRule(catalogue, options),
      outageRule(options),
      downRule(options, interval),
      ...errorRules(options),
      latencyRule(options),
      ...verdictRules(options),
      sureRule(options),
      hurtRule(options),
      ...alerts(options),
    ],
  };
}

export function symptomInterval(options: Pick<GenerateOptions, 'scrapeInterval'>): number {
  return Math.max(1, Math.floor(options.scrapeInterval / 2));
}

function failingRule(catalogue: Catalogue, options: GenerateOptions): RecordingRule {
  const window = printDuration(windowOf(0, options.scrapeInterval));
  return record(
    SERIES.failing,
    '1 while the newest observation of the API errs.',
    `max by (${levelOf(options)}) (last_over_time(${selectorOf(signalNamed(catalogue, FAILING))}[${window}]))`,
  );
}

/** Windows over recorded series end between two evaluations, so that they hold the same samples with open and with closed ends. */
function evaluations(seconds: number, interval: number): string {
  return printDuration(betweenEvaluations(seconds, interval));
}

function betweenEvaluations(seconds: number, interval: number): number {
  return seconds + (interval < 3 ? interval / 3 : Math.floor(interval / 3));
}

/** Seconds for which alerts keep a cause that is the verdict no more. */
export function lingersFor(options: Pick<GenerateOptions, 'scrapeInterval'>): number {
  const interval = symptomInterval(options);
  return betweenEvaluations(LINGERS * interval, interval);
}

/** Every way through the kube-apiserver fails, or the condition says so, whereupon the kube-apiserver refuses every request. */
function outageRule(options: GenerateOptions): RecordingRule {
  const level = levelOf(options);
  const last = (selector: string) => `last_over_time(${selector}[${printDuration(windowOf(0, options.scrapeInterval))}])`;
  const unavailable = `max by (${level}) (${last('aggregated_api_available')}) == 0`;
  // Of each exporter the worst way, and of several replicas the best: what one of them gets through gets through.
  const everyProbe = `min by (${level}) (max without (vantage) (${last('aggregated_api_failing_share{vantage=~"aggregator|aggregator_list"}')})) == 1`;
  return record(
    SERIES.outage,
    '1 while no request gets through: every way through the kube-apiserver fails, or the condition says so.',
    `(${SERIES.failing} == 1 and (${unavailable} or ${everyProbe}))\nor\n0 * ${SERIES.failing}`,
  );
}

function downRule(options: GenerateOptions, interval: number): RecordingRule {
  const held = evaluations(DOWN_AFTER, interval);
  // Without this very evaluation, which vmalert (v1.151.0) shows to the rules after it one evaluation later: with it the alert never fired
  // there. One evaluation in six may be missed by a busy Prometheus.
  const evaluated = Math.max(1, Math.floor(DOWN_AFTER / interval));
  const count = evaluated - Math.floor(evaluated / 6);
  // A series that is younger than a minute is not enough.
  const before = `${SERIES.outage} offset ${printDuration(DOWN_AFTER)}`;
  return record(
    SERIES.down,
    '1 once an outage has lasted a minute, until five minutes without one.',
    `(min_over_time(${SERIES.outage}[${held}]) == 1 and count_over_time(${SERIES.outage}[${held}]) >= ${count} and ${before})
or
(${SERIES.down} == 1 and max_over_time(${SERIES.outage}[${evaluations(UP_AFTER, interval)}]) == 1)
or
0 * max by (${levelOf(options)}) (aggregated_api_info)`,
  );
}

function errorRules(options: GenerateOptions): RecordingRule[] {
  const level = levelOf(options);
  const rate = (metric: string, window: string) => `sum by (${level}) (rate(${metric}{vantage="aggregator"}[${window}]))`;
  const ratio = (window: string) =>
    `${rate('aggregated_api_vantage_failures_total', window)}\n/\n(${rate('aggregated_api_probes_total', window)} > 0)`;
  const says = (window: string) => `Share of the requests through the kube-apiserver that failed in the last ${window}.`;
  return [record(SERIES.errors, says('5 min'), ratio('5m')), record(SERIES.errorsLong, says('15 min'), ratio('15m'))];
}

function latencyRule(options: GenerateOptions): RecordingRule {
  return record(
    SERIES.latency,
    'Seconds within which nine of ten requests through the kube-apiserver are answered, last 10 min.',
    `histogram_quantile(0.9, sum by (${levelOf(options)}, le) (rate(aggregated_api_probe_duration_seconds_bucket{vantage="aggregator"}[10m])))`,
  );
}

/** Read by the alerts of the causes. */
function sureRule(options: GenerateOptions): RecordingRule {
  return record(
    SERIES.sure,
    `The verdict on an API that errs, where it is at least ${CONFIDENT * 100} % sure.`,
    `${sureness(`${SERIES.held}{cause!="unknown"} >= ${CONFIDENT}`)}\nand on (${levelOf(options)}) (${SERIES.symptom} == 1)`,
  );
}

/** Counted in words: alerts and people read them as they stand. */
function hurtRule(options: GenerateOptions): RecordingRule {
  const terms = HURT_KIND_NAMES.flatMap((kind) => {
    const count = `max by (${levelOf(options)}, kind) (aggregated_api_impact{kind="${kind}"})`;
    const { one, many } = HURT_KINDS[kind];
    return [withLabel(`${count} == 1`, 'says', one), withLabel(`${count} > 1`, 'says', many)];
  });
  return record(SERIES.hurt, 'Whom the API hurts: how many, and what is said of them after their number.', terms.join('\nor '));
}

/**
 * diagnose/held-verdict.ts as rules. While the API errs: the top cause, or `unknown` when that is less likely than not, and for a
 * moment the cause that has led until now; nothing of an earlier failure. While nothing errs: what was held, for a quarter of an
 * hour. A label that changes is a new alert, so alerts keep a cause for the two evaluations after it was the verdict: one that is
 * back by then has not changed.
 */
function verdictRules(options: GenerateOptions): RecordingRule[] {
  const level = levelOf(options);
  const failing = `(${SERIES.symptom} == 1 unless on (${level}) (${SERIES.errs} == 0))`;
  const named = `((${SERIES.confidence}{cause!="unknown"} >= ${NAMED_FROM}) and on (${level}) ${failing})`;
  const remembered = `max_over_time(${SERIES.errs}[${printDuration(REMEMBERED)}]) == 1`;
  const unknown = `label_replace(label_replace(0 * max by (${level}) (aggregated_api_info), "cause", "unknown", "", ""), "category", "unknown", "", "")`;
  const lately = `last_over_time(${SERIES.held}{cause!="unknown"}[${printDuration(lingersFor(options))}])`;
  return [
    record(
      SERIES.leadSince,
      'Since when a cause has been the held one while the API errs.',
      `(${SERIES.leadSince} and on (${level}, cause) ${SERIES.held} and on (${level}) ${failing})\nor\ntime() * ${named} ^ 0`,
    ),
    record(
      SERIES.leadUntil,
      'When the evidence last put that cause on top.',
      `time() * ${named} ^ 0\nor\n(${SERIES.leadUntil} and on (${level}, cause) ${SERIES.leadSince})`,
    ),
    record(
      SERIES.held,
      'The verdict as the exporter holds it: unknown while no cause is as likely as not, and after a failure that of its end.',
      `(${named} and on (${level}, cause) ${SERIES.held})
or on (${level})
${keptCause(level, failing)}
or on (${level})
${named}
or on (${level})
(${unknown} and on (${level}) ${failing})
or on (${level})
(${SERIES.held}{cause!="unknown"} and on (${level}) (${remembered}))
or on (${level})
${unknown}`,
    ),
    record(
      SERIES.verdict,
      'The same, but a cause stays for two evaluations more: each change of a label is a new alert.',
      `(${lately} and on (${level}, cause) ${SERIES.verdict})\nor on (${level})\n${SERIES.held}`,
    ),
  ];
}

/** The cause that led until a moment ago, unless it is explained away now. */
function keptCause(level: string, failing: string): string {
  const ago = `(time() - ${SERIES.leadUntil})`;
  const led = `(${SERIES.leadUntil} - ${SERIES.leadSince})`;
  const explained = `(${SERIES.confidence} and on (${level}, cause) (${SERIES.evidence}{evidence=~"superseded-by-.+"} < 0))`;
  return `((${SERIES.held}{cause!="unknown"} and on (${level}, cause) (${ago} <= ${KEPT} and ${ago} * ${KEPT_SHARE} <= ${led}) and on (${level}) ${failing})
unless on (${level}, cause) ${explained})`;
}

function alerts(options: GenerateOptions): AlertingRule[] {
  const level = levelOf(options);
  const where = (condition: string) => `${sureness(SERIES.verdict)}\nand on (${level})\n(${condition})`;
  return [
    symptom('AggregatedAPIDown', 'critical', options, {
      expr: where(`${SERIES.down} == 1`),
      says: 'Every request through the kube-apiserver has failed for a minute; until five minutes without an outage.',
      summary: 'An aggregated API is down.',
      description: `{{ $labels.apiservice }}${onCluster(options)} has failed without a break for a minute: clients of its resources get errors.`,
      panel: PANELS.failing,
    }),
    symptom('AggregatedAPIErrors', 'warning', options, {
      expr: where(`max_over_time(${SERIES.errors}[5m]) > 0.05 and ${SERIES.errorsLong} > 0.05`),
      says: 'More than 5 % of the requests failed within the last 15 minutes, and some within the last 5.',
      summary: 'An aggregated API answers with errors.',
      description: `{{ $labels.apiservice }}${onCluster(options)} fails ${percentNow(SERIES.errorsLong, options)} of the requests through the kube-apiserver (last 15 minutes).`,
      panel: PANELS.errorRatio,
    }),
    symptom('AggregatedAPIFlapping', 'warning', options, {
      expr: where(`changes(${SERIES.failing}[30m]) >= 6`),
      says: 'It failed and recovered three times within 30 minutes.',
      summary: 'An aggregated API comes and goes.',
      description: `{{ $labels.apiservice }}${onCluster(options)} has failed and recovered at least three times in 30 minutes.`,
      panel: PANELS.failing,
    }),
    symptom('AggregatedAPISlow', 'warning', options, {
      expr: where(`${SERIES.latency} > 1`),
      says: 'One request in ten takes more than a second.',
      summary: 'An aggregated API answers slowly.',
      description: `{{ $labels.apiservice }}${onCluster(options)} takes more than a second for one in ten requests (90th percentile ${readNow(SERIES.latency, options, 'humanizeDuration')}, last 10 minutes).`,
      panel: PANELS.latency,
    }),
    certificate('warning', 7 * DAY, DAY, options),
    certificate('critical', DAY, Number.NEGATIVE_INFINITY, options),
  ];
}

interface Particulars {
  readonly expr: string;
  readonly says: string;
  readonly summary: string;
  readonly description: string;
  readonly panel: { readonly uid: string; readonly panel: number };
}

function symptom(alert: string, severity: string, options: GenerateOptions, particulars: Particulars): AlertingRule {
  return {
    kind: 'alert',
    alert,
    says: particulars.says,
    expr: particulars.expr,
    // `name` is what the kubernetes-mixin's alerts call the APIService: inhibition compares equal labels.
    labels: { severity, name: '{{ $labels.apiservice }}', ...options.labels },
    annotations: {
      summary: particulars.summary,
      description: `${particulars.description} {{ if eq $labels.cause "unknown" }}The cause is not known.{{ else }}Most likely cause: ${causeNow()}, ${SURE_NOW} sure.${evidenceNow(options)}{{ end }}${hurtNow(options)}`,
      confidence: `{{ if eq $labels.cause "unknown" }}the cause is not known{{ else }}${SURE_NOW}{{ end }}`,
      status_url: statusUrl(options),
      runbook_url: runbookUrl('{{ $labels.cause }}', options),
      dashboard_url: dashboardUrl(particulars.panel, options),
    },
  };
}

/** The certificate itself is the evidence: the cause is known before anything fails. */
function certificate(severity: 'warning' | 'critical', under: number, atLeast: number, options: GenerateOptions): AlertingRule {
  const left = (metric: string, which: string) => {
    const seconds = `min by (${levelOf(options)}) (${metric}) - time()`;
    const inRange = Number.isFinite(atLeast) ? `${seconds} < ${under} and ${seconds} >= ${atLeast}` : `${seconds} < ${under}`;
    return `label_replace(${inRange}, "certificate", "${which}", "", "")`;
  };
  return {
    kind: 'alert',
    alert: 'AggregatedAPICertificateExpiring',
    says: `The serving certificate or the caBundle ends within ${printDuration(under)}${Number.isFinite(atLeast) ? `, not within ${printDuration(atLeast)}` : ''}.`,
    expr: `${left('aggregated_api_backend_certificate_not_after_timestamp_seconds', 'serving')}\nor\n${left('aggregated_api_ca_bundle_not_after_timestamp_seconds', 'ca-bundle')}`,
    for: 300,
    keepFiringFor: 300,
    labels: {
      severity,
      name: '{{ $labels.apiservice }}',
      cause: '{{ if eq $labels.certificate "serving" }}serving-certificate-expired{{ else }}ca-bundle-mismatch{{ end }}',
      category: 'tls-certificate',
      ...options.labels,
    },
    annotations: {
      summary: 'A certificate of an aggregated API is about to expire.',
      description: `The {{ $labels.certificate }} certificate of {{ $labels.apiservice }}${onCluster(options)} {{ if gt $value 0.0 }}expires in {{ $value | humanizeDuration }}{{ else }}has expired{{ end }}. From then on the kube-apiserver refuses the backend.`,
      confidence: 'the certificate itself says so',
      status_url: statusUrl(options),
      runbook_url: runbookUrl('aggregatedapicertificateexpiring', options),
      dashboard_url: dashboardUrl(PANELS.certificates, options),
    },
  };
}
