import { mayRunAs } from './kernel.ts';
import { knownServers } from './known-groups.ts';
import { isWorkload, type Shown, type TextObject } from './objects.ts';
import { likeness, mayServe, sharedWords, wordsOfGroup, workloadOf } from './servers.ts';

/** Label keys whose value says which program a pod is. */
const NAME_LABELS: readonly string[] = ['app', 'k8s-app', 'app.kubernetes.io/name'];
const CHOSEN: readonly Shown[] = ['alone', 'listed'];
/** A pod that a line of a log names is one of all that its node runs: it counts where it is called like a server of an API. */
const ANY_WAY: readonly Shown[] = [...CHOSEN, 'everywhere', 'spoken'];
const SERVES = /(?:^|-)(?:api-?server|api|adapter|server)(?:-|$)/;
const isServing = (name: string): boolean => SERVES.test(name);

/** What the text tells of an API's server. */
export interface ServerClues {
  /** `v1.tides.example.com`; of another form: the text names no API. */
  readonly api: string;
  readonly service?: { readonly namespace: string; readonly service: string };
  /** Addresses at which the API was asked. */
  readonly addresses: ReadonlySet<string>;
}

/** The APIs that an object is of for sure; none (`[]`) where only nothing else is shown, undefined where it is another's. */
export function ownersOf(ties: ReadonlyMap<string, Tie>, isOf: (tie: Tie) => boolean): readonly string[] | undefined {
  const own = [...ties].filter(([, tie]) => isOf(tie));
  return own.length > 0 ? own.flatMap(([api, tie]) => (tie.sure ? [api] : [])) : undefined;
}

/** Which objects of the text are of an API's server. */
export interface Tie {
  /** Pods, and what makes them. One without a name counts: the text shows it as it shows the API. */
  owns(object: TextObject): boolean;
  /** The name of an object beside the pods: a certificate, a claim of storage. */
  fits(name: string): boolean;
  /** Of the names that a table lists (of Services, of Deployments), those of this server. */
  among(names: readonly string[]): ReadonlySet<string>;
  /** A process of this name may be the server; always, where nothing tells what its server is called. */
  mayRun(process: string): boolean;
  /** Labels of its pods, or those that its Service selects by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of its pods and what makes them, where the text shows them in one. */
  readonly namespace: string | undefined;
  /** More ties them than that the text shows nothing else. */
  readonly sure: boolean;
  /** Nodes that its pods are on, as far as the text tells. */
  readonly nodes: ReadonlySet<string>;
}

/**
 * Whose pods, events and nodes are those of a text. They count for an API only where something ties them to its server: the labels
 * that its Service selects by, an address at which the API was asked, or a name; that of the Service, of a program that is known to
 * serve the group, or a word that group and workload share. Where nothing is known of the server, the workload counts that the text
 * shows alone. One in another namespace than the Service never does: a Service selects in its own.
 */
export function tiesOf(clues: readonly ServerClues[], objects: readonly TextObject[]): ReadonlyMap<string, Tie> {
  const candidates = objects.filter((object) => object.name !== '' && isWorkload(object)).map(candidateOf);
  const services = objects.filter(({ kind, selector }) => kind === 'Service' && selector.size > 0);
  const servers = clues.map((clue): Server => ({ ...clue, selectors: selectorsOf(clue, services) }));
  const strong = new Map(servers.map((server) => [server.api, strongTie(server, candidates)]));
  const taken = new Set([...strong.values()].flatMap((own) => [...own]));
  const free = candidates.filter(({ workload }) => !taken.has(workload));
  return new Map(
    servers.map((server) => {
      const own = strong.get(server.api) ?? new Set<string>();
      return [server.api, tie(server, own.size > 0 ? { own, sure: true } : weakTie(server, free), candidates)];
    }),
  );
}

/** A server with the labels that its Service selects by, as far as the text tells. */
interface Server extends ServerClues {
  readonly selectors: readonly ReadonlyMap<string, string>[];
}

