export const MINUTE_MS = 60_000;
/** Minutes that are shown: an hour, and the one that is not over yet. */
export const WIDTH = 61;
export const SLOTS = 64;

/** Which slot of the arrays beside it holds which minute. */
export class MinuteRing {
  readonly #minutes = new Int32Array(SLOTS).fill(-1);
  #newest = -1;

  /**
   * The slot of a time, which has been cleared if it held another minute. A clock that was set back writes over what it told before; minutes
   * that lie ahead of it are forgotten.
   */
  slotAt(timeMs: number, clear: (slot: number) => void): number {
    const minute = Math.floor(timeMs / MINUTE_MS);
    if (minute < this.#newest) for (let slot = 0; slot < SLOTS; slot++) if ((this.#minutes[slot] ?? -1) > minute) this.#minutes[slot] = -1;
    this.#newest = minute;
    const slot = minute % SLOTS;
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute;
      clear(slot);
    }
    return slot;
  }

  /** Undefined when nothing was recorded in that minute. */
  slotOf(minute: number): number | undefined {
    const slot = minute % SLOTS;
    return minute >= 0 && this.#minutes[slot] === minute ? slot : undefined;
  }

  /** Minutes since the Unix epoch of the hour that ends with the newest, in which something was recorded, ascending. */
  recorded(): number[] {
    return Array.from({ length: WIDTH }, (_, i) => this.#newest - WIDTH + 1 + i).filter((minute) => this.slotOf(minute) !== undefined);
  }
}
