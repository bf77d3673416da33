import { beforeAll, describe, expect, it } from 'vitest';
import { needsOwnCluster, type Played, playCourses } from '../../simulator/support/course.ts';
import { somePairs } from '../../simulator/support/pairs.ts';
import { missOfPair } from '../../simulator/support/verdicts.ts';

/** Ten of the hundred pairs that npm test replays, in real time. They come and go, or take their minute: test/diagnose/replay. */
const LATER =
  /^selector-matches-no-pods, then connection-refused|then (?:backend-slow|memory-near-limit|packet-loss|pod-evicted|pod-restarting|dns-failing)$/;
const PAIRS = somePairs(100, 11)
  .filter((course) => !needsOwnCluster(course) && !LATER.test(course.id))
  .slice(0, 10);

describe('the second of two faults, in real time', () => {
  let played: readonly Played[];
  beforeAll(async () => {
    played = await playCourses(PAIRS);
  }, 360_000);

  it.each(PAIRS.map(({ id }) => id))('%s', (id) => {
    expect(missOfPair(played.find(({ course }) => course === id)!)).toBeUndefined();
  });
});
