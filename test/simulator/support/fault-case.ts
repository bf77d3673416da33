import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalId } from '../../../src/domain/ids.ts';
import type { Fault } from '../../../src/simulator/faults/fault.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { alwaysMoves, isSignature, movesOf, SHARED } from './fault-movements.ts';
import { apiFor, nameOf } from './fault-signs.ts';
import { createMovements, type Movements } from './movements.ts';
import { observe } from './observed.ts';
import { smallScenario } from './scenario.ts';

/** What an API's signals did while its fault came and went. */
export interface Course {
  /** Expected to move, and did not. */
  readonly still: readonly string[];
  /** Moved, and nobody expected it. */
  readonly strays: readonly string[];
  /** All was well again without the fault. */
  readonly recovered: boolean;
}

/** Of a fault that moves what it should, and of an API that nothing happened to. */
export const AS_EXPECTED: Course = { still: [], strays: [], recovered: true };
export const BYSTANDER = 'bystander';

/** For a machine that is busy with other things. */
const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 400;
/** The range of a calm signal, and what a fault moves late, show within so many looks. */
const LOOKS = 5;

/** Seen when every source has answered; some need two readings. */
const LAST_TO_COME: readonly SignalId[] = [
  'list-failing',
  'auth-reader-bound',
  'cpu-usage',
  'etcd-seconds',
  'apiserver-seconds',
  'backend-authz-failures',
];
const COMPLETE: readonly SignalId[] = [...LAST_TO_COME, 'direct-seconds', 'log-fatal-lines', 'front-proxy-ca-published'];

/** Faults of as many APIs, all at once, in one cluster with one that nothing happens to. The courses by fault; `bystander` is the other one's. */
export async function comeMoveAndGo(faults: readonly Fault<FaultId>[]): Promise<ReadonlyMap<string, Course>> {
  const simulator = await startSimulator({
    scenario: smallScenario({
      compression: 10,
      timeouts: 2,
      traffic: true,
      apiservers: faults.some(({ apiservers }) => apiservers === 2) ? 2 : 1,
      nodes: Array.from({ length: faults.length + 2 }, (_, index) => `quay-${index}`),
      apis: [...faults.map(apiFor), apiFor({ id: BYSTANDER })],
    }),
  });
  const { observer, stop } = observe(simulator, {
    probe: {
      intervalMs: 1000,
      burstStepMs: 500,
      firstWithinMs: 500,
      listTimeoutMs: 5000,
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
    },
    apiserverMetricsIntervalMs: 1000,
    resourcesIntervalMs: 1000,
    backendMetricsIntervalMs: 1000,
    rightsIntervalMs: 1000,
  });
  try {
    return await play(simulator, createMovements(observer), faults);
  } finally {
    stop();
    await simulator.stop();
  }
}

async function play(simulator: Simulator, movements: Movements, faults: readonly Fault<FaultId>[]): Promise<ReadonlyMap<string, Course>> {
  const everybody = [...faults.map(nameOf), nameOf({ id: BYSTANDER })];
  const isCalm = (api: string) => isWell(movements, api) && isComplete(movements, api);
  await looking(movements, () => everybody.every(isCalm));
  if (!everybody.every(isCalm)) throw new Error(`never calm: ${everybody.filter((api) => !isCalm(api)).join(', ')}`);
  for (let looks = 0; looks < LOOKS; looks += 1) {
    movements.calm();
    await sleep(LOOK_EVERY_MS);
  }
  movements.forget();
  await Promise.all(faults.map((fault) => simulator.inject(fault.id, nameOf(fault))));
  const stillOf = (fault: Fault<FaultId>) => movesOf(fault.id).moves.filter((signal) => !movements.moved(nameOf(fault)).has(signal));
  await looking(movements, () => faults.every((fault) => stillOf(fault).length === 0));
  for (let looks = 0; looks < LOOKS; looks += 1) {
    movements.look();
    await sleep(LOOK_EVERY_MS);
  }
  const seen = faults.map((fault) => ({ fault, still: stillOf(fault), strays: straysOf(movements, nameOf(fault), movesOf(fault.id)) }));
  // A fault of the whole cluster is the bystander's too.
  const strays = faults.some(({ scope }) => scope === 'cluster') ? [] : straysOf(movements, nameOf({ id: BYSTANDER }));
  await Promise.all(faults.map((fault) => simulator.clear(fault.id, nameOf(fault))));
  await looking(movements, () => everybody.every((api) => isWell(movements, api)));
  const courses = seen.map(({ fault, ...course }): [string, Course] => [
    fault.id,
    { ...course, recovered: isWell(movements, nameOf(fault)) },
  ]);
  return new Map([...courses, [BYSTANDER, { still: [], strays, recovered: isWell(movements, nameOf({ id: BYSTANDER })) }]]);
}

/** Looks until it is enough, or until it is time to say what is missing. */
async function looking(movements: Movements, enough: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (movements.look(); !enough() && Date.now() < deadline; movements.look()) await sleep(LOOK_EVERY_MS);
}

const isWell = ({ value }: Movements, api: string): boolean =>
  value(api, 'failing') === 0 && value(api, 'list-failing') === 0 && value(api, 'available') === 1;
const isComplete = ({ value }: Movements, api: string): boolean => COMPLETE.every((signal) => value(api, signal) !== undefined);

/** Without `known`: of an API that nothing happens to. */
function straysOf(movements: Movements, api: string, known?: { moves: readonly string[]; mayMove: readonly string[] }): string[] {
  const expected = new Set([...(known?.moves ?? []), ...(known?.mayMove ?? []), ...SHARED]);
  // What a broken server says can point to more than one cause, on purpose.
  const mayPoint = (signal: string) => known !== undefined && isSignature(signal);
  return [...movements.moved(api)].filter((signal) => !expected.has(signal) && !alwaysMoves(signal) && !mayPoint(signal)).sort();
}

/**
 * Each fault in a cluster of its own, so that what all APIs share can be looked at too; a few at a time. Returns the courses of each
 * by its fault.
 */
export function playEach(faults: readonly Fault<FaultId>[], atOnce: number): ReadonlyMap<string, Promise<ReadonlyMap<string, Course>>> {
  const waiting: (() => Promise<void>)[] = [];
  const courses = new Map(
    faults.map((fault) => {
      const course = new Promise<ReadonlyMap<string, Course>>((resolve, reject) => {
        waiting.push(() => comeMoveAndGo([fault]).then(resolve, reject));
      });
      // Told by the test of its name.
      course.catch(() => {});
      return [fault.id, course];
    }),
  );
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  for (let worker = 0; worker < atOnce; worker += 1) void work();
  return courses;
}
