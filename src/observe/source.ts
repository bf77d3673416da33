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
