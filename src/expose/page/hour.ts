import type { ApiFacts, Change, ClusterFacts } from '../../domain/snapshot.ts';
import { type ApiMinute, HOUR_VANTAGES, type HourVantage } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { MINUTE_MS, WIDTH } from '../hour/minute-ring.ts';
import { type Html, html } from './html.ts';
import { failingSince, type ShownApi } from './state.ts';
import type { Happening, Timeline } from './timeline.ts';
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
  /** Unix milliseconds. */
  readonly now: number;
}

/** The last hour of an API as it is drawn. */
export function hourOf(shown: ShownApi, cluster: ClusterFacts, { minutes, load, now }: Recorded): Timeline {
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
    happenings: [...restarts(shown.api), ...changes([...shown.api.changes, ...cluster.changes]), ...events(shown.api)]
      .filter(isInside)
      .sort((a, b) => a.at - b.at),
    moments: momentsOf(shown).filter(isInside),
    readsLogs: shown.api.logs.state === 'observed',
    notRecorded: notRecorded(minutes),
  };
}

function restarts({ pods }: ApiFacts): Happening[] {
  if (pods.state !== 'observed') return [];
  return pods.value.flatMap((pod) =>
    pod.containers.flatMap(({ name, restartTimes }) =>
      restartTimes.map((at): Happening => ({ kind: 'restart', at, says: `${name} in ${pod.name} restarted`, bad: true })),
    ),
  );
}

function changes(all: readonly Change[]): Happening[] {
  return all.map(({ what, at, object, summary }) => ({
    kind: what === 'network-policy' ? 'policy' : 'change',
    at,
    says: `${what}: ${object}${summary === '' ? '' : `, ${summary}`}`,
  }));
}

function events({ events: of }: ApiFacts): Happening[] {
  if (of.state !== 'observed') return [];
  return of.value.recent.map(({ type, reason, object, at, count }) => ({
    kind: 'event',
    at,
    says: `${reason}: ${object}${count > 1 ? ` (×${count})` : ''}`,
    bad: type === 'Warning',
  }));
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

function notRecorded(minutes: Recorded['minutes']): Html {
  const first = minutes.find((minute) => minute !== undefined);
  if (minutes[0] !== undefined) return html``;
  return first ? html`Recorded since ${absolute(first.at)}; what was before is not known here.` : html`Nothing is recorded yet.`;
}
