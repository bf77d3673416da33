import type { Urgency } from '../net/handshake-slots.ts';

/** Of the probes that may be open. */
const DIRECT_SHARE = 0.75;

/** Open probes; of direct targets there may be fewer, so that those that hang leave room. */
export class OpenProbes {
  readonly #maxOpen: number;
  readonly #most: Readonly<Record<Urgency, number>>;
  readonly #open: Record<Urgency, number> = { first: 0, later: 0 };

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen;
    this.#most = { first: maxOpen, later: Math.ceil(maxOpen * DIRECT_SHARE) };
  }

  get counts(): Readonly<Record<Urgency, number>> {
    return this.#open;
  }

  /** False when too many are open. What entered must leave. */
  enter(urgency: Urgency): boolean {
    const { first, later } = this.#open;
    if (this.#open[urgency] >= this.#most[urgency] || first + later >= this.#maxOpen) return false;
    this.#open[urgency] += 1;
    return true;
  }

  leave(urgency: Urgency): void {
    this.#open[urgency] -= 1;
  }
}
