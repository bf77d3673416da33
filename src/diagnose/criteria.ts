import { type Aggregate, type Criterion, eachPart, FEWEST_SPIKES, filledAfter, last, MINUTE, ownSignals } from '../domain/criterion.ts';
import type { SignalId } from '../domain/ids.ts';
import type { SignalValues } from '../domain/signal-values.ts';
import { FAILURES_PERIODIC } from '../signals/derived.ts';
import { episodesOf } from './episodes.ts';
import { type ApiHistory, SignalHistory } from './history.ts';
import { patternOf } from './pattern.ts';
import {
  aggregateOfEqual,
  aggregateOver,
  correlationOver,
  firstIn,
  firstPair,
  NO_SAMPLES,
  type Rows,
  rowsWithin,
  type Samples,
  sumOver,
} from './windows.ts';

/** Three-valued: undefined = not observed. */
export type Truth = boolean | undefined;

type Test = (moment: Moment) => Truth;
type Reading = (moment: Moment) => number | undefined;

interface Compiled {
  readonly id: number;
  readonly test: Test;
}

/** What a window holds: `met` of `of` spikes had the event, or the two series move together with `r`. */
export interface WindowCount {
  /** Unix seconds of the first spike, or of the first pair of samples. */
  readonly from: number;
  readonly met?: number;
  readonly of?: number;
  readonly r?: number;
}

/** The value that each signal of a criterion had, and the first of them, which decided it. */
export interface Explanation {
  readonly values: Record<string, number>;
  readonly decisive?: { readonly signal: string; readonly value: number };
  /** Of the first `coincides` or `tracks` in it. */
  readonly window?: WindowCount;
}

/**
 * Criteria compiled once, with equal parts shared, over the history that they are asked of. Each moment of an API:
 * `push` its values, then ask `truth`. The meaning of each constructor is in domain/criterion.ts.
 *
 * `coincides` needs to know what its spike and its event were at each earlier moment, so `push` also records these as
 * 0 or 1, in columns of their own: exactly what the recording rules do in PromQL.
 */
export class Criteria {
  readonly history: SignalHistory;
  readonly #tests = new Map<string, Compiled>();
  readonly #readings = new Map<string, Reading>();
  readonly #windows = new Map<number, number>();
  readonly #recorded: { readonly columns: Recorded; readonly event: Test; readonly spike: Test; readonly within: number }[] = [];
  readonly #moment: Moment;
  readonly #compiled = new WeakMap<Criterion, Compiled>();
  readonly #counts = new Map<string, (moment: Moment) => WindowCount | undefined>();

  /** @param alsoKept signals to keep though no criterion reads them. */
  constructor(criteria: readonly Criterion[], alsoKept: readonly string[] = []) {
    const names = new Set([...alsoKept, FAILURES_PERIODIC]);
    for (const criterion of criteria)
      eachPart(criterion, (part) => {
        for (const signal of ownSignals(part)) names.add(signal);
        if (part.kind === 'coincides') for (const key of Object.values(keysOf(part))) names.add(key);
      });
    this.history = new SignalHistory(names);
    for (const criterion of criteria) this.#compile(criterion);
    this.#moment = new Moment(this.#tests.size, [...this.#windows.keys()]);
  }

