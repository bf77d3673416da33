import { type ApiMinute, HOUR_VANTAGES, type HourVantage } from '../hour/api-hour.ts';
import type { HourHappening } from '../hour/happenings.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { MINUTE_MS, WIDTH } from '../hour/minute-ring.ts';
import { type Html, html } from './html.ts';
import { failingSince, type ShownApi } from './state.ts';
import type { Timeline } from './timeline.ts';
import { absolute } from './times.ts';

const VANTAGE_WORDS: Readonly<Record<HourVantage, string>> = {
  aggregator: 'kube-apiserver, discovery',
  list: 'kube-apiserver, list',
  service: 'Service, directly',
  endpoint: 'pods, directly',
};

export interface Recorded {
  readonly minutes: readonly (ApiMinute | undefined)[];
  readonly load: readonly (LoadMinute | undefined)[];
  readonly happenings: readonly HourHappening[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** The last hour of an API as it is drawn. */
export function hourOf(shown: ShownApi, { minutes, load, happenings, now }: Recorded): Timeline {
  const from = (Math.floor(now / MINUTE_MS) - WIDTH + 1) * MINUTE_MS;
  const isInside = ({ at }: { readonly at: number }) => at >= from && at <= now;
  return {
    title: 'The last hour',
    tableTitle: 'The same hour as a table',
    newest: 'now',
    from,
    step: MINUTE_MS,
    rows: minutes,
    load,
    vantages: HOUR_VANTAGES.map((vantage) => [vantage, VANTAGE_WORDS[vantage]]),
    bands: [],
    kinds: ['restart', 'change', 'policy', 'event'],
    happenings: happenings.filter(isInside).sort((a, b) => a.at - b.at),
    moments: momentsOf(shown).filter(isInside),
    readsLogs: shown.api.logs.state === 'observed',
    gaps: gapsIn(minutes),
    notRecorded: notRecorded(minutes, from),
  };
}

/** Nothing is said of when the cause began beyond when what shows it was first met. */
function momentsOf(shown: ShownApi): Timeline['moments'] {
  const since = failingSince(shown);
  const { diagnosis } = shown;
  const begin = since === undefined ? [] : [{ at: since, says: 'the failure begins' }];
  if (!diagnosis || diagnosis.cause === 'unknown') return begin;
  const shows = diagnosis.evidence.filter(({ points, since: met }) => points > 0 && met !== undefined);
  const first = shows.length === 0 ? undefined : Math.min(...shows.map((piece) => (piece.since ?? 0) * 1000));
  return first === undefined ? begin : [...begin, { at: first, says: `first evidence of ${diagnosis.cause}` }];
}

/** Stretches that are named; there may be more. */
const MOST_GAPS = 3;

/** What is empty in the drawing is no calm: it is said where nobody looked. */
function notRecorded(minutes: Recorded['minutes'], from: number): Html {
  const first = minutes.find((minute) => minute !== undefined);
  if (!first) return html`Nothing is recorded yet.`;
  const since = minutes[0] === undefined && html`Recorded since ${absolute(first.at)}; what was before is not known here. `;
  const gaps = gapsIn(minutes);
  const named = gaps.slice(-MOST_GAPS).map(([begin, end], i) => {
    const between = i > 0 && ', ';
    return html`${between}from ${absolute(from + begin * MINUTE_MS)} to ${absolute(from + end * MINUTE_MS)}`;
  });
  const more = gaps.length > MOST_GAPS && html`, and ${gaps.length - MOST_GAPS} more before`;
  return html`${since}${gaps.length > 0 && html`Not observed ${named}${more}: the exporter did not run then, or did not look.`}`;
}

/** Stretches in which nothing was recorded, between minutes in which something was: the first index, and the one after the last. */
function gapsIn(minutes: Recorded['minutes']): (readonly [begin: number, end: number])[] {
  const seen = minutes.flatMap((minute, i) => (minute ? [i] : []));
  return seen.flatMap((index, i) => {
    const before = seen[i - 1];
    return before === undefined || before === index - 1 ? [] : [[before + 1, index] as const];
  });
}
