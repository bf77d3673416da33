// Loaded into the exporter's process before it: tells what that process holds open, sets its wall clock, as an administrator's `date` does, and
// makes its hours shorter or its disk slower where it is told to.
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { hurryAll } from './fast-clock.mjs';

if (process.env.SOAK_PACE) hurryAll(JSON.parse(process.env.SOAK_PACE));

const slowMs = Number(process.env.SLOW_DISK_MS ?? 0);
if (slowMs > 0) {
  // Flushes and renames wait for a disk that others keep busy.
  const slow = (real) =>
    async function (...args) {
      await sleep(slowMs * Math.random());
      return real.apply(this, args);
    };
  const handle = await files.open(process.execPath);
  const disk = Object.getPrototypeOf(handle);
  await handle.close();
  for (const flush of ['sync', 'datasync']) disk[flush] = slow(disk[flush]);
  files.rename = slow(files.rename);
  syncBuiltinESMExports();
}

const RealDate = Date;
let offsetMs = 0;

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};

const counted = () => {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

// What a full collection left: without what the next one takes, and without making one happen that would not have.
let live;
new PerformanceObserver((list) => {
  if (list.getEntries().some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) live = memoryUsage().heapUsed;
}).observe({ entryTypes: ['gc'] });

process.on('message', ({ id, offset, snapshot }) => {
  if (offset !== undefined) offsetMs = offset;
  if (snapshot !== undefined) writeHeapSnapshot(snapshot);
  const { heapUsed, heapTotal, external } = memoryUsage();
  process.send({ id, resources: counted(), heapUsed, heapTotal, external, live: live ?? heapUsed }, undefined, undefined, () => {});
});
// It keeps nothing running, and outlives nobody.
process.channel?.unref();
