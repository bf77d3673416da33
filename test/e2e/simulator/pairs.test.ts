import { beforeAll, describe, expect, it } from 'vitest';
import { needsOwnCluster, type Played, playCourses } from '../../simulator/support/course.ts';
import { somePairs } from '../../simulator/support/pairs.ts';
import { missOfPair } from '../../simulator/support/verdicts.ts';

/**
 * Ten of the hundred pairs that npm test replays, in real time. Some come and go, or take their minute: test/diagnose/replay. CPU time is a
 * mean of two readings, fifteen seconds apart as kubelets measure it, so it can be named later than that.
 */
const LATER = /then (?:backend-slow|cpu-throttled|memory-near-limit|packet-loss|pod-evicted|pod-restarting)$/;
const PAIRS = somePairs(100, 11)
  .filter((course) => !needsOwnCluster(course) && !LATER.test(course.id))
  .slice(0, 10);
const PLAY_MS = 360_000;

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
