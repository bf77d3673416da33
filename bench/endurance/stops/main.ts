import { connect } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { IDENTITIES } from '../../../src/simulator/access.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import type { WatchedExporter } from '../exporter-inside.ts';
import { type Fleet, type Home, startFleet } from '../fleet.ts';
import { type Stop, stopNow } from './stop.ts';

/**
 * `npm run stops -- [--times 50] [--seed 1] [--lanes 2] [--disk 300]`: tells exporters to end at random moments while probes hang, logs and a page are
 * followed, scrapes run and one is half read, the kube-apiserver is late or silent, and each flush of a file takes up to so many milliseconds.
 * SIGINT ends it with what it has. Exit code 1 when one of them did not end with all that it knew saved, or used more than two seconds beside what it waited for a processor.
 */
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    disk: { type: 'string', default: '300' },
  },
});
const PROMISED_MS = 2000;
const LONGEST_WAIT_MS = 8000;
const SCRAPE_MS = 300;

const seed = Number(values.seed);
const random = createRandom(seed);
const fleet = await startFleet({
  ...{ apis: 6, seed, compression: 5 },
  settings: { probe: ', interval: 1s', diagnosis: ', interval: 1s', resources: ', interval: 5s', apiserver_metrics: ', interval: 5s' },
});
await trouble(fleet);

/** Three APIs err, each in its way, two of them by never answering; and so do some of the exporter's own requests. */
async function trouble({ simulator, residents }: Fleet): Promise<void> {
  const [first = '', second = '', third = ''] = residents;
  await simulator.inject('connection-timed-out', first);
  await simulator.inject('backend-slow', second);
  await simulator.inject('pod-crash-looping', third);
  simulator.cluster.chatty = true;
  simulator.cluster.interfere = ({ user }) => {
    if (user !== IDENTITIES.exporter.name || !random.chance(0.1)) return undefined;
    return random.chance(0.5) ? { kind: 'late', milliseconds: 1500 } : { kind: 'silent', milliseconds: 20_000 };
  };
}

/** People and a Prometheus, until it ends. */
function visitors(exporter: WatchedExporter): void {
  let gone = false;
  void exporter.ended().then(() => {
    gone = true;
  });
  const scrape = async () => {
    while (!gone) {
      await exporter.get('/metrics').catch(() => {});
      await sleep(SCRAPE_MS);
    }
  };
  void scrape();
  for (const path of ['/metrics', '/live?page=/&at=0', '/live?page=/incidents&at=0']) {
    const socket = connect(exporter.port, '127.0.0.1').on('error', () => {});
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    // Reads the first bytes, and no more.
    socket.once('readable', () => {});
    void exporter.ended().then(() => socket.destroy());
  }
}

const stops: Stop[] = [];
let left = Number(values.times);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    left = 0;
  });
async function lane(home: Home): Promise<void> {
  while (left-- > 0) {
    const exporter = await home.start({ SLOW_DISK_MS: values.disk });
    visitors(exporter);
    // Some while they start, most while they work.
    if (random.chance(0.85)) await exporter.line(({ event }) => event === 'onset');
    await sleep(random.integer(0, LONGEST_WAIT_MS));
    const stop = await stopNow(exporter, home);
    stops.push(stop);
    const [wall, worked, waited] = [stop.wallMs, stop.cpuMs, stop.waitedMs].map((ms) => ms.toFixed(0));
    console.log(`${stops.length}: ${wall} ms, worked ${worked}, waited for a processor ${waited}`);
    for (const one of stop.wrong) console.log(`  wrong, stop ${stops.length}: ${one}`);
  }
}
console.log(`stops: ${values.times} times, seed ${seed}, ${values.lanes} at once, up to ${values.disk} ms a flush`);
const loads = [loadavg()[0]];
await Promise.all(Array.from({ length: Number(values.lanes) }, () => lane(fleet.newHome())));
loads.push(loadavg()[0]);
await fleet.stop();

const table = {
  'SIGTERM to the end': ({ wallMs }: Stop) => wallMs,
  'it worked': ({ cpuMs }: Stop) => cpuMs,
  'it waited for a processor': ({ waitedMs }: Stop) => waitedMs,
  'without that waiting': ({ wallMs, waitedMs }: Stop) => wallMs - waitedMs,
};
for (const [label, of] of Object.entries(table)) console.log(`${label}, ms: ${wordsOf(stops.map(of))}`);
const wrong = stops.flatMap((stop) => stop.wrong);
const late = stops.filter(({ wallMs, waitedMs }) => wallMs - waitedMs > PROMISED_MS).length;
const overall = stops.filter(({ wallMs }) => wallMs > PROMISED_MS).length;
console.log(
  `${stops.length} stops: ${wrong.length} wrong, ${late} later than ${PROMISED_MS} ms of their own, ${overall} by the clock; load ${loads.map((load) => load?.toFixed(0)).join(' to ')} on ${availableParallelism()} processors`,
);
// All is closed. Node's own way out may spin for ever (src/main.ts).
process.exit(wrong.length === 0 && late === 0 ? 0 : 1);

function wordsOf(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0).toFixed(0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}
