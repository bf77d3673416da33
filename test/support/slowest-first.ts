import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest: begun last, one of them would run alone at the end. */
const SLOW = [
  '/test/diagnose/replay/',
  '/test/commands/process',
  '/test/commands/generate',
  '/test/correlations/',
  '/test/simulator/',
  '/test/commands/',
  '/test/observe/logs/',
  '/test/deploy/',
];

/**
 * Begins with the files that have modules of their own, because a process that goes on to one of them gives up what it has imported for
 * others. Then those that take longest, in the order of SLOW; the others follow as vitest sorts them.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      if (project.config.isolate) return -1;
      const place = SLOW.findIndex((folder) => moduleId.includes(folder));
      return place < 0 ? SLOW.length : place;
    };
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}
