import type { ApiFacts, Change } from '../../domain/snapshot.ts';

/** A change, an event or a restart, as the axis shows it. */
export interface HourHappening {
  readonly kind: (typeof HOUR_HAPPENINGS)[number];
  /** Unix milliseconds. */
  readonly at: number;
  readonly says: string;
  readonly bad?: boolean;
}

export const HOUR_HAPPENINGS = ['restart', 'change', 'policy', 'event'] as const;

/** Those that a snapshot tells of one API, oldest first. */
export function happeningsOf(api: ApiFacts): HourHappening[] {
  return [...restarts(api), ...changesIn(api.changes), ...events(api)].sort(inTime);
}

export function changesIn(all: readonly Change[]): HourHappening[] {
  return all.map(({ what, at, object, summary }) => ({
    kind: what === 'network-policy' ? 'policy' : 'change',
    at,
    says: `${what}: ${object}${summary === '' ? '' : `, ${summary}`}`,
  }));
}

function restarts({ pods }: ApiFacts): HourHappening[] {
  if (pods.state !== 'observed') return [];
  return pods.value.flatMap((pod) =>
    pod.containers.flatMap(({ name, restartTimes }) =>
      restartTimes.map((at): HourHappening => ({ kind: 'restart', at, says: `${name} in ${pod.name} restarted`, bad: true })),
    ),
  );
}

function events({ events: of }: ApiFacts): HourHappening[] {
  if (of.state !== 'observed') return [];
  return of.value.recent.map(({ type, reason, object, at, count }) => ({
    kind: 'event',
    at,
    says: `${reason}: ${object}${count > 1 ? ` (×${count})` : ''}`,
    bad: type === 'Warning',
  }));
}

/** Two looks at one change give it times this far apart at most: managedFields have whole seconds. */
const SAME_MS = 2000;

/**
 * What was told before a restart beside what is told now: a new exporter reads of a change that it was written, and the one before it saw what
 * changed. Where both tell of one object at one time, who saw it is believed; of an event that repeats, who saw it last.
 */
export function withEarlier(now: readonly HourHappening[], earlier: readonly HourHappening[]): readonly HourHappening[] {
  if (earlier.length === 0) return now;
  const repeats = new Set(now.filter(({ kind }) => kind === 'event').map(eventOf));
  const kept = earlier.filter((one) => one.kind !== 'event' || !repeats.has(eventOf(one)));
  const told = (one: HourHappening) => kept.some((seen) => isSame(seen, one));
  return [...kept, ...now.filter((one) => one.kind === 'event' || !told(one))].sort(inTime);
}

function isSame(a: HourHappening, b: HourHappening): boolean {
  return a.kind === b.kind && Math.abs(a.at - b.at) < SAME_MS && objectOf(a) === objectOf(b);
}

const inTime = (a: HourHappening, b: HourHappening) => a.at - b.at;
const objectOf = ({ says }: HourHappening) => says.replace(/, .*$/s, '');
const eventOf = ({ says }: HourHappening) => says.replace(/ \(×\d+\)$/, '');
