import type { ClusterEvent } from '../../domain/snapshot.ts';
import { type KeyValue, keyValueOf } from './key-values.ts';
import { isOfServer } from './servers.ts';

/** `Warning  Unhealthy  10s (x5 over 1m)  kubelet  Readiness probe failed: …` and `5m  Warning  BackOff  pod/x  Back-off …`. */
const ROW =
  /^\s*(?:(?:[a-z0-9-]{1,63}\s+)?(?:<unknown>|\d\S{0,40}(?: \(x\d{1,9} over \S{1,20}\))?)\s+)?(Normal|Warning)\s+([A-Z][A-Za-z]{2,60})\s+(.*)$/;
const AGE = /^(?:<unknown>|\d\w{0,20}|-)(?:\s+\(x(\d{1,9}) over \S{1,20}\))?\s+/;
const FROM = /^[a-z][a-z0-9.-]{2,60}(?:, \S{1,100})?\s{2,}/;
const OBJECT = /^((?:[A-Za-z]{2,40})(?:\/[a-zA-Z0-9.<>-]{1,253})?)\s+/;
const MOST_EVENTS = 200;
/** Kinds of documents that hold events. */
const OF_EVENTS: ReadonlySet<string> = new Set(['Event', 'List', 'EventList']);

type Field = 'type' | 'reason' | 'message' | 'count' | 'kind' | 'name';
/** Keys of an event that are kept; events.k8s.io/v1 calls the message `note`. */
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['type', 'type'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['note', 'message'],
  ['count', 'count'],
  ['kind', 'kind'],
  ['name', 'name'],
]);

/** Events in the tables of `get events` and `describe`, separated by tabs or blanks, and as objects in YAML or JSON. */
export class EventReader {
  readonly #events: (Omit<ClusterEvent, 'at'> & { readonly of: string })[] = [];
  /** The object that `describe` shows. */
  #described = '';
  #kind = '';
  #item: Partial<Record<Field, string>> = {};

  /** The event's message when the line is one. */
  read(line: string): string | undefined {
    const row = line.length < 20_000 && (line.includes('Warning') || line.includes('Normal')) ? ROW.exec(line) : null;
    if (row) return this.#row(row);
    this.#keyValue(line);
    return undefined;
  }

  end(): void {
    this.#flush();
    this.#kind = '';
    this.#described = '';
  }

  #row([, type = '', reason = '', rest = '']: RegExpExecArray): string {
    let tail = rest;
    let count = 1;
    const age = AGE.exec(tail);
    if (age) {
      count = Math.min(Number(age[1] ?? 1), 1e6);
      tail = tail.slice(age[0].length).replace(FROM, '');
    }
    const [shown = '', object] = age ? [] : (OBJECT.exec(tail) ?? []);
    const message = tail.slice(shown.length).trim();
    const about =
      object === undefined
        ? { kind: 'Pod', object: 'Pod', of: this.#described }
        : { kind: kindOf(object), object, of: object.split('/')[1] ?? '' };
    this.#add({ type, reason, ...about, message, count });
    return message;
  }

  #keyValue(line: string): void {
    const found = keyValueOf(line);
    if (!found) return;
    const key = found.key.toLowerCase();
    if (key === 'name' && found.indent === 0 && !found.starts) this.#described = found.value;
    if (key === 'kind' && found.indent <= 4) {
      this.#flush();
      this.#kind = found.value;
    }
    if (OF_EVENTS.has(this.#kind)) this.#keep(found, key);
  }

  #keep(found: KeyValue, key: string): void {
    if (found.starts && found.indent <= 4) this.#flush();
    const field = FIELDS.get(key);
    if (field !== undefined && !(key === 'kind' && found.value === 'Event')) this.#item[field] = found.value;
  }

  #flush(): void {
    const { type, reason, message = '', count, kind, name = '' } = this.#item;
    this.#item = {};
    if ((type !== 'Warning' && type !== 'Normal') || reason === undefined) return;
    this.#add({
      type,
      reason,
      kind: kind ?? 'Pod',
      object: kind ?? 'Pod',
      of: name,
      message,
      count: Math.min(Number.parseInt(count ?? '1', 10) || 1, 1e6),
    });
  }

  #add(event: Omit<ClusterEvent, 'at'> & { readonly of: string }): void {
    this.#events.push({ ...event, message: event.message.slice(0, 2000) });
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  get any(): boolean {
    return this.#events.length > 0;
  }

  /**
   * Events of the servers of that name, and those that name no pod. In a listing of a whole cluster most are about other pods.
   * @param stems How the pods of the servers are called; where no event is about one of them, all are kept.
   */
  facts(time: number, stems: readonly string[]): ClusterEvent[] {
    const ofServer = (of: string) => isOfServer(of, stems);
    const telling = this.#events.some(({ of }) => of !== '' && ofServer(of));
    return this.#events
      .filter(({ of, kind, reason }) => !telling || of === '' || !OF_A_POD.test(kind) || /Metric/.test(reason) || ofServer(of))
      .map(({ of: _, ...event }) => ({ ...event, at: time }));
  }
}

/** Kinds of objects whose trouble is that of one server only. */
const OF_A_POD = /^(?:Pod|ReplicaSet|Deployment|StatefulSet|DaemonSet)$/;

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    pod: 'Pod',
    deployment: 'Deployment',
    replicaset: 'ReplicaSet',
    node: 'Node',
    service: 'Service',
    horizontalpodautoscaler: 'HorizontalPodAutoscaler',
    apiservice: 'APIService',
  }),
);

function kindOf(object: string): string {
  const slash = object.indexOf('/');
  const word = (slash < 0 ? object : object.slice(0, slash)).replace(/\..*$/, '');
  return KINDS.get(word.toLowerCase()) ?? word;
}
