import { observedValue } from '../../domain/observed.ts';
import { type Family, familyPerApi } from '../family.ts';

/** Event reasons that mean something to an aggregated API, with the kind of object that they are written for. They start at 0. */
export const KNOWN_EVENTS: readonly (readonly [reason: string, kind: string])[] = [
  ['Unhealthy', 'Pod'],
  ['BackOff', 'Pod'],
  ['Failed', 'Pod'],
  ['Killing', 'Pod'],
  ['FailedMount', 'Pod'],
  ['FailedAttachVolume', 'Pod'],
  ['FailedCreatePodSandBox', 'Pod'],
  ['NetworkNotReady', 'Pod'],
  ['Evicted', 'Pod'],
  ['Preempted', 'Pod'],
  ['Preempting', 'Pod'],
  ['FailedScheduling', 'Pod'],
  ['TaintManagerEviction', 'Pod'],
  ['NodeNotReady', 'Pod'],
  ['NodeNotReady', 'Node'],
  ['SystemOOM', 'Node'],
  ['EvictionThresholdMet', 'Node'],
  ['Rebooted', 'Node'],
  ['FailedCreate', 'ReplicaSet'],
  ['ScalingReplicaSet', 'Deployment'],
  ['FailedToUpdateEndpointSlices', 'Service'],
  ['FailedGetResourceMetric', 'HorizontalPodAutoscaler'],
  ['FailedGetExternalMetric', 'HorizontalPodAutoscaler'],
];
const REASONS = new Set(KNOWN_EVENTS.map(([reason]) => reason));
const KINDS = new Set([
  ...KNOWN_EVENTS.map(([, kind]) => kind),
  'APIService',
  'DaemonSet',
  'StatefulSet',
  'Job',
  'CronJob',
  'EndpointSlice',
]);

export const EVENT_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_events_total',
    type: 'counter',
    stability: 'stable',
    help: 'Events about the APIService, its backend and the nodes that host it, by reason and kind of object; reasons that mean nothing here are `other`.',
    labels: ['reason', 'object_kind'],
    cost: `once not 0: APIs × at most ${KNOWN_EVENTS.length + 1}, and more for reasons seen on unusual kinds`,
    beginsAbove: 0,
    collect(api, emit) {
      const facts = observedValue(api.events);
      if (!facts) return;
      const counts = new Map<string, number>(KNOWN_EVENTS.map(([reason, kind]) => [`${reason} ${kind}`, 0]));
      counts.set('other other', 0);
      for (const event of facts.counts) {
        const known = REASONS.has(event.reason);
        const kind = known && KINDS.has(event.kind) ? event.kind : 'other';
        const key = `${known ? event.reason : 'other'} ${kind}`;
        counts.set(key, (counts.get(key) ?? 0) + event.count);
      }
      for (const [key, count] of counts) emit(key.split(' '), count);
    },
  }),
];
