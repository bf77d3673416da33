import type { Observed } from '../../domain/observed.ts';
import type { NodeCpuFacts, NodeFacts, ResourceFacts } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { type AddressRules, createAddressRules } from '../../net/addresses.ts';
import type { ApiTarget, TargetPod, Targets } from '../../objects/targets.ts';
import { ageOf, type Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { createPeriodicSource, MISSES } from '../../source/periodic.ts';
import type { Source } from '../../source/source.ts';
import type { Outcome, Part } from '../../source/status.ts';
import { defineSource } from '../define-source.ts';
import { readElsewhere } from './elsewhere.ts';
import { READ_KUBELET } from './kubelet.ts';
import { keyOf, type UsageByContainer } from './kubelet-metrics.ts';
import { type KubeletsRead, readKubelets } from './kubelets.ts';
import { type CurrentUsage, LIST_POD_METRICS } from './metrics-api.ts';
import { createNeighbourCpus, type NeighbourCpus } from './neighbour-cpu.ts';
import { outcomeOf, type Problems } from './problems.ts';
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
  /** What other pods take of the CPUs of its nodes, as their kubelets count it: nobody else is asked. */
  neighboursOf(api: string): Observed<readonly NodeCpuFacts[]>;
}

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
  facts: { ofApi: (source, name) => ({ resources: source.factsFor(name), neighbourCpu: source.neighboursOf(name) }) },
});

/**
 * CPU throttling, CPU and memory of the backend's containers against their limits: from the kubelets, else from a Prometheus,
 * else from metrics.k8s.io unless that is the patient, else nothing but the limits, which the pods themselves tell.
 */
export function createResourceSource(deps: ResourceInput): ResourceSource {
  const { log, options: { intervalMs = 30_000 } = {} } = deps;
  const readings = new ResourceReadings(deps, intervalMs);
  return {
    ...createPeriodicSource({
      name: 'resources',
      intervalMs,
      log,
      needs: 'all',
      parts: () => [readings.part()],
      read: (signal) => readings.read(signal),
    }),
    factsFor: (api) => readings.factsFor(api),
    neighboursOf: (api) => readings.neighboursOf(api),
  };
}

export interface ResourceInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly nodes: () => readonly NodeFacts[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: ResourceOptions;
}

/** What one turn brought. */
interface Reading {
  readonly kubelet: KubeletsRead;
  readonly current: ReadonlyMap<string, CurrentUsage>;
  readonly problems: Problems;
  /** Those of the kubelets alone. */
  readonly ofKubelets: Problems;
}

type FactsByApi = ReadonlyMap<string, Observed<readonly ResourceFacts[]>>;

/** What the last turn brought, and of the one before what ratios need. */
class ResourceReadings {
  readonly #deps: ResourceInput;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #addresses: AddressRules;
  readonly #prometheus: URL | undefined;
  #before: UsageByContainer = new Map();
  #facts: FactsByApi = new Map();
  #neighbours: ReadonlyMap<string, Observed<readonly NodeCpuFacts[]>> = new Map();
  readonly #cpus: NeighbourCpus;
  #outcome: Outcome = { state: 'pending' };
  #lastSuccess: number | undefined;
  #logged: string | undefined;

  constructor(deps: ResourceInput, intervalMs: number) {
    const { timeoutMs = 10_000, addresses = createAddressRules(), prometheusUrl } = deps.options ?? {};
    this.#deps = deps;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#cpus = createNeighbourCpus({ keepMs: MISSES * intervalMs });
    this.#addresses = addresses;
    this.#prometheus = prometheusUrl === undefined ? undefined : new URL(prometheusUrl);
  }

