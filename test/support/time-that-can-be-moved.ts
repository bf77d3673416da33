import { afterAll, beforeAll, vi } from 'vitest';
import { virtualPerformance, virtualSleep } from './virtual-time.ts';

// Set up before each file: what vitest cannot replace, because it is imported by its name. Real while a test's clock is.
vi.mock('node:timers/promises', async (original) => virtualSleep(await original()));
vi.mock('node:perf_hooks', async (original) => virtualPerformance(await original()));

// Files share a process: none inherits a clock.
afterAll(() => void vi.useRealTimers());

const CLOCKS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'Date'] as const;
type Clocks = Record<(typeof CLOCKS)[number], unknown>;
const shared = globalThis as { clocksOfTheProcess?: Clocks } & typeof globalThis;
shared.clocksOfTheProcess ??= Object.fromEntries(CLOCKS.map((name) => [name, globalThis[name]])) as Clocks;

// A spy on a clock that stands is put back with what it stood for, in any file that restores all mocks later: everybody after it would wait for good.
beforeAll(() => {
  const left = CLOCKS.filter((name) => globalThis[name] !== shared.clocksOfTheProcess?.[name]);
  if (left.length > 0) throw new Error(`a file before this one, in the same process, left its own ${left.join(', ')} behind`);
});
