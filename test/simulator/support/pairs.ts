import type { Fault } from '../../../src/simulator/faults/fault.ts';
import { FAULTS, type FaultId } from '../../../src/simulator/faults/list.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import type { Course } from './course.ts';

/** Three seconds of a fault, long enough to be probed; then another for two minutes. */
const FIRST_MS = 3000;
const SECOND_MS = 120_000;

/** They hurt at times of their own, not when they begin. */
const isSteady = ({ pattern }: Fault<FaultId>): boolean => pattern !== 'periodic';

/** All ordered pairs of the simulator's faults, in the order of their list. */
export function allPairs(): Course[] {
  const faults = FAULTS.filter(isSteady);
  return faults.flatMap((first) => faults.filter((second) => second !== first).map((second) => pairOf(first, second)));
}

export const pairOf = (first: Fault<FaultId>, second: Fault<FaultId>): Course => ({
  id: `${first.id}, then ${second.id}`,
  steps: [
    { fault: first, holdMs: FIRST_MS, untilProbed: true },
    { fault: second, holdMs: SECOND_MS },
  ],
  afterMs: 0,
});

/** As many of them, the same for the same seed. Each fault is the second of about as many. */
export function somePairs(count: number, seed: number): Course[] {
  const random = createRandom(seed);
  const faults = FAULTS.filter(isSteady);
  const chosen = new Map<string, Course>();
  for (let turn = 0; chosen.size < count; turn += 1) {
    const second = faults[turn % faults.length]!;
    const first = random.pick(faults.filter((fault) => fault !== second));
    const pair = pairOf(first, second);
    chosen.set(pair.id, pair);
  }
  return [...chosen.values()];
}

/** Five minutes of each fault, and how it ends. */
export const heldFaults = (): Course[] => FAULTS.map((fault) => ({ id: fault.id, steps: [{ fault, holdMs: 300_000 }], afterMs: 90_000 }));
