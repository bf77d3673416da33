import { numbersIn, type Runs, runsOf, stretchesOf, valuesOf } from '../../domain/runs.ts';
import type { ApiserverFacts } from '../../domain/snapshot.ts';
import { MINUTE_MS, MinuteRing, SLOTS, WIDTH } from './minute-ring.ts';

/** The kube-apiservers in one minute: the worst of all instances, since a request meets any of them. undefined = not observed. */
export interface LoadMinute {
  /** Unix milliseconds of its begin. */
  readonly at: number;
  /** Of what it may have in flight, 0 to 1. */
  readonly inflight: number | undefined;
  /** Mean seconds of its requests. */
  readonly seconds: number | undefined;
  /** Did an instance fail its own /readyz? */
  readonly failing: boolean;
}

/** The load of the last hour, a row per minute; 64 rows of 12 bytes. */
export class LoadHour {
  readonly #minutes = new MinuteRing();
  /** NaN = not observed. */
  readonly #inflight = new Float32Array(SLOTS);
  readonly #seconds = new Float32Array(SLOTS);
  readonly #failing = new Uint8Array(SLOTS);

  observe(apiservers: readonly ApiserverFacts[], timeMs: number): void {
    const slot = this.#slotAt(timeMs);
    for (const { control, metrics } of apiservers) {
      if (control?.last.ok === false) this.#failing[slot] = 1;
      if (metrics.state !== 'observed') continue;
      raise(this.#inflight, slot, metrics.value.inflightRatio);
      raise(this.#seconds, slot, metrics.value.requestLatencySeconds);
    }
  }

  #slotAt(timeMs: number): number {
    return this.#minutes.slotAt(timeMs, (fresh) => {
      this.#inflight[fresh] = Number.NaN;
      this.#seconds[fresh] = Number.NaN;
      this.#failing[fresh] = 0;
    });
  }

  toJSON(): LoadHourState {
    const minutes = this.#minutes.recorded();
    const seen = (cells: ArrayLike<number>) =>
      runsOf(minutes.map((minute) => Number((cells[minute % SLOTS] ?? Number.NaN).toPrecision(4))));
    return { minutes: stretchesOf(minutes), inflight: seen(this.#inflight), seconds: seen(this.#seconds), failing: seen(this.#failing) };
  }

  /** As ApiHour.restore. */
  restore({ minutes: stretches, inflight, seconds, failing }: LoadHourState): void {
    const slots = numbersIn(stretches, SLOTS).map((minute) => this.#slotAt(minute * MINUTE_MS));
    const put = (cells: { [slot: number]: number }, runs: Runs) => {
      const values = valuesOf(runs, slots.length);
      for (const [i, slot] of slots.entries()) cells[slot] = values[i] ?? Number.NaN;
    };
    put(this.#inflight, inflight);
    put(this.#seconds, seconds);
    put(this.#failing, failing);
  }

  /** As ApiHour.minutes. */
  minutes(timeMs: number): readonly (LoadMinute | undefined)[] {
    const last = Math.floor(timeMs / MINUTE_MS);
    return Array.from({ length: WIDTH }, (_, i) => {
      const minute = last - WIDTH + 1 + i;
      const slot = this.#minutes.slotOf(minute);
      if (slot === undefined) return undefined;
      return {
        at: minute * MINUTE_MS,
        inflight: numberOf(this.#inflight[slot]),
        seconds: numberOf(this.#seconds[slot]),
        failing: this.#failing[slot] === 1,
      };
    });
  }
}

/** As ApiHourState has it. */
export interface LoadHourState {
  readonly minutes: readonly number[];
  readonly inflight: Runs;
  readonly seconds: Runs;
  readonly failing: Runs;
}

function raise(cells: Float32Array, slot: number, value: number | undefined): void {
  if (value === undefined) return;
  const before = cells[slot] ?? Number.NaN;
  cells[slot] = Number.isNaN(before) ? value : Math.max(before, value);
}

function numberOf(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
