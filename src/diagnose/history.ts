import { type SignalRow, SignalSheet, type SignalValues } from '../domain/signal-values.ts';
import { Column } from './column.ts';
import { NO_SAMPLES, type Samples } from './windows.ts';

/** Samples kept per series. An hour of ten-second ticks is 360, with five minutes of one-second bursts 630. */
export const MOST_ROWS = 720;
const FIRST_ROWS = 64;
/** The longest window of the catalogue is an hour; a little more, so that its left edge has a neighbour. */
const KEPT_MS = 3_900_000;
/** Younger samples keep the resolution they came with; older ones are thinned to one in ten seconds. */
const FINE_MS = 300_000;
const COARSE_MS = 9_500;

/** The signals that a history keeps, and where each stands. */
export class HistoryColumns {
  readonly names: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  /** Columns of the signals of a row, -1 for those that are not kept. */
  readonly #ofRows = new WeakMap<SignalRow, Int32Array>();

  constructor(names: Iterable<string>) {
    this.names = [...new Set(names)].sort();
    this.#index = new Map(this.names.map((name, index) => [name, index]));
  }

  indexOf(signal: string): number | undefined {
    return this.#index.get(signal);
  }

  ofRow(row: SignalRow): Int32Array {
    let columns = this.#ofRows.get(row);
    if (!columns) {
      columns = Int32Array.from(row.names, (name) => this.#index.get(name) ?? -1);
      this.#ofRows.set(row, columns);
    }
    return columns;
  }
}

/**
 * What every signal of every API was, for an hour and a bit, at the resolution of the ticks. The memory is bounded: rows by
 * MOST_ROWS, columns by the names it is created with, APIs by what the snapshots hold.
 */
export class SignalHistory {
  readonly #kept: HistoryColumns;
  readonly #apis = new Map<string, ApiHistory>();

  /** @param kept the signals that are kept; others are ignored. */
  constructor(kept: Iterable<string> | HistoryColumns) {
    this.#kept = kept instanceof HistoryColumns ? kept : new HistoryColumns(kept);
  }

  get names(): readonly string[] {
    return this.#kept.names;
  }

  /** Column number of a signal, for `ApiHistory.samplesAt`; undefined when the history does not keep it. */
  indexOf(signal: string): number | undefined {
    return this.#kept.indexOf(signal);
  }

  api(apiservice: string): ApiHistory | undefined {
    return this.#apis.get(apiservice);
  }

