import { readFileSync } from 'node:fs';
import type { Mutant } from './mutants.ts';
import { Pace } from './pace.ts';
import type { Target } from './targets.ts';
import { createTester, type Tester, type Verdict } from './testers.ts';

/** Two cores: more only make the tests that wait slower. */
const PARALLEL = 2;
/** So many mutants are asked about between two askings about the code as it stands. */
const CHUNK = 25;

export interface Tested {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

export interface Run {
  readonly results: readonly Tested[];
  /** Askings about the code as it stands, before and after each chunk: how often the tests failed shows how often they would for no reason. */
  readonly controls: { readonly asked: number; readonly failed: number };
}

/**
 * Asks the tests of its file about each mutant.
 * @throws Error when the tests fail without any change before the first mutant of a chunk, twice: then they can tell nothing.
 */
export async function run(targets: readonly Target[], mutants: readonly Mutant[], onTested: (tested: Tested) => void): Promise<Run> {
  const testers = Array.from({ length: PARALLEL }, createTester);
  const asking = new Asking(targets);
  const left = chunksOf(mutants);
  const results = new Map<Mutant, Verdict>();
  try {
    await Promise.all(
      testers.map(async (tester) => {
        for (let chunk = left.shift(); chunk; chunk = left.shift())
          for (const tested of await asking.about(chunk, tester)) {
            results.set(tested.mutant, tested.verdict);
            onTested(tested);
          }
      }),
    );
  } finally {
    for (const tester of testers) tester.end();
  }
  return { results: mutants.map((mutant) => ({ mutant, verdict: results.get(mutant)! })), controls: asking.controls };
}

/** Mutants of one file each. */
function chunksOf(mutants: readonly Mutant[]): Mutant[][] {
  const chunks: Mutant[][] = [];
  for (const mutant of mutants) {
    const chunk = chunks.at(-1);
    if (chunk && chunk.length < CHUNK && chunk[0]!.file === mutant.file) chunk.push(mutant);
    else chunks.push([mutant]);
  }
  return chunks;
}

class Asking {
  readonly controls = { asked: 0, failed: 0 };
  readonly #tests: ReadonlyMap<string, readonly string[]>;
  readonly #pace = new Pace();

  constructor(targets: readonly Target[]) {
    this.#tests = new Map(targets.map(({ file, tests }) => [file, tests]));
  }

  /** What one mutant leaves behind must not speak for the others: when the code fails after them, all are asked about anew, once. */
  async about(chunk: readonly Mutant[], tester: Tester): Promise<Tested[]> {
    const file = chunk[0]!.file;
    for (let again = false; ; again = true) {
      await this.#mustPass(file, tester);
      const tested: Tested[] = [];
      for (const mutant of chunk) tested.push({ mutant, verdict: await this.#aboutOne(mutant, tester) });
      if (again || (await this.#passes(file, tester))) return tested;
      tester.end();
    }
  }

  /** One that seems never to end is asked about once more, beside the code as it stands: the machine may only have been busy. */
  async #aboutOne(mutant: Mutant, tester: Tester): Promise<Verdict> {
    const question = { file: mutant.file, text: mutant.text, tests: this.#tests.get(mutant.file)! };
    const verdict = await tester.ask(question, this.#pace.patience(mutant.file, 'suspect'));
    if (verdict.fate !== 'timed out') return verdict;
    await this.#passes(mutant.file, tester);
    return tester.ask(question, this.#pace.patience(mutant.file, 'endless'));
  }

  async #mustPass(file: string, tester: Tester): Promise<void> {
    if (await this.#passes(file, tester)) return;
    tester.end();
    if (!(await this.#passes(file, tester))) throw new Error(`${file} as it stands fails: ${this.#tests.get(file)!.join(', ')}`);
  }

  async #passes(file: string, tester: Tester): Promise<boolean> {
    const began = performance.now();
    const verdict = await tester.ask({ file, text: readFileSync(file, 'utf8'), tests: this.#tests.get(file)! }, Pace.UNKNOWN);
    const passes = verdict.fate === 'survived';
    if (passes) this.#pace.note(file, { allMs: performance.now() - began, testMs: verdict.longestTestMs });
    this.controls.asked++;
    if (!passes) this.controls.failed++;
    return passes;
  }
}
