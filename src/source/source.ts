import type { SourceName, SourceStatus } from '../domain/sources.ts';

/** One thing that is observed. Never throws out of start(); a failure shows in its status and in one log line. */
export interface Source {
  readonly name: SourceName;
  /** Starts observing until the signal aborts; returns at once. */
  start(signal: AbortSignal): void;
  status(now: number): SourceStatus;
  /** Something began to fail, or ended: what is read now and then is read soon. Absent where nothing is read in turns. */
  hurry?(): void;
}
