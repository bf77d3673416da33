import type { Catalogue, PrintableSignal } from '../catalogue.ts';
import { SHARDS } from '../exporter-alerts.ts';
import type { GenerateOptions } from '../options.ts';
import type { Prometheus, Query } from '../prometheus.ts';
import { diagnosisRules } from '../rules.ts';
import { SERIES } from '../series.ts';
import { type Matcher, printSelector, type Selector, selectorsOf } from './selectors.ts';
import { warningsOf } from './warnings.ts';

export interface Finding {
  readonly selector: string;
  /** `found`; `quiet` = nothing now, and that is as it should be; `missing` = the rules that read it never fire. */
  readonly state: 'found' | 'quiet' | 'missing';
  /** Why it finds nothing, and what to do. */
  readonly why?: string;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** What is wrong as a whole: not scraped, another interval, clocks, cluster labels, slow groups, another catalogue. */
  readonly warnings: readonly string[];
}

const EXPORTER = 'aggregated_api_exporter_build_info';
/** Questions that Prometheus is asked at a time: few enough to be a guest. */
const AT_ONCE = 8;
/** How far back a series counts as being there. */
const LOOK_BACK = '1h';

/** Only there while an API errs, or has evidence, or after something happened. */
const SOMETIMES: ReadonlyMap<string, string> = new Map([
  [SERIES.fact, 'only while it holds'],
  [SERIES.evidence, 'only while an API errs and it is met'],
  [SERIES.score, 'only while an API errs'],
  [SERIES.confidence, 'only while an API errs'],
  [SERIES.top, 'only while an API errs'],
  [SERIES.hurt, 'only while an API hurts somebody'],
  [SERIES.sure, 'only while an API errs and the verdict is sure'],
  [SERIES.failures, 'only where the API is probed through the kube-apiserver'],
  [SERIES.moment, 'only where what it counts is observed'],
  [SERIES.coincidence, 'only where what it counts is observed'],
  [SHARDS, 'only where several exporters share the APIs out'],
  ['aggregated_api_impact', 'only of the kinds that were looked for and seen'],
  ['aggregated_api_backend_certificate_not_after_timestamp_seconds', 'only where a direct probe saw a certificate'],
  ['aggregated_api_ca_bundle_not_after_timestamp_seconds', 'only for APIServices with a caBundle'],
]);

/** Which selectors of the generated rules find nothing in that Prometheus, and why. */
export async function verifyRules(prometheus: Prometheus, catalogue: Catalogue, options: GenerateOptions): Promise<Verification> {
  const query = remembering(prometheus.query);
  const scraped = (await query(`count(last_over_time(${EXPORTER}[${LOOK_BACK}]))`)).length > 0;
  const selectors = selectorsOfRules(catalogue, options);
  const findings: Finding[] = [];
  for (let first = 0; first < selectors.length; first += AT_ONCE) {
    const some = selectors.slice(first, first + AT_ONCE);
    findings.push(...(await Promise.all(some.map((selector) => judge(selector, query, catalogue, scraped)))));
  }
  return { findings, warnings: scraped ? await warningsOf({ ...prometheus, query }, options) : [NOT_SCRAPED] };
}

/** Many selectors are of one metric: what was asked is not asked again. */
function remembering(query: Query): Query {
  const asked = new Map<string, ReturnType<Query>>();
  return (promql) => {
    const answer = asked.get(promql) ?? query(promql);
    asked.set(promql, answer);
    return answer;
  };
}

const NOT_SCRAPED = `the exporter is not scraped: ${EXPORTER} has no series in the last ${LOOK_BACK}; look at /targets, and at the labels by which Prometheus selects ServiceMonitors`;

export function selectorsOfRules(catalogue: Catalogue, options: GenerateOptions): Selector[] {
  const found = new Map<string, Selector>();
  for (const group of diagnosisRules(catalogue, options).groups)
    for (const rule of group.rules) for (const selector of selectorsOf(rule.expr)) found.set(selector.text, selector);
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

async function judge(selector: Selector, query: Query, catalogue: Catalogue, scraped: boolean): Promise<Finding> {
  const { text, metric, matchers } = selector;
  const sometimes = SOMETIMES.get(metric);
  if (!(await exists(metric, query))) {
    if (!scraped && !metric.includes(':')) return { selector: text, state: 'missing', why: 'the exporter is not scraped' };
    if (sometimes) return { selector: text, state: 'quiet', why: sometimes };
    if (metric.includes(':'))
      return { selector: text, state: 'missing', why: `no series ${metric}: the recording rules are not loaded, or fail; look at /rules` };
    return notObserved(selector, query, catalogue);
  }
  if (await exists(text, query)) return { selector: text, state: 'found' };
  for (const matcher of matchers) {
    const why = await mismatch(metric, matcher, query);
    if (!why) continue;
    const mayBeAbsent = sometimes !== undefined || isSignal(selector, catalogue);
    return mayBeAbsent ? unmatchedValue(selector, why) : { selector: text, state: 'missing', why };
  }
  return { selector: text, state: 'quiet', why: 'each label value occurs, but not together: nothing of the kind happened yet' };
}

async function exists(selector: string, query: Query): Promise<boolean> {
  return (await query(`count(last_over_time(${selector}[${LOOK_BACK}]))`)).length > 0;
}

/** Why a matcher leaves nothing over; undefined when it is not its fault. */
async function mismatch(metric: string, matcher: Matcher, query: Query): Promise<string | undefined> {
  if (matcher.value === '' || matcher.operator.startsWith('!')) return undefined;
  if (await exists(printSelector(metric, [matcher]), query)) return undefined;
  const { label } = matcher;
  const exported = printSelector(metric, [{ ...matcher, label: `exported_${label}` }]);
  if (await exists(exported, query))
    return `the label ${label} arrives as exported_${label}: it collides with a label of the target; set honorLabels: true on the ServiceMonitor, or drop the relabelling that adds ${label}`;
  const values = (await query(`count by (${label}) (last_over_time(${metric}[${LOOK_BACK}]))`))
    .map((result) => result.labels[label] ?? '')
    .filter((value) => value !== '');
  if (values.length === 0) return `${metric} has no label ${label}: a relabelling drops it`;
  return `${label}=${JSON.stringify(matcher.value)} does not occur; there are ${values.sort().slice(0, 8).join(', ')}`;
}

function isSignal({ metric }: Selector, catalogue: Catalogue): boolean {
  return catalogue.signals.some((signal) => signal.metric === metric);
}

/** A collision or a dropped label breaks the rule; a value that did not occur is an observation that was not made, or did not happen. */
function unmatchedValue({ text }: Selector, why: string): Finding {
  return { selector: text, state: /exported_|no label/.test(why) ? 'missing' : 'quiet', why };
}

async function notObserved({ metric, text }: Selector, query: Query, catalogue: Catalogue): Promise<Finding> {
  const signal: PrintableSignal | undefined = catalogue.signals.find((candidate) => candidate.metric === metric);
  if (!signal)
    return {
      selector: text,
      state: 'missing',
      why: `no series ${metric}: a metric relabelling drops it, or the exporter is older than the rules`,
    };
  const [up] = await query(`max(last_over_time(aggregated_api_exporter_source_up{source="${signal.source}"}[${LOOK_BACK}]))`);
  const state =
    up === undefined
      ? 'is switched off'
      : up.value === 0
        ? 'does not answer (see the status page for the right that is missing)'
        : 'answers, but it was never anything but 0, or not seen yet';
  return { selector: text, state: 'quiet', why: `not observed: its source ${signal.source} ${state}` };
}
