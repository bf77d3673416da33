import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/domain/observed.ts';
import type { NodeCpuFacts, NodeFacts } from '../../../src/domain/snapshot.ts';
import type { ApiTarget } from '../../../src/objects/targets.ts';
import { createNeighbourCpus } from '../../../src/observe/resources/neighbour-cpu.ts';

const node = (name: string, cpus?: number): NodeFacts => ({
  name,
  ready: true,
  pressure: [],
  unschedulable: false,
  addresses: [],
  ...(cpus !== undefined && { cpus }),
});
const on = (...nodes: string[]): ApiTarget => ({
  name: 'v1.tides.example.com',
  group: 'tides.example.com',
  version: 'v1',
  backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
  insecureSkipTLSVerify: false,
  addresses: [],
  pods: nodes.map((name, index) => ({
    namespace: 'harbour',
    name: `tide-gauge-${index}`,
    uid: `${index}`,
    node: name,
    hostNetwork: false,
    labels: {},
    ports: [],
    containers: [],
  })),
});
const WHY: Observed<never> = { state: 'forbidden', rule: 'nodes/metrics: get' };

/** Seconds of CPU since their start, by container, at each reading of node-a, ten seconds apart; undefined: the kubelet does not answer. */
type Readings = readonly (Readonly<Record<string, number>> | undefined)[];

function told(readings: Readings, { nodes = [node('node-a', 4)], target = on('node-a'), keepMs = 30_000, repeats = 0 } = {}) {
  const cpus = createNeighbourCpus({ keepMs });
  readings.forEach((reading, index) => {
    const at = index * 10_000;
    const samples = reading && new Map(Object.entries(reading).map(([key, seconds]) => [key, { seconds, at }]));
    for (let times = 0; times <= repeats; times++) cpus.take(new Map(samples && [['node-a', samples]]), nodes, at);
  });
  return cpus.factsFor(target, WHY);
}
const observedIn = (...given: Parameters<typeof told>): readonly NodeCpuFacts[] => {
  const facts = told(...given);
  if (facts.state !== 'observed') throw new Error(JSON.stringify(facts));
  return facts.value;
};

const REPORT = 'batch/report/main';
const GAUGE = 'harbour/tide-gauge-0/server';

describe('what other pods take of a node', () => {
  it('is what their containers used between two readings, without the pods of the backend', () => {
    expect(
      observedIn([
        { [REPORT]: 0, 'batch/report/side': 5, [GAUGE]: 0 },
        { [REPORT]: 8, 'batch/report/side': 7, [GAUGE]: 9 },
      ]),
    ).toEqual([{ node: 'node-a', cpus: 4, taken: 1, top: [{ object: 'batch/report', cpus: 1 }] }]);
  });

  it('names the three that take the most, and none that takes less than a twentieth', () => {
    const used = { 'a/one/c': 3, 'a/two/c': 6, 'a/three/c': 4, 'a/four/c': 5, 'a/five/c': 1 };
    const [facts] = observedIn([Object.fromEntries(Object.keys(used).map((key) => [key, 0])), used]);
    expect(facts?.top.map(({ object }) => object)).toEqual(['a/two', 'a/four', 'a/three']);
    expect(facts?.taken).toBeCloseTo(1.9);
    expect(observedIn([{ 'a/five/c': 0 }, { 'a/five/c': 1.9 }])[0]?.top).toEqual([]);
  });

  it('says since when one takes a fifth of it, and how much it took before', () => {
    const readings: Readings = [{ [REPORT]: 0 }, { [REPORT]: 1 }, { [REPORT]: 31 }, { [REPORT]: 66 }];
    expect(observedIn(readings.slice(0, 2))[0]?.top).toEqual([]);
    expect(observedIn(readings.slice(0, 3))[0]?.top).toEqual([{ object: 'batch/report', cpus: 3, since: 20_000, before: 0.1 }]);
    expect(observedIn(readings)[0]?.top).toEqual([{ object: 'batch/report', cpus: 3.5, since: 20_000, before: 0.1 }]);
    // It fell below, and rose again.
    expect(observedIn([...readings, { [REPORT]: 67 }, { [REPORT]: 97 }])[0]?.top).toEqual([
      { object: 'batch/report', cpus: 3, since: 50_000, before: 0.1 },
    ]);
  });

  it('does not say since when one takes a fifth that did so when it was first looked at', () => {
    expect(observedIn([{ [REPORT]: 0 }, { [REPORT]: 30 }, { [REPORT]: 60 }])[0]?.top).toEqual([{ object: 'batch/report', cpus: 3 }]);
  });

  it('knows that one that is new took nothing before', () => {
    const readings: Readings = [{ [GAUGE]: 0 }, { [GAUGE]: 1 }, { [GAUGE]: 2, [REPORT]: 5 }, { [GAUGE]: 3, [REPORT]: 35 }];
    expect(observedIn(readings)[0]?.top).toEqual([{ object: 'batch/report', cpus: 3, since: 30_000, before: 0 }]);
  });

  it('takes a counter that began anew for no use, until the reading after', () => {
    expect(observedIn([{ [REPORT]: 500 }, { [REPORT]: 3 }])[0]?.taken).toBe(0);
    expect(observedIn([{ [REPORT]: 500 }, { [REPORT]: 3 }, { [REPORT]: 13 }])[0]?.taken).toBe(1);
  });

  it('is what it was where the kubelet has not measured anew', () => {
    expect(observedIn([{ [REPORT]: 0 }, { [REPORT]: 10 }], { repeats: 2 })[0]?.taken).toBe(1);
  });

  it('stands for a while where the kubelet does not answer, as one does that has no CPU left, and its onset too', () => {
    const readings: Readings = [{ [REPORT]: 0 }, { [REPORT]: 1 }, { [REPORT]: 31 }, undefined, undefined];
    expect(observedIn(readings)[0]?.top).toEqual([{ object: 'batch/report', cpus: 3, since: 20_000, before: 0.1 }]);
    expect(observedIn([...readings, { [REPORT]: 121 }])[0]?.top).toEqual([{ object: 'batch/report', cpus: 3, since: 20_000, before: 0.1 }]);
    expect(told(readings, { keepMs: 15_000 })).toEqual(WHY);
  });

  it.each<[string, Parameters<typeof told>, Observed<readonly NodeCpuFacts[]>]>([
    ['no kubelet was read', [[undefined, undefined]], WHY],
    ['the backend is on another node', [[{ [REPORT]: 0 }, { [REPORT]: 1 }], { target: on('node-b') }], WHY],
    ['there was one reading', [[{ [REPORT]: 0 }]], { state: 'unobserved', why: expect.stringContaining('second reading') as string }],
    [
      'nobody says how many CPUs it has',
      [[{ [REPORT]: 0 }, { [REPORT]: 1 }], { nodes: [node('node-a')] }],
      { state: 'unobserved', why: expect.stringContaining('how many CPUs') as string },
    ],
    ['no pod is placed', [[{ [REPORT]: 0 }, { [REPORT]: 1 }], { target: on() }], { state: 'observed', value: [] }],
  ])('where %s is said', (_, given, expected) => {
    expect(told(...given)).toEqual(expected);
  });
});
