import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { apiFor, nameOf } from './support/fault-signs.ts';
import { smallScenario } from './support/scenario.ts';

useLoopTime();

const FAULTS = ['rollout-in-progress', 'pod-evicted', 'pod-crash-looping'] as const;

describe('a simulated Deployment, as the deployment controller of Kubernetes 1.36', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ scenario: smallScenario({ compression: 10, apis: FAULTS.map((id) => apiFor({ id })) }) });
  });
  afterAll(() => simulator.stop());

  it('is complete when its pods are available', async () => {
    await expect.poll(() => FAULTS.map(progressOf), { timeout: 15_000 }).toEqual(FAULTS.map(() => 'NewReplicaSetAvailable'));
  });

  it('progresses until the new pod is available', async () => {
    await simulator.inject('rollout-in-progress', nameOf({ id: 'rollout-in-progress' }));
    expect(progressOf('rollout-in-progress')).toBe('ReplicaSetUpdated');
    expect(statusOf('rollout-in-progress')).toMatchObject({ observedGeneration: 2, updatedReplicas: 1, availableReplicas: 0 });
    await simulator.clear('rollout-in-progress', nameOf({ id: 'rollout-in-progress' }));
    await expect.poll(() => progressOf('rollout-in-progress'), { timeout: 15_000 }).toBe('NewReplicaSetAvailable');
  });

  it.each(['pod-evicted', 'pod-crash-looping'] as const)('stays complete while its pod fails: %s', async (id) => {
    await simulator.inject(id, nameOf({ id }));
    expect(statusOf(id)).toMatchObject({ replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 });
    expect(progressOf(id)).toBe('NewReplicaSetAvailable');
  });

  function statusOf(id: (typeof FAULTS)[number]) {
    return simulator.cluster.store.deployments.values().find(({ metadata }) => metadata.name === apiFor({ id }).service)!.status;
  }

  function progressOf(id: (typeof FAULTS)[number]): string | undefined {
    return statusOf(id).conditions?.find(({ type }) => type === 'Progressing')?.reason;
  }
});
