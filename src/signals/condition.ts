import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { flag, seconds } from './reading.ts';

/** Reasons of kube-aggregator's availability controllers; anything else is `other`. */
const REASONS = {
  'condition-passed': 'Passed',
  'condition-service-not-found': 'ServiceNotFound',
  'condition-service-access-error': 'ServiceAccessError',
  'condition-service-port-error': 'ServicePortError',
  'condition-endpoints-not-found': 'EndpointsNotFound',
  'condition-endpoints-access-error': 'EndpointsAccessError',
  'condition-missing-endpoints': 'MissingEndpoints',
  'condition-failed-discovery-check': 'FailedDiscoveryCheck',
} as const;
const KNOWN: readonly string[] = Object.values(REASONS);

const reasonSignal = (name: string, reason: string, holds: (reason: string) => boolean): Signal => ({
  name,
  help: `1 while the condition Available has the reason ${reason}, else 0.`,
  kind: 'gauge',
  metric: 'aggregated_api_condition_reason',
  stability: 'stable',
  familyHelp: 'Reason of the condition Available: 1 for the current one, 0 for the others.',
  labels: { reason },
  source: 'api-services',
  observe(api) {
    const condition = observedValue(api.condition);
    return condition && flag(holds(condition.reason));
  },
  quote(api) {
    const condition = observedValue(api.condition);
    return condition?.message && condition.status !== 'True' && holds(condition.reason)
      ? { text: condition.message, from: 'condition' }
      : undefined;
  },
});

/** The Available condition of the APIService, as the kube-apiserver wrote it. */
export const CONDITION_SIGNALS: readonly Signal[] = [
  {
    name: 'failing',
    help: '1 while the newest observation of the API errs: condition not True, or a failed probe through the kube-apiserver; 0 while it was observed well.',
    kind: 'gauge',
    metric: 'aggregated_api_failing',
    stability: 'stable',
    source: 'probes',
    observe: (api) => flag(isFailing(api)),
  },
  {
    name: 'available',
    help: 'Condition Available of the APIService: 1 True, 0 False; no series while it is Unknown or not visible.',
    kind: 'gauge',
    metric: 'aggregated_api_available',
    stability: 'stable',
    source: 'api-services',
    observe(api) {
      const status = observedValue(api.condition)?.status;
      return status === 'True' ? 1 : status === 'False' ? 0 : undefined;
    },
  },
  ...Object.entries(REASONS).map(([name, reason]) => reasonSignal(name, reason, (seen) => seen === reason)),
  reasonSignal('condition-other-reason', 'other', (seen) => !KNOWN.includes(seen)),
  {
    name: 'became-unavailable',
    help: 'Transitions of the condition Available to False that were seen.',
    asks: 'How often did the kube-apiserver take the API away?',
    kind: 'counter',
    metric: 'aggregated_api_condition_transitions_total',
    stability: 'stable',
    familyHelp: 'Transitions of the condition Available that were seen, by the status it went to.',
    labels: { to: 'False' },
    source: 'api-services',
    observe: (api) => api.transitions.False,
  },
  {
    name: 'became-available',
    help: 'Transitions of the condition Available to True that were seen.',
    asks: 'How often did the API come back?',
    kind: 'counter',
    metric: 'aggregated_api_condition_transitions_total',
    stability: 'stable',
    familyHelp: 'Transitions of the condition Available that were seen, by the status it went to.',
    labels: { to: 'True' },
    source: 'api-services',
    observe: (api) => api.transitions.True,
  },
  {
    name: 'became-unknown',
    help: 'Transitions of the condition Available to Unknown that were seen.',
    asks: 'How often did nobody judge the API?',
    kind: 'counter',
    metric: 'aggregated_api_condition_transitions_total',
    stability: 'stable',
    familyHelp: 'Transitions of the condition Available that were seen, by the status it went to.',
    labels: { to: 'Unknown' },
    source: 'api-services',
    observe: (api) => api.transitions.Unknown,
  },
  {
    name: 'condition-changed',
    help: 'When the condition Available last changed its status, Unix time.',
    asks: 'Since when is the condition as it is?',
    kind: 'timestamp',
    metric: 'aggregated_api_condition_last_transition_timestamp_seconds',
    source: 'api-services',
    observe: (api) => seconds(observedValue(api.condition)?.lastTransition),
  },
  {
    name: 'apiservice-created',
    help: 'When the APIService was created, Unix time.',
    asks: 'Did the API ever work, or is it new?',
    kind: 'timestamp',
    metric: 'aggregated_api_created_timestamp_seconds',
    source: 'api-services',
    observe: (api) => seconds(api.createdAt),
  },
];

/** Undefined while nothing was observed that could tell: false needs something that shows that the API answers. */
function isFailing(api: ApiFacts): boolean | undefined {
  if (api.reported) return api.reported.state === 'failing';
  const condition = observedValue(api.condition);
  let answered = condition !== undefined;
  if (condition && condition.status !== 'True') return true;
  for (const { vantage, request, last } of api.probes) {
    if (vantage !== 'aggregator') continue;
    if (last.ok) {
      answered = true;
      continue;
    }
    // The kube-apiserver itself refuses us the list: that is our own right, not the API's health.
    const ourOwnRight = request === 'list' && last.reason === 'forbidden' && last.hop === 'kube-apiserver';
    if (!ourOwnRight) return true;
  }
  return answered ? false : undefined;
}
