import type { KubeClient } from '../../kube/api.ts';
import type { ApiTarget } from '../../objects/targets.ts';
import { type CurrentUsage, METRICS_API_RULE, readMetricsApi } from './metrics-api.ts';
import { noteProblem, type Problems } from './problems.ts';
import { readPrometheus } from './prometheus.ts';

export interface ElsewhereAsked {
  readonly client: KubeClient;
  /** Undefined: there is none that we know of. */
  readonly prometheus: URL | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What others than the kubelets know of the pods of these APIs: a Prometheus, else metrics.k8s.io. What can't be read is noted. */
export async function readElsewhere(
  missing: readonly ApiTarget[],
  asked: ElsewhereAsked,
  problems: Problems,
): Promise<ReadonlyMap<string, CurrentUsage>> {
  if (missing.length === 0) return new Map();
  const known = asked.prometheus && (await fromPrometheus(asked.prometheus, missing, asked, problems));
  if (known && known.size > 0) return known;
  return fromMetricsApi(missing, asked, problems);
}

async function fromPrometheus(
  url: URL,
  missing: readonly ApiTarget[],
  { timeoutMs, signal }: ElsewhereAsked,
  problems: Problems,
): Promise<ReadonlyMap<string, CurrentUsage> | undefined> {
  try {
    const pods = missing.flatMap((target) => target.pods.map(({ namespace, name }) => ({ namespace, name })));
    const usage = await readPrometheus(url, pods, { timeoutMs, signal });
    if (usage.size === 0) problems.message ??= 'Prometheus has no cAdvisor series of the backend pods';
    return usage;
  } catch (error) {
    problems.message = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}

async function fromMetricsApi(
  missing: readonly ApiTarget[],
  { client, signal }: ElsewhereAsked,
  problems: Problems,
): Promise<ReadonlyMap<string, CurrentUsage>> {
  const usage = new Map<string, CurrentUsage>();
  // The API that serves the numbers must not be asked about itself: it is slow or dead exactly when it matters.
  const askable = missing.filter((target) => target.group !== 'metrics.k8s.io');
  for (const namespace of new Set(askable.flatMap((target) => target.pods.map((pod) => pod.namespace)))) {
    if (signal.aborted) return usage;
    const answer = await readMetricsApi(client, namespace, signal);
    if (answer.state === 'read') for (const [key, of] of answer.usage) usage.set(key, of);
    else noteProblem(problems, { message: answer.message, refusal: answer.state, rule: METRICS_API_RULE });
  }
  return usage;
}
