import { mixinFix, stockRules } from '../mixin-fix.ts';
import type { GenerateOptions } from '../options.ts';
import { type AlertingRule, alertsOf } from '../rule-book.ts';
import { clusterOf, type InputSeries, NEIGHBOUR, PATIENT, type Scenario } from './scenario.ts';

type Alert = 'KubeAggregatedAPIErrors' | 'KubeAggregatedAPIDown' | 'StockKubeAggregatedAPIErrors' | 'StockKubeAggregatedAPIDown';

interface Case {
  readonly title: string;
  /** Seconds between two scrapes; the samples below are one per scrape. */
  readonly interval: number;
  /** Per kube-apiserver: samples of the gauge and of the counter. */
  readonly apiservers: readonly { readonly unavailable: string; readonly transitions?: string }[];
  /** Seconds at which the alert fires. It must not at the others of `checked`. */
  readonly fires: Readonly<Record<Alert, readonly number[]>>;
  readonly checked: readonly number[];
  /** The kube-apiserver whose judgement makes the error; none = all. */
  readonly instance?: number;
  /** No sample of the gauge shows it: the alert cannot say which kube-apiserver. */
  readonly countedOnly?: true;
}

const NEVER: readonly number[] = [];

/** The mixin's alerts beside their replacement. */
const CASES: readonly Case[] = [
  {
    title: 'a continuous outage of an hour, from 30:00 to 90:00',
    interval: 30,
    apiservers: [{ unavailable: '0x59 1x119 0x120', transitions: '0x59 1x240' }],
    checked: [1800, 1890, 1920, 2220, 3600, 5400, 7200],
    fires: {
      KubeAggregatedAPIDown: [1920, 2220, 3600, 5400],
      KubeAggregatedAPIErrors: [2220, 3600, 5400],
      StockKubeAggregatedAPIDown: [2220, 3600, 5400],
      // The one transition is long past when ten minutes are over.
      StockKubeAggregatedAPIErrors: NEVER,
    },
  },
  {
    title: 'flapping: a minute down of every five',
    interval: 30,
    apiservers: [{ unavailable: cycles('0x7 1x1', 24), transitions: stairs(24, 8, 10) }],
    checked: [1800, 3600, 5400],
    fires: {
      KubeAggregatedAPIErrors: [1800, 3600, 5400],
      KubeAggregatedAPIDown: NEVER,
      StockKubeAggregatedAPIErrors: NEVER,
      // A fifth of the time is more than the 15 % that it allows.
      StockKubeAggregatedAPIDown: [1800, 3600, 5400],
    },
  },
  {
    title: 'flapping: half a minute down of every four',
    interval: 30,
    apiservers: [{ unavailable: cycles('0x6 1', 30), transitions: stairs(30, 7, 8) }],
    checked: [1800, 3600, 5400],
    fires: {
      KubeAggregatedAPIErrors: [1800, 3600, 5400],
      KubeAggregatedAPIDown: NEVER,
      StockKubeAggregatedAPIErrors: NEVER,
      StockKubeAggregatedAPIDown: NEVER,
    },
  },
  {
    title: 'an API that was never available: nothing is ever counted',
    interval: 30,
    apiservers: [{ unavailable: '1x240' }],
    checked: [60, 120, 600, 3600],
    fires: {
      KubeAggregatedAPIDown: [120, 600, 3600],
      KubeAggregatedAPIErrors: [60, 120, 600, 3600],
      StockKubeAggregatedAPIDown: [600, 3600],
      StockKubeAggregatedAPIErrors: NEVER,
    },
  },
  {
    title: 'two kube-apiservers that disagree from 30:00 on',
    interval: 30,
    apiservers: [{ unavailable: '0x240' }, { unavailable: '0x59 1x180', transitions: '0x59 1x180' }],
    instance: 1,
    checked: [1800, 2100, 3600],
    fires: {
      KubeAggregatedAPIErrors: [2100, 3600],
      // Half of the requests pass: it is not down.
      KubeAggregatedAPIDown: NEVER,
      StockKubeAggregatedAPIErrors: NEVER,
      StockKubeAggregatedAPIDown: [3600],
    },
  },
  {
    title: 'scraped every 60 s: three transitions between the scrapes, seen by the counter only',
    interval: 60,
    countedOnly: true,
    apiservers: [{ unavailable: '0x120', transitions: '0x29 1x3 2x3 3x3 4x80' }],
    checked: [1800, 2400, 5400],
    fires: {
      KubeAggregatedAPIErrors: [2400],
      KubeAggregatedAPIDown: NEVER,
      // One sample in the window: increase has no result.
      StockKubeAggregatedAPIErrors: NEVER,
      StockKubeAggregatedAPIDown: NEVER,
    },
  },
  {
    title: 'scraped every 60 s: an outage of ten minutes from 30:00 on',
    interval: 60,
    apiservers: [{ unavailable: '0x29 1x9 0x60', transitions: '0x29 1x70' }],
    checked: [1800, 1860, 1920, 2100, 2400, 4800],
    fires: {
      KubeAggregatedAPIDown: [1920, 2100, 2400],
      KubeAggregatedAPIErrors: [1920, 2100, 2400],
      StockKubeAggregatedAPIDown: [2400],
      StockKubeAggregatedAPIErrors: NEVER,
    },
  },
];

