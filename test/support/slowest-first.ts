import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait for processes and for the simulator's clock: begun last, one of them would run alone at the end. */
const SLOW = ['/test/simulator/', '/test/commands/', '/test/diagnose/replay/', '/test/deploy/'];

/** Begins with the files that take longest, in the order of SLOW; the others follow as vitest sorts them. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = SLOW.findIndex((folder) => moduleId.includes(folder));
      return place < 0 ? SLOW.length : place;
    };
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}
