import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterEvent } from '../domain/snapshot.ts';
import { countRecentEvents, isOver, isRecentEvent } from './reading.ts';

const IMAGE = /pull|image|manifest|registry/i;

/** Events of the last ten minutes, grouped by what they mean. Redundant with pod facts on purpose: pods may be forbidden. */
const GROUPS: Readonly<Record<string, { readonly says: string; readonly keep: (event: ClusterEvent) => boolean }>> = {
  'probe-failed': { says: 'a readiness, liveness or startup probe failed (Unhealthy)', keep: (e) => e.reason === 'Unhealthy' },
  'liveness-kill': {
    says: 'the kubelet restarted a container for its liveness or startup probe (Killing)',
    keep: (e) => e.reason === 'Killing' && /failed (liveness|startup) probe/i.test(e.message),
  },
  'crash-back-off': {
    says: 'a container that crashes is held back (BackOff)',
    keep: (e) => (e.reason === 'BackOff' && !IMAGE.test(e.message)) || e.reason === 'CrashLoopBackOff',
  },
  'pull-failed': {
    says: 'an image could not be pulled (Failed, BackOff, ErrImageNeverPull)',
    keep: (e) =>
      ['ErrImageNeverPull', 'InspectFailed', 'ErrImagePull', 'ImagePullBackOff'].includes(e.reason) ||
      (['BackOff', 'Failed'].includes(e.reason) && IMAGE.test(e.message)),
  },
  'container-refused': {
    says: 'a container could not be created or started (Failed)',
    keep: (e) => e.reason === 'Failed' && e.kind === 'Pod' && !IMAGE.test(e.message),
  },
  'mount-failed': {
    says: 'a volume could not be mounted (FailedMount, FailedAttachVolume)',
    keep: (e) => e.reason === 'FailedMount' || e.reason === 'FailedAttachVolume',
  },
  'scheduling-failed': { says: 'no node was found (FailedScheduling)', keep: (e) => e.reason === 'FailedScheduling' },
  'creation-refused': { says: 'a controller could not create a pod (FailedCreate)', keep: (e) => e.reason === 'FailedCreate' },
  evicted: {
    says: 'a pod was evicted because a resource was short (Evicted)',
    keep: (e) => e.reason === 'Evicted' || e.reason === 'EvictionThresholdMet',
  },
  preempted: {
    says: 'a pod was preempted, removed by a taint, or evicted by the VerticalPodAutoscaler',
    keep: (e) => ['Preempted', 'Preempting', 'TaintManagerEviction', 'EvictedByVPA'].includes(e.reason),
  },
  'out-of-memory': {
    says: 'the node had no memory left and killed a process (SystemOOM, OOMKilling)',
    keep: (e) => ['SystemOOM', 'OOMKilling', 'OOMKilled'].includes(e.reason),
  },
  'sandbox-failed': {
    says: 'the network of a pod could not be set up (FailedCreatePodSandBox, NetworkNotReady)',
    keep: (e) => e.reason === 'FailedCreatePodSandBox' || e.reason === 'NetworkNotReady',
  },
  'node-lost': { says: 'a node became NotReady or was rebooted', keep: (e) => ['NodeNotReady', 'Rebooted', 'Shutdown'].includes(e.reason) },
  rollout: { says: 'a Deployment was scaled (ScalingReplicaSet)', keep: (e) => e.reason === 'ScalingReplicaSet' },
  'slices-not-updated': {
    says: 'EndpointSlices could not be updated',
    keep: (e) => e.reason === 'FailedToUpdateEndpointSlices' || e.reason === 'FailedToUpdateEndpoint',
  },
  'certificate-issue': {
    says: 'an operator complains about the serving certificate',
    keep: (e) =>
      /serving cert|certificate/i.test(e.message) &&
      e.type === 'Warning' &&
      !['Unhealthy', 'BackOff', 'Failed', 'FailedMount'].includes(e.reason),
  },
};

/** What events of this kind tell: groups of EVENT_SIGNALS. */
export function eventGroupsOf(event: ClusterEvent): string[] {
  return Object.entries(GROUPS).flatMap(([group, { keep }]) => (keep(event) ? [group] : []));
}

/** These tell of more than the backend's own pods: that all of them are ready does not end it. */
const OF_OTHERS: ReadonlySet<string> = new Set(['node-lost', 'slices-not-updated', 'certificate-issue']);

export const EVENT_SIGNALS: readonly Signal[] = Object.entries(GROUPS).map(([group, { says, keep }]) => ({
  name: `events-${group}`,
  help: `Events of the last ten minutes that say that ${says}${OF_OTHERS.has(group) ? '' : '; none once the pod is ready or replaced'}.`,
  kind: 'gauge',
  metric: 'aggregated_api_recent_events',
  familyHelp: 'Events of the last ten minutes, by what they are about.',
  labels: { about: group.replaceAll('-', '_') },
  source: 'events',
  quote(api, _cluster, time) {
    const newest = observedValue(api.events)?.recent.findLast((event) => isRecentEvent(event, time) && keep(event));
    return newest && { text: `${newest.reason} ${newest.object}: ${newest.message}`, from: 'events' };
  },
  observe: (api, _cluster, time) =>
    countRecentEvents(
      api,
      time,
      (event) => keep(event) && (OF_OTHERS.has(group) || !(isOver(api, event, time) || hasRolledOut(api, event))),
    ),
}));

/** The workload's own status is newer than the event of its scaling: pods that fail later do not begin the rollout again. */
function hasRolledOut(api: ApiFacts, { reason }: ClusterEvent): boolean {
  return reason === 'ScalingReplicaSet' && observedValue(api.workload)?.rollingOut === false;
}