function selectorsOf(clue: ServerClues, services: readonly TextObject[]): readonly ReadonlyMap<string, string>[] {
  return services.filter((one) => one.name === clue.service?.service && inNamespace(clue, one)).map(({ selector }) => selector);
}

interface Candidate {
  readonly object: TextObject;
  readonly workload: string;
  readonly names: readonly string[];
}

function candidateOf(object: TextObject): Candidate {
  const workload = workloadOf(object);
  return { object, workload, names: [workload, object.name, ...NAME_LABELS.flatMap((key) => object.labels.get(key) ?? [])] };
}

interface Own {
  readonly own: ReadonlySet<string>;
  readonly sure: boolean;
}

function tie(clue: Server, { own, sure }: Own, candidates: readonly Candidate[]): Tie {
  const owns = (object: TextObject) => object.name === '' || (mayBeOf(clue, object) && own.has(workloadOf(object)));
  const nodes = candidates.flatMap(({ object }) => (object.node !== undefined && owns(object) ? [object.node] : []));
  return {
    owns,
    fits: (name) => named(clue, [name]).length > 0,
    among: (names) => amongNames(clue, names),
    mayRun: (process) => groupOf(clue.api) === '' || mayRunAs(process, programsOf(clue, own)),
    labels: labelsOf(clue, candidates, owns),
    namespace: namespaceOf(candidates, owns),
    sure,
    nodes: new Set(nodes),
  };
}

function namespaceOf(candidates: readonly Candidate[], owns: (object: TextObject) => boolean): string | undefined {
  const [first, ...others] = new Set(candidates.flatMap(({ object }) => (owns(object) ? (object.namespace ?? []) : [])));
  return others.length === 0 ? first : undefined;
}

function labelsOf({ selectors }: Server, candidates: readonly Candidate[], owns: (object: TextObject) => boolean): Record<string, string> {
  const pods = candidates.filter(({ object }) => object.kind === 'Pod' && object.labels.size > 0 && owns(object));
  return Object.fromEntries([...selectors, ...pods.slice(0, 1).map(({ object }) => object.labels)].flatMap((labels) => [...labels]));
}

/** What the server's programs may be called: as its Service, its workloads, servers that are known for the group, or a word of that. */
function programsOf({ api, service }: ServerClues, own: ReadonlySet<string>): readonly string[] {
  const group = groupOf(api);
  return [...own, ...(service === undefined ? [] : [service.service]), ...knownServers(group), ...wordsOfGroup(group)];
}

function inNamespace({ service }: ServerClues, { namespace }: TextObject): boolean {
  return service === undefined || namespace === undefined || namespace === service.namespace;
}

/** Neither its namespace nor its labels say that it is another's. */
function mayBeOf(server: Server, object: TextObject): boolean {
  const isOther = (selector: ReadonlyMap<string, string>) =>
    [...selector].some(([key, value]) => (object.labels.get(key) ?? value) !== value);
  return inNamespace(server, object) && (server.selectors.length === 0 || !server.selectors.every(isOther));
}

/** Workloads that a fact ties, or the name of the Service or of a server that is known for the group. */
function strongTie(server: Server, all: readonly Candidate[]): Set<string> {
  const candidates = all.filter(({ object }) => mayBeOf(server, object));
  const selected = workloads(candidates.filter(({ object }) => server.selectors.some((selector) => isSelected(object, selector))));
  if (selected.size > 0) return selected;
  const asked = workloads(candidates.filter(({ object }) => object.ip !== undefined && server.addresses.has(object.ip)));
  // Pods on the network of their node share its address.
  if (asked.size === 1) return asked;
  for (const servers of serversOf(server)) {
    const best = bestOf(candidates, ({ workload, names }) => (mayServe(workload) ? fitOf(names, servers) : 0));
    if (best.length > 0) return workloads(best);
  }
  return new Set();
}

