import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnobservedClaim } from '../src/diagnose/witness.ts';
import { ANSWERS } from '../src/domain/answer.ts';
import { PolicyReader } from '../src/read/text/policies.ts';
import { readText } from '../src/read/text/read-text.ts';
import { type FaultCase, faultCases } from './fault-cases.ts';
import { loadIncidents } from './incidents.ts';
import { judge, secondsToVerdict, type Verdict } from './judge.ts';
import { bins, brier, calibrationError, confidentAndWrong, interval, isDefensible, isRight, type Judgement, share } from './measures.ts';
import { patternScores } from './patterns.ts';
import { reportReader } from './reader-report.ts';
import { type SimulatedOutcome, simulatedFaults } from './simulated.ts';
import { reportTexts } from './text-report.ts';
import { textRows } from './text-rows.ts';

/**
 * `npm run evaluate [-- --misses] [-- --simulated[=LANES]] [-- --forms=FOLDER] [-- --reader=REVISION --seen=ROWS]`: how often the verdict is right, and whether its confidence can be
 * believed: on real incidents, on generated faults, on synthetic patterns, and, where asked for, on every fault of the simulator,
 * over HTTPS and in real time (two minutes per fault and lane).
 */
const percent = (value: number) => (Number.isNaN(value) ? '   n/a' : `${(value * 100).toFixed(1)} %`.padStart(7));

function report(title: string, all: readonly Judgement[]): void {
  const sick = all.filter(({ truth }) => truth !== 'healthy');
  const well = all.filter(({ truth }) => truth === 'healthy');
  const [low, high] = interval(sick.filter(isRight).length, sick.length);
  console.log(`\n## ${title}: ${sick.length} incidents, ${well.length} healthy\n`);
  console.log(`top category right           ${percent(share(sick, isRight))}   (95 % interval ${percent(low)} to ${percent(high)})`);
  console.log(`right or defensible          ${percent(share(sick, isDefensible))}`);
  console.log(`named on healthy input       ${percent(share(well, ({ named }) => named.length > 0))}`);
  console.log(`nothing said of an incident  ${percent(share(sick, ({ named }) => named.length === 0))}`);
  console.log(`expected calibration error   ${calibrationError(sick).toFixed(3)}`);
  console.log(`Brier score                  ${brier(sick).toFixed(3)}`);
  console.log(`confident (≥ 0.8) and wrong  ${percent(confidentAndWrong(sick).length / sick.length)}`);
  console.log('\nconfidence      cases  said   right');
  for (const { from, to, count, confidence, accuracy } of bins(sick))
    console.log(`${from.toFixed(1)} to ${to.toFixed(1)}  ${String(count).padStart(9)}  ${confidence.toFixed(2)}   ${accuracy.toFixed(2)}`);
  confusion(all);
}

