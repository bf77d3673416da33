import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end which tests failed once and passed when they were run again: a retry is not to hide that. */
export class SecondTries implements Reporter {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules)
      for (const test of module.children.allTests()) {
        const { retryCount = 0, flaky = false } = test.diagnostic() ?? {};
        if (retryCount > 0)
          this.#print(`retried: ${module.relativeModuleId} > ${test.fullName} (${flaky ? 'passed' : 'failed'} at its second try)`);
      }
  }
}
