import { BUILT_IN_GROUP } from '../../domain/built-in-groups.ts';
import type { ApiFacts, ConditionFacts } from '../../domain/snapshot.ts';
import { apiOfWords } from './known-groups.ts';
import { headOf } from './lines.ts';

/** Kubernetes counts API versions from 1, and a group begins with a letter and ends with a word: `v0.6.3` and `v1.22.12-gke.2300` are releases. */
const NAME = String.raw`v[1-9]\d?(?:(?:alpha|beta)[1-9]\d?)?`;
const GROUP = String.raw`[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){0,7}\.[a-z][a-z0-9-]{0,62}`;
/** Not within another name: the tag of an image, a host, a file. */
const QUALIFIED = new RegExp(String.raw`(?<![\w.@-]|\/\/|\/[\w.-]{1,100}:)(${NAME})\.(${GROUP})(?![\w-]|:\d|\.[\w-])`, 'g');
/** What files and hosts within a cluster end with, and no group of an API does. */
const NO_GROUP =
  /\.(?:svc|local|internal|go|ya?ml|json|tar|gz|tgz|zip|bz2|xz|txt|log|md|html?|css|tsx?|jsx?|png|jpe?g|svg|pdf|sum|mod|lock|toml|conf|cfg|ini|crt|pem|key|csr|proto|rpm|deb|exe|bin|sock|tmp|bak|patch|diff)$/;
const PATH = new RegExp(String.raw`/apis/(${GROUP})/(${NAME})\b`);
const IN_PATH = new RegExp(PATH.source, 'g');
const GROUP_VERSION = new RegExp(
  String.raw`\b(${GROUP})/(${NAME}): ?(?:the server|stale|an error|Get|Got|failed|Unauthorized|no matches for)`,
  'g',
);
/** As a GroupVersionResource or a GroupVersionKind prints itself (apimachinery 0.37 pkg/runtime/schema): what an informer of any kind watches. */
const OF_INFORMER = new RegExp(String.raw`\b(${GROUP})/(${NAME}), (?:Resource|Kind)=`, 'g');
/**
 * client-go's reflector, to which the list or the watch of a type was refused: `failed to list tides.example.com/v1, Resource=gauges: …`, of a
 * generated client `failed to list *v1.Gauge: …` (0.37 tools/cache/reflector.go), whose package is called as its version.
 */
