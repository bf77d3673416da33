// An outage in the simulated cluster, seen by a real Prometheus with the rules as they are committed, and told as it happens.
// Run: npm run --silent build && npx tsx test/e2e/prometheus/outage.ts [MINUTES, default 60]
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from './support/parts.ts';
import { apiOf, setStage } from './support/stage.ts';

const MINUTES = Number(process.argv[2] ?? 60);
const FAULTS = [
  ['tides', 'selector-matches-no-pods'],
  ['charts', 'serving-certificate-expired'],
  ['manifests', 'one-replica-bad'],
] as const;
const BEFORE_MS = 150_000;
const AFTER_MS = 420_000;
const LOOK_EVERY_MS = 3000;
/** Alert, what it is about, and its cause. */
let firing: ReadonlySet<string> = new Set();

const stage = await setStage({
  scrapeInterval: '30s',
  apis: [{ name: 'tides' }, { name: 'charts' }, { name: 'manifests', replicas: 2 }, { name: 'berths' }],
});
try {
  await sleep(BEFORE_MS);
  for (const [name, fault] of FAULTS) await stage.simulator.inject(fault, apiOf(name));
  const begin = Date.now();
  console.log(`0:00 the faults begin: ${FAULTS.map(([name, fault]) => `${apiOf(name)} ${fault}`).join(', ')}`);
  await tell(begin, begin + MINUTES * 60_000);
  for (const [name, fault] of FAULTS) await stage.simulator.clear(fault, apiOf(name));
  console.log(`${clock(Date.now() - begin)} the faults end`);
  await tell(begin, Date.now() + AFTER_MS);
} finally {
  await stage.stop();
}

/** Prints each alert when it begins and ceases to fire. */
async function tell(begin: number, end: number): Promise<void> {
  while (Date.now() < end) {
    const seen = new Map(
      (await query(stage.prometheus, 'ALERTS{alertstate="firing"}')).map(({ metric }) => [
        [metric.alertname, metric.apiservice ?? metric.name ?? metric.source, metric.cause ?? '-'].join(' '),
        metric,
      ]),
    );
    const at = clock(Date.now() - begin);
    for (const key of seen.keys()) if (!firing.has(key)) console.log(`${at} fires    ${key}`);
    for (const key of firing) if (!seen.has(key)) console.log(`${at} resolved ${key}`);
    firing = new Set(seen.keys());
    await sleep(LOOK_EVERY_MS);
  }
}

function clock(ms: number): string {
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
}