  get apiservices(): readonly string[] {
    return [...this.#apis.keys()];
  }

  /** Adds a moment. A time that is not after the last one replaces what was recorded from it on (a clock set back, a replay). */
  record(apiservice: string, timeMs: number, ...values: readonly SignalValues[]): ApiHistory {
    let api = this.#apis.get(apiservice);
    if (!api) {
      api = new ApiHistory(this.names.length);
      this.#apis.set(apiservice, api);
    }
    api.begin(timeMs);
    for (const some of values)
      if (some instanceof SignalSheet) api.setRow(this.#kept.ofRow(some.row), some.values);
      else
        for (const [name, value] of some) {
          const column = this.#kept.indexOf(name);
          if (column !== undefined) api.set(column, value);
        }
    return api;
  }

  /** Forgets the APIs that are not named. */
  retain(apiservices: ReadonlySet<string>): void {
    for (const name of this.#apis.keys()) if (!apiservices.has(name)) this.#apis.delete(name);
  }

  samples(apiservice: string, signal: string): Samples {
    const column = this.#kept.indexOf(signal);
    const api = this.#apis.get(apiservice);
    return api && column !== undefined ? api.samplesAt(column) : NO_SAMPLES;
  }

  toJSON(): HistoryState {
    return {
      names: [...this.names],
      apis: Object.fromEntries([...this.#apis].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, api]) => [name, api.toJSON()])),
    };
  }

  /** Takes what toJSON gave; signals that are no longer kept are dropped. @throws RangeError when it contradicts itself, and nothing has changed then. */
  restore({ names, apis }: HistoryState): void {
    const columns = names.map((name) => this.#kept.indexOf(name));
    const restored = new Map<string, ApiHistory>();
    for (const [name, api] of Object.entries(apis)) restored.set(name, ApiHistory.from(api, columns, this.names.length));
    this.#apis.clear();
    for (const [name, api] of restored) this.#apis.set(name, api);
  }
}

/** The rows of one API: the times, and a column per signal that was ever observed. */
export class ApiHistory {
  #times = new Float64Array(FIRST_ROWS);
  #length = 0;
  readonly #columns: (Column | undefined)[];

  constructor(columns: number) {
    this.#columns = new Array<Column | undefined>(columns).fill(undefined);
  }

  get times(): Float64Array {
    return this.#times;
  }

  get length(): number {
    return this.#length;
  }

  begin(timeMs: number): void {
    this.#truncate(timeMs);
    if (this.#length === this.#times.length) this.#makeRoom(timeMs);
    this.#times[this.#length++] = timeMs;
  }

  /** Sets a value of the newest row; NaN leaves it unobserved. */
  set(column: number, value: number): void {
    let cells = this.#columns[column];
    if (!cells) {
      cells = new Column();
      this.#columns[column] = cells;
    }
    cells.set(this.#length - 1, value, this.#times.length);
  }

  /** Sets a row of values, each in its column; -1 is none. */
  setRow(columns: Int32Array, values: Float64Array): void {
    for (let place = 0; place < columns.length; place++) {
      const column = columns[place]!;
      const value = values[place]!;
      if (column >= 0 && !Number.isNaN(value)) this.set(column, value);
    }
  }

  /** Undefined where nothing was ever set. */
  columnAt(column: number): Column | undefined {
    return this.#columns[column];
  }

  samplesAt(column: number): Samples {
    return this.#columns[column]?.samples(this.#times, this.#length) ?? NO_SAMPLES;
  }

  #truncate(timeMs: number): void {
    const before = this.#length;
    while (this.#length > 0 && this.#times[this.#length - 1]! >= timeMs) this.#length--;
    if (this.#length !== before) for (const column of this.#columns) column?.truncate(this.#length);
  }

  #makeRoom(timeMs: number): void {
    if (this.#times.length < MOST_ROWS) {
      const larger = new Float64Array(Math.min(MOST_ROWS, this.#times.length * 2));
      larger.set(this.#times);
      this.#times = larger;
      return;
    }
    const rows = this.#rowsToKeep(timeMs);
    this.#times.set(rows.map((row) => this.#times[row]!));
    this.#length = rows.length;
    for (const column of this.#columns) column?.keep(rows, this.#times.length);
  }

  #rowsToKeep(timeMs: number): number[] {
    const rows: number[] = [];
    let previous = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#length; row++) {
      const time = this.#times[row]!;
      if (time <= timeMs - KEPT_MS) continue;
      if (time < timeMs - FINE_MS && time - previous < COARSE_MS) continue;
      rows.push(row);
      previous = time;
    }
    // Ticks faster than one a second: the bound holds, the past gets shorter.
    const most = MOST_ROWS - MOST_ROWS / 8;
    return rows.length > most ? rows.slice(rows.length - most) : rows;
  }

  toJSON(): ApiState {
    const times = [...this.#times.subarray(0, this.#length)];
    return {
      times: times.map((time, row) => (row === 0 ? time : time - times[row - 1]!)),
      columns: Object.fromEntries(this.#columns.flatMap((column, index) => (column ? [[String(index), column.toRuns(this.#length)]] : []))),
    };
  }

  static from(state: ApiState, mapping: readonly (number | undefined)[], columns: number): ApiHistory {
    const api = new ApiHistory(columns);
    let time = 0;
    for (const step of state.times) {
      time += step;
      api.begin(time);
    }
    if (api.#length !== state.times.length) throw new RangeError('times do not ascend');
    for (const [index, runs] of Object.entries(state.columns)) {
      const column = mapping[Number(index)];
      if (column !== undefined) api.#columns[column] = columnOf(runs, api.#length, api.#times.length);
    }
    return api;
  }
}

function columnOf(runs: ApiState['columns'][string], rows: number, capacity: number): Column {
  const column = new Column();
  let row = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const count = runs[run + 1];
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || row + count > rows)
      throw new RangeError(`a run of ${String(count)} rows in a history of ${rows}`);
    const value = runs[run] ?? Number.NaN;
    for (const end = row + count; row < end; row++) column.set(row, value, capacity);
  }
  return column;
}

interface ApiState {
  /** The first in Unix milliseconds, each other as its distance from the one before; at most MOST_ROWS. */
  readonly times: readonly number[];
  /** By number of the signal: value, how many rows have it, value, … */
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface HistoryState {
  readonly names: readonly string[];
  /** By APIService. */
  readonly apis: Readonly<Record<string, ApiState>>;
}
