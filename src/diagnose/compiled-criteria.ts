import { type Aggregate, type Criterion, eachPart, FEWEST_SPIKES, filledAfter, last, MINUTE, ownSignals } from '../domain/criterion.ts';
import type { SignalId } from '../domain/ids.ts';
import { FAILURES_PERIODIC } from '../signals/derived.ts';
import { episodesOf } from './episodes.ts';
import { HistoryColumns } from './history.ts';
import type { Moment, Truth } from './moment.ts';
import { patternOf } from './pattern.ts';
import { correlationOver, firstIn, firstPair, NO_SAMPLES, rowsWithin, type Samples, sumOver } from './windows.ts';

export type Test = (moment: Moment) => Truth;
export type Reading = (moment: Moment) => number | undefined;

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

/** Three columns that are recorded at each moment: a spike, an event, and a spike with an event before it. */
interface RecordedCoincidence {
  readonly columns: Recorded;
  readonly event: Test;
  readonly spike: Test;
  /** Seconds. */
  readonly within: number;
}

/** Criteria as functions of a moment, equal parts shared. They hold no history: any number of `Criteria` can ask them. */
export class CompiledCriteria {
  /** The signals that a history has to keep. */
  readonly columns: HistoryColumns;
  /** The inner ones first. */
  readonly recorded: RecordedCoincidence[] = [];
  /** By the JSON of a `coincides` or `tracks`. */
  readonly counts = new Map<string, (moment: Moment) => WindowCount | undefined>();
  readonly #tests = new Map<string, Compiled>();
  readonly #compiled = new WeakMap<Criterion, Compiled>();
  readonly #readings = new Map<string, Reading>();
  readonly #readingsOf = new WeakMap<Aggregate, Reading>();
  readonly #readingsNow = new Map<SignalId, Reading>();
  readonly #windows = new Map<number, number>();

  /** @param alsoKept signals to keep though no criterion reads them. */
  constructor(criteria: readonly Criterion[], alsoKept: readonly string[] = []) {
    const names = new Set([...alsoKept, FAILURES_PERIODIC]);
    const seen = new Set<Criterion>();
    for (const criterion of criteria)
      eachPart(criterion, (part) => {
        if (seen.has(part)) return;
        seen.add(part);
        for (const signal of ownSignals(part)) names.add(signal);
        if (part.kind === 'coincides') for (const key of Object.values(keysOf(part))) names.add(key);
      });
    this.columns = new HistoryColumns(names);
    for (const criterion of criteria) this.test(criterion);
  }

  /** How many tests there are by now: their numbers are below it. */
  get size(): number {
    return this.#tests.size;
  }

  get windows(): number {
    return this.#windows.size;
  }

  test(criterion: Criterion): Test {
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
    const fresh = this.#fromParts(criterion);
    const id = this.#tests.size;
    const test: Test = (moment) => moment.once(id, fresh);
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

  #fromParts(criterion: Criterion): Test {
    switch (criterion.kind) {
      case 'above':
      case 'below': {
        const value = this.reading(criterion.value);
        const { kind, threshold } = criterion;
        return (moment) => {
          const found = value(moment);
          return found === undefined ? undefined : kind === 'above' ? found > threshold : found < threshold;
        };
      }
      case 'changedWithin': {
        const value = this.reading(last(criterion.signal));
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
        const of = this.test(criterion.of);
        return (moment) => {
          const truth = of(moment);
          return truth === undefined ? undefined : !truth;
        };
      }
      case 'all':
      case 'any': {
        const parts = criterion.of.map((part) => this.test(part));
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
    this.counts.set(JSON.stringify(criterion), (moment) => {
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
    const event = this.test(criterion.event);
    const spike = this.test(criterion.spike);
    const columns = {
      spike: this.columns.indexOf(keys.spike),
      event: this.columns.indexOf(keys.event),
      both: this.columns.indexOf(keys.both),
    };
    if (columns.spike === undefined || columns.event === undefined || columns.both === undefined) return () => undefined;
    const kept = columns as Recorded;
    this.recorded.push({ columns: kept, event, spike, within: criterion.within });
    this.counts.set(JSON.stringify(criterion), (moment) => {
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
      const periodic = this.reading(last(FAILURES_PERIODIC, 5 * MINUTE));
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
    const column = this.columns.indexOf(signal);
    return column === undefined ? () => NO_SAMPLES : (moment) => moment.samples(column);
  }

  /** The value of a signal now. */
  readingNow(signal: SignalId): Reading {
    const reading = this.#readingsNow.get(signal) ?? this.reading(last(signal));
    this.#readingsNow.set(signal, reading);
    return reading;
  }

  reading(aggregate: Aggregate): Reading {
    const reading = this.#readingsOf.get(aggregate) ?? this.#freshReading(aggregate);
    this.#readingsOf.set(aggregate, reading);
    return reading;
  }

  #freshReading(aggregate: Aggregate): Reading {
    const key = keyOfAggregate(aggregate);
    const known = this.#readings.get(key);
    if (known) return known;
    const column = this.columns.indexOf(aggregate.signal);
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
