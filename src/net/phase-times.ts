import { performance } from 'node:perf_hooks';
import type { Phase } from '../domain/probe.ts';

/** How long each phase of an attempt takes, in seconds. */
export class PhaseTimes {
  /** Of the phases that have ended. */
  readonly seconds: Partial<Record<Phase, number>>;
  #current: Phase;
  #since: number;

  /** @param seconds of the phases before, which is written to. */
  constructor(first: Phase, since: number, seconds: Partial<Record<Phase, number>>) {
    this.seconds = seconds;
    this.#current = first;
    this.#since = since;
  }

  get current(): Phase {
    return this.#current;
  }

  enter(next: Phase): void {
    const now = performance.now();
    this.seconds[this.#current] = (now - this.#since) / 1000;
    this.#since = now;
    this.#current = next;
  }

  /** The last phase ends. */
  end(): void {
    this.seconds[this.#current] = (performance.now() - this.#since) / 1000;
  }
}
