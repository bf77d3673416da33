import { writeFileSync } from 'node:fs';
import { INCIDENT_RATES } from '../src/correlations/incident-rates.ts';
import { TEMPERATURE } from '../src/correlations/temperature.ts';
import { TEXT_SHARES } from '../src/correlations/text-shares.ts';
import { confidenceOf, type Fitted, fittedOn, judged } from './fit.ts';
import { loadIncidents } from './incidents.ts';
import { bins, brier, calibrationError, type Judgement } from './measures.ts';
import { textRows } from './text-rows.ts';

/**
 * `npm run calibrate [-- --write]`: fits what is said of texts on known incidents, where they are at hand: the share of the causes that
 * show nothing, the share of a deeper cause, and the base rates where only victims speak. Nothing of it enters a printed rule. `npm run
 * evaluate` says what it is worth on programs that it was not fitted on.
 */
const SHARES_FILE = new URL('../src/correlations/text-shares.ts', import.meta.url);
const RATES_FILE = new URL('../src/correlations/incident-rates.ts', import.meta.url);
const SOURCE = 'public issue threads';

function print(title: string, all: readonly Judgement[]): void {
  console.log(`\n${title}: calibration error ${calibrationError(all).toFixed(4)}, Brier ${brier(all).toFixed(4)}`);
  console.log('confidence      cases  said   right');
  for (const { from, to, count, confidence, accuracy } of bins(all))
    console.log(`${from.toFixed(1)} to ${to.toFixed(1)}  ${String(count).padStart(9)}  ${confidence.toFixed(2)}   ${accuracy.toFixed(2)}`);
}

function write({ shares, rates }: Fitted): void {
  writeFileSync(
    SHARES_FILE,
    `import type { TextShares } from '../domain/ledger.ts';

/**
 * Of pasted texts. Fitted on known incidents by what came true of what was said, in steps of a quarter and of a twentieth, as more
 * digits than they carry would be noise; to the deeper cause a margin is added for incidents that nobody has seen yet. \`npm run calibrate\`.
 */
export const TEXT_SHARES: TextShares = { otherScore: ${shares.otherScore}, deeper: ${shares.deeper} };
`,
  );
  const row = (counts: object) =>
    `{ ${Object.entries(counts)
      .map(([category, count]) => `${category.includes('-') ? `'${category}'` : category}: ${count}`)
      .join(', ')} }`;
  const victims = Object.entries(rates.byVictim).map(
    ([victim, counts]) => `    ${victim.includes('-') ? `'${victim}'` : victim}: ${row(counts)},`,
  );
  writeFileSync(
    RATES_FILE,
    `import type { BaseRates } from '../domain/victim.ts';

/**
 * What known incidents turned out to be: all of them, and those in which nothing but victims spoke, by who did. Counted by
 * \`npm run calibrate -- --write\`.
 */
// biome-ignore format: one line for each count, as it is printed.
export const INCIDENT_RATES: BaseRates = {
  source: '${rates.source}',
  all: ${row(rates.all)},
  byVictim: {
${victims.join('\n')}
  },
};
`,
  );
}

const incidents = await loadIncidents();
if (!incidents) {
  console.error('No incidents at ../shared/incidents: there is nothing to fit on.');
  process.exit(2);
}
const rows = textRows(incidents.filter(({ truth }) => truth !== 'healthy'));
const fitted = fittedOn(rows, SOURCE);
const as = (numbers: Fitted) => rows.filter(({ top }) => top).map((row) => judged(row, confidenceOf(row, numbers)));
print(`now ${JSON.stringify(TEXT_SHARES)}`, as({ temperature: TEMPERATURE, shares: TEXT_SHARES, rates: INCIDENT_RATES }));
print(`fitted ${JSON.stringify(fitted.shares)}`, as(fitted));
if (process.argv.includes('--write')) {
  write(fitted);
  console.log('\nWritten to src/correlations/text-shares.ts and incident-rates.ts.');
} else console.log('\nNot written; --write replaces src/correlations/text-shares.ts and incident-rates.ts.');
