import { expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import { observed } from '../../src/domain/observed.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import { healthyContainer, healthyPod, healthyTally, probeResult } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import type { Situation } from '../support/situation.ts';

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
