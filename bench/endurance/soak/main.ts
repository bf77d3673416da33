import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { required } from '../../../src/domain/required.ts';
import { hurryDate } from '../fast-clock.mjs';
import { startFleet } from '../fleet.ts';
import { createChurn } from './churn.ts';
import { drawCurves } from './curve.ts';
import { csvOf, type Sample, type Slope, slopesOf } from './sample.ts';

/**
 * `npm run soak -- [--hours 8] [--seed 1] [--out soak] [--every 4] [--faster 1] [--heaps 2,7]`: the exporter, with its own intervals, before a simulated
 * cluster in which something happens every few seconds. Each minute it is looked at; `soak.csv`, `soak.svg` and the slopes are written anew each time, so
 * that a run may be ended (SIGINT) at any time. With `--faster 8` the clocks and timers of the exporter run eight times as fast, and the cluster with them:
 * what eight hours leave behind is there after one. `--heaps`: hours after which what the heap holds is written beside the samples.
 */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'soak' },
    apis: { type: 'string', default: '12' },
    every: { type: 'string', default: '4' },
    faster: { type: 'string', default: '1' },
    heaps: { type: 'string', default: '' },
  },
});
const HOUR = 3_600_000;
const faster = Number(values.faster);
const SAMPLE_MS = 60_000 / faster;
const DEED_MS = (Number(values.every) * 1000) / faster;
const SCRAPE_MS = 15_000 / faster;

const seed = Number(values.seed);
const started = Date.now();
if (faster > 1) {
  // It ends at the machine's own time: OpenSSL judges certificates by that.
  const pace = { factor: faster, from: started, epoch: started - Number(values.hours) * HOUR * (1 - 1 / faster) };
  process.env['SOAK_PACE'] = JSON.stringify(pace);
  hurryDate(pace);
}
/** Of the run, in hours of its clock. */
const elapsed = (() => {
  const at = performance.now();
  return () => ((performance.now() - at) * faster) / HOUR;
})();
const fleet = await startFleet({ apis: Number(values.apis), seed, compression: faster > 1 ? faster : 10 });
const exporter = await fleet.start();
const churn = createChurn(fleet.simulator, exporter, seed);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const samples: Sample[] = [];
const heaps = values.heaps.split(',').filter(Boolean).map(Number);
mkdirSync(values.out, { recursive: true });
console.log(
  `soak: ${values.hours} h${faster > 1 ? `, ${faster} times as fast` : ''}, seed ${seed}, ${values.apis} APIs, exporter ${exporter.pid}`,
);

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
  const minutes = elapsed() * 60;
  const { apis, store } = fleet.simulator.cluster;
  const cluster = { apis: apis.size, pods: store.pods.values().length, deeds: churn.deeds };
  samples.push({ ...(await exporter.held()), ...cluster, minutes, incidents: incidents.incidents.length });
  writeFileSync(join(values.out, 'soak.csv'), csvOf(samples));
  writeFileSync(
    join(values.out, 'soak.svg'),
    drawCurves(samples, `${minutes.toFixed(0)} minutes, ${values.apis} APIs, ${churn.deeds} changes, seed ${seed}`),
  );
  if (minutes / 60 >= Number(values.hours)) stop.abort();
  const [next] = heaps;
  if (next === undefined || minutes / 60 < next) return;
  heaps.shift();
  await exporter.writeHeap(resolve(values.out, `${next}.heapsnapshot`));
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
