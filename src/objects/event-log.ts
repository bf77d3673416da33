import type { ClusterEvent, EventFacts } from '../domain/snapshot.ts';
import type { Clock } from '../source/clock.ts';
import type { EventRecord } from './events.ts';

const HOUR = 3_600_000;
const MAX_EVENTS = 5_000;
const MAX_RECENT = 200;
const MAX_TALLIES = 200;

interface Logged {
  event: EventRecord;
  /** APIs that it concerns. */
  readonly apis: Set<string>;
}

interface Tally {
  readonly reason: string;
  readonly kind: string;
  count: number;
}

/** The events of one API, and their counts by reason and kind, which only grow. */
class EventBook {
  readonly events = new Set<Logged>();
  readonly #tallies = new Map<string, Tally>();

  count({ reason, kind }: EventRecord, by: number): void {
    const full = this.#tallies.size >= MAX_TALLIES && !this.#tallies.has(`${kind}/${reason}`);
    const named = full ? { reason: 'other', kind: 'other' } : { reason, kind };
    const key = `${named.kind}/${named.reason}`;
    const tally = this.#tallies.get(key) ?? { ...named, count: 0 };
    tally.count += by;
    this.#tallies.set(key, tally);
  }

  counts(): Readonly<Tally>[] {
    return [...this.#tallies.values()].map((tally) => ({ ...tally }));
  }
}

/**
 * An hour of events by object, and per API the counts by reason and kind, which only grow. An Event object is counted by what its
 * count grew, so neither a repeat, nor a new list, nor the second API counts it twice.
 */
export interface EventLog {
  record(event: EventRecord, concerns: readonly string[]): void;
  /** The API's backend is another one now: events that were nobody's may be its own. */
  reassign(api: string, concerns: (event: EventRecord) => boolean): void;
  forget(api: string): void;
  facts(api: string): EventFacts;
  /** Events of the last hour that `keep` wants, newest last, at most 200. */
  recent(keep: (event: EventRecord) => boolean): ClusterEvent[];
}

export function createEventLog({ clock }: { clock: Clock }): EventLog {
  const startedAt = clock();
  /** In order of their last change. */
  const log = new Map<string, Logged>();
  const books = new Map<string, EventBook>();

  const assign = (api: string, logged: Logged, by: number) => {
    const book = books.get(api) ?? new EventBook();
    books.set(api, book);
    book.events.add(logged);
    logged.apis.add(api);
    if (by > 0) book.count(logged.event, by);
  };

  const prune = () => {
    const oldest = clock() - HOUR;
    for (const [uid, logged] of log) {
      if (logged.event.at >= oldest && log.size <= MAX_EVENTS) break;
      log.delete(uid);
      for (const api of logged.apis) books.get(api)?.events.delete(logged);
    }
  };

  const newest = (logged: Iterable<Logged>, keep: (event: EventRecord) => boolean = () => true): ClusterEvent[] => {
    const oldest = clock() - HOUR;
    return [...logged]
      .map(({ event }) => event)
      .filter((event) => event.at >= oldest && keep(event))
      .sort((a, b) => a.at - b.at)
      .slice(-MAX_RECENT)
      .map(clusterEvent);
  };

  return {
    record(event, concerns) {
      const logged = log.get(event.uid) ?? { event, apis: new Set<string>() };
      const grown = log.has(event.uid) ? Math.max(0, event.count - logged.event.count) : sinceStart(event, startedAt);
      logged.event = event;
      // Of those that it concerned before too: its pod may be gone meanwhile.
      for (const api of new Set([...logged.apis, ...concerns]))
        assign(api, logged, logged.apis.has(api) ? grown : sinceStart(event, startedAt));
      log.delete(event.uid);
      log.set(event.uid, logged);
      prune();
    },
    reassign(api, concerns) {
      for (const logged of log.values())
        if (!logged.apis.has(api) && concerns(logged.event)) assign(api, logged, sinceStart(logged.event, startedAt));
    },
    forget(api) {
      for (const logged of books.get(api)?.events ?? []) logged.apis.delete(api);
      books.delete(api);
    },
    facts(api) {
      const book = books.get(api);
      return { counts: book?.counts() ?? [], recent: newest(book?.events ?? []) };
    },
    recent: (keep) => newest(log.values(), keep),
  };
}

/** How much of an event's count happened since we look. Of one that had begun before, only its last time is sure. */
function sinceStart(event: EventRecord, startedAt: number): number {
  if (event.at < startedAt) return 0;
  return event.firstAt >= startedAt ? event.count : 1;
}

function clusterEvent({ type, reason, kind, namespace, name, message, at, count, node }: EventRecord): ClusterEvent {
  const object = namespace === '' ? name : `${namespace}/${name}`;
  return { type, reason, kind, object, message, at, count, ...(node === undefined ? {} : { node }) };
}
