import { ABSENT, type Observed, observed } from '../../domain/observed.ts';
import type { ApiFacts, CaBundleFacts, ConditionFacts, PodFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { Backend } from '../../objects/backend.ts';
import type { Neighbours } from '../../objects/neighbours.ts';
import { podFacts } from '../../objects/pod-facts.ts';
import type { PodHistory } from '../../objects/pod-history.ts';
import { serviceFacts } from '../../objects/services.ts';
import type { WorkloadKind } from '../../objects/workloads.ts';
import { observedFrom, observedValueFrom } from './coverage.ts';

/** The part of ApiFacts that the cluster's own objects tell. */
export type ObjectFacts = Pick<
  ApiFacts,
  | 'name'
  | 'group'
  | 'version'
  | 'backend'
  | 'insecureSkipTLSVerify'
  | 'caBundle'
  | 'deletedAt'
  | 'createdAt'
  | 'condition'
  | 'transitions'
  | 'service'
  | 'endpoints'
  | 'pods'
  | 'workload'
  | 'events'
  | 'neighbours'
  | 'changes'
>;

export interface Statuses {
  readonly apiServices: SourceStatus;
  readonly services: SourceStatus;
  readonly slices: SourceStatus;
  readonly pods: SourceStatus;
  /** The worst of the three kinds. */
  readonly workloads: SourceStatus;
  readonly ofWorkloadKind: (kind: WorkloadKind) => SourceStatus;
  readonly events: SourceStatus;
}

export function objectFacts(
  backend: Backend,
  statuses: Statuses,
  known: {
    readonly history: PodHistory;
    readonly caBundle: CaBundleFacts | null;
    readonly transitions: ApiFacts['transitions'];
    readonly events: ApiFacts['events'];
    readonly neighbours: Neighbours;
    readonly changes: ApiFacts['changes'];
  },
): ObjectFacts {
  const { api } = backend;
  const { transitions, events, changes } = known;
  const { name, group, version, insecureSkipTLSVerify } = api;
  const named = { name, group, version, backend: api.backend, insecureSkipTLSVerify, transitions, changes };
  const blind = unreadableApi(api);
  if (blind)
    return { ...named, condition: blind, service: blind, endpoints: blind, pods: blind, workload: blind, events: blind, neighbours: blind };
  return {
    ...named,
    caBundle: known.caBundle,
    ...(api.createdAt === undefined ? {} : { createdAt: api.createdAt }),
    condition: conditionOf(api, statuses.apiServices),
    service: serviceOf(backend, statuses),
    endpoints: endpointsOf(backend, statuses),
    pods: podsOf(backend, statuses, known.history),
    workload: workloadOf(backend, statuses),
    events,
    neighbours: neighboursOf(backend, statuses, known.neighbours),
  };
}

const unreadableApi = (api: Backend['api']): Observed<never> | undefined => unreadableFact('the APIService', api.unreadable);

/** Of the object alone: what is asked many times in a tick, where all the facts would be thrown away. */
export function conditionOf(api: Backend['api'], apiServices: SourceStatus): Observed<ConditionFacts> {
  return unreadableApi(api) ?? observedFrom<ConditionFacts>(apiServices, () => (api.condition ? observed(api.condition) : ABSENT));
}

/** Something is there, and nobody can read what it says: that is neither its absence nor what it said before. */
export function unreadableFact(what: string, why: string | undefined): Observed<never> | undefined {
  return why === undefined ? undefined : { state: 'unobserved', why: `${what} cannot be read: ${why}` };
}

function serviceOf({ service, selected, unreadable }: Backend, statuses: Statuses): ApiFacts['service'] {
  return observedFrom(statuses.services, () => {
    const counted = statuses.pods.state === 'ok' && unreadable.pods === undefined ? selected : undefined;
    return service ? observed(serviceFacts(service, counted)) : (unreadableFact('the Service', unreadable.service) ?? ABSENT);
  });
}

function endpointsOf({ service, slices, endpoints, unreadable }: Backend, statuses: Statuses): ApiFacts['endpoints'] {
  return observedFrom(statuses.slices, () => {
    const blind = unreadableFact('EndpointSlice', unreadable.slices);
    if (blind) return blind;
    // An ExternalName has none by nature, which must not read as "none is ready".
    return service?.type === 'ExternalName' && slices.length === 0 ? ABSENT : observed(endpoints);
  });
}

/** Pods are known by the Service's selector or by the slices: when neither can be seen, an empty list would be a guess. */
function podsOf({ service, pods, unreadable }: Backend, statuses: Statuses, history: PodHistory): Observed<readonly PodFacts[]> {
  return observedFrom(statuses.pods, () => {
    const blind = unreadableFact('Pod', unreadable.pods);
    if (blind) return blind;
    const facts = () => observed(pods.map((pod) => podFacts(pod, history)));
    if (pods.length > 0) return facts();
    if (statuses.services.state !== 'ok') return observedFrom(statuses.services, () => ABSENT);
    if (service?.selector) return facts();
    return observedFrom(statuses.slices, () => ABSENT);
  });
}

/** Without a pod or an address that names a node there is none of which to tell. */
function neighboursOf({ pods, endpoints, unreadable }: Backend, statuses: Statuses, neighbours: Neighbours): ApiFacts['neighbours'] {
  return observedFrom(statuses.pods, () => {
    const blind = unreadableFact('Pod', unreadable.pods);
    if (blind) return blind;
    const nodes = new Set([...pods, ...endpoints.addresses].flatMap(({ node }) => node ?? []));
    if (nodes.size === 0) return { state: 'unobserved', why: 'no node of the backend is known' };
    return observed(neighbours.on(nodes, new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`))));
  });
}

function workloadOf({ workload, service, pods, unreadable }: Backend, statuses: Statuses): ApiFacts['workload'] {
  if (workload && statuses.ofWorkloadKind(workload.kind).state === 'ok') return observed(workload.facts);
  const found = unreadableFact('a workload', unreadable.workloads) ?? observedValueFrom(statuses.workloads, () => undefined);
  if (found.state !== 'observed') return found;
  // Without pods and selector there was nothing to look for it by.
  return pods.length > 0 || service?.selector ? ABSENT : { state: 'unobserved', why: 'neither pods nor a selector name a workload' };
}
