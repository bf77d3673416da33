import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFacts, Snapshot } from '../../../src/domain/snapshot.ts';
import type { Fault } from '../../../src/simulator/faults/fault.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { observe } from './observed.ts';
import { smallScenario } from './scenario.ts';

/** Faults that one API of a simulated cluster has, one after the other. */
export interface Course {
  readonly id: string;
  readonly steps: readonly { readonly fault: Fault<FaultId>; readonly holdMs: number; readonly untilProbed?: true }[];
  /** How long it is watched after the last one was mended. */
  readonly afterMs: number;
}

/** When each fault of a course came and went, Unix milliseconds. */
export interface Mark {
  readonly fault: string;
  readonly from: number;
  readonly to: number;
}

/** What the exporter saw of one API meanwhile, tick by tick. */
export interface Played {
  readonly course: string;
  readonly marks: readonly Mark[];
  readonly snapshots: readonly Snapshot[];
}

const TICK_MS = 2000;
const CALM_TICKS = 5;
const CALM_WITHIN_MS = 120_000;
const PROBED_WITHIN_MS = 15_000;
/** So that what all of them begin or end does not load the machine at one moment. */
const APART_MS = 2500;
/** Sources that answer once in a while; some need two readings. */
const isComplete = ({ probes, logs, resources, rights }: ApiFacts): boolean =>
  probes.length >= 3 && [logs, resources, rights].every(({ state }) => state === 'observed');

/** Names that no signature knows. */
const groupOf = (index: number): string => `quayside-${index}`;
const nameOf = (index: number): string => `v1.${groupOf(index)}.example`;

/** What happens to a node happens to others on it. */
const OF_NODES: ReadonlySet<string> = new Set(['node-not-ready', 'node-under-pressure']);
/** A fault of the whole cluster is every API's. */
export const needsOwnCluster = ({ steps }: Course): boolean =>
  steps.some(({ fault }) => fault.scope === 'cluster' || OF_NODES.has(fault.id));

/**
 * Plays courses beside each other, each with an API of its own, in one cluster and in real time, and observes them as the exporter
 * does, with its own intervals.
 */
export async function playCourses(courses: readonly Course[]): Promise<Played[]> {
  const simulator = await startSimulator({
    scenario: smallScenario({
      name: 'courses',
      compression: 10,
      timeouts: 2,
      traffic: true,
      apiservers: courses.some(({ steps }) => steps.some(({ fault }) => fault.apiservers === 2)) ? 2 : 1,
      nodes: Array.from({ length: Math.min(20, 2 * courses.length + 1) }, (_, index) => `quay-${index}`),
      apis: courses.map(apiOf),
    }),
  });
  const { observer, stop } = observe(simulator, {
    probe: { allowAddresses: ['127.0.0.0/8'], inCluster: true },
    apiserverMetricsIntervalMs: 15_000,
    resourcesIntervalMs: 15_000,
    backendMetricsIntervalMs: 15_000,
    rightsIntervalMs: 60_000,
  });
  const ticks: Snapshot[] = [];
  const ticker = setInterval(() => ticks.push(observer.snapshot()), TICK_MS);
  try {
    await calm(ticks, courses.length);
    const marks = await Promise.all(courses.map((course, index) => run(simulator, ticks, course, nameOf(index), index * APART_MS)));
    return courses.map((course, index) => playedOf(course, marks[index]!, ticks, nameOf(index)));
  } finally {
    clearInterval(ticker);
    stop();
    await simulator.stop();
  }
}

function apiOf({ steps }: Course, index: number) {
  return {
    group: `${groupOf(index)}.example`,
    version: 'v1',
    namespace: groupOf(index),
    service: groupOf(index),
    resource: 'things',
    kind: 'Thing',
    replicas: Math.max(...steps.map(({ fault }) => fault.replicas ?? 1)),
    readinessProbe: !steps.some(({ fault }) => fault.without === 'readiness-probe'),
  };
}

async function calm(ticks: readonly Snapshot[], apis: number): Promise<void> {
  const isCalm = (snapshot: Snapshot | undefined) =>
    snapshot?.apis.length === apis && snapshot.apis.every((api) => isComplete(api) && !isIll(api));
  for (const deadline = Date.now() + CALM_WITHIN_MS; Date.now() < deadline; await sleep(200))
    if (ticks.length >= CALM_TICKS && ticks.slice(-CALM_TICKS).every(isCalm)) return;
  const ill = ticks
    .at(-1)
    ?.apis.filter((api) => !isComplete(api) || isIll(api))
    .map(({ name }) => name);
  throw new Error(`never calm: ${ill?.join(', ')}`);
}

const isIll = ({ condition, probes }: ApiFacts): boolean =>
  (condition.state === 'observed' && condition.value.status !== 'True') || probes.some(({ last }) => !last.ok);

async function run(
  simulator: Simulator,
  ticks: readonly Snapshot[],
  { steps, afterMs }: Course,
  api: string,
  waitMs: number,
): Promise<Mark[]> {
  const marks: Mark[] = [];
  await sleep(waitMs);
  for (const { fault, holdMs, untilProbed } of steps) {
    const from = Date.now();
    await simulator.inject(fault.id, api);
    await sleep(holdMs);
    const ill = () => ticks.at(-1)?.apis.some((one) => one.name === api && isIll(one));
    while (untilProbed && !ill() && Date.now() < from + PROBED_WITHIN_MS) await sleep(200);
    marks.push({ fault: fault.id, from, to: Date.now() });
    if (holdMs > 0 && (afterMs > 0 || fault !== steps.at(-1)?.fault)) await simulator.clear(fault.id, api);
  }
  // Seen by everybody until the last one is through.
  await sleep(afterMs);
  return marks;
}

const BEFORE_MS = 30_000;

function playedOf({ id, afterMs }: Course, marks: readonly Mark[], ticks: readonly Snapshot[], api: string): Played {
  const from = marks[0]!.from - BEFORE_MS;
  const to = marks.at(-1)!.to + afterMs + TICK_MS;
  const snapshots = ticks
    .filter(({ time }) => time >= from && time <= to)
    .map((snapshot) => ({ ...snapshot, apis: snapshot.apis.filter(({ name }) => name === api).map(slim) }));
  return { course: id, marks, snapshots };
}

/** Without what no signal reads. */
function slim(api: ApiFacts): ApiFacts {
  if (api.logs.state !== 'observed') return api;
  return { ...api, logs: { ...api.logs, value: { ...api.logs.value, unknownTemplates: [], lastWords: [] } } };
}
