import { HOUR } from '../domain/criterion.ts';
import type { FailurePattern } from '../domain/pattern.ts';
import type { Episode } from './episodes.ts';
import { COARSEST_ONSET, LongMemory } from './long-memory.ts';
import { type Period, periodOf } from './period.ts';
import { LATEST_DAYS, timeOfDay } from './time-of-day.ts';
import { DAY } from './watched.ts';

/** A failure that was seen to begin counts as persistent from here on; until then it may pass by itself. Seconds. */
const PERSISTENT_AFTER = 20;
/** With earlier failures in the hour a new one must also outlast them. */
const PERSISTENT_AFTER_FLAPPING = 300;
/** Share of the time that fails from which short recoveries no longer make an outage intermittent. */
const MOSTLY_FAILING = 0.9;
/** A period is over when this many of it have passed without a failure. */
const PERIODS_MISSED = 2.5;

/**
 * How the failures of an API spread over time. A pure function of the episodes that were seen:
 * `none` in the last hour, one that passed is `transient`, several are `intermittent`, several at even intervals `periodic`,
 * one that stays is `persistent`.
 * @param now Unix seconds.
 * @param knownSince when the cluster itself dates the current failure (the condition's last transition), Unix seconds.
 * @param memory of more than the episodes.
 */
export function patternOf(
  episodes: readonly Episode[],
  now: number,
  knownSince?: number,
  memory: LongMemory = new LongMemory(),
): FailurePattern {
  const last = episodes.at(-1);
  const ongoing = last && last.end === undefined ? last : undefined;
  const recent = episodes.filter((episode) => (episode.end ?? now) > now - HOUR);
  const since = ongoing && Math.min(ongoing.start, knownSince ?? Number.POSITIVE_INFINITY);
  const seen = { ...onsetsOf(episodes, now, memory), ...sinceOf(since) };
  const period = currentPeriod(episodes, now);

  if (ongoing && since !== undefined && isPersistent({ recent, ongoing, seconds: now - since, period, now }))
    return { name: 'persistent', ...seen };
  if (period) return { name: 'periodic', ...seen, periodSeconds: period.period, phaseSeconds: period.phase };
  if (recent.length === 0) return { name: 'none', ...seen };
  return { name: recent.length === 1 ? 'transient' : 'intermittent', ...seen };
}

const sinceOf = (since: number | undefined): Pick<FailurePattern, 'since'> => (since === undefined ? {} : { since });

function onsetsOf(
  episodes: readonly Episode[],
  now: number,
  memory: LongMemory,
): Pick<FailurePattern, 'onsets' | 'timeOfDay' | 'dayOfWeek'> {
  const onsets = episodes.filter((episode) => episode.uncertainty <= COARSEST_ONSET).map((episode) => episode.start);
  const daily = timeOfDay(withRemembered(onsets, memory, now), memory.hours, now);
  const weekly = memory.weekly(now);
  return { onsets, ...(daily === undefined ? {} : { timeOfDay: daily }), ...(weekly === undefined ? {} : { dayOfWeek: weekly }) };
}

/** Episodes tell of a new exporter's own time only; what the memory has of before, it has from others. */
function withRemembered(onsets: readonly number[], memory: LongMemory, now: number): readonly number[] {
  const first = onsets[0] ?? now;
  return [...memory.onsetsSince(now - LATEST_DAYS * DAY).filter((onset) => onset < first), ...onsets];
}

interface Outage {
  /** Episodes of the last hour. */
  readonly recent: readonly Episode[];
  readonly ongoing: Episode;
  readonly seconds: number;
  readonly period: Period | undefined;
  readonly now: number;
}

function isPersistent({ recent, ongoing, seconds, period, now }: Outage): boolean {
  const earlier = recent.filter((episode) => episode !== ongoing);
  if (earlier.length === 0) return seconds >= PERSISTENT_AFTER || ongoing.uncertainty > COARSEST_ONSET;
  if (period) return seconds > period.period;
  const longest = Math.max(...earlier.map((episode) => durationOf(episode, now)));
  if (seconds >= Math.max(PERSISTENT_AFTER_FLAPPING, 2 * longest)) return true;
  const [first = ongoing] = recent;
  const span = now - first.start;
  const failing = recent.reduce((sum, episode) => sum + durationOf(episode, now), 0);
  return span >= PERSISTENT_AFTER_FLAPPING && failing / span >= MOSTLY_FAILING;
}

function durationOf(episode: Episode, now: number): number {
  return (episode.end ?? now) - episode.start;
}

function currentPeriod(episodes: readonly Episode[], now: number): Period | undefined {
  const exact = episodes.filter((episode) => episode.uncertainty <= COARSEST_ONSET);
  const uncertainties = exact.map((episode) => episode.uncertainty).sort((a, b) => a - b);
  const resolution = uncertainties[uncertainties.length >> 1];
  const last = exact.at(-1);
  if (exact.length < 3 || resolution === undefined || last === undefined) return undefined;
  // The true onset lies between the last good sample and the first bad one.
  const period = periodOf(
    exact.map((episode) => episode.start - episode.uncertainty / 2),
    resolution,
  );
  return period && now - last.start <= PERIODS_MISSED * period.period ? period : undefined;
}
