import type { ScenarioInput } from '../../../src/simulator/scenario.ts';

/** Two small APIs. Periods of the cluster are shortened by 20, time-outs by 10, so that a test sees in a second what takes half a minute. */
export function smallScenario(differs: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    name: 'small',
    compression: 20,
    timeouts: 10,
    nodes: ['quay-a', 'quay-b'],
    traffic: false,
    apis: [
      { group: 'tides.example', version: 'v1', namespace: 'harbour', service: 'tide-gauge', resource: 'gauges', kind: 'Gauge' },
      { group: 'berths.example', version: 'v1', namespace: 'harbour', service: 'berth-planner', resource: 'berths', kind: 'Berth' },
    ],
    ...differs,
  };
}

export const TIDES = 'v1.tides.example';
export const TIDES_LIST = '/apis/tides.example/v1/gauges?limit=1';
