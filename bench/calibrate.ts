import { writeFileSync } from 'node:fs';
import { TEMPERATURE } from '../src/correlations/temperature.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import { readText } from '../src/read/text/read-text.ts';
import { faultCases } from './fault-cases.ts';
import { loadIncidents } from './incidents.ts';
import { judge, type Truth } from './judge.ts';
import { bins, brier, calibrationError, isRight, type Judgement, logLoss } from './measures.ts';

/**
 * `npm run calibrate [-- --write]`: fits the one temperature of the softmax by the log loss of the right category, on real
 * incidents where they are at hand. Generated faults are as sure as we made them: they are printed beside, and fitted on only
 * when there is nothing else.
 */
const FILE = new URL('../src/correlations/temperature.ts', import.meta.url);
const LEAST = 0.25;
const MOST = 8;

interface Case {
  readonly truth: Truth;
  readonly snapshots: readonly Snapshot[];
}

async function cases(): Promise<{ incidents: Case[]; faults: Case[] }> {
  const incidents = await loadIncidents();
  if (!incidents) console.log('No incidents at ../shared/incidents: fitted on generated faults alone.');
  return {
    incidents: (incidents ?? []).filter(({ truth }) => truth !== 'healthy').map((truth) => ({ truth, snapshots: readText(truth.text) })),
    faults: faultCases().map((truth) => ({ truth, snapshots: truth.snapshots })),
  };
}

/** The minimum of a function with one valley, to a thousandth. */
function goldenSection(loss: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [lossC, lossD] = [loss(c), loss(d)];
  while (b - a > 0.001) {
    if (lossC < lossD) {
      [b, d, lossD] = [d, c, lossC];
      c = b - ratio * (b - a);
      lossC = loss(c);
    } else {
      [a, c, lossC] = [c, d, lossD];
      d = a + ratio * (b - a);
      lossD = loss(d);
    }
  }
  return (a + b) / 2;
}

function print(title: string, all: readonly Judgement[]): void {
  console.log(
    `\n${title}: log loss ${logLoss(all).toFixed(4)}, calibration error ${calibrationError(all).toFixed(4)}, Brier ${brier(all).toFixed(4)}`,
  );
  console.log('confidence      cases  said   right');
  for (const { from, to, count, confidence, accuracy } of bins(all))
    console.log(`${from.toFixed(1)} to ${to.toFixed(1)}  ${String(count).padStart(9)}  ${confidence.toFixed(2)}   ${accuracy.toFixed(2)}`);
}

async function main(): Promise<void> {
  const { incidents, faults } = await cases();
  const known = incidents.length > 0 ? incidents : faults;
  // What is not diagnosed at all has no confidence to fit.
  const judged = (all: readonly Case[], temperature: number) =>
    all.map(({ truth, snapshots }) => judge(snapshots, truth, temperature)).filter(({ top }) => top !== undefined);
  const fitted = goldenSection((logT) => logLoss(judged(known, Math.exp(logT))), Math.log(LEAST), Math.log(MOST));
  const temperature = Math.round(Math.exp(fitted) * 100) / 100;
  const after = judged(known, temperature);
  console.log(`${known.length} cases, ${after.length} of them diagnosed, ${after.filter(isRight).length} right`);
  print(`temperature now ${TEMPERATURE}`, judged(known, TEMPERATURE));
  print(`temperature fitted ${temperature}`, after);
  if (known !== faults) print(`generated faults at ${temperature}, for comparison`, judged(faults, temperature));
  if (!process.argv.includes('--write')) {
    console.log('\nNot written; --write replaces src/correlations/temperature.ts.');
    return;
  }
  writeFileSync(
    FILE,
    `/** Divides every score before the softmax. Fitted on known incidents: \`npm run calibrate\`. */\nexport const TEMPERATURE = ${temperature};\n`,
  );
  console.log('\nWritten to src/correlations/temperature.ts.');
}

await main();
