import { type Observed, observedValue } from '../domain/observed.ts';
import type { ApiFacts, ClusterEvent, ContainerFacts, NodeFacts, PodFacts } from '../domain/snapshot.ts';

/** How long a thing that happened still counts as happening, milliseconds. */
export const RECENT_EVENT_MS = 10 * 60_000;
/**
 * For so long more a FailedScheduling that goes on may not be written again: the scheduler's recorder writes the first time and the second,
 * and then each half hour (k8s.io/client-go/tools/events v0.36.3, refreshTime). A pod that was placed has an event of that.
 */
const SCHEDULER_SILENT_MS = 30 * 60_000;
/** Longer than one scrape of Prometheus, short enough that a recovery shows at once. */
export const RECENT_FAILURE_MS = 60_000;
export const RECENT_LINE_MS = 5 * 60_000;

/** Times may be a little in the future: clocks of nodes differ. */
export function isRecent(at: number | undefined, time: number, within: number): boolean {
  return at !== undefined && time - at <= within;
}

export const flag = (condition: boolean | undefined): number | undefined => (condition === undefined ? undefined : condition ? 1 : 0);

/** Largest of the numbers that are there; undefined when none is. */
export function largest(values: Iterable<number | undefined>): number | undefined {
  let most: number | undefined;
  for (const value of values) if (value !== undefined && (most === undefined || value > most)) most = value;
  return most;
}

export function smallest(values: Iterable<number | undefined>): number | undefined {
  let least: number | undefined;
  for (const value of values) if (value !== undefined && (least === undefined || value < least)) least = value;
  return least;
}

/** Sum of the numbers that are there; undefined when none is. */
export function total(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined;
  for (const value of values) if (value !== undefined) sum = (sum ?? 0) + value;
  return sum;
}

export function count<T>(values: Iterable<T>, keep: (value: T) => boolean): number {
  let n = 0;
  for (const value of values) if (keep(value)) n++;
  return n;
}

/** Unix milliseconds → Unix seconds. */
export const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

/** Looked and found nothing is an empty list; not looked is undefined. */
export function listOf<T>(fact: Observed<readonly T[]>): readonly T[] | undefined {
  return fact.state === 'absent' ? [] : observedValue(fact);
}

/**
 * What several signals in a row ask of the same facts is computed for the first of them. Facts never change, so the same objects have the
 * same answer; only the newest is remembered.
 */
export function askedInARow<Asked extends readonly unknown[], Answer>(compute: (...asked: Asked) => Answer): (...asked: Asked) => Answer {
  let last: { readonly asked: Asked; readonly answer: Answer } | undefined;
  return (...asked) => {
    const known = last;
    if (known?.asked.every((one, index) => one === asked[index])) return known.answer;
    const answer = compute(...asked);
    last = { asked, answer };
    return answer;
  };
}

export const podsOf = (api: ApiFacts): readonly PodFacts[] | undefined => listOf(api.pods);

export const containersOf = askedInARow((api: ApiFacts): readonly ContainerFacts[] | undefined =>
  podsOf(api)?.flatMap((pod) => pod.containers),
);

export function countPods(api: ApiFacts, keep: (pod: PodFacts) => boolean): number | undefined {
  const pods = podsOf(api);
  return pods && count(pods, keep);
}

export function countContainers(api: ApiFacts, keep: (container: ContainerFacts) => boolean): number | undefined {
  const containers = containersOf(api);
  return containers && count(containers, keep);
}

/** Nodes that host the backend, by its pods and by its endpoints, whichever are visible. */
export const hostsOf = askedInARow(
  (api: ApiFacts, nodes: Observed<readonly NodeFacts[]>, time: number): readonly NodeFacts[] | undefined => {
    const known = observedValue(nodes);
    const pods = podsOf(api);
    const addresses = observedValue(api.endpoints)?.addresses;
    if (!known || (!pods && !addresses && !api.hosts)) return undefined;
    const present = pods?.filter(({ phase, createdAt }) => phase !== 'Failed' || !isReplaced(api, createdAt, time));
    const names = new Set([...(present ?? []), ...(addresses ?? [])].map((placed) => placed.node));
    for (const host of pods ? [] : (api.hosts ?? [])) names.add(host);
    return known.filter((node) => names.has(node.name));
  },
);