function confusion(all: readonly Judgement[]): void {
  console.log('\ncategory               right/all  and what the wrong ones were called');
  for (const truth of [...new Set(all.map((one) => one.truth))].sort()) {
    const own = all.filter((one) => one.truth === truth);
    const wrong = new Map<string, number>();
    for (const one of own) if (!isRight(one)) wrong.set(one.named[0] ?? 'nothing', (wrong.get(one.named[0] ?? 'nothing') ?? 0) + 1);
    const names = [...wrong].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`);
    console.log(
      `${truth.padEnd(22)} ${String(own.filter(isRight).length).padStart(4)}/${String(own.length).padEnd(4)} ${names.join(', ')}`,
    );
  }
}

/** Each of the four answers on incidents and on healthy input, and how often a sentence said what nobody observed: that must be 0. */
function reportAnswers(all: readonly Verdict[]): void {
  console.log('\nanswer               incidents  healthy');
  for (const answer of ANSWERS) {
    const own = all.filter((one) => one.answer === answer);
    const well = own.filter(({ truth }) => truth === 'healthy').length;
    console.log(`${answer.padEnd(20)} ${String(own.length - well).padStart(9)}  ${String(well).padStart(7)}`);
  }
  reportUnobserved(all.flatMap(({ id, unobserved }) => unobserved.map((claim) => ({ id, ...claim }))));
}

function reportUnobserved(all: readonly (UnobservedClaim & { readonly id: string })[]): void {
  console.log(`sentences without their observation: ${all.length}`);
  for (const { id, cause, where, sentence } of all.slice(0, 20)) console.log(`  ${id}: ${cause}/${where}: ${sentence}`);
}

/** `--forms=FOLDER`: what is said of each text of a folder, for a look by eye. */
async function reportForms(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file !== 'README.md').sort();
  const verdicts: Verdict[] = [];
  console.log(`\n## Texts of ${folder}\n`);
  for (const file of files) {
    const verdict = judge(readText(await readFile(join(folder, file)), new PolicyReader()), { id: file, truth: 'unknown' });
    verdicts.push(verdict);
    const said = verdict.answers.map(({ apiservice, because }) => `${apiservice}: ${because}`).join(' | ');
    const cause = verdict.top ? `${verdict.top.cause} ${verdict.top.confidence.toFixed(2)}` : '–';
    console.log(`${file.padEnd(40)} ${verdict.answer.padEnd(18)} ${cause.padEnd(32)} ${said.slice(0, 160)}`);
  }
  reportAnswers(verdicts);
}

type Judged = Verdict;

function misses(all: readonly Judged[], wanted?: ReadonlyMap<string, string>): void {
  for (const one of all) {
    const right = wanted ? one.top?.cause === wanted.get(one.id) : isRight(one);
    if (right) continue;
    const truth = `${wanted?.get(one.id) ?? one.truth}${one.also.length > 0 ? ` (or ${one.also.join(', ')})` : ''}`;
    const said = one.top ? `${one.top.cause} ${one.top.confidence.toFixed(2)}` : 'nothing';
    const others = one.top?.alternatives.map(({ cause, confidence }) => `${cause} ${confidence.toFixed(2)}`).join(', ') ?? '';
    console.log(`  ${one.id}: ${truth}, said ${said}; ${others}`);
  }
}

const VARIANTS = ['plain', 'with a benign anomaly', 'with a source missing'] as const;

function reportVariants(cases: readonly FaultCase[], judged: readonly Judged[]): void {
  console.log('\nvariant                  category   cause     p95 of the seconds to a verdict that stays');
  for (const variant of VARIANTS) {
    const own = cases.flatMap((one, index) => (one.variant === variant ? [{ one, judgement: judged[index]! }] : []));
    const category = own.filter(({ judgement }) => isRight(judgement)).length / own.length;
    const cause = own.filter(({ one, judgement }) => judgement.top?.cause === one.cause).length / own.length;
    const seconds = own.map(({ one }) => secondsToVerdict(one.snapshots, one)).flatMap((value) => (value === undefined ? [] : [value]));
    console.log(`${variant.padEnd(24)} ${percent(category)}  ${percent(cause)}  ${percentile95(seconds).toFixed(0).padStart(6)}`);
  }
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

function reportPatterns(): void {
  console.log('\n## Temporal patterns: jitter, drift, missed ticks and a restart\n');
  for (const { pattern, right, all, wrong } of patternScores())
    console.log(
      `${pattern.padEnd(14)} ${percent(right / all)}  ${[...wrong].map(([name, count]) => `${name} ${count}`).join(', ')}`.trimEnd(),
    );
}

function reportSimulated(outcomes: readonly SimulatedOutcome[]): void {
  report('Faults of the simulator, in real time', outcomes);
  const right = outcomes.filter(({ said, cause }) => said === cause);
  const seconds = outcomes.flatMap((one) => (one.seconds === undefined ? [] : [one.seconds]));
  console.log(
    `\ncause right ${percent(right.length / outcomes.length)}, p95 of the seconds from the first failure to it ${percentile95(seconds)}`,
  );
  for (const { id, cause, said, confidence, bystander } of outcomes) {
    if (said !== cause) console.log(`  ${id}: ${cause}, said ${said ?? 'nothing'} ${confidence?.toFixed(2) ?? ''}`);
    if (bystander.length > 0) console.log(`  ${id}: the API beside it was said to have ${bystander.join(', ')}`);
  }
}

function flag(name: string): string | undefined {
  return process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** Which rows a reader's writers had seen: `--seen=ROWS`, the first of the file, or `--new=FILE` with the ids of the others. */
function rowsOfReader(): { seen: number; newRows?: string } {
  const newRows = flag('new');
  return { seen: Number(flag('seen') ?? 0), ...(newRows === undefined ? {} : { newRows }) };
}

async function main(): Promise<void> {
  const verbose = process.argv.includes('--misses');
  const forms = flag('forms');
  if (forms !== undefined) {
    await reportForms(forms);
    return;
  }
  const incidents = await loadIncidents();
  const revision = flag('reader');
  if (revision !== undefined) {
    if (!incidents) console.log('No incidents at ../shared/incidents: there is nothing to score a reader on.');
    else await reportReader(revision, incidents, rowsOfReader());
    return;
  }
  if (!incidents) console.log('No incidents at ../shared/incidents: the accuracy on real incidents is not measured.');
  else {
    const judged = incidents.map((incident) => judge(readText(incident.text, new PolicyReader()), incident));
    reportTexts(textRows(incidents), new Set(judged.filter(({ answer }) => answer === 'healthy').map(({ id }) => id)));
    confusion(judged);
    reportAnswers(judged);
    if (verbose) misses(judged);
  }
  const cases = faultCases();
  const causes = new Map(cases.map(({ id, cause }) => [id, cause]));
  const judged = cases.map((fault) => judge(fault.snapshots, fault));
  report('Generated faults', judged);
  reportAnswers(judged);
  reportVariants(cases, judged);
  if (verbose) misses(judged, causes);
  reportPatterns();
  const simulated = process.argv.find((argument) => argument.startsWith('--simulated'));
  if (simulated) reportSimulated(await simulatedFaults(Number(simulated.split('=')[1] ?? 2)));
}

await main();
