// Loaded into the exporter's process before it: tells what that process holds open, and sets its wall clock, as an administrator's `date` does.
import { memoryUsage } from 'node:process';

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

process.on('message', ({ id, offset }) => {
  if (offset !== undefined) offsetMs = offset;
  const { heapUsed, rss } = memoryUsage();
  process.send({ id, resources: counted(), heapUsed, rss, now: Date.now() }, undefined, undefined, () => {});
});
// It keeps nothing running, and outlives nobody.
process.channel?.unref();
