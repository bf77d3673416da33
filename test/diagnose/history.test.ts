import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryState, SignalHistory } from '../../src/diagnose/history.ts';
import { aggregateOver } from '../../src/diagnose/windows.ts';
import { SignalRow, SignalSheet } from '../../src/domain/signal-values.ts';

const API = 'v1.tides.example.com';
const START = Date.UTC(2026, 0, 5, 9);

function valuesOf(history: SignalHistory, signal: string, api = API): number[] {
  const { values, first, end, length } = history.samples(api, signal);
  return Array.from({ length }, (_, row) => (row < first || row >= end ? Number.NaN : typeof values === 'number' ? values : values[row]!));
}

/** In an order of its own, with a signal that nobody keeps. */
function sheetOf(values: ReadonlyMap<string, number>): SignalSheet {
  const names = ['b', 'kept by nobody', 'a'];
  return new SignalSheet(
    new SignalRow(names),
    Float64Array.from(names, (name) => values.get(name) ?? Number.NaN),
  );
}

describe('history', () => {
  it('keeps what was recorded, unobserved moments included', () => {
    const maybe = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(maybe, maybe), { maxLength: 200 }), (moments) => {
        const history = new SignalHistory(['a', 'b']);
        moments.forEach(([a, b], tick) => {
          const values = new Map<string, number>();
          if (a !== undefined) values.set('a', a);
          if (b !== undefined) values.set('b', b);
          // What is read from a snapshot comes as a sheet, what is derived as a Map.
          history.record(API, START + tick * 10_000, tick % 2 === 0 ? values : sheetOf(values));
        });
        const pad = (column: 0 | 1, signal: string) => {
          const seen = valuesOf(history, signal);
          const expected = moments.map((moment) => moment[column] ?? Number.NaN);
          expect(expected.map((_unused, row) => seen[row] ?? Number.NaN)).toEqual(expected);
        };
        pad(0, 'a');
        pad(1, 'b');
        const copy = new SignalHistory(['b', 'a', 'c']);
        copy.restore(JSON.parse(JSON.stringify(history)) as HistoryState);
        for (const signal of ['a', 'b']) expect(valuesOf(copy, signal)).toEqual(valuesOf(history, signal));
      }),
    );
  });

  it.each([
    ['ten-second ticks for three hours', 10_000, 1080],
    ['one-second bursts for two hours', 1000, 7200],
    ['a hundred milliseconds for ten minutes', 100, 6000],
  ])('is bounded: %s', (_, step, ticks) => {
    const history = new SignalHistory(['count']);
    for (let tick = 0; tick < ticks; tick++) history.record(API, START + tick * step, new Map([['count', tick]]));
    const { length } = history.samples(API, 'count');
    expect(length).toBeLessThanOrEqual(720);
    if (step >= 1000) {
      const at = START + (ticks - 1) * step;
      const expected = Math.min(3_600_000 / step, ticks - 1);
      expect(aggregateOver('increase', history.samples(API, 'count'), at, 3600)! / expected).toBeCloseTo(1, 1);
    }
  });

  it('keeps five minutes as fine as they came', () => {
    const history = new SignalHistory(['count']);
    for (let tick = 0; tick < 3000; tick++) history.record(API, START + tick * 1000, new Map([['count', tick]]));
    const { times, length } = history.samples(API, 'count');
    const recent = [...times.subarray(0, length)].filter((time) => time > START + 2_999_000 - 290_000);
    expect(recent).toHaveLength(290);
    expect(times[0]!).toBeLessThanOrEqual(START + 20_000);
  });

  it('replaces the future when the clock is set back', () => {
    const history = new SignalHistory(['a']);
    for (const [at, a] of [
      [0, 1],
      [10, 2],
      [20, 3],
      [10, 4],
      [30, 5],
    ] as const)
      history.record(API, START + at * 1000, new Map([['a', a]]));
    expect(valuesOf(history, 'a')).toEqual([1, 4, 5]);
  });

  it('forgets an API that is gone, and ignores signals that nobody reads', () => {
    const history = new SignalHistory(['a']);
    history.record(API, START, new Map([['a', 1]]));
    history.record('v1.docks.example.com', START, new Map([['other', 1]]));
    history.retain(new Set(['v1.docks.example.com']));
    expect(history.apiservices).toEqual(['v1.docks.example.com']);
    expect(history.samples(API, 'a').length).toBe(0);
    expect(history.indexOf('other')).toBeUndefined();
  });

  it('is not moved by what is not a finite number', () => {
    const history = new SignalHistory(['a']);
    for (const [tick, a] of [1, Number.POSITIVE_INFINITY, Number.NaN, 2].entries())
      history.record(API, START + tick * 1000, new Map([['a', a]]));
    expect(valuesOf(history, 'a')).toEqual([1, Number.NaN, Number.NaN, 2]);
  });

  it.each([
    ['times that do not ascend', { names: ['a'], apis: { x: { times: [5, -1], columns: {} } } }],
    ['more values than rows', { names: ['a'], apis: { x: { times: [5], columns: { 0: [1, 2] } } } }],
    ['half a run', { names: ['a'], apis: { x: { times: [5], columns: { 0: [1] } } } }],
  ])('refuses %s', (_, state) => {
    expect(() => new SignalHistory(['a']).restore(state)).toThrow();
  });
});
