import type { SourceName, SourceStatus } from '../domain/sources.ts';

/** One thing that is observed. Never throws out of start(); a failure shows in its status and in one log line. */
export interface Source {
  readonly name: SourceName;
  /** Starts observing until the signal aborts; returns at once. */
  start(signal: AbortSignal): void;
  status(now: number): SourceStatus;
}

/** The part of a logger that sources use; pino satisfies it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Unix milliseconds. Injected everywhere, so that tests own the time. */
export type Clock = () => number;

/** Milliseconds since some moment, for everything that is a duration: nobody sets this clock. */
export const monotonic: Clock = () => performance.now();

/** The clocks of two machines may differ by so much; a moment that is further ahead was taken before our clock was set back. */
const AHEAD_MS = 5000;

/** How old something of our own is, milliseconds. Infinite when its moment is still to come: how old it is then, nobody knows. */
export function ageOf(at: number, now: number): number {
  return at > now + AHEAD_MS ? Number.POSITIVE_INFINITY : now - at;
}
