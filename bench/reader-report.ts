import type { Incident } from './incidents.ts';
import { bins, brier, calibrationError, confidentAndWrong, interval, isDefensible, isRight, share } from './measures.ts';
import { type Said, saidAt, splitBySeen } from './reader-at.ts';

const percent = (value: number) => (Number.isNaN(value) ? 'n/a' : `${(value * 100).toFixed(1)} %`).padStart(9);
const figure = (value: number) => value.toFixed(3).padStart(9);

/**
 * `--reader=REVISION (--seen=ROWS | --new=FILE)`: what an earlier reader says of the rows that were there when it was written, and of
 * those that were added since: the distance is what was learnt of the rows and not of the programs.
 */
export async function reportReader(
  revision: string,
  incidents: readonly Incident[],
  flags: { seen?: number; newRows?: string },
): Promise<void> {
  const split = splitBySeen(incidents, flags);
  const said = new Map((await saidAt(revision, incidents)).map((one) => [one.id, one]));
  const of = (rows: readonly Incident[]) => rows.flatMap(({ id }) => said.get(id) ?? []);
  const [seen, added] = [of(split.seen), of(split.added)];
  console.log(`\n## The reader of ${revision}\n`);
  console.log(`${''.padEnd(29)}  rows seen  added since`);
  const line = (name: string, value: (all: readonly Said[]) => string) =>
    console.log(`${name.padEnd(29)}  ${value(seen)}    ${value(added)}`);
  const sick = (all: readonly Said[]) => all.filter(({ truth }) => truth !== 'healthy');
  const decidable = (all: readonly Said[]) => sick(all).filter((one) => one.decidable);
  const well = (all: readonly Said[]) => all.filter(({ truth }) => truth === 'healthy');
  line('incidents', (all) => String(sick(all).length).padStart(9));
  line('top category right', (all) => percent(share(sick(all), isRight)));
  line('right or defensible', (all) => percent(share(sick(all), isDefensible)));
  line('decidable: right', (all) => percent(share(decidable(all), isRight)));
  line('decidable: or defensible', (all) => percent(share(decidable(all), isDefensible)));
  line('expected calibration error', (all) => figure(calibrationError(sick(all))));
  line('Brier score', (all) => figure(brier(sick(all))));
  line('confident (≥ 0.8) and wrong', (all) => percent(confidentAndWrong(sick(all)).length / sick(all).length));
  line('incidents called healthy', (all) => percent(sick(all).filter(({ calledHealthy }) => calledHealthy).length / sick(all).length));
  line('healthy called failing', (all) => percent(share(well(all), ({ named }) => named.length > 0)));
  const [low, high] = interval(sick(added).filter(isRight).length, sick(added).length);
  console.log(`right on what was added, 95 % interval: ${percent(low).trim()} to ${percent(high).trim()}`);
  console.log('\nadded since     cases  said   right');
  for (const { from, to, count, confidence, accuracy } of bins(sick(added)))
    console.log(`${from.toFixed(1)} to ${to.toFixed(1)}  ${String(count).padStart(9)}  ${confidence.toFixed(2)}   ${accuracy.toFixed(2)}`);
}
