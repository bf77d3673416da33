// Writes the code wrong in one place after the other, and asks the tests whether they notice: docs/mutation.md.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { equivalentOf, mistakenEntries } from './equivalents.ts';
import { mutantsOf } from './mutants.ts';
import { lineOf, report, scoreOf } from './report.ts';
import { run } from './run.ts';
import { sampleOf } from './sample.ts';
import { targetsOf } from './targets.ts';

/** Percent of the mutants that the tests must notice, equivalents aside. */
const LEAST = 85;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } },
});
const targets = targetsOf(positionals);
const all = targets.flatMap(({ file }) => mutantsOf(file));
const mistaken = mistakenEntries(all, new Set(targets.map(({ file }) => file)), positionals.length === 0);
if (mistaken.length > 0) throw new Error(`equivalents.ts:\n${mistaken.join('\n')}`);
const mutants = values.sample === undefined ? all : sampleOf(all, numberOf('--sample', values.sample), numberOf('--seed', values.seed));
const began = performance.now();
let done = 0;
const tested = await run(targets, mutants, (one) => {
  done++;
  if (values.verbose) console.log(lineOf(one));
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length}`);
});
console.log(report(tested));
const minutes = ((performance.now() - began) / 60_000).toFixed(0);
const commit = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], { encoding: 'utf8' }).trim();
console.log(`${mutants.length} of ${all.length} mutants of ${commit}, ${minutes} min.`);
const noEquivalents = tested.results.filter(({ mutant, verdict }) => verdict.fate !== 'survived' && equivalentOf(mutant));
for (const one of noEquivalents) console.log(`no equivalent, a test notices it: ${lineOf(one)}`);
const { ofTellable } = scoreOf(tested.results);
if (ofTellable < LEAST) console.log(`${ofTellable.toFixed(1)} % is less than ${LEAST} %`);
process.exitCode = ofTellable < LEAST || noEquivalents.length > 0 ? 1 : 0;

/** @throws Error unless it is a whole number above 0. */
function numberOf(option: string, given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} is '${given}': give a whole number above 0`);
  return value;
}
