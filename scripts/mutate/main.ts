// Writes the code wrong in one place after the other, and asks the tests whether they notice: docs/mutation.md.
import { parseArgs } from 'node:util';
import { equivalentOf } from './equivalents.ts';
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
const mutants = values.sample === undefined ? all : sampleOf(all, numberOf('--sample', values.sample), numberOf('--seed', values.seed));
let done = 0;
const results = await run(targets, mutants, (tested) => {
  done++;
  if (values.verbose) console.log(lineOf(tested));
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length}`);
});
console.log(report(results));
const mistaken = results.filter(({ mutant, verdict }) => verdict.fate !== 'survived' && equivalentOf(mutant));
for (const tested of mistaken) console.log(`no equivalent, a test notices it: ${lineOf(tested)}`);
const { ofTellable } = scoreOf(results);
if (ofTellable < LEAST) console.log(`${ofTellable.toFixed(1)} % is less than ${LEAST} %`);
process.exitCode = ofTellable < LEAST || mistaken.length > 0 ? 1 : 0;

/** @throws Error unless it is a whole number above 0. */
function numberOf(option: string, given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} is '${given}': give a whole number above 0`);
  return value;
}
