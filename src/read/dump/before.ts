import { type Observed, observed, UNOBSERVED } from '../../domain/observed.ts';
import type { ApiFacts, LogFacts, PodFacts, SignatureCount, Snapshot } from '../../domain/snapshot.ts';

/** The pair lies within every window that counts something, so that each count of the dump is a rise. */
const APART_MS = 240_000;

/** The moment before: nothing counted yet, nothing known of how the API was. */
export function before(after: Snapshot): Snapshot {
  return {
    ...after,
    time: after.time - APART_MS,
    cluster: { ...after.cluster, apiserverLogs: mapped(after.cluster.apiserverLogs, emptyLogs) },
    apis: after.apis.map((api) => earlier(api, after.time)),
  };
}

function earlier({ reported: _, ...api }: ApiFacts, time: number): ApiFacts {
  return {
    ...api,
    condition: UNOBSERVED,
    events: mapped(api.events, ({ counts }) => ({ counts: counts.map((one) => ({ ...one, count: 0 })), recent: [] })),
    logs: mapped(api.logs, emptyLogs),
    pods: mapped(api.pods, (pods) => pods.map((pod) => beforeRestarts(pod, time))),
    textMatches: api.textMatches.map(uncounted),
  };
}

const HOUR_MS = 3_600_000;

/** A restart counter says nothing of when; only the restarts that the pod dates within the last hour are a rise. */
function beforeRestarts(pod: PodFacts, time: number): PodFacts {
  return {
    ...pod,
    readinessFlips: 0,
    containers: pod.containers.map((container) => {
      const recent = container.restartTimes.filter((at) => at > time - HOUR_MS).length;
      return { ...container, restarts: Math.max(0, container.restarts - recent), restartTimes: [] };
    }),
  };
}

function emptyLogs(logs: LogFacts): LogFacts {
  return {
    lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 },
    matches: logs.matches.map(uncounted),
    dropped: { budget: 0, truncated: 0, gap: 0 },
    unknownTemplates: [],
    lastWords: [],
  };
}

function uncounted(match: SignatureCount): SignatureCount {
  return { ...match, count: 0 };
}

function mapped<T>(fact: Observed<T>, change: (value: T) => T): Observed<T> {
  return fact.state === 'observed' ? observed(change(fact.value)) : fact;
}
