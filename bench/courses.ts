import { type Course, needsOwnCluster, type Played, playCourses } from '../test/simulator/support/course.ts';
import { allPairs, heldFaults, somePairs } from '../test/simulator/support/pairs.ts';
import { readTapes, writeTapes } from '../test/simulator/support/tape.ts';
import { isStalled, missOfPair } from '../test/simulator/support/verdicts.ts';

/**
 * `npm run courses -- pairs | held-shared | held-own`: plays them in real time and writes test/tapes/<name>.json.gz (15 to 40 minutes).
 * With the names of faults behind it only the courses in which one of them comes, and the others stay as they were recorded.
 * `npm run courses -- all`: every ordered pair, judged and not kept (about six hours).
 * Faults of one API are played beside each other in one cluster, the others each in a cluster of its own.
 */
const AT_ONCE = 10;
const OWN_AT_ONCE = 6;

async function played(courses: readonly Course[]): Promise<Played[]> {
  const found: Played[] = [];
  const shared = courses.filter((course) => !needsOwnCluster(course));
  const lots = [
    ...chunks(shared, AT_ONCE).map((lot) => [lot]),
    ...chunks(courses.filter(needsOwnCluster), OWN_AT_ONCE).map((lot) => lot.map((course) => [course])),
  ];
  for (const [index, lot] of lots.entries()) {
    console.log(`lot ${index + 1} of ${lots.length}: ${lot.flat().length} courses`);
    for (const result of await Promise.allSettled(lot.map(playCourses)))
      if (result.status === 'fulfilled') found.push(...result.value);
      else console.log(`not played: ${result.reason}`);
  }
  return found;
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

async function judged(courses: readonly Course[]): Promise<void> {
  const results = await played(courses);
  const misses = results.flatMap((one) => missOfPair(one)?.replace(/^/, `${one.course}: `) ?? []);
  for (const miss of misses) console.log(miss);
  console.log(`${results.length - misses.length} of ${results.length} pairs: the second is named within 15 s, and stays`);
}

/** Those of a tape, or the ones with some faults of it. A course that could not be played, or during which the machine stood still, stays as it was. */
async function record(name: string, courses: readonly Course[], faults: readonly string[]): Promise<void> {
  const known = new Set<string>(courses.flatMap(({ steps }) => steps.map(({ fault }) => fault.id)));
  const unknown = faults.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: in no course of ${name}; there are ${[...known].sort().join(', ')}`);
  const wanted = courses.filter(({ steps }) => faults.length === 0 || steps.some(({ fault }) => faults.includes(fault.id)));
  const found = new Map(readTapes(name).map((one) => [one.course, one]));
  for (const one of await played(wanted)) {
    if (isStalled(one)) console.log(`${one.course}: the machine stood still`);
    if (!isStalled(one) || !found.has(one.course)) found.set(one.course, one);
  }
  writeTapes(
    name,
    courses.flatMap(({ id }) => found.get(id) ?? []),
  );
}

/** Of the hundred pairs; another seed needs other tapes. */
const SEED = 11;
const [what, ...faults] = process.argv.slice(2);
if (what === 'pairs') await record(what, somePairs(100, SEED), faults);
else if (what === 'held-shared' || what === 'held-own') {
  const courses = heldFaults().filter((course) => needsOwnCluster(course) === (what === 'held-own'));
  await record(what, courses, faults);
} else if (what === 'all') await judged(allPairs());
else throw new Error(`${what}: allowed are pairs, held-shared, held-own, all`);
// What the servers of a course that was cut off still wait for would keep the process.
process.exit();
