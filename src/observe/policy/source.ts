import { type Observed, UNOBSERVED } from '../../domain/observed.ts';
import type { Change, NodeFacts, PolicyFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { createResourceCache } from '../../kube/cache.ts';
import { rightToWatch } from '../../kube/right.ts';
import { splitHostPort } from '../../net/addresses.ts';
import { type BackendPods, evaluateEgress, evaluatePolicies, type PolicySources } from '../../objects/policy/evaluate.ts';
import { networkPolicies, type PolicyRecord } from '../../objects/policy/network-policy.ts';
import type { ApiTarget, Targets } from '../../objects/targets.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { type Repetition, repeat } from '../../source/repeat.ts';
import type { Source } from '../../source/source.ts';
import { defineSource } from '../define-source.ts';
import { observedValueFrom } from '../discovery/coverage.ts';
import { Destinations } from './destinations.ts';
import { RIGHTS_TO_OTHERS } from './kinds.ts';
import { createOtherPolicies, type OtherPolicySource, withNotRead } from './other-policies.ts';
import { PolicyBook } from './policy-book.ts';

export interface PolicySource extends Source {
  readonly name: 'network-policies';
  /** May kube-apiservers reach the API's pods, and those what they need, as far as policies go? */
  factsFor(api: string): Observed<PolicyFacts>;
  /** Called for each policy that was added, changed or deleted while we watch, with its namespace; undefined: it is of all of them. */
  onChange(listener: (change: Change, namespace: string | undefined) => void): void;
}

export interface PolicySourceInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  /** Empty while nodes are not observed. */
  readonly nodes: () => readonly NodeFacts[];
  /** `host:port` of each kube-apiserver instance of `default/kubernetes`; without it every node is a candidate. */
  readonly apiservers?: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests. */
  readonly createCache?: (
    client: KubeClient,
    spec: ResourceSpec<PolicyRecord>,
    options: { clock: Clock; log: Logger },
  ) => ResourceCache<PolicyRecord>;
  /** Pace at which other kinds of policies are looked for, milliseconds. Default 60 000. */
  readonly refreshMs?: number;
}

export const NETWORK_POLICIES = defineSource({
  name: 'network-policies',
  rights: [rightToWatch(networkPolicies(() => true).path), ...RIGHTS_TO_OTHERS],
  create({ client, targets, nodes, apiservers, clock, log, discovery }) {
    const source = createPolicySource({ client, targets, nodes, apiservers, clock, log });
    source.onChange((change, namespace) => {
      for (const target of targets.all())
        if (namespace === undefined || target.backend.namespace === namespace) discovery.recordChange(target.name, change);
    });
    return source;
  },
  facts: { ofApi: (source, name) => ({ policy: source.factsFor(name) }) },
});

/** Policies that concern the backends, evaluated for the way kube-apiserver → pod and for the ways from the pod to what it needs. */
export function createPolicySource(input: PolicySourceInput): PolicySource {
  return new WatchedPolicies(input);
}

class WatchedPolicies implements PolicySource {
  readonly name = 'network-policies';
  readonly #input: PolicySourceInput;
  readonly #cache: ResourceCache<PolicyRecord>;
  readonly #others: OtherPolicySource;
  readonly #destinations: Destinations;
  readonly #known = new Map<string, Known>();
  readonly #book = new PolicyBook();
  readonly #listeners: ((change: Change, namespace: string | undefined) => void)[] = [];
  #namespaces: ReadonlySet<string>;
  #looking: Repetition | undefined;

  constructor(input: PolicySourceInput) {
    const { client, targets, clock, log, createCache = createResourceCache } = input;
    this.#input = input;
    this.#namespaces = namespacesOf(targets);
    const spec = networkPolicies((namespace) => this.#namespaces.has(namespace));
    this.#cache = createCache(client, spec, { clock, log });
    this.#others = createOtherPolicies(client, { clock, onChange: (change, namespace) => this.#tell(change, namespace) });
    this.#destinations = new Destinations(client);
    this.#cache.subscribe((change) => {
      const { namespace } = change.object;
      const made = this.#book.take(change, clock(), this.#namespaces.has(namespace));
      // The first that is about the way out: where that leads is not known yet.
      if (change.object.egress && !this.#destinations.looked) this.#looking?.now();
      if (made) this.#tell(made, namespace);
    });
  }

