import type { ClusterEvent } from '../../domain/snapshot.ts';
import { componentOf, SYSTEM_NAMESPACES } from '../../domain/system-components.ts';
import { type NodeEvent, standing } from './node-conditions.ts';
import { isKnownKind, isWorkload, kindOf, type Objects, type TextObject } from './objects.ts';
import { type Placed, placeInObject } from './outline.ts';
import type { Ages } from './schedules.ts';
import { ownersOf, type Tie } from './ties.ts';
import { ageOf } from './times.ts';

/** `Warning  Unhealthy  10s (x5 over 1m)  kubelet  Readiness probe failed: …` and `5m  Warning  BackOff  pod/x  Back-off …`. */
const ROW =
  /^\s*(?:(?:([a-z0-9-]{1,63})\s+)?(<unknown>|\d\S{0,40})(?: \(x\d{1,9} over \S{1,20}\))?\s+)?(Normal|Warning)\s+([A-Z][A-Za-z]{2,60})\s+(.*)$/;
/** Before kubectl 1.13: `2m  12m  31  tide-gauge-0.15b1c2d3e4f5  Pod  spec.containers{server}  Warning  BackOff  kubelet, node-a  Back-off …`. */
const OLD_ROW =
  /^\s*(?:([a-z0-9-]{1,63})\s+)?\d\w{0,20}\s+\d\w{0,20}\s+(\d{1,9})\s+([a-z0-9][a-z0-9.-]{0,252})\.[0-9a-f]{6,20}\s+([A-Z][A-Za-z]{2,40})\s+(?:\S{1,253}\{\S{1,253}\}\s+)?(Normal|Warning)\s+([A-Z][A-Za-z]{2,60})\s+(.*)$/;
const AGE = /^(<unknown>|\d\w{0,20}|-)(?:\s+\(x(\d{1,9}) over \S{1,20}\))?\s+/;
const FROM = /^([a-z][a-z0-9.-]{2,60})(?:, (\S{1,100}))?\s{2,}/;
const OBJECT = /^([A-Za-z]{2,40}(?:\.[a-z0-9.-]{1,100})?\/[a-zA-Z0-9.<>-]{1,253})\s+|^([A-Za-z]{2,40})(?:\t|\s{2,}|$)/;
/** `Successfully assigned harbour/tide-gauge-0 to node-a`, and the source of an event of a kubelet. */
const ON_NODE = /^Successfully assigned \S{1,320} to ([a-z0-9][a-z0-9.-]{0,252})|\bkubelet, ([a-z0-9][a-z0-9.-]{0,252})\b/;
/** Of one object the newest are kept, so that one that crashes all day hides no other. */
const MOST_OF_ONE = 20;
const LONGEST_MESSAGE = 2000;
const MOST_KEPT = 5000;
const MOST_TOLD = 200;

type Field = 'type' | 'reason' | 'message' | 'count' | 'kind' | 'name' | 'namespace' | 'node';
/** Keys of an event that are kept; events.k8s.io/v1 calls the message `note` and the object `regarding`. */
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['type', 'type'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['note', 'message'],
  ['count', 'count'],
  ['involvedobject.kind', 'kind'],
  ['involvedobject.name', 'name'],
  ['involvedobject.namespace', 'namespace'],
  ['regarding.kind', 'kind'],
  ['regarding.name', 'name'],
  ['regarding.namespace', 'namespace'],
  ['source.host', 'node'],
]);
/** What is described, by who writes such events. */
const KIND_OF_SOURCE: ReadonlyMap<string, string> = new Map([
  ['horizontal-pod-autoscaler', 'HorizontalPodAutoscaler'],
  ['keda-operator', 'ScaledObject'],
  ['deployment-controller', 'Deployment'],
  ['replicaset-controller', 'ReplicaSet'],
  ['statefulset-controller', 'StatefulSet'],
  ['daemonset-controller', 'DaemonSet'],
  ['endpoint-controller', 'Endpoints'],
  ['endpoint-slice-controller', 'Service'],
]);
/** Kinds that ask metrics APIs, or discovery: what their events say is an error that they got. */
const ASKERS: ReadonlySet<string> = new Set(['HorizontalPodAutoscaler', 'ScaledObject', 'ScaledJob', 'Namespace']);

interface Told extends Omit<ClusterEvent, 'at'> {
  readonly of: TextObject;
  readonly place: number;
  /** When it was last, in seconds before the text, where that tells. */
  readonly ago?: number | undefined;
}

