import type { ExposedView, HistogramValue } from './family.ts';
import type { FamilyPlan, PlannedSignal } from './plan.ts';
import { escapeLabelValue, exemplarText, type FamilyHead, type Format, joined, labelText, sampleLines } from './render.ts';
import { SeriesText } from './series-text.ts';
import { liveApis } from './view.ts';

/** One series as it was printed last. Ticks differ in few values and fewer labels, so most is printed again as it is. */
interface Cell {
  readonly labelValues: readonly string[];
  readonly labels: string;
  /** The signal that publishes the same series, whose value counts. */
  readonly signal: string | undefined;
  value: number | HistogramValue | undefined;
  lines: string;
  /** What OpenMetrics has beside its value; empty = nothing. */
  exemplar: string;
}

/** In each format, without the head, which stands once above the series of all clusters. The same bytes where no series has an exemplar. */
export interface PrintedFamily extends Readonly<Record<Format, Buffer>> {
  /** Series over the limit. */
  readonly dropped: number;
}

const EMPTY: readonly string[] = [];

/**
 * Prints one family from view to view. A signal's value stands in place of the declared one, so what a rule reads is what the
 * criteria read in process. Over the limit, series that are 0 go before those that say something.
 */
export class FamilyPrinter {
  readonly #plan: FamilyPlan;
  readonly #limit: number;
  /** Before the labels of each series: whose it is, or nothing. */
  readonly #whose: string;
  readonly #bySuffix: ReadonlyMap<string, string>;
  /** By APIService, in the order of the plan's signals; a signal that had nothing to print has none. */
  readonly #signalCells = new Map<string, (Cell | undefined)[]>();
  #cells: Cell[] = [];
  /** Series that have begun, of those that are there now; of a family with `beginsAbove`. */
  #begun = new Set<string>();
  readonly #text = new SeriesText();
  readonly #withExemplars = new SeriesText();

  /** @param whose labels that stand before the others of each series, e.g. `cluster="harbour"`; empty = none. */
  constructor(plan: FamilyPlan, limit: number, whose = '') {
    this.#plan = plan;
    this.#limit = limit;
    this.#whose = whose;
    this.#bySuffix = new Map(plan.signals.map((signal) => [signal.suffix, signal.name]));
  }

  get head(): FamilyHead {
    return this.#plan.family;
  }

  print(view: ExposedView): PrintedFamily {
    const cells: Cell[] = [];
    this.#printSignals(view, cells);
    this.#printDeclared(view, cells);
    const kept = cells.length > this.#limit ? keep(cells, this.#limit) : cells;
    const text = this.#text.print(kept);
    const openmetrics = kept.some(({ exemplar }) => exemplar !== '') ? this.#withExemplars.print(kept.map(withExemplar)) : text;
    return { text, openmetrics, dropped: cells.length - kept.length };
  }

  #printSignals(view: ExposedView, printed: Cell[]): void {
    const { signals } = this.#plan;
    if (signals.length === 0) return;
    const apis = liveApis(view);
    for (const api of apis) {
      const cells = this.#cellsOf(api.name);
      const read = valuesOf(view, api.name);
      signals.forEach((signal, at) => {
        const value = read(signal.name);
        if (value === undefined || (value === 0 && !signal.fromZero && !cells[at])) return;
        const cell = cells[at] ?? this.#signalCell(api.name, signal);
        cells[at] = cell;
        printed.push(this.#fill(cell, value));
      });
    }
    if (this.#signalCells.size > apis.length) this.#forgetAllBut(new Set(apis.map(({ name }) => name)));
  }

  #cellsOf(api: string): (Cell | undefined)[] {
    let cells = this.#signalCells.get(api);
    if (!cells) {
      cells = [];
      this.#signalCells.set(api, cells);
    }
    return cells;
  }

