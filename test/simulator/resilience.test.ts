import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { eventually } from './support/client.ts';
import { type Observing, observe } from './support/observed.ts';
import { smallScenario, TIDES } from './support/scenario.ts';

useLoopTime();

const BERTHS = 'v1.berths.example';
const PILOTS = 'v1.pilots.example';
const pilots = { group: 'pilots.example', version: 'v1', namespace: 'pilots', service: 'roster', resource: 'rosters', kind: 'Roster' };
/** For a machine that is busy with other things; the exporter needs a fraction of it. */
const DEADLINE = 30_000;

let simulator: Simulator;
let observing: Observing;
const names = (): string[] => observing.observer.snapshot().apis.map(({ name }) => name);
const api = (name: string): ApiFacts | undefined => observing.observer.snapshot().apis.find((one) => one.name === name);
const available = (name: string): boolean => {
  const condition = api(name)?.condition;
  return condition?.state === 'observed' && condition.value.status === 'True';
};
const wellProbed = (name: string): boolean => {
  const probes = api(name)?.probes.filter(({ vantage }) => vantage === 'aggregator') ?? [];
  return probes.length > 0 && probes.every(({ last }) => last.ok);
};
/**
 * Without ConfigMaps of the backends' namespaces: the right to them is nobody's until somebody gives it. What no CustomResourceDefinition is
 * there for is absent, and that is well.
 */
const blind = (): string[] =>
  observing.observer
    .snapshot()
    .sources.flatMap(({ source, state, message }) =>
      ['ok', 'absent', 'disabled'].includes(state) || (source === 'config-maps' && state === 'forbidden')
        ? []
        : [`${source} ${state} ${message}`],
    );

beforeEach(async () => {
  simulator = await startSimulator({ scenario: smallScenario({ timeouts: 1 }) });
  observing = observe(simulator);
  await allIsWell();
});
afterEach(async () => {
  observing.stop();
  await simulator.stop();
});

async function allIsWell(): Promise<void> {
  await eventually(blind, (rest) => rest.length === 0, DEADLINE);
  await eventually(() => [TIDES, BERTHS].every(available), Boolean, DEADLINE);
}

describe('an exporter', { timeout: 3 * DEADLINE }, () => {
  it('loses no APIService when the kube-apiserver is killed and started again, and sees what happens afterwards', async () => {
    expect(names()).toEqual([BERTHS, TIDES]);
    // Longer than a reading of its metrics is believed: three of their intervals.
    const back = simulator.apiServer.restart(3000);
    const seen = new Set<string>();
    await eventually(
      () => {
        seen.add(names().join());
        return blind();
      },
      (rest) => rest.length > 0,
      DEADLINE,
    );
    await back;
    await eventually(
      () => {
        seen.add(names().join());
        return blind();
      },
      (rest) => rest.length === 0,
      DEADLINE,
    );
    expect([...seen]).toEqual([[BERTHS, TIDES].join()]);
    await simulator.inject('service-not-found', TIDES);
    await eventually(() => api(TIDES)?.service.state === 'absent', Boolean, DEADLINE);
  });

  it.each(['status', 'event'] as const)('sees what changed while its watches were cut and their past forgotten, told by %s', async (as) => {
    simulator.cluster.api(TIDES).editApiService((copy) => {
      copy.metadata.labels = { ...copy.metadata.labels, as };
    });
    simulator.expireResourceVersions(as);
    simulator.disconnectAll();
    await simulator.inject('service-port-mismatch', BERTHS);
    await eventually(() => !available(BERTHS), Boolean, DEADLINE);
    expect(available(TIDES)).toBe(true);
  });

  it('shows a new APIService, and forgets it when it is deleted in good health', async () => {
    await simulator.addApi(pilots);
    await eventually(() => available(PILOTS) && wellProbed(PILOTS), Boolean, DEADLINE);
    await simulator.removeApi(PILOTS);
    await eventually(() => !names().includes(PILOTS), Boolean, DEADLINE);
  });

  it('keeps a tombstone of one that is deleted while it is broken, until it comes back', async () => {
    await simulator.addApi(pilots);
    await eventually(() => available(PILOTS), Boolean, DEADLINE);
    expect(api(PILOTS)?.deletedAt).toBeUndefined();
    await simulator.inject('selector-matches-no-pods', PILOTS);
    await eventually(() => api(PILOTS)?.condition.state === 'observed' && !available(PILOTS), Boolean, DEADLINE);
    await simulator.removeApi(PILOTS);
    await eventually(() => api(PILOTS)?.deletedAt, Boolean, DEADLINE);
    expect(api(PILOTS)?.changes.at(-1)).toMatchObject({ object: `APIService ${PILOTS}`, summary: 'was deleted' });
    await simulator.addApi(pilots);
    await eventually(() => available(PILOTS) && api(PILOTS)?.deletedAt === undefined, Boolean, DEADLINE);
  });
});
