import { beforeAll, describe, expect, it } from 'vitest';
import { FAULTS, type FaultId } from '../../../src/simulator/faults/list.ts';
import { type Played, playCourses } from '../../simulator/support/course.ts';
import { pairOf } from '../../simulator/support/pairs.ts';
import { missOfPair } from '../../simulator/support/verdicts.ts';

/**
 * Ten of the hundred pairs that npm test replays, in real time. Some come and go, or take their minute: test/diagnose/replay. By name, as
 * a new fault would draw others, of which nobody knows whether they hold.
 */
const PAIRS = (
  [
    ['no-ready-endpoints', 'aggregator-path-blocked'],
    ['selector-matches-no-pods', 'backend-dependency-failing'],
    ['no-ready-endpoints', 'bad-flag-or-config'],
    ['out-of-memory-killed', 'ca-bundle-mismatch'],
    ['memory-near-limit', 'ca-bundle-replaced'],
    ['network-policy-blocking', 'client-side-throttled'],
    ['selector-matches-no-pods', 'connection-refused'],
    ['image-pull-failing', 'connection-reset'],
    ['pod-crash-looping', 'connection-timed-out'],
    ['pod-evicted', 'container-config-invalid'],
  ] satisfies [FaultId, FaultId][]
).map(([first, second]) => pairOf(faultOf(first), faultOf(second)));
const PLAY_MS = 360_000;

function faultOf(id: FaultId) {
  return FAULTS.find((fault) => fault.id === id)!;
}

describe('the second of two faults, in real time', () => {
  let together: readonly Played[];
  beforeAll(async () => {
    together = await playCourses(PAIRS);
  }, PLAY_MS);

  it.for(PAIRS)('$id', { timeout: PLAY_MS }, async (course, { task }) => {
    const tries = task.result?.retryCount ?? 0;
    if (tries === 0) return expect(missOfPair(together.find((played) => played.course === course.id)!)).toBeUndefined();
    // The course that missed would miss again.
    console.log(`try ${tries + 1}: ${course.id} is played anew, alone`);
    const [alone] = await playCourses([course]);
    expect(missOfPair(alone!)).toBeUndefined();
  });
});
