import { type Observed, UNOBSERVED } from '../../domain/observed.ts';
import type { Change, NodeFacts, PolicyFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { createResourceCache } from '../../kube/cache.ts';
import { rightToWatch } from '../../kube/right.ts';
import { splitHostPort } from '../../net/addresses.ts';
import { evaluatePolicies, type PolicySources } from '../../objects/policy/evaluate.ts';
import { networkPolicies, type PolicyRecord } from '../../objects/policy/network-policy.ts';
import type { ApiTarget, Targets } from '../../objects/targets.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import type { Source } from '../../source/source.ts';
import { defineSource } from '../define-source.ts';
import { observedValueFrom } from '../discovery/coverage.ts';
import { createOtherPolicies, type OtherPolicies, RIGHTS_TO_OTHERS } from './other-policies.ts';
import { PolicyBook } from './policy-book.ts';

export interface PolicySource extends Source {
  readonly name: 'network-policies';
  /** May kube-apiservers reach the API's pods, as far as policies go? */
  factsFor(api: string): Observed<PolicyFacts>;
  /** Called for each policy that was added, changed for ingress, or deleted while we watch, with its namespace. */
  onChange(listener: (change: Change, namespace: string) => void): void;
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
      for (const target of targets.all()) if (target.backend.namespace === namespace) discovery.recordChange(target.name, change);
    });
    return source;
  },
  facts: { ofApi: (source, name) => ({ policy: source.factsFor(name) }) },
});

/** NetworkPolicies of the backends' namespaces, evaluated for the way kube-apiserver → pod. */
export function createPolicySource(input: PolicySourceInput): PolicySource {
  return new WatchedPolicies(input);
}

class WatchedPolicies implements PolicySource {
  readonly name = 'network-policies';
  readonly #input: PolicySourceInput;
  readonly #cache: ResourceCache<PolicyRecord>;
  readonly #others: OtherPolicies;
  readonly #book = new PolicyBook();
  readonly #listeners: ((change: Change, namespace: string) => void)[] = [];
  #namespaces: ReadonlySet<string>;

  constructor(input: PolicySourceInput) {
    const { client, targets, clock, log, createCache = createResourceCache } = input;
    this.#input = input;
    this.#namespaces = namespacesOf(targets);
    const spec = networkPolicies((namespace) => this.#namespaces.has(namespace));
    this.#cache = createCache(client, spec, { clock, log });
    this.#others = createOtherPolicies(client);
    this.#cache.subscribe((change) => {
      const { namespace } = change.object;
      const made = this.#book.take(change, clock(), this.#namespaces.has(namespace));
      if (made) this.#tell(made, namespace);
    });
  }

  start(signal: AbortSignal): void {
    if (signal.aborted) return;
    const { targets, log, refreshMs = 60_000 } = this.#input;
    this.#followNamespaces();
    this.#cache.start(signal);
    const looking = repeat(() => this.#others.refresh([...this.#namespaces]), { intervalMs: refreshMs, signal, log });
    const unsubscribe = targets.subscribe(() => {
      if (this.#followNamespaces()) looking.now();
    });
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  factsFor(api: string): Observed<PolicyFacts> {
    const target = this.#input.targets.get(api);
    return target ? observedValueFrom(this.#cache.status(this.#input.clock()), () => this.#factsOf(target)) : UNOBSERVED;
  }

  onChange(listener: (change: Change, namespace: string) => void): void {
    this.#listeners.push(listener);
  }

  status(now: number): SourceStatus {
    return this.#cache.status(now);
  }

  #tell(change: Change, namespace: string): void {
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

  #factsOf(target: ApiTarget): PolicyFacts {
    const { namespace } = target.backend;
    const policies = this.#book.in(namespace);
    const nodes = this.#input.nodes();
    const verdict = evaluatePolicies({ policies, pods: target.pods, port: podPortOf(target), sources: this.#sourcesNow(nodes), nodes });
    const looked = this.#others.notEvaluated(namespace);
    const notEvaluated = looked ?? [];
    const unread = [...this.#cache.unreadable].find(([key]) => key.startsWith(`${namespace}/`));
    if (unread)
      return { ...verdict, verdict: 'undetermined', why: `NetworkPolicy ${unread[0]} cannot be read: ${unread[1]}`, notEvaluated };
    const lastChange = this.#book.lastChangeFor(target);
    return {
      ...verdict,
      ...(looked?.length === 0 ? {} : { verdict: 'undetermined', why: whyUndetermined(verdict, looked) }),
      notEvaluated,
      ...(lastChange !== undefined && { lastChange }),
    };
  }

  #sourcesNow(nodes: readonly NodeFacts[]): PolicySources {
    const instances = (this.#input.apiservers?.() ?? []).flatMap((instance) => splitHostPort(instance)?.host ?? []);
    const { tunnel } = this.#others;
    if (instances.length > 0) return { addresses: instances, certain: true, tunnel };
    // Its internal address comes first.
    return { addresses: nodes.flatMap(({ addresses }) => addresses.slice(0, 1)), certain: false, tunnel };
  }
}

const namespacesOf = (targets: Targets): ReadonlySet<string> => new Set(targets.all().map(({ backend }) => backend.namespace));

/** The Service's target port: a number, or the name of a container port. Without a visible Service, the endpoints' own. */
function podPortOf({ service, backend, addresses }: ApiTarget): number | string | undefined {
  const targetPort = service?.ports.find(({ port }) => port === backend.port)?.targetPort;
  if (targetPort === undefined || targetPort === '') return addresses[0]?.port;
  return /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort;
}

function whyUndetermined({ verdict, why }: Pick<PolicyFacts, 'verdict' | 'why'>, notEvaluated: readonly string[] | undefined): string {
  if (!notEvaluated) return `${why}; other kinds of policies have not been looked for yet`;
  const alone = verdict === 'undetermined' ? why : `NetworkPolicies alone: ${verdict} (${why})`;
  return `${alone}; ${notEvaluated.join(', ')} may decide otherwise and cannot be ruled out`;
}
