import { type EventObject, microTimestamp, type ObjectReference, timestamp } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store.ts';

export interface Reported {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** e.g. kubelet, replicaset-controller. */
  readonly component: string;
  readonly host?: string;
}

/** Writes events as the two generations of recorders do, repeats as one object with a count. */
export interface EventRecorder {
  /** kubelet and most controllers: count, firstTimestamp, lastTimestamp. */
  report(about: ObjectReference, event: Reported): void;
  /** The scheduler: eventTime, no lastTimestamp, no count until it repeats. */
  reportNew(about: ObjectReference, event: Reported & { action: string }): void;
}

/** Events of one store; the oldest go first. A cluster forgets them after an hour. */
const KEPT = 1000;

export function createEventRecorder(store: Store, random: Random): EventRecorder {
  const known = new Map<string, string>();

  function place(about: ObjectReference): { namespace: string; name: string } {
    return { namespace: about.namespace ?? 'default', name: `${about.name}.18${random.suffix(14)}` };
  }

  function remember(identity: string, key: string): void {
    known.set(identity, key);
    if (known.size <= KEPT) return;
    for (const [oldest, oldestKey] of [...known].slice(0, known.size - KEPT)) {
      known.delete(oldest);
      store.events.delete(oldestKey);
    }
  }

  function write(about: ObjectReference, event: Reported, fields: Partial<EventObject>, repeat: (copy: EventObject) => void): void {
    const identity = [about.uid, event.component, event.type, event.reason, event.message].join('\n');
    const key = known.get(identity);
    if (key && store.events.update(key, repeat, { manager: event.component })) return;
    const metadata = place(about);
    store.events.create(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata,
        involvedObject: about,
        reason: event.reason,
        message: event.message,
        type: event.type ?? 'Normal',
        source: {},
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: null,
        reportingComponent: event.component,
        reportingInstance: event.host ?? '',
        ...fields,
      },
      { manager: event.component },
    );
    remember(identity, `${metadata.namespace}/${metadata.name}`);
  }

  return {
    report(about, event) {
      const now = timestamp();
      const source = { component: event.component, ...(event.host ? { host: event.host } : {}) };
      write(about, event, { source, firstTimestamp: now, lastTimestamp: now, count: 1 }, (copy) => {
        copy.count = (copy.count ?? 0) + 1;
        copy.lastTimestamp = timestamp();
      });
    },
    reportNew(about, event) {
      write(about, event, { action: event.action, eventTime: microTimestamp() }, (copy) => {
        copy.series = { count: (copy.series?.count ?? 1) + 1, lastObservedTime: microTimestamp() };
      });
    },
  };
}
