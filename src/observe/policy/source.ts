import { type Observed, UNOBSERVED } from '../../domain/observed.ts';
import type { Change, NodeFacts, PolicyFacts } from '../../domain/snapshot.ts';
import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { createResourceCache } from '../../kube/cache.ts';
import { rightToWatch } from '../../kube/right.ts';
import { splitHostPort } from '../../net/addresses.ts';
import { evaluatePolicies, type PolicySources } from '../../objects/policy/evaluate.ts';
import { selects } from '../../objects/policy/label-selector.ts';
import { networkPolicies, type PolicyRecord, policyChange } from '../../objects/policy/network-policy.ts';
import type { ApiTarget, Targets } from '../../objects/targets.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import type { Source } from '../../source/source.ts';
import { defineSource } from '../define-source.ts';
import { observedValueFrom } from '../discovery/coverage.ts';
import { createOtherPolicies, RIGHTS_TO_OTHERS } from './other-policies.ts';

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

const MAX_DELETED = 50;
const NEW_FOR_MS = 120_000;

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
  const { client, targets, nodes, apiservers = () => [], clock, log, createCache = createResourceCache, refreshMs = 60_000 } = input;
  let namespaces = namespacesOf(targets);
  const cache = createCache(
    client,
    networkPolicies((namespace) => namespaces.has(namespace)),
    { clock, log },
  );
  const others = createOtherPolicies(client);
  const byNamespace = new Map<string, Map<string, PolicyRecord>>();
  /** When a policy changed, as far as we saw it. */
  const changedAt = new Map<string, number>();
  /** Deleted policies still explain a recovery, or a new fault when they admitted the kube-apiserver. */
  const deleted: { readonly policy: PolicyRecord; readonly at: number }[] = [];
  const listeners: ((change: Change, namespace: string) => void)[] = [];

  cache.subscribe(({ type, key, object, previous, live }) => {
    const own = byNamespace.get(object.namespace) ?? new Map<string, PolicyRecord>();
    byNamespace.set(object.namespace, own);
    if (type === 'deleted') own.delete(key);
    else own.set(key, object);
    if (own.size === 0) byNamespace.delete(object.namespace);
    if (type === 'deleted') changedAt.delete(key);
    if (!live) return;
    const summary = previous && type === 'modified' ? policyChange(previous, object) : type;
    if (summary === undefined || !namespaces.has(object.namespace)) return;
    const at = clock();
    // A namespace that we have only begun to watch shows policies that are new to us and to nobody else.
    if (type === 'added' && at - (object.createdAt ?? at) > NEW_FOR_MS) return;
    if (type === 'deleted') {
      deleted.push({ policy: object, at });
      if (deleted.length > MAX_DELETED) deleted.shift();
    } else changedAt.set(key, at);
    tell(changeOf(object, summary, at), object.namespace);
  });

  function tell(change: Change, namespace: string): void {
    for (const listener of listeners)
      try {
        listener(change, namespace);
      } catch (error) {
        log.error({ error: String(error) }, 'a listener of policy changes failed');
      }
  }

  function followNamespaces(): void {
    const now = namespacesOf(targets);
    const grew = [...now].some((namespace) => !namespaces.has(namespace));
    namespaces = now;
    if (grew) cache.relist();
  }

  function factsOf(target: ApiTarget): PolicyFacts {
    const policies = [...(byNamespace.get(target.backend.namespace)?.values() ?? [])];
    const verdict = evaluatePolicies({ policies, pods: target.pods, port: podPortOf(target), sources: sourcesNow(), nodes: nodes() });
    const notEvaluated = others.notEvaluated(target.backend.namespace);
    const lastChange = lastChangeFor(target, policies);
    const unread = [...cache.unreadable].find(([key]) => key.startsWith(`${target.backend.namespace}/`));
    if (unread)
      return {
        ...verdict,
        verdict: 'undetermined',
        why: `NetworkPolicy ${unread[0]} cannot be read: ${unread[1]}`,
        notEvaluated: notEvaluated ?? [],
      };
    return {
      ...verdict,
      ...(notEvaluated?.length === 0 ? {} : { verdict: 'undetermined', why: whyUndetermined(verdict, notEvaluated) }),
      notEvaluated: notEvaluated ?? [],
      ...(lastChange !== undefined && { lastChange }),
    };
  }

  function sourcesNow(): PolicySources {
    const instances = apiservers().flatMap((instance) => splitHostPort(instance)?.host ?? []);
    const { tunnel } = others;
    if (instances.length > 0) return { addresses: instances, certain: true, tunnel };
    // Its internal address comes first.
    return { addresses: nodes().flatMap(({ addresses }) => addresses.slice(0, 1)), certain: false, tunnel };
  }

  /** Of the policies that select, or selected, one of its pods. */
  function lastChangeFor({ backend, pods }: ApiTarget, policies: readonly PolicyRecord[]): number | undefined {
    const concerns = ({ podSelector }: PolicyRecord): boolean => pods.some(({ labels }) => selects(podSelector, labels));
    const times = policies
      .filter(concerns)
      .flatMap((policy) => changedAt.get(`${policy.namespace}/${policy.name}`) ?? policy.writer?.at ?? policy.createdAt ?? []);
    for (const { policy, at } of deleted) if (policy.namespace === backend.namespace && concerns(policy)) times.push(at);
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  return {
    name: 'network-policies',
    start(signal) {
      if (signal.aborted) return;
      followNamespaces();
      cache.start(signal);
      const looking = repeat(() => others.refresh([...namespaces]), { intervalMs: refreshMs, signal, log });
      const unsubscribe = targets.subscribe(() => {
        const before = namespaces;
        followNamespaces();
        if ([...namespaces].some((namespace) => !before.has(namespace))) looking.now();
      });
      signal.addEventListener('abort', unsubscribe, { once: true });
    },
    factsFor(api) {
      const target = targets.get(api);
      return target ? observedValueFrom(cache.status(clock()), () => factsOf(target)) : UNOBSERVED;
    },
    onChange: (listener) => void listeners.push(listener),
    status: (now) => cache.status(now),
  };
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

function changeOf({ namespace, name, writer }: PolicyRecord, summary: string, at: number): Change {
  const manager = summary === 'deleted' ? undefined : writer?.manager;
  return { what: 'network-policy', at, object: `NetworkPolicy ${namespace}/${name}`, summary, ...(manager !== undefined && { manager }) };
}
