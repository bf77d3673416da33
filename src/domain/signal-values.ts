/**
 * The signals of one API at one moment, by name; one that was not observed is not there. A Map is one, and so is what is read from a
 * snapshot, which takes 8 bytes a signal instead of the 40 of a Map's entry.
 */
export interface SignalValues extends Iterable<readonly [name: string, value: number]> {
  get(name: string): number | undefined;
  has(name: string): boolean;
}

/** The names of some signals, and where each stands in a row of their values. */
export class SignalRow {
  readonly names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }
}

/** Values in a row of numbers, NaN where nothing was observed. */
export class SignalSheet implements SignalValues {
  readonly row: SignalRow;
  /** In the order of the row's names. */
  readonly values: Float64Array;

  constructor(row: SignalRow, values: Float64Array) {
    this.row = row;
    this.values = values;
  }

  get(name: string): number | undefined {
    const value = this.values[this.row.placeOf(name) ?? -1];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *[Symbol.iterator](): Generator<readonly [string, number]> {
    for (const name of this.row.names) {
      const value = this.get(name);
      if (value !== undefined) yield [name, value];
    }
  }
}
