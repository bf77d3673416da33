import { relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Says at the end which tests failed once and passed when they were run again, as a retry is not to hide that; and which files are
 * worth a second run in a process of their own (`again: <file> <how many of its tests passed>`), which `.ci/run` gives a few of them.
 */
export class SecondTries implements Reporter {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[] = []): void {
    // Errors outside of a test carry the file that ran when they came up; one without a file belongs to no second run.
    const stray = errors.map((error) => error.VITEST_TEST_PATH as string | undefined);
    for (const module of modules) {
      let passed = 0;
      for (const test of module.children.allTests()) {
        const { retryCount = 0, flaky = false } = test.diagnostic() ?? {};
        if (test.result().state === 'passed') passed += 1;
        if (retryCount > 0)
          this.#print(`retried: ${module.relativeModuleId} > ${test.fullName} (${flaky ? 'passed' : 'failed'} at its second try)`);
      }
      if (!module.ok() || stray.some((path) => path !== undefined && relative(path, module.moduleId) === ''))
        this.#print(`again: ${module.relativeModuleId} ${passed}`);
    }
    for (const path of stray) if (path === undefined) this.#print('again: - 0');
  }
}
