import type { CacheChange } from '../kube/api.ts';
import type { Clock } from '../source/clock.ts';
import type { ContainerRecord, PodRecord } from './pods.ts';

const HOUR = 3_600_000;
const MAX_RESTARTS = 100;

interface History {
  readonly restarts: Map<string, number[]>;
  readinessFlips: number;
}

/**
 * What a pod's object forgets: it keeps one termination per container and no former readiness. Only pods to which something
 * happened have an entry, and it goes with the pod.
 */
export interface PodHistory {
  observe(change: CacheChange<PodRecord>): void;
  /** Times of the restarts of the last hour as far as they were seen, Unix milliseconds, oldest first. */
  restartTimes(uid: string, container: string): number[];
  readinessFlips(uid: string): number;
}

export function createPodHistory({ clock }: { clock: Clock }): PodHistory {
  const histories = new Map<string, History>();
  const historyOf = (uid: string): History => {
    let history = histories.get(uid);
    if (!history) {
      history = { restarts: new Map(), readinessFlips: 0 };
      histories.set(uid, history);
    }
    return history;
  };

  const addRestart = (uid: string, container: string, at: number) => {
    if (at < clock() - HOUR) return;
    const { restarts } = historyOf(uid);
    const times = restarts.get(container) ?? [];
    if (times.at(-1) !== at) times.push(at);
    restarts.set(container, times.slice(-MAX_RESTARTS));
  };

  const noteRestarts = ({ uid, containers }: PodRecord, before: PodRecord | undefined) => {
    for (const container of containers) {
      const known = before?.containers.find(({ name }) => name === container.name)?.restarts ?? 0;
      if (container.restarts > known) addRestart(uid, container.name, restartTime(container, clock()));
    }
  };

  return {
    observe({ type, object, previous }) {
      if (type === 'deleted') {
        histories.delete(object.uid);
        return;
      }
      // The same name with another uid is another pod: a StatefulSet's, replaced while nobody watched.
      const before = previous?.uid === object.uid ? previous : undefined;
      if (previous && !before) histories.delete(previous.uid);
      if (before && before.ready !== object.ready) historyOf(object.uid).readinessFlips++;
      noteRestarts(object, before);
    },
    restartTimes(uid, container) {
      const since = clock() - HOUR;
      return (histories.get(uid)?.restarts.get(container) ?? []).filter((at) => at >= since);
    },
    readinessFlips: (uid) => histories.get(uid)?.readinessFlips ?? 0,
  };
}

/** The end of the instance before, else the start of this one. */
function restartTime(container: ContainerRecord, now: number): number {
  return container.lastTermination?.finishedAt ?? container.startedAt ?? now;
}
