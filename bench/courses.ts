import { type Course, needsOwnCluster, type Played, playCourses } from '../test/simulator/support/course.ts';
import { heldFaults, somePairs } from '../test/simulator/support/pairs.ts';
import { writeTapes } from '../test/simulator/support/tape.ts';

const AT_ONCE = Number(process.env.AT_ONCE ?? 20);
const OWN_AT_ONCE = Number(process.env.OWN_AT_ONCE ?? 4);

async function played(courses: readonly Course[]): Promise<Played[]> {
  const found: Played[] = [];
  const own = courses.filter(needsOwnCluster);
  const shared = courses.filter((course) => !needsOwnCluster(course));
  const lots = [...chunks(shared, AT_ONCE).map((lot) => [lot]), ...chunks(own, OWN_AT_ONCE).map((lot) => lot.map((course) => [course]))];
  for (const lot of lots) {
    console.log(
      `${new Date().toISOString()} ${lot
        .flat()
        .map(({ id }) => id)
        .join('; ')}`,
    );
    for (const result of await Promise.allSettled(lot.map(playCourses)))
      if (result.status === 'fulfilled') found.push(...result.value);
      else console.log(`not played: ${result.reason}`);
  }
  return found;
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

const what = process.argv[2];
const only = process.argv[3]?.split(',');
if (what === 'pairs') writeTapes('pairs', await played(somePairs(100, 11)));
else if (what === 'held') writeTapes('held', await played(heldFaults().filter(({ id }) => !only || only.includes(id))));
else throw new Error('pairs or held');
