import { afterEach, beforeEach, expect, it } from 'vitest';
import { hurtOf } from '../../src/domain/impact.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { type Observing, observe } from './support/observed.ts';
import { smallScenario } from './support/scenario.ts';

useLoopTime();

const QUEUES = 'v1beta1.external.metrics.k8s.io';
const TIDES = 'v1.tides.example';
const DEADLINE = 30_000;

let simulator: Simulator;
let observing: Observing;

beforeEach(async () => {
  const { apis } = smallScenario();
  simulator = await startSimulator({
    scenario: smallScenario({
      apis: [
        apis[0]!,
        {
          group: 'external.metrics.k8s.io',
          version: 'v1beta1',
          namespace: 'quay',
          service: 'queues',
          resource: 'queues',
          kind: 'QueueList',
        },
      ],
      autoscalers: [{ namespace: 'quay', name: 'gantry', min: 2, max: 12, replicas: 3, api: QUEUES }],
      namespaces: [{ name: 'trial', deletedAt: '6s' }],
    }),
  });
  observing = observe(simulator, { impactIntervalMs: 200 });
});
afterEach(async () => {
  observing.stop();
  await simulator.stop();
});

const api = (name: string): ApiFacts => observing.observer.snapshot().apis.find((one) => one.name === name)!;
const told = (name: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(hurtOf(api(name))).map(([kind, fact]) => [
      kind,
      fact.state === 'observed' ? fact.value.map((one) => one.name) : fact.state,
    ]),
  );
/** Of an API that does not fail nobody asks whom it hurts; one probe that was late, on a busy machine, is enough to ask, and to find nobody. */
const NOBODY: readonly unknown[] = ['unobserved', []];
const expectNobodyHurtBy = (name: string): void => {
  const { autoscaler, namespace } = told(name);
  expect(NOBODY).toContainEqual(autoscaler);
  expect(NOBODY).toContainEqual(namespace);
};

it('an HPA and a namespace are hurt by the API that errs, and by no other', async () => {
  await eventually(() => expect(observing.observer.ready()).toBe(true), DEADLINE);
  await eventually(() => expect(api(QUEUES).condition).toMatchObject({ value: { status: 'True' } }), DEADLINE);
  expectNobodyHurtBy(QUEUES);
  await simulator.inject('connection-refused', QUEUES);
  await eventually(() => expect(told(QUEUES)).toMatchObject({ autoscaler: ['gantry'], namespace: ['trial'] }), DEADLINE);
  expectNobodyHurtBy(TIDES);
  const { autoscaler } = hurtOf(api(QUEUES));
  expect(autoscaler.state === 'observed' && autoscaler.value[0]?.says).toBe(
    'HPA quay/gantry cannot scale, because it gets no metrics from external.metrics.k8s.io; it stays at 3, where 2 to 12 are allowed',
  );
  await simulator.clear('connection-refused', QUEUES);
  await eventually(() => expect(simulator.cluster.store.namespaces.get('trial')).toBeUndefined(), DEADLINE);
  await eventually(() => expect(told(QUEUES)).toMatchObject({ autoscaler: [], namespace: [] }), DEADLINE);
});