export function mixinScenarios(options: GenerateOptions): Scenario[] {
  const alerts = [...alertsOf(mixinFix(options)), ...alertsOf(stockRules(options))];
  return CASES.flatMap((one) => alerts.map((alert) => scenario(one, alert, options)));
}

function scenario(one: Case, alert: AlertingRule, options: GenerateOptions): Scenario {
  const fires = one.fires[alert.alert as Alert];
  return {
    alert,
    title: one.title,
    interval: one.interval,
    series: one.apiservers.flatMap(({ unavailable, transitions }, instance) => seriesOf(instance, unavailable, transitions, options)),
    checks: one.checked.map((at) => (fires.includes(at) ? { at, firing: { labels: labelsOf(one, alert, options), value: 1 } } : { at })),
  };
}

function seriesOf(instance: number, unavailable: string, transitions: string | undefined, options: GenerateOptions): InputSeries[] {
  const target = { ...clusterOf(options.clusterLabels), job: 'kube-apiserver', namespace: 'default', instance: addressOf(instance) };
  return [
    { metric: 'aggregator_unavailable_apiservice', labels: { ...target, name: PATIENT }, values: unavailable },
    { metric: 'aggregator_unavailable_apiservice', labels: { ...target, name: NEIGHBOUR }, values: '0x300' },
    ...(transitions
      ? [
          {
            metric: 'aggregator_unavailable_apiservice_total',
            labels: { ...target, name: PATIENT, reason: 'FailedDiscoveryCheck' },
            values: transitions,
          },
        ]
      : []),
  ];
}

function labelsOf(one: Case, alert: AlertingRule, options: GenerateOptions): Record<string, string> {
  const cluster = { ...clusterOf(options.clusterLabels), name: PATIENT };
  if (alert.alert === 'StockKubeAggregatedAPIDown') return { ...cluster, namespace: 'default' };
  if (alert.alert === 'KubeAggregatedAPIErrors' && !one.countedOnly) return { ...cluster, instance: addressOf(one.instance ?? 0) };
  return cluster;
}

function addressOf(instance: number): string {
  return `192.0.2.${instance + 2}:6443`;
}

function cycles(cycle: string, count: number): string {
  return Array.from({ length: count }, () => cycle).join(' ');
}

/** A counter that rises by one each `every` samples, the first time after `first`. */
function stairs(count: number, first: number, every: number): string {
  return [`0x${first - 1}`, ...Array.from({ length: count - 1 }, (_, step) => `${step + 1}x${every - 1}`)].join(' ');
}
