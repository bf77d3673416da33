import type { ClusterEvent, EventFacts } from '../../domain/snapshot.ts';
import type { Clock } from '../source.ts';
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
  const tallies = new Map<string, Map<string, Tally>>();

  const add = (api: string, { reason, kind }: EventRecord, by: number) => {
    if (by <= 0) return;
    const tally = tallies.get(api) ?? new Map<string, Tally>();
    tallies.set(api, tally);
    const full = tally.size >= MAX_TALLIES && !tally.has(`${kind}/${reason}`);
    const named = full ? { reason: 'other', kind: 'other' } : { reason, kind };
    const key = `${named.kind}/${named.reason}`;
    const entry = tally.get(key) ?? { ...named, count: 0 };
    entry.count += by;
    tally.set(key, entry);
  };

  const prune = () => {
    const oldest = clock() - HOUR;
    for (const [uid, { event }] of log) {
      if (event.at >= oldest && log.size <= MAX_EVENTS) break;
      log.delete(uid);
    }
  };

  const recent = (keep: (logged: Logged) => boolean): ClusterEvent[] => {
    const oldest = clock() - HOUR;
    return [...log.values()]
      .filter((logged) => logged.event.at >= oldest && keep(logged))
      .map(({ event }) => clusterEvent(event))
      .sort((a, b) => a.at - b.at)
      .slice(-MAX_RECENT);
  };

  return {
    record(event, concerns) {
      const known = log.get(event.uid);
      const apis = known?.apis ?? new Set<string>();
      const grown = known ? Math.max(0, event.count - known.event.count) : sinceStart(event, startedAt);
      // Of those that it concerned before too: its pod may be gone meanwhile.
      for (const api of new Set([...apis, ...concerns])) {
        add(api, event, apis.has(api) ? grown : sinceStart(event, startedAt));
        apis.add(api);
      }
      log.delete(event.uid);
      log.set(event.uid, { event, apis });
      prune();
    },
    reassign(api, concerns) {
      for (const { event, apis } of log.values()) {
        if (apis.has(api) || !concerns(event)) continue;
        apis.add(api);
        add(api, event, sinceStart(event, startedAt));
      }
    },
    forget(api) {
      tallies.delete(api);
      for (const { apis } of log.values()) apis.delete(api);
    },
    facts(api) {
      return {
        counts: [...(tallies.get(api)?.values() ?? [])].map((entry) => ({ ...entry })),
        recent: recent(({ apis }) => apis.has(api)),
      };
    },
    recent: (keep) => recent(({ event }) => keep(event)),
  };
}

/** How much of an event's count happened since we look. Of one that had begun before, only its last time is sure. */
function sinceStart(event: EventRecord, startedAt: number): number {
  if (event.at < startedAt) return 0;
  return event.firstAt >= startedAt ? event.count : 1;
}

function clusterEvent({ type, reason, kind, namespace, name, message, at, count }: EventRecord): ClusterEvent {
  return { type, reason, kind, object: namespace === '' ? name : `${namespace}/${name}`, message, at, count };
}
