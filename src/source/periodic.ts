import type { SourceName } from '../domain/sources.ts';
import type { Logger } from './logger.ts';
import { type Repetition, repeat } from './repeat.ts';
import type { Source } from './source.ts';
import { bestOf, type Part, statusOf, worstOf } from './status.ts';

export interface PeriodicReading {
  readonly name: SourceName;
  /** Milliseconds between two readings. */
  readonly intervalMs: number;
  /** How long a last answer is believed, milliseconds; default: until as many turns in a row were missed. */
  readonly staleAfterMs?: number;
  /** Least time between two readings for a hurry; default: the interval. */
  readonly restMs?: number;
  readonly log: Logger;
  /** Whether all of its parts are needed, or one that answers is enough because all tell the same of different things. */
  readonly needs: 'all' | 'any';
  /** What it reads, each with what the last look brought; none before the first. */
  parts(): readonly Omit<Part, 'staleAfterMs'>[];
  /** Reads everything once. May reject: the next turn comes all the same. */
  read(signal: AbortSignal): Promise<void>;
}

/** Turns that may fail in a row before what was read last no longer counts. */
export const MISSES = 3;
/** What is read each five minutes is not missing for five because the kube-apiserver was away for a second, milliseconds. */
const RETRY_MS = 30_000;

/** A source that is read in turns: its repetition, its hurry, its staleness and its state. */
export function createPeriodicSource(reading: PeriodicReading): Required<Source> {
  const { name, intervalMs, log, needs } = reading;
  const staleAfterMs = reading.staleAfterMs ?? MISSES * intervalMs;
  const combine = needs === 'all' ? worstOf : bestOf;
  let repetition: Repetition | undefined;
  return {
    name,
    start(signal) {
      const pace = { intervalMs: () => (isMissed(reading) ? Math.min(RETRY_MS, intervalMs) : intervalMs), signal, log };
      repetition = repeat((ending) => reading.read(ending), { ...pace, restMs: reading.restMs ?? intervalMs });
    },
    hurry: () => repetition?.hurry(),
    status: (now) =>
      combine(
        name,
        reading.parts().map((part) => statusOf(name, { ...part, staleAfterMs }, now)),
      ),
  };
}

/** Something that it needs could not be read, and may be at the next try. Of many that tell the same, one that is gone for good would hurry them all. */
function isMissed({ needs, parts }: PeriodicReading): boolean {
  return needs === 'all' && parts().some(({ outcome: { state } }) => state === 'failed' || state === 'unauthorised');
}
