import { HURT_KINDS, type HurtKind } from '../../domain/impact.ts';
import { evidenceQuery, hurtQuery, matchersOf, titleQuery } from '../annotations.ts';
import type { GenerateOptions } from '../options.ts';
import type { AlertingRule } from '../rule-book.ts';
import { SERIES } from '../series.ts';
import { lingersFor, symptomInterval } from '../symptom-alerts.ts';
import { clusterOf, type Firing, type InputSeries, NEIGHBOUR, PATIENT, type Scenario } from './scenario.ts';
import type { Sample } from './template.ts';

/** Seconds between two samples in these tests, whatever the scrape interval is. */
const STEP = 15;

/** Seconds between two evaluations: as often as the rules count on, and at each sample. promtool ignores the interval of a group. */
export function evaluationStep(options: Pick<GenerateOptions, 'scrapeInterval'>): number {
  const most = symptomInterval(options);
  return [STEP, 5, 3].find((step) => step <= most) ?? 1;
}

const CAUSE = { cause: 'dns-failing', category: 'network-connectivity' };
const OTHER = { cause: 'pod-probe-failing', category: 'pod-instability' };
const TITLE = 'Names do not resolve';
const SENTENCE = 'Names of the cluster do not resolve.';
const SURE = 0.9;
const DAY = 86_400;

/** Symptoms, through the recording rules of their own group; what the group of the diagnosis would record is given. */
export function symptomScenarios(alerts: readonly AlertingRule[], options: GenerateOptions): Scenario[] {
  return alerts.flatMap((alert) => {
    switch (alert.alert) {
      case 'AggregatedAPIDown':
        return [
          down(alert, options),
          downBySlowProbes(alert, options),
          downForOneReplica(alert, options),
          afterAnotherFailure(alert, options),
        ];
      case 'AggregatedAPIErrors':
        return [errors(alert, options), comingAndGoing(alert, options)];
      case 'AggregatedAPIFlapping':
        return [flapping(alert, options)];
      case 'AggregatedAPISlow':
        return [slow(alert, options)];
      case 'AggregatedAPICertificateExpiring':
        return [expiring(alert, options)];
      default:
        return [];
    }
  });
}

/** Fails at 5:00, recovers at 10:00. The cause is known from 6:30 on: the alert does not wait for it, and does not start anew. */
function down(alert: AlertingRule, options: GenerateOptions): Scenario {
  return {
    alert,
    title: 'an outage of five minutes whose cause is known late',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x100', neighbour: '1x100' }),
      ...both(options, 'aggregated_api_failing', { patient: '0x19 1x19 0x60', neighbour: '0x100' }),
      ...both(options, 'aggregated_api_available', { patient: '1x19 0x19 1x60', neighbour: '1x100' }),
      ...diagnosed(options, {
        symptom: '0x19 1x23 0x56',
        errs: '0x19 1x19 0x60',
        top: `_x26 ${SURE}x13 stale`,
        evidence: '_x26 4x13 0x60',
      }),
      // What is left of the trouble looks like another cause: it must not rename the page.
      { metric: SERIES.confidence, labels: { ...patient(options), ...OTHER }, values: `_x40 ${SURE}x3 stale` },
    ],
    checks: [
      { at: 300 },
      { at: 345 },
      { at: 360, firing: unknown(options) },
      { at: 375, firing: unknown(options) },
      { at: 390, firing: known(options, true) },
      { at: 600, firing: known(options, false) },
      { at: 840, firing: known(options, false) },
      { at: 885, firing: known(options, false) },
      { at: 900 },
    ],
  };
}

