// A process of its own: hosts vitest once, and asks it about one mutant after the other. A mutant that never ends is ended with it.
import { resolve } from 'node:path';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';

export interface Question {
  /** Path from the root of the repository; its text is the mutant's. */
  readonly file: string;
  readonly text: string;
  /** Asked in this order until one fails. */
  readonly tests: readonly string[];
  /** Of a single test or hook. */
  readonly testWithinMs: number;
}

type Outcome =
  | { readonly outcome: 'passed'; readonly longestTestMs: number }
  | { readonly outcome: 'failed'; readonly by: string }
  /** A test waited in vain, and none failed otherwise. */
  | { readonly outcome: 'timed out' };
export type Answer = { readonly ready: true } | Outcome;

let mutated: { readonly path: string; readonly text: string } | undefined;

const vitest: Vitest = await createVitest(
  'test',
  {
    watch: false,
    // Of vitest.config.ts only the limits matter here, and each question brings its own, and what stands before each file.
    config: false,
    setupFiles: ['test/support/time-that-can-be-moved.ts'],
    pool: 'threads',
    maxWorkers: 1,
    bail: 1,
    silent: true,
    reporters: [{}],
    include: ['test/**/*.test.ts'],
  },
  { logLevel: 'silent', plugins: [{ name: 'mutant', enforce: 'pre', load: (id) => (id === mutated?.path ? mutated.text : null) }] },
);
await vitest.standalone();

process.on('message', (question: Question) => void answer(question));
process.on('disconnect', () => process.exit());
tell({ ready: true });

async function answer({ file, text, tests, testWithinMs }: Question): Promise<void> {
  // The one before stands there as it was, as soon as it is read anew.
  if (mutated) vitest.invalidateFile(mutated.path);
  mutated = { path: resolve(file), text };
  vitest.invalidateFile(mutated.path);
  Object.assign(vitest.getRootProject().config, { testTimeout: testWithinMs, hookTimeout: testWithinMs });
  let longestTestMs = 0;
  for (const test of tests) {
    const found = await ask(resolve(test), test);
    if (found.outcome !== 'passed') return tell(found);
    longestTestMs = Math.max(longestTestMs, found.longestTestMs);
  }
  tell({ outcome: 'passed', longestTestMs });
}

async function ask(path: string, by: string): Promise<Outcome> {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([vitest.getRootProject().createSpecification(path)]);
  // Those of earlier runs are remembered too.
  const module = testModules.find(({ moduleId }) => moduleId === path);
  if (unhandledErrors.length === 0 && module?.state() === 'passed') return { outcome: 'passed', longestTestMs: longestOf(module) };
  return unhandledErrors.length === 0 && module && onlyWaited(module) ? { outcome: 'timed out' } : { outcome: 'failed', by };
}

function longestOf(module: TestModule): number {
  return Math.max(0, ...[...module.children.allTests()].map((test) => test.diagnostic()?.duration ?? 0));
}

function onlyWaited(module: TestModule): boolean {
  const messages = [
    ...module.errors(),
    ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
    ...[...module.children.allTests()].flatMap((test) => test.result().errors ?? []),
  ].map(({ message }) => message);
  return messages.length > 0 && messages.every((message) => /^(?:Test|Hook) timed out in \d+ms/.test(message));
}

function tell(answer: Answer): void {
  process.send!(answer);
}
