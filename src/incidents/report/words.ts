import { isoTime } from '../../diagnose/report/printable.ts';
import { HURT_KIND_NAMES, HURT_KINDS } from '../../domain/impact.ts';
import type { CauseSpan, Happening, Incident, VantageCount } from '../../domain/incident.ts';
import { VANTAGE_FACTS } from '../../domain/probe.ts';
import { sureness } from '../../domain/sureness.ts';

/** Whether it goes on, and how it ended: what is known, and no more. One sentence without its full stop. */
export function stateInWords({ state, ending, ended, lastFailing }: Incident): string {
  if (ended === undefined) return OPEN_WORDS[state === 'ended' ? 'failing' : state](lastFailing);
  switch (ending) {
    case 'while-away':
      return `it ended while nobody looked, between ${isoTime(lastFailing)} and ${isoTime(ended)}`;
    case 'deleted':
      return `its APIService was deleted at ${isoTime(ended)} while it failed`;
    case 'not-watched':
      return `it is not watched any more since ${isoTime(ended)}: its APIService was deleted, or the configuration excludes it or leaves it to another shard`;
    default:
      return `nothing errs since ${isoTime(ended)}`;
  }
}

const OPEN_WORDS = {
  failing: () => 'it goes on',
  recovering: () => 'every vantage passes since a moment ago',
  'not-observed': (lastFailing: number) => `nothing tells whether it goes on: it was last seen to fail at ${isoTime(lastFailing)}`,
} as const;

/** `2 min 38 s`; of one that goes on, until it was last seen to fail; of one that ended unseen, the least. */
export function lengthInWords({ began, ended, ending, lastFailing, beganUnseen }: Incident): string {
  const unsure = beganUnseen || ending === 'while-away' || ended === undefined;
  const until = ended === undefined || ending === 'while-away' ? lastFailing : ended;
  return `${unsure ? 'at least ' : ''}${twoUnits(Math.round(until - began))}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** Whole numbers of the two largest units that it has: what lasted 2.63 min nobody finds on a clock. */
function twoUnits(seconds: number): string {
  const largest = UNITS.findIndex(([, size]) => seconds >= size);
  if (largest < 0) return '0 s';
  let left = seconds;
  return UNITS.slice(largest, largest + 2)
    .map(([unit, size]) => {
      const whole = Math.floor(left / size);
      left %= size;
      return whole === 0 ? '' : `${whole} ${unit}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}

export function beginInWords({ began, beganUnseen }: Incident): string {
  return beganUnseen ? `${isoTime(began)} or earlier: it failed already when it was first looked at` : isoTime(began);
}

/** Undefined where it failed in one stretch. */
export function returnsInWords({ returned, interruptions }: Incident): string | undefined {
  if (returned === 0) return undefined;
  const newest = interruptions.slice(-3).map(({ from, to }) => `${isoTime(from)} to ${isoTime(to)}`);
  return `it passed and came back ${returned === 1 ? 'once' : `${returned} times`}; it passed ${returned > newest.length ? 'last ' : ''}from ${newest.join(', from ')}`;
}

export function spanInWords({ cause, title, confidence, from, to }: CauseSpan): string {
  const sure = cause === 'unknown' ? '' : ` (\`${cause}\`, ${sureness(confidence)} sure)`;
  return `${isoTime(from)} ${to === undefined ? '…' : `to ${isoTime(to)}`}: ${title}${sure}`;
}

export function happeningInWords({ at, what, says, message }: Happening): string {
  return `${isoTime(at)} ${what}: ${says}${message ? `: ${message}` : ''}`;
}

export function vantageInWords({ vantage, asked, failed }: VantageCount): string {
  return `${VANTAGE_FACTS[vantage].words}: ${failed} of ${asked} requests failed`;
}

/** `12 HPAs cannot scale`; undefined where nobody was seen to be hurt. */
export function hurtCountsInWords({ hurtCounts }: Incident): string | undefined {
  const words = HURT_KIND_NAMES.flatMap((kind) => {
    const count = hurtCounts[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? HURT_KINDS[kind].one : HURT_KINDS[kind].many}`];
  });
  return words.length === 0 ? undefined : words.join(', ');
}

/** It coincides, which is no proof: nothing may say more. */
export const COINCIDES = 'coincides with the end';