const REFLECTOR_FAILED = /failed to (?:list|watch)|watch (?:of \S{1,400}(?: \S{1,100})? )?ended with/i;
const TYPED = new RegExp(String.raw`(?:failed to (?:list|watch) |\btype="|\bwatch of )\*(${NAME})\.(?!PartialObject)[A-Z]`, 'i');
const FAILED_WITH = new RegExp(String.raw`\b(${NAME})\.(${GROUP})[\\"]{0,2} failed with`, 'g');
/** `no matches for kind "Gauge" in version "tides.example.com/v1"`: of whom a client speaks; most such groups are custom resources. */
const IN_VERSION = new RegExp(String.raw`in version \\{0,2}"(${GROUP})/(${NAME})`);
/** OpenShift's operators: `"tides.example.com.v1" is not ready: 503`, `apiservices.apiregistration.k8s.io/v1.tides.example.com: not available`. */
const NOT_READY = new RegExp(String.raw`[\\"]"?(${GROUP})\.(${NAME})[\\"]{1,2} is not ready`, 'g');
const NOT_AVAILABLE = new RegExp(
  String.raw`apiservices?(?:\.apiregistration\.k8s\.io)?\/(${NAME})\.(${GROUP}): (?:is )?not available`,
  'g',
);
/** Pieces of `QUALIFIED` and `GROUP_VERSION` that begin with a letter of their own: most lines have none, and this finds it out sooner. */
const MAY_QUALIFY = /v[1-9][a-z0-9]{0,8}\.[a-z]/;
const MAY_ACCUSE = /\/v[1-9][a-z0-9]{0,8}: ?[tsaGfUn]/;
const OF_AUTOSCALER = /\b(resource|custom|external) metrics api\b/gi;
const VERB = new RegExp(String.raw`\((?:get|post|put|patch|delete|list|watch) [a-z0-9*-]{1,63}\.(${GROUP})\)`, 'g');
const MAY_ASK = /\((?:get|post|put|patch|delete|list|watch) /;
/** The Service in a condition's message: `service/tide-gauge in "harbour" is not present`, `endpoints for service/tide-gauge in "harbour" have no addresses`. */
const SERVICE_OF = /\bservice\/([a-z0-9][a-z0-9.-]{0,252}) in \\{0,2}"([a-z0-9][a-z0-9-]{0,62})\\{0,2}"/;
/** The address that was asked: `https://10.96.7.7:443/apis/…`. */
const ASKED_AT = /https?:\/\/(\d{1,3}(?:\.\d{1,3}){3})[:/]/;
const BUILT_IN = new RegExp(String.raw`(?:^|\.)(?:${BUILT_IN_GROUP}|keda\.sh|crd\.projectcalico\.org)$`);

/** Groups that the kube-apiserver serves itself, or that are known to be custom resources. */
export function isBuiltIn(group: string): boolean {
  return BUILT_IN.test(group);
}

/** `/apis/tides.example.com/v1/gauges` in a path or URL → `v1.tides.example.com`; undefined for a group of the kube-apiserver. */
export function apiOfPath(text: string): string | undefined {
  const [, group, version] = PATH.exec(text) ?? [];
  return group === undefined || isBuiltIn(group) ? undefined : `${version}.${group}`;
}

/** Most APIs that one text may be about. */
const MOST_APIS = 50;
/** Most that it may call local: a cluster has one for each group and version of its custom resources. */
const MOST_LOCAL = 5000;

/** What a table of `get --watch` shows of a condition. */
export interface Watched {
  readonly turns: ApiFacts['transitions'];
  readonly lost: number;
}
const NO_TURNS: ApiFacts['transitions'] = { True: 0, False: 0, Unknown: 0 };

/** Which APIServices a text is about, and what it says of each one's condition. */
export class NamedApis {
  readonly #conditions = new Map<string, ConditionFacts>();
  readonly #backends = new Map<string, { namespace: string; service: string }>();
  readonly #explicit = new Set<string>();
  readonly #mentions = new Map<string, number>();
  readonly #spoken = new Map<string, number>();
  /** With whether the text names its version. */
  readonly #accused = new Map<string, boolean>();
  readonly #addresses = new Map<string, Set<string>>();
  readonly #local = new Set<string>();
  readonly #watched = new Map<string, Watched>();
  /** The kube-apiserver serves this one itself, the text says: whatever else stands there of it, it is no aggregated API. */
  local(api: string): void {
    if (this.#local.size < MOST_LOCAL) this.#local.add(api);
    this.#explicit.delete(api);
    this.#conditions.delete(api);
  }

  /** The text is about this one in so many words: an object's name, a row of a table, `# APIService under diagnosis:`. */
  name(api: string): void {
    if (this.#explicit.size < MOST_APIS) this.#explicit.add(api);
  }

  /** A later condition that is not True counts more than an earlier one, and a message more than none. */
  condition(api: string, condition: ConditionFacts): void {
    this.name(api);
    const known = this.#conditions.get(api);
    if (known && known.status !== 'True' && (condition.status === 'True' || (known.message !== '' && condition.message === ''))) return;
    if (this.#conditions.size < MOST_APIS || known) this.#conditions.set(api, condition);
    const [, service, namespace] = SERVICE_OF.exec(condition.message.slice(0, 2000)) ?? [];
    if (service !== undefined && namespace !== undefined) this.backend(api, namespace, service);
    this.#askedAt([api], condition.message.slice(0, 2000));
  }

  /**
   * A later row of a watched table. An API that was available in one, and then was not, errs now and then, whatever its last row says; of
   * any other the last row counts. @param before what the row above said.
   */
  watched(api: string, condition: ConditionFacts, before: ConditionFacts['status']): void {
    const { status } = condition;
    const known = this.#watched.get(api) ?? { turns: NO_TURNS, lost: 0 };
    const turns = status === before ? known.turns : { ...known.turns, [status]: known.turns[status] + 1 };
    const lost = known.lost + (before === 'True' && status !== 'True' ? 1 : 0);
    if (this.#watched.size < MOST_APIS || this.#watched.has(api)) this.#watched.set(api, { turns, lost });
    if (lost === 0) this.#conditions.delete(api);
    this.condition(api, condition);
  }

  /** How often its condition turned to each status while somebody watched, and how often from True. */
  watchedOf(api: string): Watched {
    return this.#watched.get(api) ?? { turns: NO_TURNS, lost: 0 };
  }

  backend(api: string, namespace: string, service: string): void {
    if (this.#backends.size < MOST_APIS) this.#backends.set(api, { namespace, service });
  }

  /** APIs that a line is about in so many words: it says whose request failed, or with what. */
  accuse(line: string): readonly string[] {
    const text = headOf(line);
    const { named, guessed } = accusedIn(text);
    for (const api of named) this.#accuse(api, true);
    for (const api of guessed) this.#accuse(api, false);
    const found = [...new Set([...named, ...guessed])];
    if (text.includes('://')) this.#askedAt(found, text);
    const asked = found.length === 0 && text.includes('in version') ? IN_VERSION.exec(text) : null;
    return asked ? [apiIn(asked)] : found;
  }

  #accuse(api: string, sure: boolean): void {
    if (this.#accused.size < MOST_APIS) this.#accused.set(api, sure || this.#accused.get(api) === true);
  }

  /** What the text calls an API elsewhere whose group alone a client names: a version of the group that it names, else the usual one. */
  fullNames(api: string): readonly string[] {
    if (this.#accused.get(api) !== false || this.#explicit.has(api)) return [api];
    const group = api.slice(api.indexOf('.'));
    const sure = [...this.#accused].flatMap(([name, isSure]) => (isSure ? [name] : []));
    const known = this.#aggregated([...this.#explicit, ...sure, ...this.#mentions.keys()]).filter((name) => name !== api);
    const own = known.filter((name) => name.slice(name.indexOf('.')) === group);
    const failing = own.filter((name) => (this.#conditions.get(name)?.status ?? 'True') !== 'True');
    const meant = failing.length > 0 ? failing : own;
    return meant.length > 0 ? [...new Set(meant)].sort() : [api];
  }

  /** Looks for names in a line; the one that is named most often is what the text is about. */
  mention(line: string, spoken = false): void {
    const into = spoken ? this.#spoken : this.#mentions;
    if (into.size >= 1000) return;
    const text = headOf(line);
    if (MAY_QUALIFY.test(text)) {
      const weight = /failed with|apiservice/i.test(text) ? 3 : 1;
      for (const [, version, group] of text.matchAll(QUALIFIED)) count(into, version, group, weight);
    }
    if (text.includes('/apis/')) for (const [, group, version] of text.matchAll(IN_PATH)) count(into, version, group, 2);
    if (MAY_ACCUSE.test(text)) for (const [, group, version] of text.matchAll(GROUP_VERSION)) count(into, version, group, 3);
    for (const group of groupsAskedIn(text)) count(into, versionOf(group), group, 2);
  }

  /** Of several APIs that the text is about, those that a line names: by name, path or group and version. */
  namedIn(line: string, apis: readonly string[]): readonly string[] {
    const text = headOf(line);
    return apis.filter((api) => {
      const dot = api.indexOf('.');
      return dot > 0 && (holds(text, api) || holds(text, `${api.slice(dot + 1)}/${api.slice(0, dot)}`));
    });
  }

  #askedAt(apis: readonly string[], text: string): void {
    const address = apis.length === 0 ? undefined : ASKED_AT.exec(text)?.[1];
    if (address === undefined) return;
    for (const api of apis) {
      const known = this.#addresses.get(api) ?? new Set<string>();
      if (known.size < MOST_APIS && (this.#addresses.size < MOST_APIS || known.size > 0)) this.#addresses.set(api, known.add(address));
    }
  }

  /** Sorted; empty when the text names none. `servers` is asked for a known server as a last resort. */
  list(servers: string): string[] {
    const certain = this.#aggregated([...this.#explicit, ...[...this.#accused.keys()].flatMap((api) => this.fullNames(api))]);
    if (certain.length > 0) return [...new Set(certain)].sort();
    const best = mostNamed(this.#mentions, this.#local);
    if (best !== undefined) return [best];
    const served = apiOfWords(servers);
    return served === undefined ? [] : [served];
  }

  /** What people name most in their own words: it counts where nothing that a program printed names an API. */
  get spoken(): readonly string[] {
    const api = mostNamed(this.#spoken, this.#local);
    return api === undefined ? [] : [api];
  }

  #aggregated(apis: readonly string[]): readonly string[] {
    return apis.filter((api) => !this.#local.has(api));
  }

  conditionOf(api: string): ConditionFacts | undefined {
    return this.#conditions.get(api);
  }

  backendOf(api: string): { namespace: string; service: string } | undefined {
    return this.#backends.get(api);
  }

  /** Addresses at which an API was asked, in what is said of it. */
  addressesOf(api: string): ReadonlySet<string> {
    return this.#addresses.get(api) ?? new Set();
  }

  /** Conditions that stand in the text. */
  get conditions(): ReadonlyMap<string, ConditionFacts> {
    return this.#conditions;
  }
}

/** A match of a group and, behind it, a version. */
function apiIn([, group, version]: RegExpExecArray): string {
  return `${version}.${group}`;
}

function groupsAskedIn(text: string): string[] {
  return MAY_ASK.test(text) ? [...text.matchAll(VERB)].flatMap(([, group]) => group ?? []) : [];
}

/** The version that Kubernetes uses of a group: a client's words name the group alone. */
function versionOf(group: string): string {
  return isOfMetrics(group) ? 'v1beta1' : 'v1';
}

/** Groups of which clients use one version. */
function isOfMetrics(group: string): boolean {
  return group === 'metrics.k8s.io' || group.endsWith('.metrics.k8s.io');
}

function count(into: Map<string, number>, version = '', group = '', weight = 1): void {
  if (isBuiltIn(group) || NO_GROUP.test(group)) return;
  const api = `${version}.${group}`;
  into.set(api, (into.get(api) ?? 0) + weight);
}

function mostNamed(mentions: ReadonlyMap<string, number>, except: ReadonlySet<string>): string | undefined {
  return [...mentions].filter(([api]) => !except.has(api)).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

/** The text holds these words, and not as a part of a longer name. */
function holds(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1))
    if (!/[\w.-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + words.length))) return true;
  return false;
}

const METRICS_APIS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    resource: 'v1beta1.metrics.k8s.io',
    custom: 'v1beta1.custom.metrics.k8s.io',
    external: 'v1beta1.external.metrics.k8s.io',
  }),
);

/** `guessed`: of these the text names the group alone. */
function accusedIn(text: string): { readonly named: readonly string[]; readonly guessed: readonly string[] } {
  const named = new Set<string>();
  accuseOutright(text, named);
  const reflector = isOfReflector(text);
  if (reflector) for (const [, group, version] of text.matchAll(OF_INFORMER)) add(named, version, group);
  const typed = reflector ? TYPED.exec(text)?.[1] : undefined;
  const guessed: string[] = [];
  for (const group of groupsAskedIn(text).filter((one) => !isBuiltIn(one))) {
    if (typed !== undefined || isOfMetrics(group)) add(named, typed ?? versionOf(group), group);
    else guessed.push(`${versionOf(group)}.${group}`);
  }
  return { named: named.size + guessed.length === 0 ? apisOfAutoscaler(text) : [...named], guessed };
}

/** Those that the text names with their versions. */
function accuseOutright(text: string, to: Set<string>): void {
  if (MAY_ACCUSE.test(text)) for (const [, group, version] of text.matchAll(GROUP_VERSION)) add(to, version, group);
  if (text.includes(' failed with')) for (const [, version, group] of text.matchAll(FAILED_WITH)) add(to, version, group);
  if (text.includes(' not ready')) for (const [, group, version] of text.matchAll(NOT_READY)) add(to, version, group);
  if (text.includes('not available')) for (const [, version, group] of text.matchAll(NOT_AVAILABLE)) add(to, version, group);
}

/** Most lines have none of the words, which finds it out sooner. */
const isOfReflector = (text: string): boolean =>
  (text.includes('to list ') || text.includes('to watch') || text.includes('ended with')) && REFLECTOR_FAILED.test(text);

function add(to: Set<string>, version = '', group = ''): void {
  if (!isBuiltIn(group)) to.add(`${version}.${group}`);
}

function apisOfAutoscaler(text: string): string[] {
  if (!text.includes('etrics')) return [];
  return [...new Set([...text.matchAll(OF_AUTOSCALER)].flatMap(([, which = '']) => METRICS_APIS.get(which.toLowerCase()) ?? []))];
}
