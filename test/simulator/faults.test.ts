import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { CATEGORIES } from '../../src/domain/category.ts';
import type { CauseId } from '../../src/domain/ids.ts';
import { ANOMALIES } from '../../src/simulator/anomalies/list.ts';
import { FAULTS } from '../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { apiFor, healthy, nameOf, SHOWS } from './support/fault-signs.ts';
import { look } from './support/observe.ts';
import { smallScenario } from './support/scenario.ts';

useLoopTime();

describe('the list of faults', () => {
  it.each([
    ['faults', FAULTS],
    ['anomalies', ANOMALIES],
  ] as const)('of src/simulator/%s is complete, sorted, and named as its files', (folder, list) => {
    const root = new URL(`../../src/simulator/${folder}/`, import.meta.url);
    const files = readdirSync(root).filter((file) =>
      /export const \w+ = define(?:Fault|Anomaly)\(/.test(readFileSync(new URL(file, root), 'utf8')),
    );
    expect(list.map(({ id }) => id)).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  });

  it('has an expectation for each, and covers every category', () => {
    expect(Object.keys(SHOWS).sort()).toEqual(FAULTS.map(({ id }) => id).sort());
    // The simulator knows no catalogue: here its names are held to it, by the compiler.
    const causes = new Set<CauseId>(FAULTS.map(({ cause }) => cause));
    const shown = CAUSES.filter(({ id }) => causes.has(id)).map(({ category }) => category);
    expect([...new Set([...shown, 'unknown'])].sort()).toEqual([...CATEGORIES].sort());
  });
});

describe('anomalies', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ scenario: smallScenario({ apis: ANOMALIES.map(apiFor) }) });
  });
  afterAll(() => simulator.stop());

  it.each(ANOMALIES.map(({ id }) => id))('%s disturbs nobody', async (id) => {
    const api = nameOf({ id });
    await healthy(simulator, api);
    const transitions: string[] = [];
    const stop = simulator.cluster.store.apiservices.subscribe(({ object }) => {
      if (object.metadata.name === api) transitions.push(object.status.conditions?.[0]?.status ?? 'none');
    });
    await simulator.inject(id, api);
    expect((await look(simulator, 'list', api))[0]).toMatch(/^200 /);
    await simulator.clear(id, api);
    stop();
    expect(transitions.filter((status) => status !== 'True')).toEqual([]);
  });
});
