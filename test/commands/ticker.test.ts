import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTicking } from '../../src/commands/ticker.ts';
import { SILENT } from '../../src/source/logger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ticks of a ticker, in milliseconds after its start, to ten of them: a timer of 0 ms takes one. `tick` may throw. */
function ticking({ every = () => 5000, tick = () => {} }: { every?: () => number; tick?: (count: number) => void } = {}) {
  const began = performance.now();
  const ticks: number[] = [];
  const errors: object[] = [];
  const ticker = startTicking(
    () => {
      ticks.push(Math.floor((performance.now() - began) / 10) * 10);
      tick(ticks.length);
    },
    every,
    { ...SILENT, error: (fields) => errors.push(fields) },
  );
  return { ticks, errors, ...ticker };
}

describe('a tick', () => {
  it.each<[string, number, number[]]>([
    ['comes a quarter of a second after the start, and then in even steps', 5000, [250, 5250, 10_250]],
    ['comes sooner where the interval is shorter', 100, [100, 200, 300]],
  ])('%s', (_, every, expected) => {
    const { ticks } = ticking({ every: () => every });
    vi.advanceTimersByTime(expected.at(-1)! + every - 1);
    expect(ticks).toEqual(expected);
  });

  it('takes the interval that holds when the last one has ended', () => {
    let every = 5000;
    const { ticks } = ticking({ every: () => every });
    vi.advanceTimersByTime(1000);
    every = 2000;
    vi.advanceTimersByTime(9000);
    expect(ticks).toEqual([250, 5250, 7250, 9250]);
  });

  it('that throws is logged with where, and is not the last', () => {
    const { ticks, errors } = ticking({
      tick: (count) => {
        if (count === 1) throw new Error('low water');
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what others throw is not always an Error
        if (count === 2) throw 'no error at all';
        if (count === 3) throw Object.assign(new Error('nowhere'), { stack: undefined });
      },
    });
    vi.advanceTimersByTime(10_250);
    expect(ticks).toEqual([250, 5250, 10_250]);
    expect(errors).toEqual([
      { error: expect.stringMatching(/^Error: low water\n\s+at .*ticker\.test/) },
      { error: 'no error at all' },
      { error: 'nowhere' },
    ]);
  });

  it('comes no more after the stop', () => {
    const { ticks, stop } = ticking();
    vi.advanceTimersByTime(250);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(ticks).toEqual([250]);
  });
});

describe('something urgent', () => {
  it.each<[string, number[], number[]]>([
    ['causes a tick at once when the last one is a second ago', [3000], [250, 3000, 8000]],
    ['exactly a second ago', [1250], [250, 1250, 6250]],
    ['waits until the last one is a second ago', [300], [250, 1250, 6250]],
    ['causes one tick however often it rings', [300, 400, 500, 1200], [250, 1250, 6250]],
    ['causes the next one a second later', [3000, 3000.5, 3500], [250, 3000, 4000, 9000]],
    ['does not put off what is about to come', [4900, 5200], [250, 4900, 5900, 10_900]],
    ['before the first tick causes it at once', [50], [50, 5050, 10_050]],
  ])('%s', (_, rings, expected) => {
    const { ticks, soon } = ticking();
    for (const at of rings) setTimeout(soon, at);
    vi.advanceTimersByTime(expected.at(-1)! + 1);
    expect(ticks).toEqual(expected);
  });

  it('leaves the usual tick where it comes sooner', () => {
    const { ticks, soon } = ticking({ every: () => 400 });
    vi.advanceTimersByTime(260);
    soon();
    vi.advanceTimersByTime(800);
    expect(ticks).toEqual([250, 650, 1050]);
  });
});