/** Every probe fails, the condition is still True: the kube-apiserver has not noticed. */
function downBySlowProbes(alert: AlertingRule, options: GenerateOptions): Scenario {
  return {
    alert,
    title: 'every probe fails while the condition is still True',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x60', neighbour: '1x60' }),
      ...both(options, 'aggregated_api_failing', { patient: '0x19 1x40', neighbour: '0x60' }),
      ...both(options, 'aggregated_api_available', { patient: '1x60', neighbour: '1x60' }),
      ...both(options, 'aggregated_api_failing_share', { patient: '0x19 1x40', neighbour: '0x60' }, { vantage: 'aggregator' }),
      ...hurt(options, 'autoscaler', '_x19 12x40'),
      ...hurt(options, 'namespace', '_x19 1x40'),
      ...hurt(options, 'webhook', '_x19 0x40'),
    ],
    checks: [{ at: 345 }, { at: 360, firing: unknown(options, hurtIs(options, { autoscaler: 12, namespace: 1 })) }],
  };
}

/** Two replicas: what one of them gets through gets through. From 7:30 on the other one fails, too: that is one alert, not two. */
function downForOneReplica(alert: AlertingRule, options: GenerateOptions): Scenario {
  const of = (instance: string, metric: string, values: string, labels: Readonly<Record<string, string>> = {}): InputSeries => ({
    metric,
    labels: { ...patient(options), instance, ...labels },
    values,
  });
  return {
    alert,
    title: 'every probe of one of two replicas fails, and later every one of both',
    interval: STEP,
    series: ['10.1.0.8:9944', '10.1.0.9:9944'].flatMap((instance, index) => [
      of(instance, 'aggregated_api_info', '1x80'),
      of(instance, 'aggregated_api_failing', index === 0 ? '0x19 1x60' : '0x29 1x50'),
      of(instance, 'aggregated_api_available', '1x80'),
      of(instance, 'aggregated_api_failing_share', index === 0 ? '0x19 1x60' : '0x29 1x50', { vantage: 'aggregator' }),
    ]),
    checks: [{ at: 360 }, { at: 450 }, { at: 495 }, { at: 510, firing: unknown(options) }],
  };
}

/**
 * Another failure of 45 s is over for a minute when this one begins. Its cause is less than a thousandth sure by then, and the new
 * one is not known before a minute and a half: until then the page names neither. Where evaluations are rare, two of them go on
 * for longer than the minute after which it is down.
 */
function afterAnotherFailure(alert: AlertingRule, options: GenerateOptions): Scenario {
  return {
    alert,
    title: 'an outage that begins a minute after a failure with another cause',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x80', neighbour: '1x80' }),
      ...both(options, 'aggregated_api_failing', { patient: '0x19 1x2 0x3 1x53', neighbour: '0x80' }),
      ...both(options, 'aggregated_api_available', { patient: '1x26 0x53', neighbour: '1x80' }),
      ...diagnosed(options, { symptom: '0x19 1x60', errs: '0x19 1x2 0x3 1x53', top: `_x33 ${SURE}x46`, evidence: '_x33 4x46' }),
      { metric: SERIES.confidence, labels: { ...patient(options), ...OTHER }, values: `_x20 ${SURE}x2 0.2x3 0.0007248x5 stale` },
    ],
    checks: [
      { at: 450 },
      { at: 465, firing: lingersFor(options) > 465 - 390 ? { labels: { ...patient(options), ...OTHER }, value: SURE } : unknown(options) },
      { at: 480, firing: unknown(options) },
      { at: 495, firing: known(options, true) },
      { at: 900, firing: known(options, true) },
    ],
  };
}

