import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, NeighbourEvent, NodeCpuFacts } from '../domain/snapshot.ts';
import { count, isRecent, largest, listOf, RECENT_EVENT_MS } from './reading.ts';

const ofJob = ({ what, owner }: NeighbourEvent): boolean => what === 'started' && owner?.startsWith('Job/') === true;
const anyStart = ({ what }: NeighbourEvent): boolean => what === 'started';
const squeezed = ({ what }: NeighbourEvent): boolean => what === 'evicted' || what === 'out-of-memory';

const VERBS: Readonly<Record<NeighbourEvent['what'], string>> = {
  started: 'started',
  evicted: 'was evicted',
  'out-of-memory': 'was killed for its memory',
};

function quoteOf(api: ApiFacts, keep: (event: NeighbourEvent) => boolean): Quote | undefined {
  const newest = listOf(api.neighbours)?.findLast(keep);
  if (!newest) return undefined;
  const { object, owner, what, node, at } = newest;
  return { text: `pod ${object}${owner === undefined ? '' : ` (${owner})`} ${VERBS[what]} on ${node} at ${new Date(at).toISOString()}` };
}

const counted = (name: string, help: string, withinMs: number, keep: (event: NeighbourEvent) => boolean): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_neighbours',
  familyHelp: 'Other pods on the nodes of the backend, by what happened to them lately.',
  labels: { state: name.replace(/^neighbours-/, '').replaceAll('-', '_') },
  source: 'pods',
  quote: (api) => quoteOf(api, keep),
  observe(api, _cluster, time) {
    const events = listOf(api.neighbours);
    return events && count(events, (event) => keep(event) && isRecent(event.at, time, withinMs));
  },
});

/** So long a start can be what disturbs: images are unpacked, caches are filled, a job does most of its work. */
const START_MS = 3 * 60_000;

const nodesOf = ({ neighbourCpu }: ApiFacts): readonly NodeCpuFacts[] | undefined => neighbourCpu && listOf(neighbourCpu);
const shareOf = ({ taken, cpus }: NodeCpuFacts): number => taken / cpus;

/** The pod that takes the most on the busiest node: how much, since when, and how much before. */
function hungriestOf(api: ApiFacts): Quote | undefined {
  const [busiest] = [...(nodesOf(api) ?? [])].sort((a, b) => shareOf(b) - shareOf(a));
  const pod = busiest?.top[0];
  if (!busiest || !pod) return undefined;
  const since = pod.since === undefined ? '' : ` since ${new Date(pod.since).toISOString()}, ${(pod.before ?? 0).toFixed(1)} before`;
  return { text: `pod ${pod.object} takes ${pod.cpus.toFixed(1)} of ${busiest.cpus} CPUs on ${busiest.node}${since}` };
}

const TAKEN: Signal = {
  name: 'neighbours-cpu',
  help: 'Share of the CPUs of a node of the backend that other pods take, of the busiest of its nodes, 0 to 1: as its kubelet counts it.',
  kind: 'gauge',
  metric: 'aggregated_api_neighbours_cpu_ratio',
  source: 'resources',
  quote: hungriestOf,
  observe(api) {
    const nodes = nodesOf(api);
    return nodes && largest(nodes.map(shareOf));
  },
};

/** What other pods do on the nodes of the backend. */
export const NEIGHBOUR_SIGNALS: readonly Signal[] = [
  counted('neighbours-starting', 'Other pods that started on a node of the backend in the last three minutes.', START_MS, anyStart),
  counted('neighbours-jobs-starting', 'Pods of Jobs that started on a node of the backend in the last three minutes.', START_MS, ofJob),
  counted(
    'neighbours-evicted',
    'Other pods that were evicted from a node of the backend, or killed for their memory there, in the last ten minutes.',
    RECENT_EVENT_MS,
    squeezed,
  ),
  TAKEN,
];