  start(signal: AbortSignal): void {
    if (signal.aborted) return;
    const { targets, log, refreshMs = 60_000 } = this.#input;
    this.#followNamespaces();
    this.#cache.start(signal);
    this.#looking = repeat(() => this.#look(), { intervalMs: refreshMs, signal, log });
    const unsubscribe = targets.subscribe(() => {
      if (this.#followNamespaces()) this.#looking?.now();
    });
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  /** Policies of other kinds are read in turns: what just began to fail may have a new one behind it. */
  hurry(): void {
    this.#looking?.hurry();
  }

  factsFor(api: string): Observed<PolicyFacts> {
    const target = this.#input.targets.get(api);
    if (!target) this.#known.delete(api);
    return target ? observedValueFrom(this.#cache.status(this.#input.clock()), () => this.#factsOf(target)) : UNOBSERVED;
  }

  onChange(listener: (change: Change, namespace: string | undefined) => void): void {
    this.#listeners.push(listener);
  }

  status(now: number): SourceStatus {
    return this.#cache.status(now);
  }

  #tell(change: Change, namespace: string | undefined): void {
    for (const listener of this.#listeners)
      try {
        listener(change, namespace);
      } catch (error) {
        this.#input.log.error({ error: String(error) }, 'a listener of policy changes failed');
      }
  }

  /** True when there is a new one, of which nothing was read. */
  #followNamespaces(): boolean {
    const now = namespacesOf(this.#input.targets);
    const grew = [...now].some((namespace) => !this.#namespaces.has(namespace));
    this.#namespaces = now;
    if (grew) this.#cache.relist();
    return grew;
  }

  /** Kinds beside NetworkPolicy first: whether anything is about egress is known only then. */
  async #look(): Promise<void> {
    await this.#others.refresh([...this.#namespaces]);
    const concerned = this.#input.targets.all().filter((target) => this.#isAboutEgress(target.backend.namespace));
    await this.#destinations.refresh(concerned);
    const selecting = [...this.#namespaces].filter((namespace) => this.#isAboutEgress(namespace));
    await this.#others.readNamespaces([...new Set([...selecting, ...this.#destinations.namespaces])]);
  }

  #isAboutEgress(namespace: string): boolean {
    return this.#book.in(namespace).some(({ egress }) => egress !== undefined) || this.#selectsNamespaces(namespace);
  }

  #selectsNamespaces(namespace: string): boolean {
    const { admin = [], cilium, calico } = this.#others.of(namespace)?.policies ?? {};
    return admin.length + (cilium?.policies.length ?? 0) + (calico?.policies.length ?? 0) > 0;
  }

  /** A verdict holds until something that it rests on is new; what nodes say has some seconds. */
  #factsOf(target: ApiTarget): PolicyFacts {
    const now = this.#input.clock();
    const instances = this.#input.apiservers?.() ?? [];
    const restsOn = `${this.#book.version} ${this.#others.version} ${this.#cache.unreadable.size} ${instances.join(' ')}`;
    const known = this.#known.get(target.name);
    if (known && known.target === target && known.restsOn === restsOn && now - known.at < KNOWN_FOR_MS && now >= known.at)
      return known.facts;
    const facts = this.#judge(target, instances);
    this.#known.set(target.name, { target, restsOn, at: now, facts });
    return facts;
  }

  #judge(target: ApiTarget, instances: readonly string[]): PolicyFacts {
    const { namespace } = target.backend;
    const nodes = this.#input.nodes();
    const found = this.#others.of(namespace);
    const backend: BackendPods = { policies: this.#book.in(namespace), pods: target.pods, ...(found && { others: found.policies }) };
    const verdict = evaluatePolicies({ ...backend, port: podPortOf(target), sources: this.#sourcesNow(nodes, instances), nodes });
    const notEvaluated = [...new Set(found?.notRead.map(({ kind }) => kind))];
    const unread = [...this.#cache.unreadable].find(([key]) => key.startsWith(`${namespace}/`));
    if (unread)
      return { ...verdict, verdict: 'undetermined', why: `NetworkPolicy ${unread[0]} cannot be read: ${unread[1]}`, notEvaluated };
    const lastChange = this.#book.lastChangeFor(target);
    return {
      ...withNotRead(verdict, found),
      egress: this.#destinations
        .needsOf(target, nodes, instances)
        .map(({ peer, name, destination }) => ({ peer, name, ...withNotRead(evaluateEgress(backend, destination), found) })),
      notEvaluated,
      ...(lastChange !== undefined && { lastChange }),
    };
  }

  #sourcesNow(nodes: readonly NodeFacts[], apiservers: readonly string[]): PolicySources {
    const instances = apiservers.flatMap((instance) => splitHostPort(instance)?.host ?? []);
    const { tunnel } = this.#others;
    if (instances.length > 0) return { addresses: instances, certain: true, tunnel };
    // Its internal address comes first.
    return { addresses: nodes.flatMap(({ addresses }) => addresses.slice(0, 1)), certain: false, tunnel };
  }
}

/** A verdict, and what it rests on. */
interface Known {
  readonly target: ApiTarget;
  readonly restsOn: string;
  readonly at: number;
  readonly facts: PolicyFacts;
}

const KNOWN_FOR_MS = 10_000;

const namespacesOf = (targets: Targets): ReadonlySet<string> => new Set(targets.all().map(({ backend }) => backend.namespace));

/** The Service's target port: a number, or the name of a container port. Without a visible Service, the endpoints' own. */
function podPortOf({ service, backend, addresses }: ApiTarget): number | string | undefined {
  const targetPort = service?.ports.find(({ port }) => port === backend.port)?.targetPort;
  if (targetPort === undefined || targetPort === '') return addresses[0]?.port;
  return /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort;
}