/** Failures that come and go have a cause in between only; the first guess is a wrong one. */
function comingAndGoing(alert: AlertingRule, options: GenerateOptions): Scenario {
  const kinds = { vantage: 'aggregator', request: 'discovery' };
  const firing: Firing = {
    labels: { ...patient(options), ...CAUSE },
    value: 0.6,
    finds: { ...titled(), [`${SERIES.errorsLong}${matchersIn(options)} * 100`]: [{ labels: {}, value: (5 * 7) / 6 }] },
  };
  return {
    alert,
    title: 'errors that come and go, and a cause that is found at the second look',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x120', neighbour: '1x120' }),
      ...both(options, 'aggregated_api_probes_total', { patient: '0+10x120', neighbour: '0+10x120' }, kinds),
      ...both(options, 'aggregated_api_vantage_failures_total', { patient: '0x80 7+7x39', neighbour: '0x120' }, { vantage: 'aggregator' }),
      ...diagnosed(options, {
        symptom: '0x80 1x40',
        errs: '0x80 1 0 1 0 1 0 1 0 1 0x30',
        top: '_x83 0.6 stale 0.6 stale 0.6 stale _x40',
        evidence: '0x120',
      }),
      // At the first look it is less likely than not, and between two failures it is what is left of them.
      {
        metric: SERIES.confidence,
        labels: { ...patient(options), ...OTHER },
        values: `_x81 0.3 ${SURE} stale ${SURE} stale ${SURE} stale _x40`,
      },
    ],
    checks: [{ at: 1260 }, { at: 1275, firing }],
  };
}

/** From 20:00 on seven of ten probes fail: a twentieth of a quarter of an hour is full after five steps. */
function errors(alert: AlertingRule, options: GenerateOptions): Scenario {
  const kinds = { vantage: 'aggregator', request: 'discovery' };
  const share: Sample[] = [{ labels: {}, value: (5 * 7) / 6 }];
  return {
    alert,
    title: 'seven of ten requests fail for five minutes',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x200', neighbour: '1x200' }),
      ...both(options, 'aggregated_api_probes_total', { patient: '0+10x200', neighbour: '0+10x200' }, kinds),
      ...both(
        options,
        'aggregated_api_vantage_failures_total',
        { patient: '0x80 7+7x19 140x100', neighbour: '0x200' },
        { vantage: 'aggregator' },
      ),
    ],
    checks: [
      { at: 1260 },
      { at: 1275, firing: unknown(options, { [`${SERIES.errorsLong}${matchersIn(options)} * 100`]: share }) },
      { at: 2400 },
    ],
  };
}

/** Ten minutes up, then down and up every two and a half minutes. */
function flapping(alert: AlertingRule, options: GenerateOptions): Scenario {
  return {
    alert,
    title: 'three outages of two and a half minutes',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x300', neighbour: '1x300' }),
      ...both(options, 'aggregated_api_failing', { patient: '0x39 1x9 0x9 1x9 0x9 1x9 0x200', neighbour: '0x300' }),
    ],
    checks: [{ at: 1335 }, { at: 1350, firing: unknown(options) }, { at: 2370, firing: unknown(options) }, { at: 2430 }],
  };
}

/** From 15:00 on all answers take between 2.5 and 5 s; a tenth of the last ten minutes is slow after a minute. */
function slow(alert: AlertingRule, options: GenerateOptions): Scenario {
  const bucket = (le: string, patient: string) =>
    both(options, 'aggregated_api_probe_duration_seconds_bucket', { patient, neighbour: '0+10x200' }, { vantage: 'aggregator', le });
  return {
    alert,
    title: 'all answers take seconds',
    interval: STEP,
    series: [
      ...both(options, 'aggregated_api_info', { patient: '1x200', neighbour: '1x200' }),
      ...bucket('1', '0+10x60 600x140'),
      ...bucket('2.5', '0+10x60 600x140'),
      ...bucket('5', '0+10x200'),
      ...bucket('+Inf', '0+10x200'),
    ],
    checks: [
      { at: 945 },
      { at: 1500, firing: unknown(options, { [`${SERIES.latency}${matchersIn(options)}`]: [{ labels: {}, value: 2.5 + 2.5 * 0.9 }] }) },
    ],
  };
}

