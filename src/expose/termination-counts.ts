import type { ContainerFacts, Snapshot } from '../domain/snapshot.ts';

/** Complete: what is not here is counted as `other`. */
export const TERMINATION_REASONS = [
  'OOMKilled',
  'Error',
  'Completed',
  'ContainerCannotRun',
  'StartError',
  'ContainerStatusUnknown',
  'DeadlineExceeded',
  'other',
] as const;

interface Counted {
  restarts: number;
  readonly reasons: Map<string, number>;
}

/**
 * Terminations of each container by reason. The API keeps one previous termination only, so they are counted from snapshot to
 * snapshot: each new restart goes to the reason that the API shows then. A container goes when its pod goes.
 */
export class TerminationCounts {
  #containers = new Map<string, Counted>();

  observe(snapshot: Snapshot): void {
    const next = new Map<string, Counted>();
    for (const api of snapshot.apis)
      for (const pod of api.pods.state === 'observed' ? api.pods.value : [])
        for (const container of pod.containers) {
          const key = `${api.name} ${pod.uid} ${container.name}`;
          next.set(key, count(this.#containers.get(key), container));
        }
    // Not visible for a moment is not gone: what was counted stays until the pods are seen again.
    for (const api of snapshot.apis)
      if (api.pods.state !== 'observed')
        for (const [key, counted] of this.#containers) if (key.startsWith(`${api.name} `)) next.set(key, counted);
    this.#containers = next;
  }

  of(api: string, podUid: string, container: string): ReadonlyMap<string, number> {
    return this.#containers.get(`${api} ${podUid} ${container}`)?.reasons ?? NONE;
  }
}
const NONE: ReadonlyMap<string, number> = new Map();

function count(known: Counted | undefined, container: ContainerFacts): Counted {
  const counted = known ?? { restarts: 0, reasons: new Map<string, number>() };
  // At first sight the reasons of the earlier restarts are not known any more: only the last one is.
  const added = known ? container.restarts - known.restarts : Math.min(container.restarts, 1);
  if (added > 0 && container.lastTermination) {
    const reason = terminationReason(container.lastTermination.reason);
    counted.reasons.set(reason, (counted.reasons.get(reason) ?? 0) + added);
  }
  counted.restarts = container.restarts;
  return counted;
}

function terminationReason(reason: string): string {
  return (TERMINATION_REASONS as readonly string[]).includes(reason) ? reason : 'other';
}
