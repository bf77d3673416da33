import { beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../../src/simulator/faults/list.ts';
import { AS_EXPECTED, BYSTANDER, comeMoveAndGo, playEach } from '../../simulator/support/fault-case.ts';

/** Clusters that run beside each other: little work in each, and much waiting. */
const AT_ONCE = 6;

describe('a fault moves its signals, no others, and none of another API', () => {
  let courses: ReturnType<typeof playEach>;
  beforeAll(() => {
    courses = playEach(FAULTS, AT_ONCE);
  });

  // A machine that is busy moves signals too: the second try is played alone.
  it.for(FAULTS)('$id', async (fault, { task }) => {
    const { id } = fault;
    const course = await (task.result?.retryCount ? comeMoveAndGo([fault]) : courses.get(id)!);
    expect(Object.fromEntries(course)).toEqual({ [id]: AS_EXPECTED, [BYSTANDER]: AS_EXPECTED });
  });
});
