import { readText } from '../src/observe/text/read-text.ts';
import { faultCases } from './fault-cases.ts';
import { loadIncidents } from './incidents.ts';
import { judge } from './judge.ts';
import { bins, brier, calibrationError, confidentAndWrong, interval, isDefensible, isRight, type Judgement, share } from './measures.ts';

/** `npm run evaluate`: how often the verdict is right, and whether its confidence can be believed. */
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

type Judged = ReturnType<typeof judge>;

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

async function main(): Promise<void> {
  const verbose = process.argv.includes('--misses');
  const incidents = await loadIncidents();
  if (!incidents) console.log('No incidents at ../shared/incidents: the accuracy on real incidents is not measured.');
  else {
    const judged = incidents.map((incident) => judge(readText(incident.text), incident));
    report('Real incidents as pasted text', judged);
    if (verbose) misses(judged);
  }
  const cases = faultCases();
  const causes = new Map(cases.map(({ id, cause }) => [id, cause]));
  const judged = cases.map((fault) => judge(fault.snapshots, fault));
  report('Generated faults', judged);
  console.log('\nvariant                  category   cause');
  for (const variant of ['plain', 'with a benign anomaly', 'with a source missing'] as const) {
    const own = judged.filter((_, index) => cases[index]!.variant === variant);
    console.log(
      `${variant.padEnd(24)} ${percent(share(own, isRight))}  ${percent(share(own, ({ id }) => own.find((one) => one.id === id)?.top?.cause === causes.get(id)))}`,
    );
  }
  if (verbose) misses(judged, causes);
}

await main();
