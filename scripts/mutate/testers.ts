import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Duration } from './pace.ts';
import type { Answer, Question } from './tester.ts';

export type Verdict =
  | { readonly fate: 'killed'; readonly by: string }
  | { readonly fate: 'survived'; readonly longestTestMs: number }
  | { readonly fate: 'timed out' };

/** Asks about one mutant at a time, in a process that is begun anew after each that did not end. */
export interface Tester {
  /** @param within after which a test, or all of them, count as never ending. */
  ask(question: Omit<Question, 'testWithinMs'>, within: Duration): Promise<Verdict>;
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
    async ask(question, { allMs, testMs }) {
      child ??= begin();
      await child.ready;
      const { process } = child;
      let ended = false;
      const verdict = await new Promise<Verdict>((done) => {
        const settle = (found: Verdict): void => {
          clearTimeout(timer);
          process.removeAllListeners();
          done(found);
        };
        const timer = setTimeout(() => {
          ended = true;
          settle({ fate: 'timed out' });
        }, allMs);
        process.once('message', (answer: Answer) => settle(verdictOf(answer)));
        // A mutant that takes its process with it was noticed.
        process.once('exit', () => {
          ended = true;
          settle({ fate: 'killed', by: 'the end of its process' });
        });
        process.send({ ...question, testWithinMs: Math.ceil(testMs) } satisfies Question);
      });
      if (ended) end();
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
  if ('ready' in answer) throw new Error('the tester said that it is ready, not whether a test failed');
  if (answer.outcome === 'passed') return { fate: 'survived', longestTestMs: answer.longestTestMs };
  return answer.outcome === 'timed out' ? { fate: 'timed out' } : { fate: 'killed', by: answer.by };
}
