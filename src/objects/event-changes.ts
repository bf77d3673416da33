import type { Change } from '../domain/snapshot.ts';
import type { EventRecord } from './events.ts';
import { hostOf } from './leases.ts';

/** Leases whose leader does the work of the control plane: endpoints, scheduling, the garbage that is collected. */
const CONTROL_PLANE: ReadonlySet<string> = new Set(['kube-controller-manager', 'kube-scheduler']);

/** By client-go's words (k8s.io/client-go v0.36.0, tools/leaderelection): `<identity> became leader`, `<identity> stopped leading`. */
const LEADER = /^(\S{1,253}) (became leader|stopped leading)$/;

/** A leader of the control plane came or went: it concerns every API. */
export const isControlPlaneLeader = ({
  kind,
  namespace,
  name,
  reason,
}: Pick<EventRecord, 'kind' | 'namespace' | 'name' | 'reason'>): boolean =>
  kind === 'Lease' && reason === 'LeaderElection' && isControlPlaneLease({ namespace, name });

/** Whether its holder does the work of the control plane. */
export const isControlPlaneLease = ({ namespace, name }: Pick<EventRecord, 'namespace' | 'name'>): boolean =>
  namespace === 'kube-system' && CONTROL_PLANE.has(name);

export interface Leader {
  /** `<host>_<uuid>` as a rule; in a pod the host is its name. */
  readonly identity: string;
  readonly change: Omit<Change, 'what'>;
}

/** Undefined: the event is of something else. */
export function leaderIn({ kind, namespace, name, reason, message, at }: EventRecord): Leader | undefined {
  if (kind !== 'Lease' || reason !== 'LeaderElection') return undefined;
  const [, identity, did] = LEADER.exec(message) ?? [];
  if (identity === undefined || did === undefined) return undefined;
  return { identity, change: { at, object: `Lease ${namespace}/${name}`, summary: `${hostOf(identity)} ${did}` } };
}

/** Whether the leader is this pod: a host name has 63 characters at most. */
export function isLedBy(identity: string, pod: string): boolean {
  return hostOf(identity) === pod.slice(0, 63);
}

/** What the VPA's updater did to a pod, by its events on it (autoscaler, vertical-pod-autoscaler 1.4). */
const RESIZES: ReadonlyMap<string, string> = new Map([
  ['EvictedByVPA', 'was evicted by the VerticalPodAutoscaler, to come again with other requests'],
  ['InPlaceResizedByVPA', 'was resized in place by the VerticalPodAutoscaler'],
]);

/** Undefined: no autoscaler's. @param object that makes and keeps the pod, e.g. `Deployment harbour/tide-gauge`. */
export function resizeIn({ kind, name, reason, at }: EventRecord, object: string): Change | undefined {
  const did = kind === 'Pod' ? RESIZES.get(reason) : undefined;
  return did === undefined ? undefined : { what: 'scaling', at, object, summary: `pod ${name} ${did}` };
}
