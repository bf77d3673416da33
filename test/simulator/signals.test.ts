import { beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../src/simulator/faults/list.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { AS_EXPECTED, BYSTANDER, type Course, comeMoveAndGo } from './support/fault-case.ts';
import { isSignature, MOVED_FAULTS } from './support/fault-movements.ts';

useLoopTime();

/** Different in what they lay hands on: a port, a process, a certificate, an object, a right, a dependency. All of them: test/e2e/simulator. */
const REPRESENTATIVE = [
  'backend-dependency-failing',
  'connection-refused',
  'delegated-auth-failing',
  'out-of-memory-killed',
  'selector-matches-no-pods',
  'serving-certificate-expired',
];

describe('the table of faults and the signals that they move', () => {
  it('has a line for each fault', () => {
    expect([...MOVED_FAULTS].sort()).toEqual(FAULTS.map(({ id }) => id).sort());
  });
});

describe('each of some faults moves its signals, no others, and none of another API', () => {
  let courses: ReadonlyMap<string, Course>;
  beforeAll(async () => {
    courses = await comeMoveAndGo(FAULTS.filter(({ id }) => REPRESENTATIVE.includes(id)));
  }, 300_000);

  it.each(REPRESENTATIVE)('%s', (id) => expect(courses.get(id)).toEqual(AS_EXPECTED));

  it('the other API', () => {
    const { strays, ...rest } = courses.get(BYSTANDER)!;
    // A server whose machine is busy complains, and then there is something to match.
    expect({ ...rest, strays: strays.filter((signal) => !isSignature(signal)) }).toEqual(AS_EXPECTED);
  });
});
