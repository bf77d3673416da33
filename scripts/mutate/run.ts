import { readFileSync } from 'node:fs';
import type { Mutant } from './mutants.ts';
import type { Target } from './targets.ts';
import { createTester, type Tester, type Verdict } from './testers.ts';

/** Two cores: more only make the tests that wait slower. */
const PARALLEL = 2;
/** A mutant may take so many times as long as the code itself, and so much more on a busy machine. */
const PATIENCE = 5;
const PATIENCE_MS = 20_000;

export interface Tested {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/**
 * Asks the tests of its file about each mutant.
 * @throws Error when the tests fail without any change: then they can tell nothing.
 */
export async function run(
  targets: readonly Target[],
  mutants: readonly Mutant[],
  onTested: (tested: Tested) => void,
): Promise<readonly Tested[]> {
  const testers = Array.from({ length: PARALLEL }, createTester);
  try {
    const limits = await limitsOf(testers[0]!, targets);
    const left = [...mutants];
    const results: Tested[] = [];
    await Promise.all(
      testers.map(async (tester) => {
        for (let mutant = left.shift(); mutant; mutant = left.shift()) {
          const { tests, withinMs } = limits.get(mutant.file)!;
          const tested = { mutant, verdict: await tester.ask({ file: mutant.file, text: mutant.text, tests }, withinMs) };
          results.push(tested);
          onTested(tested);
        }
      }),
    );
    // What one mutant leaves behind must not speak for the next.
    for (const tester of testers) await limitsOf(tester, targets);
    return mutants.map((mutant) => results.find((tested) => tested.mutant === mutant)!);
  } finally {
    for (const tester of testers) tester.end();
  }
}

type Limits = ReadonlyMap<string, { readonly tests: readonly string[]; readonly withinMs: number }>;

/** Each file as it stands must pass; how long that takes says what never ending is. */
async function limitsOf(tester: Tester, targets: readonly Target[]): Promise<Limits> {
  const limits = new Map<string, { tests: readonly string[]; withinMs: number }>();
  for (const { file, tests } of targets) {
    const began = performance.now();
    const verdict = await tester.ask({ file, text: readFileSync(file, 'utf8'), tests }, 600_000);
    if (verdict.fate !== 'survived') throw new Error(`${file} unchanged: ${JSON.stringify(verdict)} by ${tests.join(', ')}`);
    limits.set(file, { tests, withinMs: PATIENCE_MS + PATIENCE * (performance.now() - began) });
  }
  return limits;
}