  /** Adds a moment of one API and looks at it: `truth` and `explain` answer for it until the next push or `look`. */
  push(apiservice: string, timeMs: number, ...values: readonly SignalValues[]): void {
    const api = this.history.record(apiservice, timeMs, ...values);
    this.#moment.look(api, timeMs);
    for (const { columns, event, spike, within } of this.#recorded) {
      const spiked = numberOf(spike(this.#moment));
      api.set(columns.spike, spiked);
      api.set(columns.event, numberOf(event(this.#moment)));
      const before = aggregateOver('max', api.samplesAt(columns.event), timeMs, within);
      api.set(columns.both, before === undefined ? Number.NaN : spiked * before);
    }
  }

  /** Looks at an API as of a time without adding anything. */
  look(apiservice: string, timeMs: number): void {
    this.#moment.look(this.history.api(apiservice), timeMs);
  }

  truth(criterion: Criterion): Truth {
    return this.#compile(criterion)(this.#moment);
  }

  /** Why a criterion is true: the values of the signals that it read. */
  explain(criterion: Criterion): Explanation {
    const values = new Map<string, number>();
    let decisive: Explanation['decisive'];
    const note = (signal: string, value: number | undefined) => {
      if (value === undefined || Number.isNaN(value)) return;
      if (!values.has(signal)) values.set(signal, value);
      decisive ??= { signal, value };
    };
    this.#collect(criterion, true, note);
    const window = this.#windowOf(criterion);
    return { values: Object.fromEntries(values), ...(decisive ? { decisive } : {}), ...(window ? { window } : {}) };
  }

  #windowOf(criterion: Criterion): WindowCount | undefined {
    switch (criterion.kind) {
      case 'coincides':
      case 'tracks':
        return this.truth(criterion) === true ? this.#counts.get(JSON.stringify(criterion))?.(this.#moment) : undefined;
      case 'all':
      case 'any':
        for (const part of criterion.of) {
          const window = this.#windowOf(part);
          if (window) return window;
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #collect(criterion: Criterion, wanted: boolean, note: (signal: string, value: number | undefined) => void): void {
    const noteLast = (signal: SignalId) => note(signal, this.#reading(last(signal))(this.#moment));
    switch (criterion.kind) {
      case 'above':
      case 'below':
        note(criterion.value.signal, this.#reading(criterion.value)(this.#moment));
        break;
      case 'changedWithin':
        noteLast(criterion.signal);
        break;
      case 'coincides':
        this.#collect(criterion.event, true, note);
        this.#collect(criterion.spike, true, note);
        break;
      case 'tracks':
        noteLast(criterion.a);
        noteLast(criterion.b);
        break;
      case 'regular':
        noteLast(criterion.onsets);
        break;
      case 'not':
        this.#collect(criterion.of, !wanted, note);
        break;
      case 'all':
      case 'any':
        // Parts that do not bear the result out would mislead: of an `any` only the alternatives that hold.
        for (const part of criterion.of) if (this.truth(part) === wanted) this.#collect(part, wanted, note);
    }
  }

  #compile(criterion: Criterion): Test {
    return this.#compiledOf(criterion).test;
  }

  #compiledOf(criterion: Criterion): Compiled {
    const known = this.#compiled.get(criterion);
    if (known) return known;
    const key = this.#keyOf(criterion);
    const compiled = this.#tests.get(key) ?? this.#fresh(criterion, key);
    this.#compiled.set(criterion, compiled);
    return compiled;
  }

  #fresh(criterion: Criterion, key: string): Compiled {
    const fresh = this.#test(criterion);
    const id = this.#tests.size;
    const test: Test = (moment) => {
      const known = moment.truths[id];
      if (known !== undefined && known !== UNASKED) return known === UNKNOWN ? undefined : known === TRUE;
      const truth = fresh(moment);
      moment.truths[id] = truth === undefined ? UNKNOWN : truth ? TRUE : FALSE;
      return truth;
    };
    const compiled = { id, test };
    this.#tests.set(key, compiled);
    return compiled;
  }

  /** Equal criteria have equal keys. Parts stand in it by their number: a key is as long as its criterion is wide, however deep that is. */
  #keyOf(criterion: Criterion): string {
    switch (criterion.kind) {
      case 'above':
      case 'below':
        return `${criterion.kind} ${criterion.threshold} ${keyOfAggregate(criterion.value)}`;
      case 'not':
        return `not ${this.#compiledOf(criterion.of).id}`;
      case 'all':
      case 'any':
        return `${criterion.kind} ${criterion.of.map((part) => this.#compiledOf(part).id).join(' ')}`;
      default:
        return JSON.stringify(criterion);
    }
  }

  #test(criterion: Criterion): Test {
    switch (criterion.kind) {
      case 'above':
      case 'below': {
        const value = this.#reading(criterion.value);
        const { kind, threshold } = criterion;
        return (moment) => {
          const found = value(moment);
          return found === undefined ? undefined : kind === 'above' ? found > threshold : found < threshold;
        };
      }
      case 'changedWithin': {
        const value = this.#reading(last(criterion.signal));
        return (moment) => {
          const found = value(moment);
          return found === undefined ? undefined : moment.timeMs / 1000 - found <= criterion.window;
        };
      }
      case 'coincides':
        return this.#coincides(criterion);
      case 'tracks':
        return this.#tracks(criterion);
      case 'regular':
        return this.#regular(criterion.onsets, criterion.over);
      case 'not': {
        const of = this.#compile(criterion.of);
        return (moment) => {
          const truth = of(moment);
          return truth === undefined ? undefined : !truth;
        };
      }
      case 'all':
      case 'any': {
        const parts = criterion.of.map((part) => this.#compile(part));
        // What settles it at once: a false part of `all`, a true part of `any`.
        const settles = criterion.kind === 'any';
        return (moment) => {
          let unknown = false;
          for (const part of parts) {
            const truth = part(moment);
            if (truth === settles) return settles;
            unknown ||= truth === undefined;
          }
          return unknown ? undefined : !settles;
        };
      }
    }
  }

  #tracks(criterion: Extract<Criterion, { kind: 'tracks' }>): Test {
    const { over, atLeast } = criterion;
    const a = this.#samples(criterion.a);
    const b = this.#samples(criterion.b);
    this.#counts.set(JSON.stringify(criterion), (moment) => {
      const from = firstPair(a(moment), b(moment), moment.timeMs, over);
      const r = correlationOver(a(moment), b(moment), moment.timeMs, over);
      return from === undefined || r === undefined ? undefined : { from: from / 1000, r };
    });
    return (moment) => {
      const r = correlationOver(a(moment), b(moment), moment.timeMs, over);
      if (r === undefined || !isFilled(firstPair(a(moment), b(moment), moment.timeMs, over), moment, filledAfter('tracks', over)))
        return undefined;
      return r >= atLeast;
    };
  }

  #coincides(criterion: Extract<Criterion, { kind: 'coincides' }>): Test {
    const keys = keysOf(criterion);
    // The inner parts first: a coincidence inside an event is recorded before the event is.
    const event = this.#compile(criterion.event);
    const spike = this.#compile(criterion.spike);
    const columns = {
      spike: this.history.indexOf(keys.spike),
      event: this.history.indexOf(keys.event),
      both: this.history.indexOf(keys.both),
    };
    if (columns.spike === undefined || columns.event === undefined || columns.both === undefined) return () => undefined;
    const kept = columns as Recorded;
    this.#recorded.push({ columns: kept, event, spike, within: criterion.within });
    this.#counts.set(JSON.stringify(criterion), (moment) => {
      const met = sumOver(moment.samples(kept.both), moment.timeMs, criterion.over);
      const of = sumOver(moment.samples(kept.spike), moment.timeMs, criterion.over);
      const from = firstIn(moment.samples(kept.spike), moment.timeMs, criterion.over, (value) => value > 0);
      return met === undefined || of === undefined || from === undefined ? undefined : { from: from / 1000, met, of };
    });
    return (moment) => {
      const samples = moment.samples(kept.both);
      const both = sumOver(samples, moment.timeMs, criterion.over);
      const spikes = sumOver(moment.samples(kept.spike), moment.timeMs, criterion.over);
      const first = firstIn(samples, moment.timeMs, criterion.over, () => true);
      if (both === undefined || spikes === undefined || !isFilled(first, moment, filledAfter('coincides', criterion.over)))
        return undefined;
      return spikes >= FEWEST_SPIKES && both / spikes >= criterion.atLeast;
    };
  }

  #regular(onsets: string, over: number): Test {
    if (onsets === 'failing') {
      const periodic = this.#reading(last(FAILURES_PERIODIC, 5 * MINUTE));
      return (moment) => {
        const value = periodic(moment);
        return value === undefined ? undefined : value > 0.5;
      };
    }
    const samples = this.#samples(onsets);
    return (moment) => {
      const seen = samples(moment);
      const { from, to } = rowsWithin(seen.times, seen.length, moment.timeMs, over);
      const episodes = episodesOf({ ...seen, first: Math.max(from, seen.first), end: Math.min(to, seen.end) });
      return episodes.samples === 0 ? undefined : patternOf(episodes.list, moment.timeMs / 1000).name === 'periodic';
    };
  }

  #samples(signal: string): (moment: Moment) => Samples {
    const column = this.history.indexOf(signal);
    return column === undefined ? () => NO_SAMPLES : (moment) => moment.samples(column);
  }

  #reading(aggregate: Aggregate): Reading {
    const key = keyOfAggregate(aggregate);
    const known = this.#readings.get(key);
    if (known) return known;
    const column = this.history.indexOf(aggregate.signal);
    let window = this.#windows.get(aggregate.window);
    if (window === undefined) {
      window = this.#windows.size;
      this.#windows.set(aggregate.window, window);
    }
    const index = window;
    const reading: Reading = column === undefined ? () => undefined : (moment) => moment.read(column, aggregate, index);
    this.#readings.set(key, reading);
    return reading;
  }
}

