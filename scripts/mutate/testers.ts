import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Question } from './tester.ts';

export type Verdict = { readonly fate: 'killed'; readonly by: string } | { readonly fate: 'survived' | 'timed out' };

/** Asks about one mutant at a time, in a process that is begun anew after each that did not end. */
export interface Tester {
  /** @param withinMs after which it counts as never ending. */
  ask(question: Question, withinMs: number): Promise<Verdict>;
  end(): void;
}

const PATH = fileURLToPath(new URL('./tester.ts', import.meta.url));

export function createTester(): Tester {
  let child: { readonly process: ChildProcess; readonly ready: Promise<void> } | undefined;

  const end = (): void => {
    child?.process.kill('SIGKILL');
    child = undefined;
  };

  return {
    async ask(question, withinMs) {
      child ??= begin();
      await child.ready;
      const { process } = child;
      const verdict = await new Promise<Verdict>((done) => {
        const timer = setTimeout(() => done({ fate: 'timed out' }), withinMs);
        const settle = (found: Verdict): void => {
          clearTimeout(timer);
          process.removeAllListeners();
          done(found);
        };
        process.once('message', (answer: Answer) => settle(verdictOf(answer)));
        // A mutant that takes its process with it was noticed.
        process.once('exit', () => settle({ fate: 'timed out' }));
        process.send(question);
      });
      if (verdict.fate === 'timed out') end();
      return verdict;
    },
    end,
  };
}

function begin(): { process: ChildProcess; ready: Promise<void> } {
  const started = fork(PATH, [], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ready = new Promise<void>((done, fail) => {
    started.once('message', () => done());
    started.once('exit', (code) => fail(new Error(`the tester ended with code ${code} before it was ready`)));
  });
  return { process: started, ready };
}

function verdictOf(answer: Answer): Verdict {
  if (!('failed' in answer)) throw new Error(`the tester answered ${JSON.stringify(answer)}, not whether a test failed`);
  return answer.failed ? { fate: 'killed', by: answer.by ?? '' } : { fate: 'survived' };
}
