import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceCache } from '../../kube/api.ts';
import type { Clock } from '../../source/clock.ts';

/** A resource that gives no answer at all must not hold the others back for longer. */
const SETTLE_MS = 15_000;
/** States in which waiting brings no list. */
const NO_LIST: readonly string[] = ['unauthorised', 'forbidden', 'absent'];

/** The time until every cache that was started has its first list, or will get none. */
export class Settling {
  readonly #caches: readonly ResourceCache<unknown>[];
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #started = new Set<ResourceCache<unknown>>();
  #over = false;
  #waiting: Promise<void> | undefined;

  /** @param onEnd called once, at the end of the wait. */
  constructor(caches: readonly ResourceCache<unknown>[], clock: Clock, onEnd: () => void) {
    this.#caches = caches;
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** Its first list is waited for from now on. */
  begin(cache: ResourceCache<unknown>): void {
    this.#started.add(cache);
  }

  /** Once true it stays so. */
  isOver(): boolean {
    this.#over ||= this.#caches.every((cache) => !this.#started.has(cache) || this.#hasAnswer(cache));
    return this.#over;
  }

  /** Resolves when that is so, or has lasted too long; everybody waits for the same moment. */
  after(signal: AbortSignal): Promise<void> {
    // Those that are started in this turn of the event loop are waited for, too.
    this.#waiting ??= sleep(0).then(() => this.#wait(signal));
    return this.#waiting;
  }

  #hasAnswer(cache: ResourceCache<unknown>): boolean {
    return cache.synced || NO_LIST.includes(cache.status(this.#clock()).state);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    while (!signal.aborted && !this.isOver() && performance.now() < deadline) await sleep(20, undefined, { signal }).catch(() => {});
    this.#over = true;
    this.#onEnd();
  }
}
