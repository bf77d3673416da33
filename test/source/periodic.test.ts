import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SourceState } from '../../src/domain/sources.ts';
import { SILENT } from '../../src/source/logger.ts';
import { createPeriodicSource, type PeriodicReading } from '../../src/source/periodic.ts';
import { NOW } from '../support/healthy.ts';

const INTERVAL = 30_000;
const ANSWERS = { outcome: { state: 'ok' }, lastSuccess: NOW } as const;
const FORBIDDEN = { outcome: { state: 'forbidden', rule: 'tides: get' } } as const;
const FAILS = { outcome: { state: 'failed', message: 'GET /tides: 500' }, lastSuccess: NOW } as const;
const ABSENT = { outcome: { state: 'absent' } } as const;

const source = (differs: Partial<PeriodicReading>) =>
  createPeriodicSource({
    name: 'pods',
    intervalMs: INTERVAL,
    log: SILENT,
    needs: 'all',
    parts: () => [],
    read: () => Promise.resolve(),
    ...differs,
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each<[string, Partial<PeriodicReading>, number, SourceState]>([
  ['nothing yet', {}, 0, 'pending'],
  ['an answer', { parts: () => [ANSWERS] }, 0, 'ok'],
  ['an answer, two turns missed', { parts: () => [ANSWERS] }, 3 * INTERVAL - 1, 'ok'],
  ['an answer, three turns missed', { parts: () => [ANSWERS] }, 3 * INTERVAL, 'stale'],
  ['failures for three turns', { parts: () => [FAILS] }, 3 * INTERVAL, 'stale'],
  ['failures for as long as it says itself', { parts: () => [FAILS], staleAfterMs: 1000 }, 1000, 'stale'],
  ['one of two that it needs', { parts: () => [ANSWERS, ABSENT] }, 0, 'absent'],
  ['one of two of which one is enough', { parts: () => [ANSWERS, ABSENT], needs: 'any' }, 0, 'ok'],
  ['one of two of which one is forbidden', { parts: () => [ANSWERS, FORBIDDEN], needs: 'any' }, 0, 'forbidden'],
])('a source that has %s', (_, reading, later, state) => {
  expect(source(reading).status(NOW + later).state).toBe(state);
});

it('reads in turns from its start to its end, and soon when it is hurried', async () => {
  let readings = 0;
  const { start, hurry } = source({ read: () => Promise.resolve(void readings++) });
  hurry();
  expect(readings).toBe(0);
  const stop = new AbortController();
  start(stop.signal);
  await vi.advanceTimersByTimeAsync(1.5 * INTERVAL);
  expect(readings).toBe(2);
  hurry();
  await vi.advanceTimersByTimeAsync(1100);
  expect(readings).toBe(3);
  stop.abort();
  await vi.advanceTimersByTimeAsync(3 * INTERVAL);
  expect(readings).toBe(3);
});

const RARE = 300_000;
it.each<[string, Partial<PeriodicReading>, number]>([
  ['again after its interval when it has answered', { parts: () => [ANSWERS] }, 1],
  ['after half a minute when it failed', { parts: () => [ANSWERS, FAILS] }, 2],
  ['after its interval when it is not allowed, or not there', { parts: () => [FORBIDDEN, ABSENT] }, 1],
  ['after its interval where one of many fails that tell the same', { parts: () => [ANSWERS, FAILS], needs: 'any' }, 1],
])('what is read rarely is read %s', async (_, reading, readings) => {
  let read = 0;
  const stop = new AbortController();
  source({ intervalMs: RARE, read: () => Promise.resolve(void read++), ...reading }).start(stop.signal);
  await vi.advanceTimersByTimeAsync(28_000);
  expect(read).toBe(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect(read).toBe(readings);
  stop.abort();
});
