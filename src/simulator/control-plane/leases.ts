import type { Cluster } from '../cluster.ts';
import { microTimestamp } from '../objects.ts';

const NAMESPACE = 'kube-system';
const LEASED = ['kube-controller-manager', 'kube-scheduler'] as const;

/** The Leases by which the control plane elects; nobody renews them here. */
export function addLeases({ store }: Pick<Cluster, 'store'>): void {
  const now = microTimestamp();
  for (const name of LEASED)
    store.leases.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: NAMESPACE, name },
      spec: { holderIdentity: 'control-a_7d', leaseDurationSeconds: 15, acquireTime: now, renewTime: now, leaseTransitions: 0 },
    });
}

/** Another one takes it, and says so. @param holder `<host>_<uuid>` */
export function takeLease({ store, events }: Pick<Cluster, 'store' | 'events'>, name: (typeof LEASED)[number], holder: string): void {
  const at = Date.now();
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: NAMESPACE, name, uid: `lease-${name}` };
  const before = store.leases.get(`${NAMESPACE}/${name}`)?.spec.holderIdentity;
  store.leases.update(`${NAMESPACE}/${name}`, (copy) => {
    copy.spec = {
      ...copy.spec,
      holderIdentity: holder,
      acquireTime: microTimestamp(at),
      renewTime: microTimestamp(at),
      leaseTransitions: copy.spec.leaseTransitions + 1,
    };
  });
  for (const said of [`${before} stopped leading`, `${holder} became leader`])
    events.report(lease, { component: name, reason: 'LeaderElection', message: said });
}
