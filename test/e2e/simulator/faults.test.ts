import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS, type FaultId } from '../../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { apiFor, comeAndGo, nameOf } from '../../simulator/support/fault-signs.ts';
import { look } from '../../simulator/support/observe.ts';
import { smallScenario } from '../../simulator/support/scenario.ts';

/** Their parts need a clock of their own: a period, a time-out of a minute. */
const SLOW = new Set(['scheduled-operation', 'backend-storage-hung']);

describe('faults of one API, all at once beside each other', () => {
  const faults = FAULTS.filter(({ scope, id }) => scope === 'api' && !SLOW.has(id));
  const outcomes = new Map<string, Promise<void>>();
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({
      scenario: smallScenario({
        compression: 10,
        timeouts: 5,
        nodes: Array.from({ length: 20 }, (_, index) => `quay-${index}`),
        apis: [...faults.map(apiFor), apiFor({ id: 'bystander' })],
      }),
    });
    for (const { id } of faults) play(id);
  });
  afterAll(() => simulator.stop());

  it.for(faults.map(({ id }) => id))('%s', async (id, { task }) => {
    if (task.result?.retryCount) play(id);
    await outcomes.get(id);
  });

  function play(id: FaultId): void {
    const outcome = comeAndGo(simulator, id);
    outcome.catch(() => {}); // told by the test of its name
    outcomes.set(id, outcome);
  }

  it('leave a bystander alone', async () => {
    expect(await look(simulator, 'condition', nameOf({ id: 'bystander' }))).toEqual(['True Passed: all checks passed']);
  });
});

describe('faults of the whole cluster, and slow ones', () => {
  const faults = FAULTS.filter(({ scope, id }) => scope === 'cluster' || SLOW.has(id));
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({
      scenario: smallScenario({ compression: 60, timeouts: 20, apiservers: 2, apis: faults.map(apiFor) }),
    });
  });
  afterAll(() => simulator.stop());

  it.each(faults.map(({ id }) => id))('%s', (id) => comeAndGo(simulator, id));
});
