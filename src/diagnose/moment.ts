import type { Aggregate } from '../domain/criterion.ts';
import type { ApiHistory } from './history.ts';
import { aggregateOfEqual, aggregateOver, NO_SAMPLES, type Rows, rowsWithin, type Samples } from './windows.ts';

/** Three-valued: undefined = not observed. */
export type Truth = boolean | undefined;

const UNASKED = 0;
const UNKNOWN = 1;
const FALSE = 2;
const TRUE = 3;

/** One API at one time, and what was already asked of it. */
export class Moment {
  timeMs = 0;
  readonly #truths: Uint8Array;
  #api: ApiHistory | undefined;
  readonly #rows: (Rows | undefined)[];

  constructor(tests: number, windows: number) {
    this.#truths = new Uint8Array(tests);
    this.#rows = new Array<Rows | undefined>(windows).fill(undefined);
  }

  look(api: ApiHistory | undefined, timeMs: number): void {
    this.#api = api;
    this.timeMs = timeMs;
    this.#truths.fill(UNASKED);
    this.#rows.fill(undefined);
  }

  /** The truth of a test, by its number: found once. */
  once(id: number, test: (moment: Moment) => Truth): Truth {
    const known = this.#truths[id];
    if (known !== undefined && known !== UNASKED) return known === UNKNOWN ? undefined : known === TRUE;
    const truth = test(this);
    this.#truths[id] = truth === undefined ? UNKNOWN : truth ? TRUE : FALSE;
    return truth;
  }

  samples(column: number): Samples {
    return this.#api?.samplesAt(column) ?? NO_SAMPLES;
  }

  /** @param index of the aggregate's window. */
  read(column: number, { aggregate, window }: Aggregate, index: number): number | undefined {
    const cells = this.#api?.columnAt(column);
    if (!this.#api || !cells) return undefined;
    const rows = this.rows(index, window);
    const { constant } = cells;
    if (constant !== undefined) return aggregateOfEqual(aggregate, constant, cells.countIn(rows));
    return aggregateOver(aggregate, this.#api.samplesAt(column), this.timeMs, window, rows);
  }

  rows(index: number, window: number): Rows {
    let rows = this.#rows[index];
    if (!rows) {
      rows = this.#api ? rowsWithin(this.#api.times, this.#api.length, this.timeMs, window) : { from: 0, to: 0 };
      this.#rows[index] = rows;
    }
    return rows;
  }
}
