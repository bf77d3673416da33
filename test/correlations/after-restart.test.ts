import { expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import { observed } from '../../src/domain/observed.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import { healthyCluster, healthyContainer, healthyPod, healthyTally, probeResult } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import { ALL, NO_ENDPOINTS, notReady, type Situation } from '../support/situation.ts';

const FAILING_TICKS = 3;
/** What was said before may be kept so many ticks. */
const LINGERS = 2;
const SLOW = { seconds: 4, phases: { connect: 0.001, tls: 0.005, response: 3.99, transfer: 0.001 } };

function tallies(time: number, differs: Parameters<typeof probeResult>[0]): ProbeTally[] {
  return (
    [
      ['aggregator', 'discovery'],
      ['aggregator', 'list'],
      ['service', 'discovery'],
      ['endpoint', 'discovery'],
    ] as const
  ).map(([vantage, request]) => healthyTally(vantage, request, { last: probeResult({ vantage, request, at: time, ...differs }) }));
}

/** The container restarts; three ticks later everything passes again, and each answer takes four seconds. */
const restartThenSlow: Situation = {
  facts: ({ ticks, since, time }) => ({
    api: {
      probes: tallies(time, ticks <= FAILING_TICKS ? { ok: false, reason: 'service_unavailable' } : SLOW),
      pods: observed([healthyPod({ containers: [healthyContainer({ restarts: 1, restartTimes: [since], startedAt: since })] })]),
    },
  }),
};

it('what is slow after a restart is called slow, soon and for as long as it is: the restart explains nothing any more', () => {
  const healthyTicks = 12;
  const doctor = createDiagnostician(catalogueOptions());
  const said = play(restartThenSlow, { healthyTicks, faultyTicks: 20 }).map((snapshot) => doctor.observe(snapshot).diagnoses.diagnoses[0]);
  const slow = said.slice(healthyTicks + FAILING_TICKS + LINGERS);
  expect(said[healthyTicks + FAILING_TICKS - 1]).toBeDefined();
  expect(slow.map((diagnosis) => diagnosis?.cause)).toEqual(slow.map(() => 'backend-slow'));
  const restart = slow.flatMap((diagnosis) => diagnosis?.alternatives.filter(({ cause }) => cause === 'pod-restarting') ?? []);
  expect(restart.flatMap(({ evidence }) => evidence.map(({ id }) => id))).not.toContain('restarts-before-errors');
});

/**
 * The kube-apiserver is away for three ticks. While it is, kubelets know nobody who scrapes them: metrics-server v0.9.0 loses its figures,
 * and its readiness with them, for longer than that.
 */
const figuresLostMeanwhile: Situation = {
  ...NO_ENDPOINTS,
  lines: [`I0105 09:02:00.000000       1 server.go:192] "Failed probe" probe="metric-storage-ready" err="no metrics to serve"`],
  facts: ({ ticks, since, time }) => {
    const ok = ticks > FAILING_TICKS;
    const at = ok ? since + (FAILING_TICKS - 1) * TICK_MS : time;
    const failure = probeResult({ vantage: 'control', at, ok: false, reason: 'connection_refused' });
    const last = ok ? probeResult({ vantage: 'control', at: time }) : failure;
    const control = healthyTally('control', 'discovery', { last, lastFailure: failure, failures: { connection_refused: 3 } });
    return { api: notReady, cluster: { apiservers: [{ ...healthyCluster().apiservers[0]!, control }] } };
  },
};
const TICK_MS = 10_000;
/** Ticks of the minute in which what the kube-apiserver failed at is remembered. */
const REMEMBERED = 6;

const saidOf = (healthyTicks: number, faultyTicks: number, situation = figuresLostMeanwhile) => {
  const doctor = createDiagnostician(catalogueOptions());
  return play(situation, { healthyTicks, faultyTicks }).map((snapshot) => doctor.observe(snapshot).diagnoses.diagnoses[0]?.cause);
};

it('what a backend lost while the kube-apiserver was away is the kube-apiserver’s for a minute, and then its own', () => {
  const healthyTicks = 12;
  const said = saidOf(healthyTicks, FAILING_TICKS + REMEMBERED + 6);
  const remembered = said.slice(healthyTicks + 1, healthyTicks + FAILING_TICKS + REMEMBERED);
  expect(remembered).toEqual(remembered.map(() => 'apiserver-unavailable'));
  expect(said.at(-1)).toBe('kubelet-scrape-failing');
});

it('what had failed for ten minutes before the kube-apiserver was away is not called its fault', () => {
  const minutes = 11 * 6;
  const before: Situation = {
    ...figuresLostMeanwhile,
    facts: (moment) =>
      moment.ticks <= minutes
        ? { api: notReady }
        : figuresLostMeanwhile.facts!({ ...moment, ticks: moment.ticks - minutes, since: moment.since + minutes * TICK_MS }),
  };
  const said = saidOf(12, minutes + FAILING_TICKS + 4, before);
  expect(said[12 + minutes - 1]).toBe('kubelet-scrape-failing');
  expect(said.at(-1)).toBe('kubelet-scrape-failing');
});

/** The exporter began to ask with the failure, and so it has seen no /readyz pass for long: on a real cluster every failure then was the kube-apiserver's. */
const askedSinceJustNow = (failedBefore: boolean): Situation => ({
  probes: ALL('connection_refused', 'connection_refused'),
  facts: ({ since, ticks }) => {
    const { lastFailure: _, ...passes } = healthyTally('control', 'discovery', { run: { since, length: ticks, alikeSince: since } });
    const lastFailure = probeResult({ vantage: 'control', at: since - 1000, ok: false, reason: 'connection_refused' });
    const control = failedBefore ? { ...passes, lastFailure, failures: { connection_refused: 1 } } : passes;
    return { cluster: { apiservers: [{ ...healthyCluster().apiservers[0]!, control }] } };
  },
});

it.each([
  [false, 'connection-refused'],
  [true, 'apiserver-unavailable'],
])('a /readyz that passes since a moment was away only if it was seen to fail: %s', (failedBefore, cause) => {
  expect(saidOf(0, 1, askedSinceJustNow(failedBefore))).toEqual([cause]);
});
