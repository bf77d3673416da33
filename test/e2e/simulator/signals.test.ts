import { beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../../src/simulator/faults/list.ts';
import { AS_EXPECTED, BYSTANDER, playEach } from '../../simulator/support/fault-case.ts';

/** Clusters that run beside each other: little work in each, and much waiting. */
const AT_ONCE = 6;

describe('a fault moves its signals, no others, and none of another API', () => {
  let courses: ReturnType<typeof playEach>;
  beforeAll(() => {
    courses = playEach(FAULTS, AT_ONCE);
  });

  it.each(FAULTS.map(({ id }) => id))('%s', async (id) => {
    expect(Object.fromEntries(await courses.get(id)!)).toEqual({ [id]: AS_EXPECTED, [BYSTANDER]: AS_EXPECTED });
  });
});