/** Names of the nodes that host the backend, by its pods and by its endpoints; undefined where neither is visible. */
export const nodeNamesOf = askedInARow((api: ApiFacts): ReadonlySet<string> | undefined => {
  const pods = podsOf(api);
  const addresses = observedValue(api.endpoints)?.addresses;
  if (!pods && !addresses) return undefined;
  return new Set([...(pods ?? []), ...(addresses ?? [])].flatMap(({ node }) => node ?? []));
});

/** Host of `host:port`, brackets of IPv6 left out. */
export const hostOf = (target: string): string => target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** What just works again may still be failing for others: it is over when it has been so for so long. */
export const SETTLES_MS = 10_000;

/**
 * Every backend pod is ready and stays, there are as many as are wanted, and their addresses do not change between passing and
 * failing: whatever went wrong with one of them is over.
 */
export function isWhole(api: ApiFacts, time: number): boolean {
  const pods = podsOf(api);
  if (!pods || pods.length === 0 || !pods.every((pod) => pod.ready && pod.deletingSince === undefined)) return false;
  if (api.probes.some(({ vantage, run }) => vantage === 'endpoint' && isRecent(run?.since, time, SETTLES_MS))) return false;
  return (observedValue(api.workload)?.replicas ?? 0) <= pods.length;
}

/** A younger pod took its place, and works or has a trouble of its own: it is ready, restarts, or has run for so long. */
const STARTS_WITHIN_MS = 30_000;

export function isReplaced(api: ApiFacts, at: number, time: number): boolean {
  const hasRun = ({ ready, restarts, running, startedAt }: ContainerFacts) =>
    restarts > 0 ||
    (running && ready && !isRecent(startedAt, time, SETTLES_MS)) ||
    (running && !isRecent(startedAt, time, STARTS_WITHIN_MS));
  return (podsOf(api) ?? []).some(({ createdAt, containers }) => createdAt >= at && containers.some((one) => !one.init && hasRun(one)));
}

/** Events about a pod that wants to run: over once it does, or is gone. That a pod goes is what others say. */
const OF_A_POD_TO_BE: ReadonlySet<string> = new Set([
  ...['FailedScheduling', 'BackOff', 'Unhealthy', 'Failed', 'ErrImageNeverPull', 'InspectFailed'],
  ...['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox', 'NetworkNotReady'],
]);

/**
 * What a newer observation of the backend's pods ends: all of them are ready, or the one that it was about is, or is gone.
 */
export function isOver(api: ApiFacts, { object, reason, at }: Pick<ClusterEvent, 'object' | 'reason' | 'at'>, time: number): boolean {
  if (isWhole(api, time) || isReplaced(api, at, time)) return true;
  if (reason === 'FailedScheduling' && isPlaced(api, { object, at })) return true;
  const pods = podsOf(api);
  if (!pods || !OF_A_POD_TO_BE.has(reason)) return false;
  const name = object.slice(object.indexOf('/') + 1);
  const pod = pods.find((one) => one.name === name);
  return !pod || pod.ready || (reason === 'FailedScheduling' && pod.scheduled);
}

/** Recent events that `keep` keeps. */
export function countRecentEvents(api: ApiFacts, time: number, keep: (event: ClusterEvent) => boolean): number | undefined {
  const events = api.events.state === 'absent' ? [] : observedValue(api.events)?.recent;
  return events && count(events, (event) => isRecentEvent(event, time) && keep(event));
}

export function isRecentEvent({ at, reason }: Pick<ClusterEvent, 'at' | 'reason'>, time: number): boolean {
  return isRecent(at, time, RECENT_EVENT_MS + (reason === 'FailedScheduling' ? SCHEDULER_SILENT_MS : 0));
}

/** An event says that a node was found, or that the pod is gone, since. */
function isPlaced(api: ApiFacts, { object, at }: Pick<ClusterEvent, 'object' | 'at'>): boolean {
  const name = object.slice(object.indexOf('/') + 1);
  const since = (observedValue(api.events)?.recent ?? []).filter((event) => event.at >= at);
  return since.some(
    (event) =>
      (event.reason === 'Scheduled' && event.object === object) ||
      (event.reason === 'SuccessfulDelete' && event.message.endsWith(`: ${name}`)),
  );
}
