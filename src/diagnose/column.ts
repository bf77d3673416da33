import type { Rows, Samples } from './windows.ts';

/** Runs of equal values, flat: value, length, value, length, …; null = NaN. What a column is written as. */
export type Runs = readonly (number | null)[];

/** The values of one signal of one API, row by row. It takes an array only once its value has changed. */
export class Column {
  #values: Float64Array | undefined;
  #constant = Number.NaN;
  #first = 0;
  #end = 0;

  /** Rows that were never set stay NaN; so does what is not a finite number. */
  set(row: number, value: number, capacity: number): void {
    if (!Number.isFinite(value) || (row === this.#end - 1 && this.at(row) === value)) return;
    if (this.#values === undefined) {
      if (this.#end === 0) {
        this.#first = row;
        this.#constant = value;
        this.#end = row + 1;
        return;
      }
      if (value === this.#constant && row === this.#end) {
        this.#end = row + 1;
        return;
      }
      const values = new Float64Array(capacity).fill(Number.NaN, 0, this.#first);
      values.fill(this.#constant, this.#first, this.#end);
      this.#values = values;
    } else if (this.#values.length < capacity) {
      const larger = new Float64Array(capacity);
      larger.set(this.#values);
      this.#values = larger;
    }
    if (row > this.#end) this.#values.fill(Number.NaN, this.#end, row);
    this.#values[row] = value;
    this.#end = row + 1;
  }

  /** The value of each of its samples; undefined once they differ. Nearly every signal of nearly every API has one only. */
  get constant(): number | undefined {
    return this.#values === undefined ? this.#constant : undefined;
  }

  /** Of a constant one: how many samples the rows hold. */
  countIn({ from, to }: Rows): number {
    return Math.min(to, this.#end) - Math.max(from, this.#first);
  }

  samples(times: Float64Array, length: number): Samples {
    return { times, length, first: this.#first, end: Math.min(this.#end, length), values: this.#values ?? this.#constant };
  }

  at(row: number): number {
    if (row < this.#first || row >= this.#end) return Number.NaN;
    return this.#values === undefined ? this.#constant : this.#values[row]!;
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    this.#end = Math.min(this.#end, length);
    if (this.#end <= this.#first) this.#clear();
  }

  /** Keeps the rows named, in their order. */
  keep(rows: readonly number[], capacity: number): void {
    const kept = rows.map((row) => this.at(row));
    this.#clear();
    for (let row = 0; row < kept.length; row++) this.set(row, kept[row]!, capacity);
  }

  #clear(): void {
    this.#values = undefined;
    this.#constant = Number.NaN;
    this.#first = 0;
    this.#end = 0;
  }

  toRuns(length: number): Runs {
    const runs: (number | null)[] = [];
    for (let row = 0; row < length; ) {
      const value = this.at(row);
      let end = row + 1;
      while (end < length && Object.is(this.at(end), value)) end++;
      runs.push(Number.isNaN(value) ? null : value, end - row);
      row = end;
    }
    return runs;
  }
}