  #forgetAllBut(apis: ReadonlySet<string>): void {
    for (const name of this.#signalCells.keys()) if (!apis.has(name)) this.#signalCells.delete(name);
  }

  #printDeclared(view: ExposedView, printed: Cell[]): void {
    const { family } = this.#plan;
    const cells = this.#cells;
    const begun = family.beginsAbove === undefined ? undefined : new Set<string>();
    let at = 0;
    family.collect(view, (labelValues, value, exemplar) => {
      if (begun && !this.#hasBegun(labelValues, value, begun)) return;
      let cell = cells[at];
      if (!cell || !same(cell.labelValues, labelValues)) {
        cell = this.#newCell(labelValues);
        cells[at] = cell;
      }
      at++;
      if (cell.signal !== undefined && isObserved(view, labelValues[0] ?? '', cell.signal)) return;
      cell.exemplar = exemplar === undefined ? '' : exemplarText(exemplar);
      printed.push(this.#fill(cell, value));
    });
    cells.length = at;
    if (begun) this.#begun = begun;
  }

  #hasBegun(labelValues: readonly string[], value: number | HistogramValue, begun: Set<string>): boolean {
    const begins = typeof value === 'object' || value > (this.#plan.family.beginsAbove ?? Number.NEGATIVE_INFINITY);
    if (!begins && this.#begun.size === 0) return false;
    const key = labelValues.join('\n');
    if (!begins && !this.#begun.has(key)) return false;
    begun.add(key);
    return true;
  }

  #signalCell(api: string, { suffix }: PlannedSignal): Cell {
    const labels = joined(this.#whose, `apiservice="${escapeLabelValue(api)}"${suffix}`);
    return { labelValues: [api], labels, signal: undefined, value: undefined, lines: '', exemplar: '' };
  }

  #newCell(labelValues: readonly string[]): Cell {
    const { labels: names } = this.#plan.family;
    const labels = joined(this.#whose, labelText(names, labelValues));
    const suffix = this.#bySuffix.size > 0 && names.length > 1 ? `,${labelText(names.slice(1), labelValues.slice(1))}` : '';
    const signal = this.#bySuffix.get(suffix);
    return { labelValues: labelValues.length === 0 ? EMPTY : [...labelValues], labels, signal, value: undefined, lines: '', exemplar: '' };
  }

  #fill(cell: Cell, value: number | HistogramValue): Cell {
    if (sameValue(cell.value, value)) return cell;
    cell.value = value;
    cell.lines = sampleLines(this.#plan.family.name, cell.labels, value);
    return cell;
  }
}

/** Counters alone have exemplars, and one line each. */
function withExemplar({ lines, exemplar }: Cell): Pick<Cell, 'lines'> {
  return { lines: exemplar === '' ? lines : `${lines.slice(0, -1)}${exemplar}\n` };
}

/** Of the snapshot, or of the history of the failures. */
function valuesOf(view: ExposedView, api: string): (signal: string) => number | undefined {
  const observed = view.signals.get(api);
  const derived = view.round.derived?.get(api);
  return (signal) => observed?.get(signal) ?? derived?.get(signal);
}

const isObserved = (view: ExposedView, api: string, signal: string): boolean => valuesOf(view, api)(signal) !== undefined;

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sameValue(a: number | HistogramValue | undefined, b: number | HistogramValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b || (Number.isNaN(a) && Number.isNaN(b));
  return a.sum === b.sum && a.counts.length === b.counts.length && a.counts.every((count, i) => count === b.counts[i]);
}

/** In their order; what is 0 is left out first. */
function keep(cells: readonly Cell[], limit: number): readonly Cell[] {
  let zeros = limit - cells.reduce((count, cell) => count + (cell.value === 0 ? 0 : 1), 0);
  const kept: Cell[] = [];
  for (const cell of cells) {
    if (kept.length === limit) break;
    if (cell.value !== 0 || zeros-- > 0) kept.push(cell);
  }
  return kept;
}
