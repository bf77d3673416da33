import type { Quote } from '../domain/quote.ts';
import { SELDOM_MS } from '../domain/seldom.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ContainerFacts, PodFacts, TerminationFacts } from '../domain/snapshot.ts';
import { WAITING_REASONS } from '../domain/waiting.ts';
import {
  containersOf,
  count,
  countContainers,
  hostOf,
  isRecent,
  largest,
  podsOf,
  RECENT_EVENT_MS,
  SETTLES_MS,
  seconds,
} from './reading.ts';

/** What the end of a container says. Codes: kubelet, Go runtime, klog (Fatal exits 255). */
const EXITS: Readonly<Record<string, (termination: TerminationFacts) => boolean>> = {
  'out-of-memory': (t) => t.reason === 'OOMKilled',
  panic: (t) => t.reason !== 'OOMKilled' && (t.exitCode === 2 || t.exitCode === 134 || t.exitCode === 139),
  error: (t) => t.exitCode === 1 || t.exitCode === 255,
  killed: (t) => t.reason !== 'OOMKilled' && (t.exitCode === 137 || t.exitCode === 143),
  'not-started': (t) => t.exitCode >= 126 && t.exitCode <= 128,
  completed: (t) => t.exitCode === 0,
};

/** The newest end of the container, when it is recent, of no known time (in a text), or the container has not run since; none once it works again. */
function lastEnd(api: ApiFacts, pod: PodFacts, container: ContainerFacts, time: number): TerminationFacts | undefined {
  if (container.terminated) return container.terminated;
  const last = container.lastTermination;
  const longAgo = last?.finishedAt !== undefined && !isRecent(last.finishedAt, time, RECENT_EVENT_MS);
  if (!last || (container.running && longAgo)) return undefined;
  const works = container.running && container.ready && !isRestarting(api, pod, container, time);
  return works ? undefined : last;
}

function waitsFor(reasons: readonly string[], { waiting }: ContainerFacts): boolean {
  return reasons.includes(waiting?.reason ?? '');
}

/** The newest ends of containers that were in this way. */
function endsLike(matches: (termination: TerminationFacts) => boolean, api: ApiFacts, time: number): TerminationFacts[] | undefined {
  return podsOf(api)?.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const end = container.init && container.ready ? undefined : lastEnd(api, pod, container, time);
      return end && matches(end) ? [end] : [];
    }),
  );
}

function messageOf(messages: readonly (string | undefined)[]): Quote | undefined {
  const text = messages.find(Boolean);
  return text === undefined ? undefined : { text };
}

/** One that counts as ready and does not answer by then has another trouble. */
const LISTENS_WITHIN_MS = 12_000;
const RESTART_MS = 3 * 60_000;

/** A restart is over when the container is ready and its address has answered directly for a while since it started. */
function isRestarting(api: ApiFacts, pod: PodFacts, container: ContainerFacts, time: number): boolean {
  if (container.init || container.restarts === 0 || !isRecent(restartTime(container), time, RESTART_MS)) return false;
  if (!container.running || !container.ready) return true;
  const direct = api.probes.filter(({ vantage, target }) => vantage === 'endpoint' && hostOf(target) === pod.ip);
  if (!isRecent(container.startedAt, time, LISTENS_WITHIN_MS)) return false;
  if (direct.some(({ last, lastOk }) => !last.ok && (lastOk ?? 0) < (container.startedAt ?? time))) return true;
  const answersSince = largest(direct.map(({ run }) => run?.since));
  return answersSince !== undefined && isRecent(answersSince, time, SETTLES_MS);
}

const restartTime = (container: ContainerFacts): number | undefined =>
  container.restarts === 0 ? undefined : largest([...container.restartTimes, container.lastTermination?.finishedAt]);

const HOUR_MS = 3_600_000;

/**
 * It restarted lately, or often for the age of its pod: one of weeks that a node's reboot or an upgrade overtook a few times did not. A restart that
 * says why, for want of memory, has a signal of its own.
 */
function isRestartingOften({ createdAt }: PodFacts, container: ContainerFacts, time: number): boolean {
  const { restarts } = container;
  if (isBackFromKill(container, time)) return false;
  return restarts > 0 && (isRecent(restartTime(container), time, HOUR_MS) || (time - createdAt) / restarts < SELDOM_MS);
}

/** It works again since the kernel killed it, which was lately, or nobody knows when (in a text). */
function isBackFromKill({ running, ready, init, lastTermination: last }: ContainerFacts, time: number): boolean {
  const lately = last?.finishedAt === undefined || isRecent(last.finishedAt, time, RECENT_EVENT_MS);
  return running && ready && !init && last?.reason === 'OOMKilled' && lately;
}

