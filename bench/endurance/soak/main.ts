import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { required } from '../../../src/domain/required.ts';
import { startFleet } from '../fleet.ts';
import { createChurn } from './churn.ts';
import { drawCurves } from './curve.ts';
import { csvOf, type Sample, type Slope, slopesOf } from './sample.ts';

/**
 * `npm run soak -- [--hours 8] [--seed 1] [--out soak]`: the exporter, with its own intervals, before a simulated cluster in which something happens every
 * few seconds. Each minute it is looked at; `soak.csv`, `soak.svg` and the slopes are written anew each time, so that a run may be ended (SIGINT) at any time.
 */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'soak' },
    apis: { type: 'string', default: '12' },
  },
});
const SAMPLE_MS = 60_000;
const DEED_MS = 4000;
const SCRAPE_MS = 15_000;

const seed = Number(values.seed);
const fleet = await startFleet({ apis: Number(values.apis), seed, compression: 10 });
const exporter = await fleet.start();
const churn = createChurn(fleet.simulator, exporter, seed);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const samples: Sample[] = [];
const started = performance.now();
mkdirSync(values.out, { recursive: true });
console.log(`soak: ${values.hours} h, seed ${seed}, ${values.apis} APIs, exporter ${exporter.pid}`);

const repeated = (everyMs: number, run: () => unknown) =>
  (async () => {
    while (!stop.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
      try {
        if (!stop.signal.aborted) await run();
      } catch (error) {
        console.log(`soak: ${String(error)}`);
      }
    }
  })();

async function look(): Promise<void> {
  const incidents = JSON.parse((await exporter.get('/api/v1/incidents')).body) as { incidents: readonly unknown[] };
  const minutes = (performance.now() - started) / 60_000;
  const { apis } = fleet.simulator.cluster;
  samples.push({ ...(await exporter.held()), minutes, apis: apis.size, incidents: incidents.incidents.length, deeds: churn.deeds });
  writeFileSync(join(values.out, 'soak.csv'), csvOf(samples));
  writeFileSync(
    join(values.out, 'soak.svg'),
    drawCurves(samples, `${minutes.toFixed(0)} minutes, ${values.apis} APIs, ${churn.deeds} changes, seed ${seed}`),
  );
  if (minutes / 60 >= Number(values.hours)) stop.abort();
}

const ends = exporter.ended().then((code) => {
  if (!stop.signal.aborted) console.log(`soak: the exporter ended with ${code}`);
  stop.abort();
});
await Promise.all([repeated(SAMPLE_MS, look), repeated(DEED_MS, churn.step), repeated(SCRAPE_MS, () => exporter.get('/metrics'))]);
for (const slope of slopesOf(samples)) console.log(wordsOf(slope));
console.log(`uncaught errors: ${exporter.lines().filter(({ msg }) => msg.startsWith('an error that nobody caught')).length}`);
exporter.child.kill('SIGTERM');
await ends;
await fleet.stop();
// All is closed. Node's own way out may spin for ever (src/main.ts).
process.exit();

function wordsOf({ label, whole, later, least, most }: Slope): string {
  const perHour = (slope: number | undefined) => (slope === undefined ? '–' : slope.toFixed(2));
  const range = `${least.toFixed(1)} to ${most.toFixed(1)}`;
  return `${label}: ${perHour(whole)} an hour; ${perHour(later)} in the later half; ${range} in ${required(samples.at(-1), 'a sample').minutes.toFixed(0)} minutes`;
}
