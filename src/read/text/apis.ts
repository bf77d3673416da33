import type { ConditionFacts } from '../../domain/snapshot.ts';

/** Kinds of servers and the group that each one serves: for a text that names the server only. */
const SERVED_BY: readonly (readonly [pattern: RegExp, api: string])[] = [
  [/\bmetrics-server\b|\bscraper\.go:\d|Metrics API not available|\bkubectl top\b/i, 'v1beta1.metrics.k8s.io'],
  [/\bkeda\b/i, 'v1beta1.external.metrics.k8s.io'],
  [/\bpackageserver\b|PackageManifest|packages\.operators\.coreos\.com/i, 'v1.packages.operators.coreos.com'],
  [/\bprometheus-adapter\b|custom-metrics-apiserver/i, 'v1beta1.custom.metrics.k8s.io'],
];

/** Kubernetes counts API versions from 1, and a group begins with a letter and ends with a word: `v0.6.3` and `v1.22.12-gke.2300` are releases. */
const NAME = String.raw`v[1-9]\d?(?:(?:alpha|beta)[1-9]\d?)?`;
const GROUP = String.raw`[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){0,7}\.[a-z][a-z0-9-]{0,62}`;
const QUALIFIED = new RegExp(String.raw`\b(${NAME})\.(${GROUP})`, 'g');
const IN_PATH = new RegExp(String.raw`/apis/(${GROUP})/(${NAME})\b`, 'g');
const GROUP_VERSION = new RegExp(String.raw`\b(${GROUP})/(${NAME}): ?(?:the server|stale|an error|Get|Got|failed|Unauthorized)`, 'g');
const FAILED_WITH = new RegExp(String.raw`\b(${NAME})\.(${GROUP})[\\"]{0,2} failed with`, 'g');
/** `no matches for kind "Gauge" in version "tides.example.com/v1"`: of whom a client speaks; most such groups are custom resources. */
const IN_VERSION = new RegExp(String.raw`in version \\{0,2}"(${GROUP})/(${NAME})`);
const OF_AUTOSCALER = /\b(resource|custom|external) metrics api\b/i;
const VERB = new RegExp(String.raw`\((?:get|post|put|patch|delete|list|watch) [a-z0-9*-]{1,63}\.(${GROUP})\)`);
const BUILT_IN =
  /(?:^|\.)(?:apps|batch|rbac\.authorization\.k8s\.io|authentication\.k8s\.io|authorization\.k8s\.io|apiregistration\.k8s\.io|apiextensions\.k8s\.io|coordination\.k8s\.io|discovery\.k8s\.io|networking\.k8s\.io|policy|storage\.k8s\.io|events\.k8s\.io|admissionregistration\.k8s\.io|certificates\.k8s\.io|scheduling\.k8s\.io|node\.k8s\.io|flowcontrol\.apiserver\.k8s\.io|autoscaling|internal\.apiserver\.k8s\.io|keda\.sh)$/;

/** Groups that the kube-apiserver serves itself, or that are known to be custom resources. */
export function isBuiltIn(group: string): boolean {
  return BUILT_IN.test(group);
}

/** `/apis/tides.example.com/v1/gauges` in a path or URL → `v1.tides.example.com`; undefined for a group of the kube-apiserver. */
export function apiOfPath(text: string): string | undefined {
  IN_PATH.lastIndex = 0;
  const [, group, version] = IN_PATH.exec(text) ?? [];
  return group === undefined || isBuiltIn(group) ? undefined : `${version}.${group}`;
}

/** Most APIs that one text may be about. */
const MOST_APIS = 50;