/** Containers of the backend pods. */
export const CONTAINER_SIGNALS: readonly Signal[] = [
  {
    name: 'restarts',
    help: 'Restarts of the containers of all backend pods: the sum of aggregated_api_backend_restarts_total over pods and containers.',
    words: 'restarts of the containers of all backend pods',
    kind: 'counter',
    metric: 'aggregated_api_backend_container_restarts_total',
    source: 'pods',
    observe: (api) => containersOf(api)?.reduce((sum, container) => sum + container.restarts, 0),
  },
  {
    name: 'last-restart',
    help: 'When a backend container last restarted, Unix time.',
    kind: 'timestamp',
    metric: 'aggregated_api_backend_last_restart_timestamp_seconds',
    source: 'pods',
    observe: (api) => seconds(largest((containersOf(api) ?? []).map(restartTime))),
  },
  {
    name: 'restarting',
    help: 'Backend containers that restarted within three minutes and are not ready, or have not answered directly for ten seconds since.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_restarting_containers',
    source: 'pods',
    observe: (api, _cluster, time) =>
      podsOf(api)?.reduce((sum, pod) => sum + count(pod.containers, (container) => isRestarting(api, pod, container, time)), 0),
  },
  {
    name: 'restarting-often',
    help: 'Backend containers that restarted within the hour, or more than once in two days on average since their pod was created; not those that are back after a want of memory.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_often_restarting_containers',
    source: 'pods',
    observe: (api, _cluster, time) =>
      podsOf(api)?.reduce((sum, pod) => sum + count(pod.containers, (container) => isRestartingOften(pod, container, time)), 0),
  },
  {
    name: 'back-after-out-of-memory',
    help: 'Backend containers that are ready again after their newest end, in the last ten minutes, for want of memory.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_back_after_out_of_memory_containers',
    source: 'pods',
    observe: (api, _cluster, time) => countContainers(api, (container) => isBackFromKill(container, time)),
  },
  ...Object.entries(WAITING_REASONS).map(
    ([group, reasons]): Signal => ({
      name: `waiting-${group}`,
      help: `Backend containers that wait with one of the reasons ${reasons.join(', ')}.`,
      words: `backend containers that wait (${group.replaceAll('-', ' ')})`,
      kind: 'gauge',
      metric: 'aggregated_api_backend_waiting_containers',
      familyHelp: 'Backend containers that wait, by why.',
      labels: { why: group.replaceAll('-', '_') },
      source: 'pods',
      observedWith: 'pods-ready',
      observe: (api) => countContainers(api, (container) => waitsFor(reasons, container)),
      quote: (api) => messageOf((containersOf(api) ?? []).map((one) => (waitsFor(reasons, one) ? one.waiting?.message : undefined))),
    }),
  ),
  {
    name: 'containers-not-ready',
    help: 'Backend containers that run and are not ready.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_containers_not_ready',
    source: 'pods',
    observe: (api) => countContainers(api, (container) => container.running && !container.ready && !container.init),
  },
  {
    name: 'init-containers-failing',
    help: 'Init containers of backend pods that ended with an error and hold the pod back.',
    asks: 'Does an init container hold the pods back?',
    kind: 'gauge',
    metric: 'aggregated_api_backend_init_containers_failing',
    source: 'pods',
    observe: (api) =>
      countContainers(
        api,
        (container) =>
          container.init &&
          !container.ready &&
          !container.running &&
          (container.terminated ?? container.lastTermination ?? { exitCode: 0 }).exitCode !== 0,
      ),
  },
  ...Object.entries(EXITS).map(
    ([how, matches]): Signal => ({
      name: `ended-${how}`,
      help: `Backend containers that are not ready since their newest end, at most ten minutes ago or not restarted since, which was: ${how.replaceAll('-', ' ')}.`,
      words: `backend containers that are not ready since they ended (${how.replaceAll('-', ' ')})`,
      kind: 'gauge',
      metric: 'aggregated_api_backend_recent_ends',
      familyHelp:
        'Backend containers by how their newest end came about, where it is at most ten minutes ago or the container has not restarted since.',
      labels: { how: how.replaceAll('-', '_') },
      source: 'pods',
      observedWith: 'pods-ready',
      observe: (api, _cluster, time) => endsLike(matches, api, time)?.length,
      quote: (api, _cluster, time) => messageOf((endsLike(matches, api, time) ?? []).map(({ message }) => message)),
    }),
  ),
  {
    name: 'last-out-of-memory',
    help: 'When a backend container was last killed because it had no memory left, Unix time.',
    kind: 'timestamp',
    metric: 'aggregated_api_backend_last_out_of_memory_timestamp_seconds',
    source: 'pods',
    observe: (api) =>
      seconds(
        largest(
          (containersOf(api) ?? [])
            .flatMap(({ terminated, lastTermination }) => [terminated, lastTermination])
            .map((end) => (end?.reason === 'OOMKilled' ? end.finishedAt : undefined)),
        ),
      ),
  },
];
