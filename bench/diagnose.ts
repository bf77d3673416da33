import { performance } from 'node:perf_hooks';
import { catalogueOptions } from '../src/commands/catalogue-options.ts';
import { CAUSES } from '../src/correlations/list.ts';
import { createDiagnostician, diagnoseSnapshots } from '../src/diagnose/diagnostician.ts';
import type { ApiFacts, Snapshot } from '../src/domain/snapshot.ts';
import { HourBook } from '../src/expose/hour/hour-book.ts';
import { readText } from '../src/read/text/read-text.ts';
import { SIGNALS } from '../src/signals/list.ts';
import { readSignals } from '../src/signals/read.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../test/support/healthy.ts';
import { pastedText } from './pasted-text.ts';
import { threadCpuMs } from './processes.ts';
import { printRow } from './row.ts';

/** How long one diagnosis pass takes, with an hour of history, and what it keeps in memory; and how long a pasted text takes. */
const APIS = 200;
const TICKS = 380;
const GOAL_MS = 50;

function api(index: number, tick: number): ApiFacts {
  // One API in twenty fails; all are probed.
  const failing = index % 20 === 0 && tick > 300;
  const attempts = 360 + tick;
  const tally = {
    attempts,
    durationSum: attempts * 0.012 + ((index + tick) % 7),
    ...(failing ? { failures: { service_unavailable: tick - 300 }, last: probeResult({ ok: false, reason: 'service_unavailable' }) } : {}),
  };
  return healthyApi({
    name: `v1.tides-${index}.example.com`,
    probes: [
      healthyTally('aggregator', 'discovery', tally),
      healthyTally('aggregator', 'list', tally),
      healthyTally('service', 'discovery', tally),
      healthyTally('endpoint', 'discovery', tally),
    ],
  });
}

function snapshot(tick: number, size = APIS): Snapshot {
  return healthySnapshot({ time: NOW + tick * 10_000, apis: Array.from({ length: size }, (_, index) => api(index, tick)) });
}

const doctor = createDiagnostician(catalogueOptions());
const passes: number[] = [];
const readings: number[] = [];
for (let tick = 0; tick < TICKS; tick++) {
  const next = snapshot(tick);
  const start = performance.now();
  const values = readSignals(next);
  const read = performance.now();
  doctor.observe(next, values);
  if (tick >= TICKS - 20) {
    readings.push(read - start);
    passes.push(performance.now() - read);
  }
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
const state = doctor.serialise();
global.gc?.();
console.log(`${APIS} APIs × ${CAUSES.length} causes, ${SIGNALS.length} signals, ${TICKS} ticks`);
const [reading, pass] = [median(readings), median(passes)];
console.log(
  `heap ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MiB, array buffers ${(process.memoryUsage().arrayBuffers / 2 ** 20).toFixed(0)} MiB, saved state ${(state.length / 2 ** 20).toFixed(1)} MiB`,
);
printRow({
  what: `diagnosis of ${APIS} APIs × ${CAUSES.length} causes with an hour of history`,
  ours: `${(reading + pass).toFixed(1)} ms (${reading.toFixed(1)} ms of it reading ${SIGNALS.length} signals)`,
  bar: `≤ ${GOAL_MS} ms`,
  met: reading + pass <= GOAL_MS,
});

/** What the hour of the pages adds to each saving of the state, once a minute. Milliseconds of the processor. */
const HOURS_GOAL_MS = 30;
for (const size of [50, APIS]) {
  const hours = new HourBook();
  for (let tick = 0; tick < TICKS; tick++) hours.observe(snapshot(tick, size));
  const saves: number[] = [];
  let text = '';
  for (let save = 0; save < 20; save++) {
    const start = threadCpuMs();
    text = JSON.stringify(hours);
    saves.push(threadCpuMs() - start);
  }
  const took = median(saves);
  printRow({
    what: `saving the hour that the pages show, ${size} APIs, once a minute`,
    ours: `${(text.length / 1024).toFixed(0)} KiB, ${took.toFixed(1)} ms of the processor`,
    bar: `≤ ${HOURS_GOAL_MS} ms`,
    met: took <= HOURS_GOAL_MS,
  });
}

/** By size in MiB, seconds: people wait for it. */
const TEXT_GOALS: ReadonlyMap<number, number> = new Map([
  [10, 1],
  [100, 5],
]);
for (const mebibytes of [1, 10, 100]) {
  const text = pastedText(mebibytes * 2 ** 20);
  const diagnose = () => JSON.stringify(diagnoseSnapshots(readText(text), catalogueOptions()));
  const before = { time: performance.now(), cpu: threadCpuMs() };
  const first = diagnose();
  const seconds = (performance.now() - before.time) / 1000;
  // What it takes on a machine that does nothing else.
  const cpu = (threadCpuMs() - before.cpu) / 1000;
  const goal = TEXT_GOALS.get(mebibytes);
  const replayed = mebibytes === 10;
  const same = !replayed || first === diagnose();
  printRow({
    what: `pasted text of ${mebibytes} MiB, read and diagnosed${replayed ? ', byte-identical on replay' : ''}`,
    ours: `${cpu.toFixed(2)} s CPU (${seconds.toFixed(2)} s)${same ? '' : ', not the same on replay'}`,
    ...(goal === undefined ? {} : { bar: `≤ ${goal} s CPU`, met: same && cpu <= goal }),
  });
}
