import { RUNBOOK_CORRELATIONS, type RunbookCorrelation } from '../../domain/cause.ts';
import type { Catalogue } from '../catalogue.ts';
import { alertPage, causeAlertName, EXPORTER_ALERTS, SYMPTOM_ALERTS } from '../names.ts';
import { heading, type Page, paragraph, table } from './page.ts';

/** The correlations that the runbook of KubeAggregatedAPIErrors tells people to look for, in its order. */
const CORRELATIONS: Readonly<Record<RunbookCorrelation, string>> = {
  'pod-instability': 'Pods behind the API that are unstable',
  'restart-patterns': 'Restarts at the times of the errors',
  'network-connectivity': 'Connectivity between the kube-apiserver and the backend',
  'policy-changes': 'Network policies and other policies that changed',
  'resource-pressure': 'CPU and memory pressure',
  'apiserver-load': 'Load, latency and errors of the kube-apiserver',
  'temporal-pattern': 'Failures that are consistent or intermittent, and at regular intervals: hence scheduled operations',
  'transient-causes': 'Transient causes',
  'one-hour-look-back':
    'When nothing correlates: the hour before (infrastructure, configuration, network, health of the aggregation layer)',
};

export function indexPage(catalogue: Catalogue): Page {
  return {
    id: 'README',
    title: 'Runbooks',
    blocks: [
      paragraph(
        'One page per alert and per cause. Every page has what it means, how we know, how to confirm it by hand with commands that only read, the remedy, how to verify it, and what it is confused with.',
      ),
      heading('Correlations'),
      paragraph(
        'The runbook of KubeAggregatedAPIErrors names eight correlations to look for, and a look back over an hour. These causes answer them:',
      ),
      table(
        ['correlation', 'causes'],
        RUNBOOK_CORRELATIONS.map((correlation) => [CORRELATIONS[correlation], linksTo(causesAnswering(catalogue, correlation))]),
      ),
      heading('Alerts of symptoms'),
      table(
        ['alert', 'page'],
        [...SYMPTOM_ALERTS, ...EXPORTER_ALERTS].map((name) => [`\`${name}\``, `[${alertPage(name)}](${alertPage(name)})`]),
      ),
      heading('Causes'),
      table(
        ['cause', 'category', 'severity', 'alert'],
        [
          ...catalogue.causes.map((cause) => [
            `[${cause.title}](${cause.id})`,
            cause.category,
            cause.severity,
            `\`${causeAlertName(cause.id)}\``,
          ]),
          ['[The cause is not known](unknown)', 'unknown', '–', 'none of its own'],
        ],
      ),
    ],
  };
}

export function causesAnswering(catalogue: Catalogue, correlation: RunbookCorrelation): string[] {
  return catalogue.causes
    .filter((cause) => cause.runbookCorrelation === correlation || (correlation === 'one-hour-look-back' && cause.lookBack?.length))
    .map((cause) => cause.id);
}

function linksTo(causes: readonly string[]): string {
  return causes.map((id) => `[${id}](${id})`).join(', ') || '–';
}
