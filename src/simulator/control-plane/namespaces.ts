import type { Cluster } from '../cluster.ts';
import { type Condition, timestamp } from '../objects.ts';
import type { Requests } from '../requests.ts';
import type { Cancel } from '../timers.ts';

/** A namespace that somebody makes and deletes, as a pipeline does; wall-clock milliseconds. */
export interface PassingNamespacePlan {
  readonly name: string;
  readonly deletedAt: number;
  /** Made and deleted again and again. */
  readonly every?: number | undefined;
}

/** Between two tries of the namespace controller. */
const RETRY_MS = 10_000;
const AUTHOR = { manager: 'kube-controller-manager', subresource: 'status' } as const;

/** Makes and deletes it; its deletion waits until every API tells its resources. Returns the stop function. */
export function runPassingNamespace(cluster: Cluster, requests: Requests, { name, deletedAt, every }: PassingNamespacePlan): Cancel {
  const { store, timers } = cluster;
  const cancels = new Set<Cancel>();
  const after = (milliseconds: number, run: () => void): void => void cancels.add(timers.after(milliseconds, run));

  function round(): void {
    if (!store.namespaces.get(name))
      store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } });
    after(deletedAt, () => {
      store.namespaces.update(name, (copy) => {
        copy.metadata.deletionTimestamp ??= timestamp();
        copy.status = { ...copy.status, phase: 'Terminating' };
      });
      void finalize();
    });
    if (every !== undefined) after(every, round);
  }

  async function finalize(): Promise<void> {
    if (timers.stopped || store.namespaces.get(name)?.metadata.deletionTimestamp === undefined) return;
    const silent = await silentGroups(cluster, requests);
    if (silent.length === 0) {
      store.namespaces.delete(name);
      return;
    }
    store.namespaces.update(
      name,
      (copy) => {
        const before = copy.status?.conditions?.find(({ type }) => type === 'NamespaceDeletionDiscoveryFailure');
        const since = before?.lastTransitionTime ?? timestamp();
        copy.status = { phase: 'Terminating', conditions: [{ ...discoveryFailed(silent), lastTransitionTime: since }] };
      },
      AUTHOR,
    );
    after(timers.scaled(RETRY_MS), () => void finalize());
  }

  round();
  return () => {
    for (const cancel of cancels) cancel();
    store.namespaces.delete(name);
  };
}

/** `group/version` of each API whose resources nobody tells now. */
async function silentGroups(cluster: Cluster, requests: Requests): Promise<readonly string[]> {
  const asked = [...cluster.apis.values()].map(async ({ plan: { group, version } }) =>
    (await requests.get(`/apis/${group}/${version}`)) === 200 ? [] : [`${group}/${version}`],
  );
  return (await Promise.all(asked)).flat().sort();
}

/** As the namespace controller of Kubernetes 1.36 says it. */
function discoveryFailed(groups: readonly string[]): Condition {
  const each = groups.map((group) => `${group}: stale GroupVersion discovery: ${group}`).join(', ');
  return {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'True',
    reason: 'DiscoveryFailed',
    message: `Discovery failed for some groups, ${groups.length} failing: unable to retrieve the complete list of server APIs: ${each}`,
  };
}
