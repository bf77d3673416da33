import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SecondTries } from './test/support/second-tries.ts';
import { SlowestFirst } from './test/support/slowest-first.ts';

const EVERY = 'test/**/*.test.ts';
const ELSEWHERE = ['test/e2e/**', 'node_modules/**'];

/** They put something in the place of a module, and get modules of their own. All others share what they import, which would be a third of their time. */
const REPLACING = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((path) => join('test', path))
  .filter((path) => path.endsWith('.test.ts') && /\bvi\.mock\(/.test(readFileSync(path, 'utf8')));

export default defineConfig({
  test: {
    // For what hangs for good, on a machine at a load of 20 too; all other patience is counted in pauses, or on a clock of the test.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // In CI one that passes at its second try is named at the end (`retried: <test>`), and does not keep the others from being used.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', new SecondTries()],
    // Two cores in CI, and a third file for while one waits for a process or for a second to pass.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    globalSetup: ['test/support/once-per-run.ts'],
    setupFiles: ['test/support/time-that-can-be-moved.ts'],
    projects: [
      { extends: true, test: { name: 'shared', include: [EVERY], exclude: [...REPLACING, ...ELSEWHERE], isolate: false } },
      { extends: true, test: { name: 'alone', include: REPLACING } },
    ],
  },
});