/** Events in the tables of `get events` and `describe`, separated by tabs or blanks, and as objects in YAML or JSON. */
export class EventReader {
  readonly #byObject = new Map<string, Told[]>();
  readonly #objects: Objects;
  #kept = 0;
  #place = 0;
  #item: Partial<Record<Field, string>> = {};
  /** The line before is of its message. */
  #message = false;
  /** The document that the item is read from. */
  #document: TextObject | undefined;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** True when the line is of an event. */
  read(line: string, placed: Placed | undefined): boolean {
    if (line.length < 20_000 && (line.includes('Warning') || line.includes('Normal')) && this.#inTable(line)) return true;
    return placed ? this.#keyValue(placed) : this.#continued(line);
  }

  #inTable(line: string): boolean {
    const row = ROW.exec(line);
    const old = row ? null : OLD_ROW.exec(line);
    if (row) this.#row(row);
    if (old) this.#oldRow(old);
    return row !== null || old !== null;
  }

  end(): void {
    this.#flush();
  }

  #row([, namespace, last = '', type = '', reason = '', rest = '']: RegExpExecArray): void {
    const age = AGE.exec(rest);
    if (age) {
      const [shown, ago = '', count] = age;
      this.#described({ type, reason, count: countOf(count), ago: ageOf(ago) }, rest.slice(shown.length));
      return;
    }
    const { object, message } = objectIn(rest);
    if (object === undefined) {
      this.#described({ type, reason, count: 1, ago: ageOf(last) }, rest);
      return;
    }
    const [word = '', name = ''] = object.split('/');
    const of = this.#objects.row(kindOf(word), name, namespace);
    this.#add({ type, reason, kind: of.kind, object, of, message, count: 1, ago: ageOf(last) });
  }

  #oldRow([, namespace, count, name = '', kind = '', type = '', reason = '', rest = '']: RegExpExecArray): void {
    const of = this.#objects.row(kindOf(kind), name, namespace);
    const [shown = '', , node] = FROM.exec(rest) ?? [];
    if (node !== undefined) of.node ??= node;
    const message = rest.slice(shown.length).trim();
    this.#add({ type, reason, kind: of.kind, object: `${of.kind}/${name}`, of, message, count: countOf(count) });
  }

  /** A row of a description: of the object that it describes. */
  #described(event: Pick<Told, 'type' | 'reason' | 'count' | 'ago'>, rest: string): void {
    const [shown = '', source = '', node] = FROM.exec(rest) ?? [];
    const message = rest.slice(shown.length).trim();
    const of = this.#objects.current;
    const kind = KIND_OF_SOURCE.get(source) ?? (of.kind || 'Pod');
    if (node !== undefined) of.node ??= node;
    this.#add({ ...event, kind, object: of.name === '' ? kind : `${kind}/${of.name}`, of, message });
  }

  #keyValue(placed: Placed): boolean {
    if (this.#document !== this.#objects.current) this.#flush();
    this.#document = this.#objects.current;
    const field = FIELDS.get(placeInObject(placed));
    if (field !== undefined) this.#item[field] = placed.value;
    this.#message = field === 'message';
    return this.#isOpen;
  }

  /** The line is within an event's document. */
  get #isOpen(): boolean {
    return this.#item.kind !== undefined || this.#document?.kind === 'Event';
  }

  /** A message that was wrapped. */
  #continued(line: string): boolean {
    if (!this.#message || !this.#isOpen || !/^\s{2,}\S/.test(line)) return false;
    const message = this.#item.message ?? '';
    if (message.length < LONGEST_MESSAGE) this.#item.message = `${message} ${line.trim()}`.slice(0, LONGEST_MESSAGE);
    return true;
  }

  #flush(): void {
    const { type, reason, message = '', count, kind, name = '', namespace, node } = this.#item;
    this.#item = {};
    this.#document = undefined;
    this.#message = false;
    if ((type !== 'Warning' && type !== 'Normal') || reason === undefined) return;
    const of = this.#objects.row(kind ?? 'Pod', name, namespace);
    if (node !== undefined) of.node ??= node;
    const object = name === '' ? of.kind : `${of.kind}/${name}`;
    this.#add({ type, reason, kind: of.kind, object, of, message, count: countOf(count) });
  }

  #add(event: Omit<Told, 'place'>): void {
    const on = ON_NODE.exec(event.message.slice(0, LONGEST_MESSAGE));
    const node = on?.[1] ?? on?.[2];
    if (node !== undefined) event.of.node ??= node;
    const key = `${event.kind}/${event.of.namespace ?? ''}/${event.of.name}`;
    const own = this.#byObject.get(key) ?? [];
    if (this.#kept >= MOST_KEPT && own.length === 0) return;
    this.#byObject.set(key, own);
    own.push({ ...event, message: event.message.slice(0, LONGEST_MESSAGE), place: this.#place++ });
    if (own.length > MOST_OF_ONE) own.shift();
    else this.#kept++;
  }

  get any(): boolean {
    return this.#byObject.size > 0;
  }

  /** What events say, each of the APIs whose server it is about for sure: of none (`[]`) where nothing names one, undefined where it is another's. */
  messages(ties: ReadonlyMap<string, Tie>): { readonly text: string; readonly about: readonly string[] | undefined }[] {
    const all: (Told & { readonly about: readonly string[] | undefined })[] = [];
    for (const events of this.#byObject.values()) {
      const [first] = events;
      const about = first && whomOf(first, ties);
      for (const event of whatStands(events)) if (event.message !== '') all.push({ ...event, about });
    }
    return all.sort((a, b) => a.place - b.place).map(({ message, about }) => ({ text: message, about }));
  }

  /** Warnings about what every API stands on. The newest in the text, last. */
  system(time: number): ClusterEvent[] {
    const found = [...this.#byObject.values()].flatMap((events) => events.filter(isOfSystem));
    return told(found, time);
  }

  /** When its pods failed or were ended, and CronJobs of its namespace made Jobs, as far as ages tell. */
  agesOf(tie: Tie): Omit<Ages, 'explained'> {
    const told = [...this.#byObject.values()].flat().filter((event) => event.ago !== undefined);
    const ages = (keep: (event: Told) => boolean) => told.flatMap((event) => (keep(event) ? (event.ago ?? []) : []));
    const isNear = ({ of: { namespace } }: Told) => (namespace ?? tie.namespace) === (tie.namespace ?? namespace);
    return {
      onsets: ages((event) => isEnd(event) && event.of.name !== '' && isWorkload(event) && tie.owns(event.of)),
      runs: ages((event) => event.kind === 'CronJob' && event.reason === 'SuccessfulCreate' && isNear(event)),
    };
  }

  /** Of nodes, in the order of the text. */
  get ofNodes(): readonly NodeEvent[] {
    return [...this.#byObject.values()].flatMap((events) => events.filter(({ kind }) => kind === 'Node').map(ofNode));
  }

  /** Events of an API's server and its nodes, those that name no object, and those of who asks APIs. The newest in the text, last. */
  facts(time: number, tie: Tie): ClusterEvent[] {
    const own: Told[] = [];
    for (const events of this.#byObject.values()) if (events[0] && isAbout(events[0], tie)) own.push(...whatStands(events));
    return told(own, time);
  }
}

/** The newest in the text, last; a text gives no time that could be trusted. */
function told(events: Told[], time: number): ClusterEvent[] {
  return events
    .sort((a, b) => a.place - b.place)
    .slice(-MOST_TOLD)
    .map(({ of: { node }, place: _, ago: __, ...event }) => ({ ...event, at: time, ...(node === undefined ? {} : { node }) }));
}

/** A Job's pods end by themselves. */
const isEnd = ({ type, reason, kind }: Told): boolean => kind === 'Pod' && (type === 'Warning' || reason === 'Killing');

const ofNode = <T extends Told>(event: T) => ({ ...event, node: event.of.name, ago: event.ago });

/** Of one object: where that is a node, without what has ended since. */
const whatStands = (events: readonly Told[]): readonly Told[] => (events[0]?.kind === 'Node' ? standing(events.map(ofNode)) : events);

const isOfSystem = (event: Told): boolean =>
  event.type === 'Warning' &&
  componentOf(event) !== undefined &&
  (event.of.namespace === undefined || SYSTEM_NAMESPACES.has(event.of.namespace));

function whomOf(event: Told, ties: ReadonlyMap<string, Tie>): readonly string[] | undefined {
  return isOfNobody(event) ? [] : ownersOf(ties, (tie) => isAbout(event, tie));
}

const isOfNobody = ({ kind, of, reason }: Told): boolean => of.name === '' || ASKERS.has(kind) || /Metric/.test(reason);

function isAbout(event: Told, tie: Tie): boolean {
  const { kind, of } = event;
  if (isOfNobody(event)) return true;
  if (kind === 'Node') return tie.nodes.has(of.name);
  return isWorkload({ kind }) ? tie.owns(of) : tie.fits(of.name);
}

function countOf(text: string | undefined): number {
  return Math.min(Number.parseInt(text ?? '1', 10) || 1, 1e6);
}

/** The column OBJECT, and what stands behind it. A word that is no kind begins the message. */
function objectIn(rest: string): { readonly object?: string; readonly message: string } {
  const [shown = '', named, bare] = OBJECT.exec(rest) ?? [];
  if (named !== undefined || (bare !== undefined && isKnownKind(bare)))
    return { object: named ?? bare ?? '', message: rest.slice(shown.length).trim() };
  return { message: rest };
}