/** Ten minutes more than the limit are left; renewed after an hour. */
function expiring(alert: AlertingRule, options: GenerateOptions): Scenario {
  const days = alert.labels.severity === 'critical' ? 1 : 7;
  const end = days * DAY + 600;
  const labels = { ...clusterOf(options.clusterLabels), apiservice: PATIENT, certificate: 'serving' };
  return {
    alert,
    title: `${days === 1 ? 'a day' : 'seven days'} before the end of the serving certificate`,
    interval: STEP,
    series: both(options, 'aggregated_api_backend_certificate_not_after_timestamp_seconds', {
      patient: `${end}x239 ${90 * DAY}x100`,
      neighbour: `${90 * DAY}x400`,
    }),
    checks:
      days === 1
        ? // A day and some minutes before the end it is the warning that fires, and it goes on for five minutes.
          [{ at: 1215, firing: { labels, value: end - 1215 } }, { at: 3930 }]
        : [
            { at: 600 },
            { at: 900 },
            { at: 915, firing: { labels, value: end - 915 } },
            { at: 3585, firing: { labels, value: end - 3585 } },
            { at: 3930 },
          ],
  };
}

function both(
  options: GenerateOptions,
  metric: string,
  values: { readonly patient: string; readonly neighbour: string },
  labels: Readonly<Record<string, string>> = {},
): InputSeries[] {
  const of = (apiservice: string, samples: string) => ({
    metric,
    labels: { ...clusterOf(options.clusterLabels), apiservice, ...labels },
    values: samples,
  });
  return [of(PATIENT, values.patient), of(NEIGHBOUR, values.neighbour)];
}

/** What the group of the diagnosis records of the patient: values of the symptom, of errors now, of the cause and its evidence. */
function diagnosed(
  options: GenerateOptions,
  values: { readonly symptom: string; readonly errs: string; readonly top: string; readonly evidence: string },
): InputSeries[] {
  const labels = patient(options);
  const { cause } = CAUSE;
  const evidence = 'resolve-failed';
  return [
    { metric: SERIES.symptom, labels, values: values.symptom },
    { metric: SERIES.errs, labels, values: values.errs },
    { metric: SERIES.confidence, labels: { ...labels, ...CAUSE }, values: values.top },
    { metric: SERIES.evidence, labels: { ...labels, cause, evidence, says: SENTENCE }, values: values.evidence },
    { metric: SERIES.prior, labels: { ...CAUSE, says: TITLE }, values: '-1x200' },
  ];
}

function hurt(options: GenerateOptions, kind: HurtKind, values: string): InputSeries[] {
  const labels = { ...patient(options), kind };
  return [{ metric: 'aggregated_api_impact', labels, values }];
}

function hurtIs(options: GenerateOptions, counts: Readonly<Partial<Record<HurtKind, number>>>): Firing['finds'] {
  const found = Object.entries(counts).map(([kind, value]): Sample => {
    const { one, many } = HURT_KINDS[kind as HurtKind];
    return { labels: { kind, says: value === 1 ? one : many }, value };
  });
  return { [hurtQuery(matchersIn(options))]: found };
}

function patient(options: GenerateOptions): Record<string, string> {
  return { ...clusterOf(options.clusterLabels), apiservice: PATIENT };
}

function unknown(options: GenerateOptions, finds: Firing['finds'] = {}): Firing {
  return { labels: { ...patient(options), cause: 'unknown', category: 'unknown' }, value: 0, finds };
}

function known(options: GenerateOptions, evidenceIsThere: boolean): Firing {
  const labels = { ...patient(options), ...CAUSE };
  const query = evidenceQuery(matchersIn(options, ['cause'], labels));
  return {
    labels,
    value: SURE,
    finds: { ...titled(), ...(evidenceIsThere ? { [query]: [{ labels: { says: SENTENCE }, value: 4 }] } : {}) },
  };
}

function titled(): Record<string, Sample[]> {
  return { [titleQuery(JSON.stringify(CAUSE.cause))]: [{ labels: { says: TITLE }, value: 1 }] };
}

/** The matchers as the annotations print them. */
export function matchersIn(
  options: GenerateOptions,
  further: readonly string[] = [],
  labels: Readonly<Record<string, string>> = {},
): string {
  const values = new Map(Object.entries({ ...patient(options), ...labels }));
  return matchersOf([...options.clusterLabels, 'apiservice', ...further], (label) => JSON.stringify(values.get(label)));
}