/** Names to look for, the surest first. A Service that is called like a known server is that one's, and no other's. */
function serversOf({ api, service }: ServerClues): readonly (readonly string[])[] {
  const group = groupOf(api);
  const known = knownServers(group);
  const tiers = group === '' ? [known] : known.map((server) => [server]);
  if (service === undefined) return tiers;
  return known.some((server) => likeness(service.service, server) > 0) ? [[service.service]] : [[service.service], ...tiers];
}

/** A word that group and workload share, or the only workload that the text shows. */
function weakTie(server: Server, free: readonly Candidate[]): Own {
  const candidates = free.filter(({ object }) => mayBeOf(server, object));
  const words = wordsOfGroup(groupOf(server.api));
  const sharing = bestOf(candidates, ({ names, workload }) =>
    mayServe(workload) ? Math.max(...names.map((name) => sharedWords(name, words))) : 0,
  );
  const serving = sharing.filter(({ names }) => names.some(isServing));
  const own = workloads(serving.length > 0 ? serving : sharing);
  // Of several that share a word nobody knows which it is.
  if (own.size > 0) return { own: own.size === 1 || serving.length > 0 ? own : new Set(), sure: true };
  return { own: mayBeShownAlone(server) ? onlyOne(server, candidates) : new Set(), sure: false };
}

/** Of a group whose servers are known, one of another name is none. */
function mayBeShownAlone({ api }: ServerClues): boolean {
  const group = groupOf(api);
  return group === '' || knownServers(group).length === 0;
}

/**
 * The one workload that is shown alone; if none is, the one of a list that somebody chose. Where the text names no API, the one there is. The control
 * plane, whose log tells of the API, does not count beside it: it is shown for what it says.
 */
function onlyOne({ api, service }: ServerClues, candidates: readonly Candidate[]): Set<string> {
  // Behind a Service of another name is what somebody shows of its namespace: the text must name that.
  const near = service === undefined ? candidates : candidates.filter(({ object }) => object.namespace !== undefined);
  for (const shown of groupOf(api) === '' ? ANY_WAY : CHOSEN) {
    const isMeant = ({ object, names }: Candidate) => object.shown === shown && (shown !== 'spoken' || names.some(isServing));
    const all = workloads(near.filter(isMeant));
    const own = shown === 'alone' ? new Set([...all].filter(mayServe)) : all;
    if (own.size > 0) return own.size === 1 && [...own].every(mayServe) ? own : new Set();
  }
  return new Set();
}

function amongNames(clue: ServerClues, names: readonly string[]): ReadonlySet<string> {
  const own = named(clue, names);
  if (own.length > 0) return new Set(own);
  return new Set(clue.service === undefined && mayBeShownAlone(clue) && new Set(names).size === 1 ? names : []);
}

/** The names that are the Service's, a known server's, or share a word with the group: the best of the first kind that there is. */
function named(clue: ServerClues, names: readonly string[]): readonly string[] {
  for (const servers of serversOf(clue)) {
    const best = bestOf(names, (name) => fitOf([name], servers));
    if (best.length > 0) return best;
  }
  const words = wordsOfGroup(groupOf(clue.api));
  return bestOf(names, (name) => sharedWords(name, words));
}

function isSelected({ labels }: TextObject, selector: ReadonlyMap<string, string>): boolean {
  return [...selector].every(([key, value]) => labels.get(key) === value);
}

const fitOf = (names: readonly string[], servers: readonly string[]): number =>
  Math.max(0, ...names.flatMap((name) => servers.map((server) => likeness(name, server))));

const workloads = (candidates: readonly Candidate[]): Set<string> => new Set(candidates.map(({ workload }) => workload));

/** Those that score highest, and more than 0. */
function bestOf<T>(all: readonly T[], score: (one: T) => number): T[] {
  const scores = all.map(score);
  const best = scores.reduce((most, one) => Math.max(most, one), 0);
  return best === 0 ? [] : all.filter((_, index) => scores[index] === best);
}

/** `v1.tides.example.com` → `tides.example.com`; empty for an API without a name. */
function groupOf(api: string): string {
  const dot = api.indexOf('.');
  return dot < 0 ? '' : api.slice(dot + 1);
}
