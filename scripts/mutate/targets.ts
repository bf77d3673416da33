import { existsSync } from 'node:fs';

/** Of the prober and the parts that it is made of; those with sockets ask each part by itself. */
const PROBER_TESTS = ['test/probe/turns.test.ts', 'test/probe/prober.test.ts'];

/** What is mutated: the wiring and the judgement, where a wrong line shows in no type. */
const TARGETS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'src/observe/observer.ts': [],
    'src/observe/running.ts': [],
    'src/observe/snapshot.ts': [],
    'src/observe/statements.ts': [],
    'src/probe/prober.ts': PROBER_TESTS,
    'src/probe/probe-runner.ts': PROBER_TESTS,
    'src/probe/probed-apis.ts': PROBER_TESTS,
    'src/probe/probed-apiservers.ts': PROBER_TESTS,
    'src/probe/probe-health.ts': PROBER_TESTS,
    'src/probe/open-probes.ts': PROBER_TESTS,
    'src/commands/exporter.ts': [],
    'src/commands/watched-cluster.ts': ['test/commands/exporter.test.ts'],
    'src/commands/ticker.ts': [],
    'src/observe/logs/seam.ts': [],
    'src/signals/signature-matches.ts': [],
    'src/diagnose/scoring.ts': [],
    'src/diagnose/verdict.ts': [],
    'src/diagnose/held-verdict.ts': [],
  }),
);

export interface Target {
  readonly file: string;
  /** Its own test, by its name, first, unless it is listed elsewhere; then those that play it together with others, the quickest first. */
  readonly tests: readonly string[];
}

/** @param names parts of file names; none = every target. @throws Error that lists the targets when a name fits none. */
export function targetsOf(names: readonly string[]): Target[] {
  const files = [...TARGETS.keys()];
  const strange = names.find((name) => !files.some((file) => file.includes(name)));
  if (strange !== undefined) throw new Error(`no mutated file is called '${strange}'; there are ${files.join(', ')}`);
  return files
    .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
    .map((file) => ({ file, tests: testsOf(file) }));
}

function testsOf(file: string): string[] {
  const listed = TARGETS.get(file) ?? [];
  const own = file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
  return [...(existsSync(own) && !listed.includes(own) ? [own] : []), ...listed];
}
