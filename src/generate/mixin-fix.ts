import { onCluster } from './annotations.ts';
import { printDuration } from './duration.ts';
import type { GenerateOptions } from './options.ts';
import { windowOf } from './promql.ts';
import type { AlertingRule, RuleBook } from './rule-book.ts';

const RUNBOOKS = 'https://runbooks.prometheus-operator.dev/runbooks/kubernetes';

/**
 * A replacement for the kubernetes-mixin's KubeAggregatedAPIErrors and KubeAggregatedAPIDown that needs no exporter, under their
 * names, so that routes and silences stay. What is mended:
 *  - a counter that moves only on a transition from available to not says nothing about an outage that goes on, and 0 about an API
 *    that was never available: the gauge says both;
 *  - only one kube-apiserver of several counts a transition, and which one is chance: no expression asks for a rise per instance;
 *  - `increase` over 1m is empty when the kube-apiserver is scraped every 60 s: windows hold four scrapes at least;
 *  - the first transition makes a series begin at 1, which `increase` takes for no increase;
 *  - an API that only one kube-apiserver holds unavailable is not down: it is an error, and the alert says which one.
 */
export function mixinFix(options: GenerateOptions): RuleBook {
  return {
    groups: [
      {
        name: 'kubernetes-aggregated-apis',
        says: 'Alerts by the metrics of the kube-apiserver alone.',
        interval: options.scrapeInterval,
        rules: [errors(options), down(options)],
      },
    ],
    notes: [
      'A replacement for KubeAggregatedAPIErrors and KubeAggregatedAPIDown of the kubernetes-mixin: remove those two, or disable them in your chart.',
      `Reads ${GAUGE} and ${COUNTER} of {${options.kubeApiserverSelector}}, scraped every ${printDuration(options.scrapeInterval)}.`,
    ],
  };
}

const GAUGE = 'aggregator_unavailable_apiservice';
const COUNTER = 'aggregator_unavailable_apiservice_total';

function level(options: GenerateOptions, ...further: readonly string[]): string {
  return [...options.clusterLabels, ...further].join(', ');
}

function errors(options: GenerateOptions): AlertingRule {
  const gauge = `${GAUGE}{${options.kubeApiserverSelector}}`;
  const counter = `${COUNTER}{${options.kubeApiserverSelector}}`;
  const share = `max by (${level(options, 'instance', 'name')}) (avg_over_time(${gauge}[15m])) > 0.1`;
  // A transition that fell between two scrapes shows in the counter only. A series that is younger than the window began at 1.
  const transitions = `sum by (${level(options, 'name')}) (increase(${counter}[15m]) or (${counter} unless ${counter} offset 15m)) > 2.5`;
  return {
    kind: 'alert',
    alert: 'KubeAggregatedAPIErrors',
    says: 'One kube-apiserver held the API unavailable for more than a tenth of 15 minutes, or it became unavailable at least three times.',
    expr: `${share}\nor\n(${transitions} unless on (${level(options, 'name')}) (${share}))`,
    for: 60,
    keepFiringFor: 300,
    labels: { severity: 'warning', ...options.labels },
    annotations: {
      summary: 'Kubernetes aggregated API has reported errors.',
      description: `Kubernetes aggregated API {{ $labels.name }}${onCluster(options)} was unavailable again and again, or for more than a tenth of the last 15 minutes{{ with $labels.instance }}, as the kube-apiserver {{ . }} sees it{{ end }}.`,
      runbook_url: `${RUNBOOKS}/kubeaggregatedapierrors`,
    },
  };
}

function down(options: GenerateOptions): AlertingRule {
  const window = printDuration(windowOf(0, options.scrapeInterval));
  return {
    kind: 'alert',
    alert: 'KubeAggregatedAPIDown',
    says: 'Every kube-apiserver holds the API unavailable.',
    expr: `min by (${level(options, 'name')}) (last_over_time(${GAUGE}{${options.kubeApiserverSelector}}[${window}])) == 1`,
    for: 120,
    keepFiringFor: 300,
    labels: { severity: 'warning', ...options.labels },
    annotations: {
      summary: 'Kubernetes aggregated API is down.',
      description: `Kubernetes aggregated API {{ $labels.name }}${onCluster(options)} is unavailable through every kube-apiserver.`,
      runbook_url: `${RUNBOOKS}/kubeaggregatedapidown`,
    },
  };
}

/**
 * The two alerts as the mixin has them (kubernetes-mixin aa38e2b, 2026-08-06, alerts/kube_apiserver.libsonnet), renamed so that
 * they can be tested beside the replacement.
 */
export function stockRules(options: GenerateOptions): RuleBook {
  const stock = (alert: string, expr: string, seconds: number): AlertingRule => ({
    kind: 'alert',
    alert,
    says: `${alert.replace('Stock', '')} as the kubernetes-mixin has it.`,
    expr,
    for: seconds,
    labels: { severity: 'warning' },
    annotations: {},
  });
  const selector = options.kubeApiserverSelector;
  return {
    groups: [
      {
        name: 'stock',
        says: 'The two alerts that the replacement is compared with.',
        interval: options.scrapeInterval,
        rules: [
          stock(
            'StockKubeAggregatedAPIErrors',
            `sum by(${level(options, 'instance', 'name', 'reason')})(increase(${COUNTER}{${selector}}[1m])) > 0`,
            600,
          ),
          stock(
            'StockKubeAggregatedAPIDown',
            `(1 - max by(name, namespace, ${level(options)})(avg_over_time(${GAUGE}{${selector}}[10m]))) * 100 < 85`,
            300,
          ),
        ],
      },
    ],
    notes: [
      'KubeAggregatedAPIErrors and KubeAggregatedAPIDown as the kubernetes-mixin has them, renamed, to be tested side by side with the replacement.',
    ],
  };
}
