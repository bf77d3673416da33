import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/slowest-first.ts';

/** Rooms of pure functions and of text: their files share what they import, which is a third of their time. */
const PURE = ['correlations', 'domain', 'generate', 'read', 'redact', 'rules', 'scan', 'signals', 'signatures'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores in CI: more workers only make the timing tests noisy.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'other', include: ['test/**/*.test.ts'], exclude: [...PURE, 'test/e2e/**', 'node_modules/**'] } },
    ],
  },
});