/** @param firstMs time of the first sample in the window. */
function isFilled(firstMs: number | undefined, { timeMs }: Moment, after: number): boolean {
  return firstMs !== undefined && timeMs - firstMs >= after * 1000;
}

const UNASKED = 0;
const UNKNOWN = 1;
const FALSE = 2;
const TRUE = 3;

/** One API at one time, and what was already asked of it. */
class Moment {
  timeMs = 0;
  truths: Uint8Array;
  #api: ApiHistory | undefined;
  #rows: (Rows | undefined)[];

  constructor(tests: number, windows: readonly number[]) {
    this.truths = new Uint8Array(tests);
    this.#rows = new Array<Rows | undefined>(windows.length).fill(undefined);
  }

  look(api: ApiHistory | undefined, timeMs: number): void {
    this.#api = api;
    this.timeMs = timeMs;
    this.truths.fill(UNASKED);
    this.#rows.fill(undefined);
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

interface Recorded {
  readonly spike: number;
  readonly event: number;
  readonly both: number;
}

function keysOf(criterion: Extract<Criterion, { kind: 'coincides' }>): { spike: string; event: string; both: string } {
  const spike = JSON.stringify(criterion.spike);
  const event = JSON.stringify(criterion.event);
  return { spike: `spike ${spike}`, event: `event ${event}`, both: `both ${criterion.within} ${event} ${spike}` };
}

function keyOfAggregate({ aggregate, window, signal }: Aggregate): string {
  return `${aggregate} ${window} ${signal}`;
}

function numberOf(truth: Truth): number {
  return truth === undefined ? Number.NaN : truth ? 1 : 0;
}