/** Which APIServices a text is about, and what it says of each one's condition. */
export class NamedApis {
  readonly #conditions = new Map<string, ConditionFacts>();
  readonly #backends = new Map<string, { namespace: string; service: string }>();
  readonly #explicit = new Set<string>();
  readonly #mentions = new Map<string, number>();
  readonly #accused = new Set<string>();

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
  }

  backend(api: string, namespace: string, service: string): void {
    if (this.#backends.size < MOST_APIS) this.#backends.set(api, { namespace, service });
  }

  /** APIs that a line is about in so many words: it says whose request failed, or with what. */
  accuse(line: string): readonly string[] {
    const text = line.length > 4096 ? line.slice(0, 4096) : line;
    const found = accusedIn(text);
    for (const api of found) if (this.#accused.size < MOST_APIS) this.#accused.add(api);
    const asked = found.length === 0 && text.includes('in version') ? IN_VERSION.exec(text) : null;
    return asked ? [apiIn(asked)] : found;
  }

  /** Looks for names in a line; the one that is named most often is what the text is about. */
  mention(line: string): void {
    if (this.#mentions.size >= 1000) return;
    const text = line.length > 4096 ? line.slice(0, 4096) : line;
    if (text.includes('.')) for (const [api] of text.matchAll(QUALIFIED)) this.#count(api, /failed with|apiservice/i.test(text) ? 3 : 1);
    if (text.includes('/v')) {
      for (const match of text.matchAll(IN_PATH)) this.#count(apiIn(match), 2);
      for (const match of text.matchAll(GROUP_VERSION)) this.#count(apiIn(match), 3);
    }
    const group = groupAskedIn(text);
    if (group !== undefined) this.#count(versioned(group), 2);
  }

  #count(api: string, weight: number): void {
    const group = api.slice(api.indexOf('.') + 1);
    if (isBuiltIn(group) || /\.(?:svc|local|go|com\/|yaml|json|io\/)$/.test(api)) return;
    this.#mentions.set(api, (this.#mentions.get(api) ?? 0) + weight);
  }

  /** Sorted; empty when the text names none. `servers` is asked for a known server as a last resort. */
  list(servers: string): string[] {
    const certain = new Set([...this.#explicit, ...this.#accused]);
    if (certain.size > 0) return [...certain].sort();
    const [best] = [...this.#mentions].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (best) return [best[0]];
    const served = SERVED_BY.find(([pattern]) => pattern.test(servers));
    return served ? [served[1]] : [];
  }

  conditionOf(api: string): ConditionFacts | undefined {
    return this.#conditions.get(api);
  }

  backendOf(api: string): { namespace: string; service: string } | undefined {
    return this.#backends.get(api);
  }

  /** Services behind the APIs, as far as the text tells. */
  get services(): readonly string[] {
    return [...this.#backends.values()].map(({ service }) => service);
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

function groupAskedIn(text: string): string | undefined {
  return text.includes('(') ? VERB.exec(text)?.[1] : undefined;
}

/** `metrics.k8s.io` → its version that Kubernetes uses. A client's words name the group alone. */
function versioned(group: string): string {
  return `${group === 'metrics.k8s.io' || group.endsWith('.metrics.k8s.io') ? 'v1beta1' : 'v1'}.${group}`;
}

const METRICS_APIS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    resource: 'v1beta1.metrics.k8s.io',
    custom: 'v1beta1.custom.metrics.k8s.io',
    external: 'v1beta1.external.metrics.k8s.io',
  }),
);

function accusedIn(text: string): string[] {
  const found = new Set<string>();
  const add = (version = '', group = '') => {
    if (!isBuiltIn(group)) found.add(`${version}.${group}`);
  };
  if (text.includes('/v')) for (const [, group, version] of text.matchAll(GROUP_VERSION)) add(version, group);
  if (text.includes(' failed with')) for (const [, version, group] of text.matchAll(FAILED_WITH)) add(version, group);
  const asked = groupAskedIn(text);
  if (asked !== undefined && !isBuiltIn(asked)) found.add(versioned(asked));
  const scaled = found.size === 0 ? apiOfAutoscaler(text) : undefined;
  return scaled === undefined ? [...found] : [scaled];
}

function apiOfAutoscaler(text: string): string | undefined {
  const [, which] = text.includes('etrics') ? (OF_AUTOSCALER.exec(text) ?? []) : [];
  return which === undefined ? undefined : METRICS_APIS.get(which.toLowerCase());
}
