import { observed } from '../../../src/domain/observed.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { healthyApi, healthyCluster, healthySnapshot, NOW, probeResult } from '../../support/healthy.ts';

const MINUTE = 60_000;
const STEP = 30_000;
const OUTAGE = MINUTE;
const STARTS = { even: [10, 20, 30, 40, 50], uneven: [10, 13, 27, 31, 50] } as const;

/** An hour in which the API fails for a minute five times, and a CronJob that runs every ten minutes. */
export function scheduled(intervals: keyof typeof STARTS): Snapshot[] {
  const starts = STARTS[intervals].map((minute) => NOW + minute * MINUTE);
  const runs = STARTS.even.map((minute) => NOW + minute * MINUTE);
  return Array.from({ length: 102 }, (_, tick) => {
    const time = NOW + tick * STEP;
    const failing = starts.some((start) => time >= start && time < start + OUTAGE);
    const last = probeResult({ at: time, ok: !failing, ...(failing ? { reason: 'service_unavailable' as const } : {}) });
    const api = healthyApi();
    return healthySnapshot({
      time,
      apis: [{ ...api, probes: api.probes.map((tally) => (tally.vantage === 'aggregator' ? { ...tally, last } : tally)) }],
      cluster: {
        ...healthyCluster(),
        cronJobs: observed([{ object: 'harbour/tide-backup', schedule: '*/10 * * * *', runs: runs.filter((run) => run <= time) }]),
      },
    });
  });
}
