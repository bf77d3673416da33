import type { Observed } from '../../domain/observed.ts';
import type { NodeFacts, ResourceFacts } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { type AddressRules, createAddressRules } from '../../net/addresses.ts';
import type { ApiTarget, TargetPod, Targets } from '../../objects/targets.ts';
import { ageOf, type Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { createPeriodicSource, MISSES } from '../../source/periodic.ts';
import type { Source } from '../../source/source.ts';
import { type Outcome, unauthorised } from '../../source/status.ts';
import { defineSource } from '../define-source.ts';
import { KUBELET_RULE, KubeletError, type KubeletOptions, READ_KUBELET, readKubelet } from './kubelet.ts';
import { containerKey, type UsageByContainer } from './kubelet-metrics.ts';
import { type CurrentUsage, LIST_POD_METRICS, METRICS_API_RULE, readMetricsApi } from './metrics-api.ts';
import { readPrometheus } from './prometheus.ts';
import { ratiosOf, usageRatios } from './usage.ts';

export interface ResourceOptions {
  /** Milliseconds between two readings; default 30 000. */
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** A Prometheus that scrapes cAdvisor: asked where the kubelets cannot be read. */
  readonly prometheusUrl?: string | undefined;
  /**
   * Send our ServiceAccount token to kubelets whose serving certificate the cluster's CA signed; default false: the token goes
   * to the kube-apiserver only. Credentials that are a client certificate need no token.
   */
  readonly kubeletToken?: boolean | undefined;
  readonly kubeletPort?: number | undefined;
  /** Where a node's address may not be asked; default: loopback, link-local and metadata addresses are refused. */
  readonly addresses?: AddressRules | undefined;
}

export interface ResourceSource extends Source {
  factsFor(api: string): Observed<readonly ResourceFacts[]>;
}

/** Kubelets asked at once. */
const AT_ONCE = 4;

export const RESOURCES = defineSource({
  name: 'resources',
  rights: [READ_KUBELET, LIST_POD_METRICS],
  afterDiscovery: true,
  create: ({ client, targets, nodes, clock, log, addresses, options }) =>
    createResourceSource({
      client,
      targets,
      nodes,
      clock,
      log,
      options: {
        intervalMs: options.resourcesIntervalMs,
        addresses,
        kubeletToken: options.kubeletToken,
        prometheusUrl: options.prometheusUrl,
      },
    }),
  facts: { ofApi: (source, name) => ({ resources: source.factsFor(name) }) },
});

/**
 * CPU throttling, CPU and memory of the backend's containers against their limits: from the kubelets, else from a Prometheus,
 * else from metrics.k8s.io unless that is the patient, else nothing but the limits, which the pods themselves tell.
 */
export function createResourceSource(deps: {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly nodes: () => readonly NodeFacts[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: ResourceOptions;
}): ResourceSource {
  const { client, targets, clock, log } = deps;
  const options = deps.options ?? {};
  const intervalMs = options.intervalMs ?? 30_000;
  const timeoutMs = options.timeoutMs ?? 10_000;
  const addresses = options.addresses ?? createAddressRules();
  const prometheus = options.prometheusUrl === undefined ? undefined : new URL(options.prometheusUrl);
  let before: UsageByContainer = new Map();
  let facts = new Map<string, Observed<readonly ResourceFacts[]>>();
  let outcome: Outcome = { state: 'pending' };
  let lastSuccess: number | undefined;
  let logged: string | undefined;

  async function readAll(signal: AbortSignal): Promise<void> {
    const all = targets.all();
    const problems: Problems = {};
    const kubelet = await readKubelets(all, signal, problems);
    if (signal.aborted) return;
    // A container that does not run uses nothing: nobody else can know better.
    const isMissing = (pod: TargetPod) => pod.containers.some((one) => !one.init && one.running && !kubelet.has(keyOf(pod, one)));
    const missing = all.filter((target) => target.pods.some(isMissing));
    // Where all kubelets answered, one that does not know a container yet will soon: what others say of it is a bonus.
    const current = await readElsewhere(missing, signal, problems.message === undefined ? {} : problems);
    if (signal.aborted) return;
    const next = new Map<string, Observed<readonly ResourceFacts[]>>();
    for (const target of all) next.set(target.name, factsOf(target, kubelet, current, problems));
    const read = kubelet.size + current.size > 0 || !all.some((target) => target.pods.some(runs));
    if (read) lastSuccess = clock();
    else keepRecent(next);
    facts = next;
    before = kubelet;
    outcome = read ? { state: 'ok', message: problems.message, rule: problems.rule } : outcomeOf(problems);
    if (problems.message !== logged && problems.message !== undefined)
      log.warn({ source: 'resources', error: problems.message }, 'cannot read resources everywhere');
    logged = problems.message;
  }

  async function readKubelets(all: readonly ApiTarget[], signal: AbortSignal, problems: Problems): Promise<UsageByContainer> {
    const wantedByNode = new Map<string, Set<string>>();
    for (const target of all)
      for (const pod of target.pods) {
        if (pod.node === undefined) continue;
        const wanted = wantedByNode.get(pod.node) ?? new Set<string>();
        wantedByNode.set(pod.node, wanted);
        for (const container of pod.containers) if (!container.init) wanted.add(keyOf(pod, container));
      }
    const usage: UsageByContainer = new Map();
    const nodes = [...wantedByNode];
    const worker = async () => {
      for (let next = nodes.shift(); next && !signal.aborted; next = nodes.shift()) {
        const [node, wanted] = next;
        try {
          const address = addressOf(node, deps.nodes(), addresses);
          for (const [key, of] of await readKubelet(client, address, wanted, kubeletOptions(signal))) usage.set(key, of);
        } catch (error) {
          if (signal.aborted) return;
          problems.message ??= error instanceof Error ? error.message : String(error);
          if (error instanceof KubeletError && error.refusal === 'forbidden') problems.rule ??= KUBELET_RULE;
          if (error instanceof KubeletError && error.refusal === 'unauthorised') problems.unauthorised = true;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return usage;
  }

  const kubeletOptions = (signal: AbortSignal): KubeletOptions => ({
    port: options.kubeletPort ?? 10_250,
    timeoutMs,
    maxBytes: 64 * 2 ** 20,
    sendToken: options.kubeletToken ?? false,
    signal,
    now: clock,
  });

  async function readElsewhere(missing: readonly ApiTarget[], signal: AbortSignal, problems: Problems): Promise<Map<string, CurrentUsage>> {
    const usage = new Map<string, CurrentUsage>();
    if (missing.length === 0) return usage;
    if (prometheus) {
      try {
        const pods = missing.flatMap((target) => target.pods.map(({ namespace, name }) => ({ namespace, name })));
        for (const [key, of] of await readPrometheus(prometheus, pods, { timeoutMs, signal })) usage.set(key, of);
        if (usage.size > 0) return usage;
        problems.message ??= 'Prometheus has no cAdvisor series of the backend pods';
      } catch (error) {
        problems.message = error instanceof Error ? error.message : String(error);
      }
    }
    // The API that serves the numbers must not be asked about itself: it is slow or dead exactly when it matters.
    const askable = missing.filter((target) => target.group !== 'metrics.k8s.io');
    for (const namespace of new Set(askable.flatMap((target) => target.pods.map((pod) => pod.namespace)))) {
      if (signal.aborted) return usage;
      const answer = await readMetricsApi(client, namespace, signal);
      if (answer.state === 'read') for (const [key, of] of answer.usage) usage.set(key, of);
      else {
        problems.message ??= answer.message;
        if (answer.state === 'forbidden') problems.rule ??= METRICS_API_RULE;
        if (answer.state === 'unauthorised') problems.unauthorised = true;
      }
    }
    return usage;
  }

  function factsOf(
    target: ApiTarget,
    kubelet: UsageByContainer,
    current: ReadonlyMap<string, CurrentUsage>,
    problems: Problems,
  ): Observed<readonly ResourceFacts[]> {
    const of: ResourceFacts[] = [];
    for (const pod of target.pods)
      for (const container of pod.containers) {
        const key = keyOf(pod, container);
        const counted = kubelet.get(key);
        const used = current.get(key);
        if (counted) of.push({ pod: pod.name, container: container.name, ...ratiosOf(counted, before.get(key), container.limits) });
        else if (used) of.push({ pod: pod.name, container: container.name, ...usageRatios(used, container.limits) });
      }
    if (of.length > 0 || target.pods.length === 0) return { state: 'observed', value: of };
    if (problems.rule !== undefined && !problems.unauthorised) return { state: 'forbidden', rule: problems.rule };
    return { state: 'unobserved', why: problems.message ?? 'no reading of its containers' };
  }

  /** One failed reading does not make what was read half a minute ago untrue. */
  function keepRecent(next: Map<string, Observed<readonly ResourceFacts[]>>): void {
    if (lastSuccess === undefined || ageOf(lastSuccess, clock()) > MISSES * intervalMs) return;
    for (const name of next.keys()) {
      const last = facts.get(name);
      if (last?.state === 'observed') next.set(name, last);
    }
  }

  return {
    ...createPeriodicSource({
      name: 'resources',
      intervalMs,
      log,
      needs: 'all',
      parts: () => [{ outcome, lastSuccess }],
      read: readAll,
    }),
    factsFor: (api) => facts.get(api) ?? { state: 'unobserved', why: 'not read yet' },
  };
}

/** What stood in the way of a reading. */
interface Problems {
  /** The first, in words. */
  message?: string;
  /** The first rule that would have helped. */
  rule?: string;
  /** Somebody answered 401: he does not know us. */
  unauthorised?: boolean;
}

function outcomeOf({ message, rule, unauthorised: unknown }: Problems): Outcome {
  // Every kubelet answered, and none knows the containers yet.
  if (message === undefined) return { state: 'pending' };
  if (unknown) return unauthorised(message);
  return rule === undefined ? { state: 'failed', message } : { state: 'forbidden', rule, message };
}

const runs = (pod: TargetPod): boolean => pod.containers.some(({ init, running }) => !init && running);

function keyOf(pod: { readonly namespace: string; readonly name: string }, container: { readonly name: string }): string {
  return containerKey(pod.namespace, pod.name, container.name);
}

function addressOf(node: string, nodes: readonly NodeFacts[], rules: AddressRules): string {
  const known = nodes.find(({ name }) => name === node)?.addresses ?? [];
  if (known.length === 0) throw new KubeletError(`the address of node ${node} is not known`, 'forbidden');
  const address = known.find((candidate) => rules.refusal(candidate) === undefined);
  if (address === undefined)
    throw new KubeletError(`node ${node} has the address ${known[0]}: ${rules.refusal(known[0]!)}, which is not asked`);
  return address;
}
