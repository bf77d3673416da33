// A process of its own: hosts vitest once, and asks it about one mutant after the other. A mutant that never ends is ended with it.
import { resolve } from 'node:path';
import { createVitest, type Vitest } from 'vitest/node';

export interface Question {
  /** Path from the root of the repository; its text is the mutant's. */
  readonly file: string;
  readonly text: string;
  /** Asked in this order until one fails. */
  readonly tests: readonly string[];
}

export type Answer = { readonly ready: true } | { readonly failed: boolean; readonly by?: string };

let mutated: { readonly path: string; readonly text: string } | undefined;

const vitest: Vitest = await createVitest(
  'test',
  {
    watch: false,
    // Nothing of vitest.config.ts matters here but the limits, and those would only make a mutant that hangs cost more.
    config: false,
    pool: 'threads',
    maxWorkers: 1,
    bail: 1,
    testTimeout: 15_000,
    hookTimeout: 15_000,
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

async function answer({ file, text, tests }: Question): Promise<void> {
  // The one before stands there as it was, as soon as it is read anew.
  if (mutated) vitest.invalidateFile(mutated.path);
  mutated = { path: resolve(file), text };
  vitest.invalidateFile(mutated.path);
  for (const test of tests) if (!(await passes(resolve(test)))) return tell({ failed: true, by: test });
  tell({ failed: false });
}

async function passes(test: string): Promise<boolean> {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([vitest.getRootProject().createSpecification(test)]);
  // Those of earlier runs are remembered too.
  return unhandledErrors.length === 0 && testModules.find(({ moduleId }) => moduleId === test)?.state() === 'passed';
}

function tell(answer: Answer): void {
  process.send!(answer);
}
