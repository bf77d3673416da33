import type { ApiFacts, ClusterFacts, SignatureCount } from '../domain/snapshot.ts';
import type { SourceName } from '../domain/sources.ts';

/** Longest line that evidence quotes, in characters. */
const LONGEST_SAMPLE = 512;

/** Whether a signature points to a cause. */
export type PointsTo = (signature: string, cause: string) => boolean;

/**
 * A line or message that shows the evidence: one that a signature takes for a sign of the cause, where the evidence comes
 * from texts; else what the source itself says in words.
 */
export function sampleFor(
  sources: readonly SourceName[],
  cause: string,
  api: ApiFacts,
  cluster: ClusterFacts,
  pointsTo: PointsTo,
): string | undefined {
  for (const source of sources) {
    const sample = SAMPLE_OF[source]?.(api, (matches) => newest(matches, cause, pointsTo), cluster);
    if (sample) return sample.slice(0, LONGEST_SAMPLE);
  }
  return undefined;
}

type Pick = (matches: readonly SignatureCount[]) => string | undefined;

const SAMPLE_OF: Partial<Record<SourceName, (api: ApiFacts, pick: Pick, cluster: ClusterFacts) => string | undefined>> = {
  logs: (api, pick, cluster) =>
    pick([
      ...api.textMatches,
      ...(api.logs.state === 'observed' ? api.logs.value.matches : []),
      ...(cluster.apiserverLogs.state === 'observed' ? cluster.apiserverLogs.value.matches : []),
    ]),
  'api-services': (api) =>
    api.condition.state === 'observed' && api.condition.value.status !== 'True' ? api.condition.value.message : undefined,
  pods: (api) => {
    for (const pod of api.pods.state === 'observed' ? api.pods.value : []) {
      if (pod.unschedulable) return pod.unschedulable;
      for (const container of pod.containers) {
        const message = container.waiting?.message || container.terminated?.message || container.lastTermination?.message;
        if (message) return message;
      }
      if (pod.message) return pod.message;
    }
    return undefined;
  },
  events: (api) => {
    const warnings = api.events.state === 'observed' ? api.events.value.recent.filter((event) => event.type === 'Warning') : [];
    const last = warnings.at(-1);
    return last && `${last.reason} ${last.object}: ${last.message}`;
  },
  probes: (api) => {
    const failures = api.probes.flatMap(({ last, lastFailure }) => (last.ok ? [] : [lastFailure ?? last]));
    failures.sort((a, b) => b.at - a.at);
    return failures.find((failure) => failure.detail)?.detail;
  },
  'network-policies': (api) =>
    api.policy.state === 'observed' && api.policy.value.verdict !== 'admits' ? api.policy.value.why : undefined,
};

function newest(matches: readonly SignatureCount[], cause: string, pointsTo: PointsTo): string | undefined {
  let found: SignatureCount | undefined;
  for (const match of matches)
    if (match.count > 0 && match.sample && pointsTo(match.signature, cause) && (!found || match.lastAt > found.lastAt)) found = match;
  return found?.sample;
}
