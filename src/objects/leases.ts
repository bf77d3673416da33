import type { Change } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { countOf, identityOf, objectOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import { isOfLastHour } from './last-hour.ts';

/** A Lease (coordination.k8s.io/v1, Kubernetes 1.36) by which one of several replicas is elected. */
export interface LeaseRecord {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string | undefined;
  /** Unix milliseconds since which its holder holds it. */
  readonly acquiredAt: number | undefined;
  /** How often the holder was another one before. */
  readonly transitions: number;
}

/** Those of one namespace: a node renews one each ten seconds in kube-node-lease, which is no election. */
export function leasesOf(namespace: string): ResourceSpec<LeaseRecord> {
  return {
    source: 'leases',
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    fields: { spec: { holderIdentity: true, acquireTime: true, leaseTransitions: true } },
    project(raw, refuse = unheard) {
      const { name, namespace: own } = identityOf(raw);
      const { holderIdentity, acquireTime, leaseTransitions } = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', refuse);
      return {
        namespace: own,
        name,
        holder: textOf(holderIdentity, 'spec.holderIdentity', refuse, 400) || undefined,
        acquiredAt: timeOf(acquireTime, 'spec.acquireTime', refuse),
        transitions: countOf(leaseTransitions, 'spec.leaseTransitions', refuse) ?? 0,
      };
    },
  };
}

/** That its holder took it from another one within the last hour; undefined: nobody did. The words are those of the event of an election. @param now Unix milliseconds. */
export function leaseChange(
  { namespace, name, holder, acquiredAt, transitions }: LeaseRecord,
  now: number,
): Omit<Change, 'what'> | undefined {
  if (holder === undefined || acquiredAt === undefined || transitions === 0 || !isOfLastHour(acquiredAt, now)) return undefined;
  return { at: acquiredAt, object: `Lease ${namespace}/${name}`, summary: `${hostOf(holder)} became leader` };
}

/** `<host>_<uuid>` as a rule. */
export const hostOf = (identity: string): string => identity.replace(/_[^_]+$/, '');
