import type { Config } from '../config.ts';
import type { Observer } from '../observe/observer.ts';
import type { Logger } from '../source/logger.ts';
import type { ConnectedObserver } from './observe-cluster.ts';

/** A new observer that can't see everything after this time takes over all the same: it says what it can't see. */
const TAKES_OVER_AFTER_MS = 30_000;

/** The observer in force, and the one that takes over when a new configuration has been read. */
export interface Observation {
  start(onUrgent: () => void): void;
  current(): Observer;
  /** The client of the observer that is in force. */
  client(): ConnectedObserver['client'];
  /**
   * An observer by another configuration: returns what makes it start, and nothing has happened before that is called. The old one goes on until
   * the new one has seen everything once, so that no series goes and no verdict ends. @throws Error as `connect` does.
   */
  prepare(config: Config): { begin(): void; discard(): void };
  /** Ends observing, and leaves the client to whoever still has to ask something. */
  endReading(): void;
  stop(): void;
}

interface Running {
  readonly connected: ConnectedObserver;
  readonly stop: AbortController;
  readonly startedAt: number;
}

export function createObservation(connect: (config: Config) => ConnectedObserver, config: Config, log: Logger): Observation {
  let now: Running = running(connect(config));
  let next: Running | undefined;
  let ring = () => {};

  function begin(of: Running): void {
    of.connected.observer.onUrgent(() => ring());
    of.connected.observer.start(of.stop.signal);
  }

  return {
    start(onUrgent) {
      ring = onUrgent;
      begin(now);
    },
    current() {
      if (next && isBetter(next, now)) {
        end(now);
        now = next;
        next = undefined;
        log.info({}, 'observing by the new configuration');
      }
      return now.connected.observer;
    },
    client: () => now.connected.client,
    prepare(wanted) {
      const prepared = running(connect(wanted));
      return {
        begin() {
          if (next) end(next);
          next = prepared;
          begin(prepared);
        },
        discard: () => end(prepared),
      };
    },
    endReading() {
      for (const one of [now, next]) one?.stop.abort();
    },
    stop() {
      for (const one of [now, next]) if (one) end(one);
    },
  };
}

/** One that asks nobody never takes over from one that does. */
function isBetter({ connected, startedAt }: Running, than: Running): boolean {
  const asks = (one: ConnectedObserver) => one.isConnected?.() ?? true;
  if (!asks(connected)) return !asks(than.connected);
  return connected.observer.complete() || performance.now() - startedAt > TAKES_OVER_AFTER_MS;
}

function running(connected: ConnectedObserver): Running {
  return { connected, stop: new AbortController(), startedAt: performance.now() };
}

function end({ connected, stop }: Running): void {
  stop.abort();
  connected.client.close();
}
