import { afterAll, vi } from 'vitest';
import { virtualPerformance, virtualSleep } from './virtual-time.ts';

// Set up before each file: what vitest cannot replace, because it is imported by its name. Real while a test's clock is.
vi.mock('node:timers/promises', async (original) => virtualSleep(await original()));
vi.mock('node:perf_hooks', async (original) => virtualPerformance(await original()));

// Files share a process: none inherits a clock.
afterAll(() => void vi.useRealTimers());
