import { isControlPlaneLease, isLedBy } from '../../objects/event-changes.ts';
import { type LeaseRecord, leaseChange, leasesOf } from '../../objects/leases.ts';
import type { ApiTarget } from '../../objects/targets.ts';
import { createKept } from '../../source/kept.ts';
import { createPeriodicSource } from '../../source/periodic.ts';
import type { Right } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import type { Surroundings } from '../define-source.ts';
import { readObjects } from '../impact/read-objects.ts';

export const LIST_LEASES: Right = { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['list'] };

/** An election takes a quarter of a minute; its event, where there is one, says it at once. */
const INTERVAL_MS = 30_000;
const TURNS = 6;
const STALE_MS = 10 * 60_000;
/** Namespaces of backends, beside kube-system. */
const MOST_NAMESPACES = 50;

/**
 * Who leads, of the control plane and of the backends, from the Leases themselves: the events that say so live for an hour, and some programs
 * write none. They are listed now and then and not watched, for each is written every two seconds.
 */
export function createLeases({
  client,
  clock,
  log,
  options,
  targets,
  discovery,
}: Pick<Surroundings, 'client' | 'clock' | 'log' | 'options' | 'targets' | 'discovery'>): Source {
  const kept = createKept<true>({ what: 'Leases', about: { source: 'leases' }, clock, log, staleAfterMs: STALE_MS });
  const restMs = options.impactIntervalMs ?? INTERVAL_MS;

  const record = (lease: LeaseRecord): void => {
    const change = leaseChange(lease, clock());
    if (!change) return;
    if (isControlPlaneLease(lease)) discovery.recordChange(undefined, { ...change, what: 'control-plane-leader' });
    else for (const { name } of ledBy(lease, targets.all())) discovery.recordChange(name, { ...change, what: 'leader' });
  };

  return createPeriodicSource({
    name: 'leases',
    intervalMs: TURNS * restMs,
    restMs,
    staleAfterMs: STALE_MS,
    log,
    needs: 'all',
    parts: () => [kept.part()],
    async read(signal) {
      for (const namespace of namespacesOf(targets.all())) {
        const answer = await readObjects(client, leasesOf(namespace), LIST_LEASES, { clock, signal });
        if (signal.aborted) return;
        kept.take(answer.state === 'ok' ? { ...answer, value: true } : answer);
        if (answer.state !== 'ok') return;
        answer.value.forEach(record);
      }
    },
  });
}

function namespacesOf(targets: readonly ApiTarget[]): string[] {
  return [...new Set(['kube-system', ...targets.map(({ backend }) => backend.namespace)])].slice(0, MOST_NAMESPACES);
}

/** Those of whose pods one holds it. */
function ledBy({ namespace, holder = '' }: LeaseRecord, targets: readonly ApiTarget[]): ApiTarget[] {
  return targets.filter(
    ({ backend, pods }) => backend.namespace === namespace && pods.some((pod) => pod.namespace === namespace && isLedBy(holder, pod.name)),
  );
}
