import type { Criterion } from '../domain/criterion.ts';
import type { SignalId } from '../domain/ids.ts';
import type { SignalValues } from '../domain/signal-values.ts';
import { CompiledCriteria, type Test, type WindowCount } from './compiled-criteria.ts';
import { SignalHistory } from './history.ts';
import { Moment, type Truth } from './moment.ts';
import { aggregateOver } from './windows.ts';

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
  readonly #compiled: CompiledCriteria;
  readonly #moment: Moment;

  /** @param criteria compiled ones may be those of others too. */
  constructor(criteria: readonly Criterion[] | CompiledCriteria) {
    this.#compiled = criteria instanceof CompiledCriteria ? criteria : new CompiledCriteria(criteria);
    this.history = new SignalHistory(this.#compiled.columns);
    this.#moment = new Moment(this.#compiled.size, this.#compiled.windows);
  }

  /** Adds a moment of one API and looks at it: `truth` and `explain` answer for it until the next push or `look`. */
  push(apiservice: string, timeMs: number, ...values: readonly SignalValues[]): void {
    const api = this.history.record(apiservice, timeMs, ...values);
    this.#moment.look(api, timeMs);
    for (const { columns, event, spike, within } of this.#compiled.recorded) {
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
    return this.#compiled.test(criterion)(this.#moment);
  }

  /** `truth` of a test of the compiled criteria. */
  ask(test: Test): Truth {
    return test(this.#moment);
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
        return this.truth(criterion) === true ? this.#compiled.counts.get(JSON.stringify(criterion))?.(this.#moment) : undefined;
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
    const noteLast = (signal: SignalId) => note(signal, this.#compiled.readingNow(signal)(this.#moment));
    switch (criterion.kind) {
      case 'above':
      case 'below':
        note(criterion.value.signal, this.#compiled.reading(criterion.value)(this.#moment));
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
}

function numberOf(truth: Truth): number {
  return truth === undefined ? Number.NaN : truth ? 1 : 0;
}
