import { type Asked, askedBy, labelsOf } from './asked.ts';
import { Outline, type Placed, pathInObject } from './outline.ts';

/**
 * How a text shows an object. `alone`: its description, its document, its log; `listed`: in a list that somebody chose, of one
 * namespace; `everywhere`: in a list of a whole cluster, which nobody chose it for; `spoken`: a line of a log names it.
 */
export type Shown = 'alone' | 'listed' | 'everywhere' | 'spoken';

/** An object that a text shows or speaks of, as far as it tells. */
export interface TextObject {
  /** As the API spells it; empty when the text does not tell. */
  kind: string;
  /** Empty when the text does not tell. */
  name: string;
  namespace?: string;
  /** `ReplicaSet/tide-gauge-7c9f8d6b5` */
  owner?: string;
  node?: string;
  ip?: string;
  readonly labels: Map<string, string>;
  /** Labels by which a Service selects. */
  readonly selector: Map<string, string>;
  readonly shown: Shown;
}

/** Short names and plurals of kubectl, and the kinds of objects in an event's column. */
const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    po: 'Pod',
    pod: 'Pod',
    deploy: 'Deployment',
    deployment: 'Deployment',
    rs: 'ReplicaSet',
    replicaset: 'ReplicaSet',
    sts: 'StatefulSet',
    statefulset: 'StatefulSet',
    ds: 'DaemonSet',
    daemonset: 'DaemonSet',
    job: 'Job',
    cronjob: 'CronJob',
    no: 'Node',
    node: 'Node',
    svc: 'Service',
    service: 'Service',
    ep: 'Endpoints',
    endpoints: 'Endpoints',
    endpointslice: 'EndpointSlice',
    ns: 'Namespace',
    namespace: 'Namespace',
    hpa: 'HorizontalPodAutoscaler',
    horizontalpodautoscaler: 'HorizontalPodAutoscaler',
    scaledobject: 'ScaledObject',
    scaledjob: 'ScaledJob',
    apiservice: 'APIService',
    event: 'Event',
  }),
);

export function kindOf(word: string): string {
  const short = word.replace(/\..*$/, '');
  const lower = short.toLowerCase();
  return KINDS.get(lower) ?? KINDS.get(lower.replace(/s$/, '')) ?? short;
}

export function isKnownKind(word: string): boolean {
  return KINDS.has(word.toLowerCase());
}

const WORKLOADS: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);

/** A pod, or what makes pods; of what a text describes without its kind it may be one. */
export function isWorkload({ kind }: Pick<TextObject, 'kind'>): boolean {
  return kind === '' || WORKLOADS.has(kind);
}

/** Objects that a text may show at most; what comes later is judged by its name alone. */
const MOST_OBJECTS = 5000;
const NAME = /^[a-z0-9<][A-Za-z0-9<>.-]{0,252}$/;
/** Keys that only the description of one kind has. */
const TELLS_KIND: ReadonlyMap<string, string> = new Map([
  ['reference', 'HorizontalPodAutoscaler'],
  ['podcidr', 'Node'],
  ['unschedulable', 'Node'],
  ['controlledby', 'Pod'],
  ['containers', 'Pod'],
  ['sessionaffinity', 'Service'],
  ['ipfamilypolicy', 'Service'],
]);
const MORE_LABELS = /^\s+([A-Za-z0-9][\w./-]{0,300}=[\w.-]{0,63})\s*$/;

/** The objects of a text: those of its documents and descriptions, of its commands, and those that rows of its tables name. */
export class Objects {
  readonly all: TextObject[] = [];
  readonly #outline = new Outline();
  #asked: Asked | undefined;
  #current = this.#blank();
  readonly #spoken = new Map<string, TextObject>();
  /** Labels of a description go on in the next lines. */
  #labels: Map<string, string> | undefined;

  /** The object whose document or description the text is in; without a name where it tells none. */
  get current(): TextObject {
    return this.#current;
  }

  /** The namespace that the command above asks for. */
  get askedNamespace(): string | undefined {
    return this.#asked?.namespace;
  }

