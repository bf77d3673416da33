import type { Happening, Incident } from '../domain/incident.ts';
import { observedValue } from '../domain/observed.ts';
import type { ApiFacts, Change, ClusterEvent, ClusterFacts } from '../domain/snapshot.ts';

/** How far before the begin is looked, seconds. */
const LOOK_BACK = 900;
export const MOST_BEFORE = 20;
/** What coincides with the end: at most so long before it, or so shortly after, as clocks and probes differ. Seconds. */
const END_BEFORE = 120;
const END_AFTER = 10;
const LONGEST_WORDS = 512;

/** Changes and events of the quarter of an hour before `began`, oldest first; of more than 20 the newest. Times in Unix seconds. */
export function happenedBefore(began: number, api: ApiFacts, cluster: ClusterFacts): Happening[] {
  return happenings(api, cluster)
    .filter(({ at }) => at <= began && at >= began - LOOK_BACK)
    .slice(-MOST_BEFORE);
}

/** Those that are told first, and the newest. */
const MOST_DURING = 20;
const FIRST_DURING = 8;

/** Takes in what happens while it lasts: changes, events and restarts, each once; an event that repeats at its first time, in its newest words. */
export function withHappenings(
  { began, during = [] }: Incident,
  now: number,
  api: ApiFacts,
  cluster: ClusterFacts,
): Pick<Incident, 'during'> {
  const seen = [...happenings(api, cluster), ...restarts(api)].filter(({ at }) => at > began && at <= now);
  const known = new Map(during.map((one) => [keyOf(one), one]));
  for (const one of seen) known.set(keyOf(one), { ...one, at: known.get(keyOf(one))?.at ?? one.at });
  if (known.size === 0) return {};
  const all = [...known.values()].sort((a, b) => a.at - b.at);
  return { during: all.length <= MOST_DURING ? all : [...all.slice(0, FIRST_DURING), ...all.slice(FIRST_DURING - MOST_DURING)] };
}

const keyOf = ({ at, what, says }: Happening): string => (what === 'event' ? says.replace(/ \(\d+ times\)$/, '') : `${at} ${what} ${says}`);

function restarts({ pods }: ApiFacts): Happening[] {
  return (observedValue(pods) ?? []).flatMap((pod) =>
    pod.containers.flatMap(({ name, restartTimes }) =>
      restartTimes.map((at): Happening => ({ at: at / 1000, what: 'restart', says: `${name} in ${pod.name} restarted` })),
    ),
  );
}

/**
 * The change that coincides with the end, else the event of an ordinary kind (a container started, a pod was scheduled): the nearest one
 * before it. Warnings are what a failure looks like, and no end of it. It need not be why it ended, and nothing may say so.
 */
export function coincidesWithEnd(began: number, ended: number, api: ApiFacts, cluster: ClusterFacts): Happening | undefined {
  const from = Math.max(began, ended - END_BEFORE);
  const near = happenings(api, cluster, ({ type }) => type === 'Normal').filter(({ at }) => at > from && at <= ended + END_AFTER);
  return near.findLast(({ what }) => what !== 'event') ?? near.at(-1);
}

function happenings(api: ApiFacts, cluster: ClusterFacts, wanted: (event: ClusterEvent) => boolean = () => true): Happening[] {
  const events = [...(observedValue(api.events)?.recent ?? []), ...(observedValue(cluster.systemEvents) ?? [])];
  return [...[...api.changes, ...cluster.changes].map(ofChange), ...events.filter(wanted).map(ofEvent)].sort((a, b) => a.at - b.at);
}

function ofChange({ what, at, object, summary, manager }: Change): Happening {
  return { at: at / 1000, what, says: `${object}: ${summary}${manager === undefined ? '' : `, by ${manager}`}`.slice(0, LONGEST_WORDS) };
}

function ofEvent({ at, reason, object, message, count }: ClusterEvent): Happening {
  return {
    at: at / 1000,
    what: 'event',
    says: `${reason} ${object}${count > 1 ? ` (${count} times)` : ''}`.slice(0, LONGEST_WORDS),
    message: message.slice(0, LONGEST_WORDS),
  };
}
