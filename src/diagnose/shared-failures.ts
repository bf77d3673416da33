import type { Cause } from '../domain/cause.ts';
import type { Candidate, SharedFailure } from '../domain/diagnosis.ts';
import { observedValue } from '../domain/observed.ts';
import { required } from '../domain/required.ts';
import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';

/** One failing API with what was weighed for it. */
export interface Failing {
  readonly api: ApiFacts;
  readonly candidates: readonly Candidate[];
  readonly causes: ReadonlyMap<string, Cause>;
}

/** What a failing API may share with another, widest first; the id is stable while the reason is. */
const SHARED_REASONS: readonly ((failing: Failing, snapshot: Snapshot) => { id: string; shared: string } | undefined)[] = [
  (one) => {
    const cause = causeOf(one);
    return typeof cause?.shared === 'string' ? { id: cause.id, shared: cause.shared } : undefined;
  },
  ({ api }) => {
    const instance = onlyFailingInstance(api);
    return instance === undefined ? undefined : { id: `kube-apiserver-${instance}`, shared: `the kube-apiserver instance ${instance}` };
  },
  ({ api }, snapshot) => {
    const node = ailingNode(api, snapshot);
    return node === undefined ? undefined : { id: `node-${node}`, shared: `node ${node}` };
  },
  (one) => {
    const shared = causeOf(one)?.shared;
    if (typeof shared !== 'object') return undefined;
    const { namespace } = one.api.backend;
    if (namespace === '' && shared.id.includes('{namespace}')) return undefined;
    const filled = (text: string) => text.replaceAll('{namespace}', namespace);
    return { id: filled(shared.id), shared: filled(shared.words) };
  },
  ({ api }) => {
    const { namespace, service } = api.backend;
    // Of a text that names none: two that are not known are not one.
    if (service === '') return undefined;
    return { id: `backend-${namespace}-${service}`, shared: `the backend ${namespace}/${service}` };
  },
];

const causeOf = ({ candidates, causes }: Failing): Cause | undefined => causes.get(candidates[0]?.cause ?? '');

/** Groups the APIs that fail for one shared reason. Keyed by APIService; one that fails alone has no entry. */
export function sharedFailuresOf(failing: readonly Failing[], snapshot: Snapshot): ReadonlyMap<string, SharedFailure> {
  const groups = new Map<string, { shared: string; members: Failing[] }>();
  for (const reason of SHARED_REASONS)
    for (const one of failing) {
      const common = reason(one, snapshot);
      if (!common) continue;
      const group = groups.get(common.id);
      if (group) group.members.push(one);
      else groups.set(common.id, { shared: common.shared, members: [one] });
    }
  // The widest group first: what shares a backend inside it belongs to it.
  const wide = [...groups].filter(([, { members }]) => members.length > 1).sort(([, a], [, b]) => b.members.length - a.members.length);
  const found = new Map<string, SharedFailure>();
  const taken = new Set<string>();
  for (const [id, { shared, members }] of wide) {
    const free = members.filter(({ api }) => !taken.has(api.name));
    if (free.length < 2) continue;
    const apiservices = free.map(({ api }) => api.name).sort();
    const cause = sharedCause(free);
    for (const name of apiservices) {
      taken.add(name);
      found.set(name, { id, shared, apiservices, cause });
    }
  }
  return found;
}

/** A cause that one API does not have at all is not excluded by it: its evidence may not have come yet. */
const NOT_A_CANDIDATE = 0.01;

/** The cause that explains all members best: the product of their confidences. */
function sharedCause(members: readonly Failing[]): string {
  const causes = [...new Set(members.flatMap(({ candidates }) => candidates.map(({ cause }) => cause)))].sort();
  const jointly = (cause: string) =>
    members.reduce((sum, { candidates }) => {
      const confidence = candidates.find((candidate) => candidate.cause === cause)?.confidence ?? 0;
      return sum + Math.log(Math.max(confidence, NOT_A_CANDIDATE));
    }, 0);
  const [best] = causes
    .map((cause) => ({ cause, score: jointly(cause) }))
    .sort((a, b) => b.score - a.score || (a.cause < b.cause ? -1 : 1));
  return required(best, 'a candidate of a shared failure').cause;
}

/** The one kube-apiserver through which it fails, while through another one it passes. */
function onlyFailingInstance(api: ApiFacts): string | undefined {
  const through = api.probes.filter((tally) => tally.vantage === 'aggregator' && tally.request === 'discovery');
  const [failing, ...more] = through.filter((tally) => !tally.last.ok);
  return more.length === 0 && through.length > 1 ? failing?.target : undefined;
}

/** The node that all its pods are on, when that node is not well. */
function ailingNode(api: ApiFacts, snapshot: Snapshot): string | undefined {
  const nodes = new Set((observedValue(api.pods) ?? []).flatMap((pod) => pod.node ?? []));
  if (nodes.size !== 1) return undefined;
  const [name] = nodes;
  const node = observedValue(snapshot.cluster.nodes)?.find((candidate) => candidate.name === name);
  return node && (node.ready !== true || node.pressure.length > 0) ? node.name : undefined;
}
