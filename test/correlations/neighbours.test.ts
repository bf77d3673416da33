import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import { type Observed, observed } from '../../src/domain/observed.ts';
import type { NeighbourEvent, NodeCpuFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const STEP = 10;
const HOUR = 3600;

interface Course {
  /** Second at which it fails, of an hour and a half. */
  readonly fails: (second: number) => boolean;
  readonly what?: NeighbourEvent['what'];
  readonly owner?: string;
  /** Seconds at which the neighbour does it. */
  readonly at?: readonly number[];
  /** CPUs of the node that it takes. */
  readonly takes?: (second: number) => number;
}

/** An API that takes too long now and then, beside a neighbour. */
function course({ fails, what = 'started', owner, at = [], takes = () => 0.2 }: Course): Snapshot[] {
  const end = 1.5 * HOUR;
  let failures = 0;
  return Array.from({ length: end / STEP }, (_, tick) => {
    const second = tick * STEP;
    const time = NOW + second * 1000;
    const failing = fails(second);
    if (failing) failures++;
    const last = probeResult({ at: time, ok: !failing, ...(failing ? { reason: 'response_timeout' as const } : {}) });
    const tally = healthyTally('aggregator', 'discovery', {
      attempts: 360 + tick,
      last,
      lastOk: failing ? time - STEP * 1000 : time,
      failures: failures > 0 ? { response_timeout: failures } : {},
    });
    const neighbours = at
      .filter((moment) => moment <= second && second - moment <= HOUR)
      .map((moment) => ({
        what,
        at: NOW + moment * 1000,
        node: 'node-a',
        object: `batch/report-${moment}`,
        ...(owner === undefined ? {} : { owner }),
      }));
    return healthySnapshot({
      time,
      apis: [healthyApi({ probes: [tally], neighbours: observed(neighbours), neighbourCpu: cpuOf(takes(second)) })],
    });
  });
}

function cpuOf(taken: number): Observed<readonly NodeCpuFacts[]> {
  return observed([{ node: 'node-a', cpus: 4, taken, top: [{ object: 'batch/report', cpus: taken, since: NOW + 600_000, before: 0.2 }] }]);
}

/** The last verdict while it failed. */
function verdictOn(snapshots: readonly Snapshot[]): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let verdict: Diagnosis | undefined;
  for (const snapshot of snapshots) {
    const [now] = doctor.observe(snapshot).diagnoses.diagnoses;
    if (now?.state === 'failing') verdict = now;
  }
  return verdict;
}

const every =
  (period: number, length: number, from = 600) =>
  (second: number) =>
    second >= from && (second - from) % period < length;
const times = (period: number, from: number, to = 1.5 * HOUR) =>
  Array.from({ length: Math.ceil((to - from) / period) }, (_, n) => from + n * period);
const evidenceOf = (verdict: Diagnosis | undefined) =>
  [...(verdict?.evidence ?? []), ...(verdict?.alternatives ?? []).flatMap(({ evidence }) => evidence)].map(({ id }) => id);

describe('workloads that compete for the node', () => {
  const JOB = { owner: 'Job/report' };

  it('Jobs that begin half a minute before each failure, at even intervals, are the schedule', () => {
    const verdict = verdictOn(course({ fails: every(1200, 60), at: times(1200, 570), ...JOB }));
    expect(verdict).toMatchObject({ cause: 'scheduled-operation' });
    const found = verdict?.evidence.find(({ id }) => id === 'jobs-start-before');
    expect(found?.says).toMatch(/^\d+ of \d+ failed checks since 0\d:\d\d UTC came at most 4 minutes after a Job started/);
    expect(found?.sample).toMatch(/^pod batch\/report-\d+ \(Job\/report\) started on node-a at 2026-01-05T/);
  });

  it.each<[string, Course]>([
    ['begin ten minutes before', { fails: every(1200, 60), at: times(1200, 0), ...JOB }],
    ['begin all the time', { fails: every(1200, 60), at: times(60, 0), ...JOB }],
    ['are no Jobs', { fails: every(1200, 60), at: times(1200, 570), owner: 'ReplicaSet/report' }],
    ['begin after it', { fails: every(1200, 60), at: times(1200, 680), ...JOB }],
  ])('are not where they %s', (_, told) => {
    expect(evidenceOf(verdictOn(course(told)))).not.toContain('jobs-start-before');
  });

  it('pods that start before slow answers stand beside a slow backend, where few start', () => {
    const slow = { fails: every(1200, 60), owner: 'ReplicaSet/report' };
    expect(evidenceOf(verdictOn(course({ ...slow, at: times(1200, 570) })))).toContain('neighbours-start-before');
    expect(evidenceOf(verdictOn(course({ ...slow, at: times(60, 0) })))).not.toContain('neighbours-start-before');
  });

  const burns = every(1800, 320, 580);
  const failsWithIt = every(1800, 300);
  it('that take the CPUs while it fails stand beside a slow backend, with how much, since when and how much before', () => {
    const verdict = verdictOn(course({ fails: failsWithIt, takes: (second) => (burns(second) ? 3.4 : 0.2) }));
    const found = [...(verdict?.evidence ?? []), ...(verdict?.alternatives ?? []).flatMap(({ evidence }) => evidence)].find(
      ({ id }) => id === 'errors-track-neighbours-cpu',
    );
    expect(found?.says).toMatch(
      /^Failures have risen and fallen since 0\d:\d\d UTC with the CPU that other pods of the node take \(correlation 0\.\d\d\); in the last 5 min that was 85 % of the node at its most\.$/,
    );
    expect(found?.sample).toMatch(/^pod batch\/report takes \d\.\d of 4 CPUs on node-a since 2026-01-05T09:10:00\.000Z, 0\.2 before$/);
  });

  it.each<[string, Course['takes'] & {}]>([
    ['always', () => 3.4],
    ['at other times', (second) => (burns(second - 900) ? 3.4 : 0.2)],
    ['a little of', (second) => (burns(second) ? 1.9 : 0.2)],
  ])('that take %s the CPUs are not blamed', (_, takes) => {
    expect(evidenceOf(verdictOn(course({ fails: failsWithIt, takes })))).not.toContain('errors-track-neighbours-cpu');
  });

  it('evictions of neighbours speak for the pressure of the node, and alone for nothing', () => {
    const evicted = { what: 'evicted' as const, at: [590] };
    expect(evidenceOf(verdictOn(course({ ...evicted, fails: (second) => second >= 600 && second < 700 })))).toContain('neighbours-evicted');
    expect(verdictOn(course({ ...evicted, fails: () => false }))).toBeUndefined();
  });
});
