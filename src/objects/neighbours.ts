import type { NeighbourEvent } from '../domain/snapshot.ts';
import type { CacheChange } from '../kube/api.ts';
import type { Clock } from '../source/clock.ts';
import type { ContainerRecord, PodRecord } from './pods.ts';

const HOUR = 3_600_000;
const MAX_NODES = 5_000;
const MAX_OF_ONE = 50;
const MAX_TOLD = 50;

/** What pods of a node do that takes something from the others: they start, they are evicted, they are killed for memory. Of an hour. */
export interface Neighbours {
  observe(change: CacheChange<PodRecord>): void;
  /** Of these nodes, without the pods of `own`, by `namespace/name`; newest last, at most 50. */
  on(nodes: ReadonlySet<string>, own: ReadonlySet<string>): NeighbourEvent[];
}

export function createNeighbours({ clock }: { clock: Clock }): Neighbours {
  const byNode = new Map<string, NeighbourEvent[]>();

  const add = (node: string, event: NeighbourEvent) => {
    if (event.at < clock() - HOUR) return;
    const events = byNode.get(node) ?? [];
    if (events.some(({ object, what, at }) => object === event.object && what === event.what && at === event.at)) return;
    events.push(event);
    byNode.delete(node);
    byNode.set(node, events.slice(-MAX_OF_ONE));
    const [oldest] = byNode.keys();
    if (byNode.size > MAX_NODES && oldest !== undefined) byNode.delete(oldest);
  };

  return {
    observe({ type, object, previous, live }) {
      if (type === 'deleted' || object.node === undefined) return;
      const before = previous?.uid === object.uid ? previous : undefined;
      for (const event of eventsOf(object, before, live ? clock() : undefined)) add(object.node, event);
    },
    on(nodes, own) {
      const since = clock() - HOUR;
      return [...nodes]
        .flatMap((node) => byNode.get(node) ?? [])
        .filter(({ object, at }) => at >= since && !own.has(object))
        .sort((a, b) => a.at - b.at)
        .slice(-MAX_TOLD);
    },
  };
}

/** @param now undefined in the first list: when an eviction was is not known then. */
function eventsOf(pod: PodRecord, before: PodRecord | undefined, now: number | undefined): NeighbourEvent[] {
  const { node = '', owner } = pod;
  const about = { node, object: `${pod.namespace}/${pod.name}`, ...(owner === undefined ? {} : { owner }) };
  return [...startsIn(pod, before), ...evictionsIn(pod, before, now), ...killsIn(pod, before)].map((happened) => ({
    ...about,
    ...happened,
  }));
}

type Happened = Pick<NeighbourEvent, 'what' | 'at'>;

function startsIn(pod: PodRecord, before: PodRecord | undefined): Happened[] {
  const at = startOf(pod);
  return at !== undefined && (before === undefined || startOf(before) === undefined) ? [{ what: 'started', at }] : [];
}

function evictionsIn({ phase, reason }: PodRecord, before: PodRecord | undefined, now: number | undefined): Happened[] {
  const isEvicted = phase === 'Failed' && reason === 'Evicted' && before?.reason !== 'Evicted';
  return isEvicted && now !== undefined ? [{ what: 'evicted', at: now }] : [];
}

function killsIn({ containers }: PodRecord, before: PodRecord | undefined): Happened[] {
  const known = new Set(before?.containers.flatMap(killsOf));
  return containers.flatMap(killsOf).flatMap((at): Happened[] => (known.has(at) ? [] : [{ what: 'out-of-memory', at }]));
}

/** When the pod began to work: its first container that ran. One that restarts does not start again. */
function startOf({ containers }: PodRecord): number | undefined {
  const starts = containers.flatMap(({ startedAt, terminated, restarts }) =>
    restarts > 0 ? [] : (startedAt ?? terminated?.startedAt ?? []),
  );
  return starts.length > 0 ? Math.min(...starts) : undefined;
}

function killsOf({ terminated, lastTermination }: ContainerRecord): number[] {
  return [terminated, lastTermination].flatMap((end) =>
    end?.reason === 'OOMKilled' && end.finishedAt !== undefined ? [end.finishedAt] : [],
  );
}