  /** The workload or the node in whose document or description this line stands. */
  documentOf(line: string, placed: Placed | undefined): TextObject | undefined {
    const { kind, name } = this.#current;
    const isBelow = placed ? placed.path.length > 1 : !this.#outline.isEmpty;
    if (!isBelow || kind === '' || name === '' || !/^\s{2,}\S/.test(line) || this.#asked?.verb.startsWith('log')) return undefined;
    return kind === 'Node' || isWorkload({ kind }) ? this.#current : undefined;
  }

  command(text: string): void {
    this.end();
    this.#asked = askedBy(text);
    this.#current = this.#blank();
    const { verb, kind = '', name } = this.#asked ?? {};
    if (verb === undefined || name === undefined || !NAME.test(name)) return;
    this.#current.kind = kindOf(kind);
    this.#current.name = name;
    this.#keep(this.#current);
  }

  /** A command or another text begins: what was open ends. */
  end(): void {
    this.#outline.end();
    this.#labels = undefined;
    this.#asked = undefined;
    this.#current = this.#blank();
  }

  /** What the line says in a document or a description; undefined when it has no key. */
  read(line: string): Placed | undefined {
    const more = this.#labels ? MORE_LABELS.exec(line)?.[1] : undefined;
    if (more !== undefined) {
      for (const [key, value] of labelsOf(more)) this.#labels?.set(key, value);
      return undefined;
    }
    this.#labels = undefined;
    const placed = this.#outline.read(line);
    if (placed) this.#place(placed);
    return placed;
  }

  /** What a row of a table or an event is about. */
  row(kind: string, name: string, namespace?: string): TextObject {
    const everywhere = namespace !== undefined || this.#asked?.everywhere === true;
    const space = namespace ?? this.#asked?.namespace;
    const found: TextObject = {
      kind,
      name,
      ...(space === undefined ? {} : { namespace: space }),
      labels: new Map(this.#asked?.labels ?? []),
      selector: new Map(),
      shown: everywhere ? 'everywhere' : 'listed',
    };
    this.#keep(found);
    return found;
  }

  /** A pod that a command which reads no object goes to (`kubectl exec`). */
  chosen(name: string, namespace: string | undefined): TextObject {
    const found: TextObject = { ...this.#blank(), kind: 'Pod', name, ...(namespace === undefined ? {} : { namespace }) };
    this.#keep(found);
    return found;
  }

  /** A pod that a line of a log names: nobody chose it. */
  spokenOf(name: string, namespace: string): TextObject {
    const known = this.#spoken.get(`${namespace}/${name}`);
    if (known) return known;
    const found: TextObject = { kind: 'Pod', name, namespace, labels: new Map(), selector: new Map(), shown: 'spoken' };
    if (this.#spoken.size < MOST_OBJECTS) this.#spoken.set(`${namespace}/${name}`, found);
    this.#keep(found);
    return found;
  }

  /** What a line speaks of without a name. */
  nameless(): TextObject {
    return { kind: 'Pod', name: '', labels: new Map(), selector: new Map(), shown: 'alone' };
  }

  #blank(): TextObject {
    const namespace = this.#asked?.namespace;
    return {
      kind: '',
      name: '',
      ...(namespace === undefined ? {} : { namespace }),
      labels: new Map(),
      selector: new Map(),
      shown: 'alone',
    };
  }

  #keep(object: TextObject): void {
    if (this.all.length < MOST_OBJECTS) this.all.push(object);
  }

  #place(placed: Placed): void {
    const { key, value, indent } = placed;
    const path = pathInObject(placed);
    const place = path.join('.');
    if (place === 'apiversion' || place === 'kind') this.#kind(place, value);
    else if (place === 'name') this.#described(value, indent);
    else if (place === 'metadata.name') this.#named(value);
    else if (place === 'labels' || place === 'selector') this.#labelled(this.#current[place], value);
    else if (path.length === 3) this.#leaf(path, key, value);
    else FIELDS.get(place)?.(this.#current, value);
    if (this.#current.kind === '') this.#current.kind = TELLS_KIND.get(place) ?? '';
  }

  #leaf(path: readonly string[], key: string, value: string): void {
    const above = path.slice(0, 2).join('.');
    if (above === 'metadata.labels') this.#current.labels.set(key, value);
    else if (above === 'spec.selector') this.#current.selector.set(key, value);
    else FIELDS.get(path.join('.'))?.(this.#current, value);
  }

  /** An object begins with its `apiVersion`; where that is cut off, with its kind. */
  #kind(place: string, value: string): void {
    const { kind, name } = this.#current;
    if (place === 'apiversion' ? kind !== '' || name !== '' : kind !== '') this.#current = this.#blank();
    if (place === 'kind') this.#current.kind = value;
  }

  /** A name at the margin begins a description; of what is cut anywhere only one that looks like a pod's is one. */
  #described(value: string, indent: number): void {
    if (indent === 0 || (indent <= 4 && value.includes('-'))) this.#named(value);
  }

  #named(value: string): void {
    const { name } = this.#current;
    if (!NAME.test(value) || name === value) return;
    if (name !== '') this.#current = this.#blank();
    this.#current.name = value;
    this.#keep(this.#current);
  }

  #labelled(into: Map<string, string>, value: string): void {
    for (const [key, label] of labelsOf(value)) into.set(key, label);
    this.#labels = into;
  }
}

type Write = (object: TextObject, value: string) => void;

const namespaced: Write = (object, value) => {
  if (NAME.test(value)) object.namespace = value;
};
const addressed: Write = (object, value) => {
  if (value !== '') object.ip = value;
};
/** `node-a/192.0.2.7` of a description, `node-a` of a document. */
const placed: Write = (object, value) => {
  const [node = ''] = value.split('/');
  if (NAME.test(node) && node !== '<none>') object.node = node;
};

/** Where documents and descriptions say something of an object. */
const FIELDS: ReadonlyMap<string, Write> = new Map([
  ['namespace', namespaced],
  ['metadata.namespace', namespaced],
  ['ip', addressed],
  ['status.podip', addressed],
  ['node', placed],
  ['spec.nodename', placed],
  [
    'controlledby',
    (object, value) => {
      object.owner = value;
    },
  ],
  [
    'metadata.ownerreferences.kind',
    (object, value) => {
      object.owner = value;
    },
  ],
  [
    'metadata.ownerreferences.name',
    (object, value) => {
      object.owner = `${object.owner ?? ''}/${value}`;
    },
  ],
]);