  part(): Omit<Part, 'staleAfterMs'> {
    return { outcome: this.#outcome, lastSuccess: this.#lastSuccess };
  }

  factsFor(api: string): Observed<readonly ResourceFacts[]> {
    return this.#facts.get(api) ?? NOT_YET;
  }

  neighboursOf(api: string): Observed<readonly NodeCpuFacts[]> {
    return this.#neighbours.get(api) ?? NOT_YET;
  }

  async read(signal: AbortSignal): Promise<void> {
    const all = this.#deps.targets.all();
    const reading = await this.#ask(all, signal);
    if (signal.aborted) return;
    const { kubelet, current, problems } = reading;
    const read = kubelet.usage.size + current.size > 0 || !all.some((target) => target.pods.some(runs));
    if (read) this.#lastSuccess = this.#deps.clock();
    const next = new Map(all.map((target) => [target.name, factsOf(target, reading, this.#before)]));
    this.#facts = read ? next : this.#withRecent(next);
    this.#before = kubelet.usage;
    this.#cpus.take(kubelet.cpu, this.#deps.nodes(), this.#deps.clock());
    const why = unread(reading.ofKubelets, 'the kubelets of its nodes were not read');
    this.#neighbours = new Map(all.map((target) => [target.name, this.#cpus.factsFor(target, why)]));
    this.#outcome = read ? { state: 'ok', message: problems.message, rule: problems.rule } : outcomeOf(problems);
    this.#note(problems.message);
  }

  async #ask(all: readonly ApiTarget[], signal: AbortSignal): Promise<Reading> {
    const problems: Problems = {};
    const kubelet = await this.#askKubelets(all, signal, problems);
    const ofKubelets = { ...problems };
    if (signal.aborted) return { kubelet, current: new Map(), problems, ofKubelets };
    // A container that does not run uses nothing: nobody else can know better.
    const isMissing = (pod: TargetPod) => pod.containers.some((one) => !one.init && one.running && !kubelet.usage.has(keyOf(pod, one)));
    const missing = all.filter((target) => target.pods.some(isMissing));
    const elsewhere = { client: this.#deps.client, prometheus: this.#prometheus, timeoutMs: this.#timeoutMs, signal };
    // Where all kubelets answered, one that does not know a container yet will soon: what others say of it is a bonus.
    const current = await readElsewhere(missing, elsewhere, problems.message === undefined ? {} : problems);
    return { kubelet, current, problems, ofKubelets };
  }

  #askKubelets(all: readonly ApiTarget[], signal: AbortSignal, problems: Problems): Promise<KubeletsRead> {
    const { client, clock, nodes, options: { kubeletPort: port = 10_250, kubeletToken: sendToken = false } = {} } = this.#deps;
    const options = { port, timeoutMs: this.#timeoutMs, maxBytes: 64 * 2 ** 20, sendToken, signal, now: clock };
    return readKubelets(all, { client, nodes, addresses: this.#addresses, options }, problems);
  }

  /** One failed reading does not make what was read half a minute ago untrue. */
  #withRecent(next: FactsByApi): FactsByApi {
    if (this.#lastSuccess === undefined || ageOf(this.#lastSuccess, this.#deps.clock()) > MISSES * this.#intervalMs) return next;
    const recent = (name: string) => {
      const last = this.#facts.get(name);
      return last?.state === 'observed' ? last : undefined;
    };
    return new Map([...next].map(([name, facts]) => [name, recent(name) ?? facts]));
  }

  #note(problem: string | undefined): void {
    if (problem !== this.#logged && problem !== undefined)
      this.#deps.log.warn({ source: 'resources', error: problem }, 'cannot read resources everywhere');
    this.#logged = problem;
  }
}

function factsOf(target: ApiTarget, { kubelet, current, problems }: Reading, before: UsageByContainer): Observed<readonly ResourceFacts[]> {
  const of: ResourceFacts[] = [];
  for (const pod of target.pods)
    for (const container of pod.containers) {
      const key = keyOf(pod, container);
      const counted = kubelet.usage.get(key);
      const used = current.get(key);
      if (counted) of.push({ pod: pod.name, container: container.name, ...ratiosOf(counted, before.get(key), container.limits) });
      else if (used) of.push({ pod: pod.name, container: container.name, ...usageRatios(used, container.limits) });
    }
  if (of.length > 0 || target.pods.length === 0) return { state: 'observed', value: of };
  return unread(problems, 'no reading of its containers');
}

function unread({ rule, unauthorised, message }: Problems, otherwise: string): Observed<never> {
  if (rule !== undefined && !unauthorised) return { state: 'forbidden', rule };
  return { state: 'unobserved', why: message ?? otherwise };
}

const NOT_YET: Observed<never> = { state: 'unobserved', why: 'not read yet' };

const runs = (pod: TargetPod): boolean => pod.containers.some(({ init, running }) => !init && running);
