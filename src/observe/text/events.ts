import type { ClusterEvent } from '../../domain/snapshot.ts';
import { keyValueOf } from './key-values.ts';

/** `Warning  Unhealthy  10s (x5 over 1m)  kubelet  Readiness probe failed: …` and `5m  Warning  BackOff  pod/x  Back-off …`. */
const ROW =
  /^\s*(?:(?:[a-z0-9-]{1,63}\s+)?(?:<unknown>|\d\S{0,40}(?: \(x\d{1,9} over \S{1,20}\))?)\s+)?(Normal|Warning)\s+([A-Z][A-Za-z]{2,60})\s+(.*)$/;
const AGE = /^(?:<unknown>|\d\w{0,20}|-)(?:\s+\(x(\d{1,9}) over \S{1,20}\))?\s+/;
const FROM = /^[a-z][a-z0-9.-]{2,60}(?:, \S{1,100})?\s{2,}/;
const OBJECT = /^((?:[A-Za-z]{2,40})(?:\/[a-zA-Z0-9.<>-]{1,253})?)\s+/;
const MOST_EVENTS = 200;

/** Events in the tables of `get events` and `describe`, separated by tabs or blanks, and as objects in YAML or JSON. */
export class EventReader {
  readonly #events: Omit<ClusterEvent, 'at'>[] = [];
  #kind = '';
  #item: Record<string, string> = {};

  /** The event's message when the line is one: it is a text about the API. */
  read(line: string): string | undefined {
    const row = line.length < 20_000 && (line.includes('Warning') || line.includes('Normal')) ? ROW.exec(line) : null;
    if (row) return this.#row(row);
    this.#keyValue(line);
    return undefined;
  }

  end(): void {
    this.#flush();
    this.#kind = '';
  }

  #row([, type, reason, rest]: RegExpExecArray): string {
    let tail = rest!;
    let count = 1;
    const age = AGE.exec(tail);
    if (age) {
      count = Math.min(Number(age[1] ?? 1), 1e6);
      tail = tail.slice(age[0].length).replace(FROM, '');
    }
    const object = age ? null : OBJECT.exec(tail);
    if (object) tail = tail.slice(object[0].length);
    const kind = object ? kindOf(object[1]!) : 'Pod';
    this.#add({ type: type!, reason: reason!, kind, object: object?.[1] ?? 'Pod', message: tail.trim(), count });
    return tail.trim();
  }

  #keyValue(line: string): void {
    const found = keyValueOf(line);
    if (!found) return;
    const key = found.key.toLowerCase();
    if (key === 'kind' && found.indent <= 4) {
      this.#flush();
      this.#kind = found.value;
    }
    if (this.#kind !== 'Event' && !(this.#kind === 'List' || this.#kind === 'EventList')) return;
    if (found.starts && found.indent <= 4) this.#flush();
    if (['type', 'reason', 'message', 'note', 'count', 'kind'].includes(key) && !(key === 'kind' && found.value === 'Event'))
      this.#item[key === 'note' ? 'message' : key] = found.value;
  }

  #flush(): void {
    const { type, reason, message = '', count, kind } = this.#item;
    this.#item = {};
    if ((type !== 'Warning' && type !== 'Normal') || reason === undefined) return;
    this.#add({
      type,
      reason,
      kind: kind ?? 'Pod',
      object: kind ?? 'Pod',
      message,
      count: Math.min(Number.parseInt(count ?? '1', 10) || 1, 1e6),
    });
  }

  #add(event: Omit<ClusterEvent, 'at'>): void {
    this.#events.push({ ...event, message: event.message.slice(0, 2000) });
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  facts(time: number): ClusterEvent[] {
    return this.#events.map((event) => ({ ...event, at: time }));
  }
}

const KINDS: Readonly<Record<string, string>> = {
  pod: 'Pod',
  deployment: 'Deployment',
  replicaset: 'ReplicaSet',
  node: 'Node',
  service: 'Service',
  horizontalpodautoscaler: 'HorizontalPodAutoscaler',
  apiservice: 'APIService',
};

function kindOf(object: string): string {
  const slash = object.indexOf('/');
  const word = (slash < 0 ? object : object.slice(0, slash)).replace(/\..*$/, '');
  return KINDS[word.toLowerCase()] ?? word;
}
