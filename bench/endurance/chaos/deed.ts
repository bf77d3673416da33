import type { Random } from '../../../src/simulator/random.ts';
import type { WatchedExporter } from '../exporter-inside.ts';
import type { Fleet } from '../fleet.ts';

export const SUBJECTS = ['kube-apiserver', 'watch', 'backend', 'object', 'disk', 'clock', 'signal'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Where chaos is played. */
export interface Stage {
  readonly fleet: Fleet;
  readonly random: Random;
  /** The process that runs now. */
  exporter(): WatchedExporter;
  /** Ends it as the signal does, and starts the next one. */
  replace(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Puts the clock of the exporter forward, or back. */
  turnClock(byMs: number): Promise<void>;
  /** APIs whose pods a fault of this round touches. */
  readonly touched: Set<string>;
}

/** Takes a fault away again. */
export type Mend = () => unknown;

/** A fault that can be played at any moment, beside any others. */
export interface Deed {
  readonly subject: Subject;
  readonly name: string;
  /** How often it is drawn beside the others of its subject; default 1. */
  readonly share?: number;
  /** Undefined: it can not be now (what it needs is taken), and did not happen. Nothing to mend: an empty function. */
  play(stage: Stage): Promise<Mend | undefined> | Mend | undefined;
}

export const NOTHING_TO_MEND: Mend = () => {};
