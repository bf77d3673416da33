import type { ApiFacts, Change, ClusterFacts } from '../../domain/snapshot.ts';
import { type ApiMinute, HOUR_VANTAGES, type HourVantage } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { MINUTE_MS, WIDTH } from '../hour/minute-ring.ts';
import { duration, percent } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import type { Regions } from './regions.ts';
import { failingSince, type ShownApi } from './state.ts';
import { absolute } from './times.ts';

/** What stands on one time axis. */
export interface Hour {
  /** Unix milliseconds of the begin of its first minute. */
  readonly from: number;
  readonly minutes: readonly (ApiMinute | undefined)[];
  readonly load: readonly (LoadMinute | undefined)[];
  readonly happenings: readonly Happening[];
  /** When the failure began, and when what shows its cause was first seen; Unix milliseconds. */
  readonly moments: readonly { readonly at: number; readonly says: string }[];
}

export const HAPPENINGS = ['restart', 'change', 'policy', 'event'] as const;

/** Something that was over at once. */
export interface Happening {
  readonly kind: (typeof HAPPENINGS)[number];
  /** Unix milliseconds. */
  readonly at: number;
  readonly says: string;
  readonly bad?: boolean;
}

/** Units of the drawing in a minute; it is stretched to the width that there is. */
const UNITS = 10;
const DRAWN = WIDTH * UNITS;

export const VANTAGE_WORDS: Readonly<Record<HourVantage, string>> = {
  aggregator: 'kube-apiserver, discovery',
  list: 'kube-apiserver, list',
  service: 'Service, directly',
  endpoint: 'pods, directly',
};

export function hourOf(
  shown: ShownApi,
  cluster: ClusterFacts,
  recorded: {
    readonly minutes: readonly (ApiMinute | undefined)[];
    readonly load: readonly (LoadMinute | undefined)[];
    readonly now: number;
  },
): Hour {
  const from = (Math.floor(recorded.now / MINUTE_MS) - WIDTH + 1) * MINUTE_MS;
  const isInside = ({ at }: { readonly at: number }) => at >= from && at <= recorded.now;
  return {
    from,
    minutes: recorded.minutes,
    load: recorded.load,
    happenings: [...restarts(shown.api), ...changes([...shown.api.changes, ...cluster.changes]), ...events(shown.api)]
      .filter(isInside)
      .sort((a, b) => a.at - b.at),
    moments: momentsOf(shown).filter(isInside),
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
function momentsOf(shown: ShownApi): Hour['moments'] {
  const since = failingSince(shown);
  const { diagnosis } = shown;
  const begin = since === undefined ? [] : [{ at: since, says: 'the failure begins' }];
  if (!diagnosis || diagnosis.cause === 'unknown') return begin;
  const shows = diagnosis.evidence.filter(({ points, since: met }) => points > 0 && met !== undefined);
  const first = shows.length === 0 ? undefined : Math.min(...shows.map((piece) => (piece.since ?? 0) * 1000));
  return first === undefined ? begin : [...begin, { at: first, says: `first evidence of ${diagnosis.cause}` }];
}

/** The drawing: lanes on one axis, each with what it shows in words beside it. */
export function renderHour(hour: Hour, regions: Regions): Html {
  return html`<div class="hour" id="hour"><div class="lanes" id="lanes">
${HOUR_VANTAGES.map((vantage) => lane(regions, `lane-${vantage}`, { title: VANTAGE_WORDS[vantage], drawn: failures(hour, vantage), says: failureWords(hour, vantage) }))}
${lane(regions, 'lane-latency', latencyLane(hour))}
${lane(regions, 'lane-ready', readyLane(hour))}
${HAPPENINGS.map((kind) => lane(regions, `lane-${kind}`, happeningLane(hour, kind)))}
${lane(regions, 'lane-logs', logLane(hour))}
${lane(regions, 'lane-load', loadLane(hour))}
${regions.div('moments', momentLines(hour), 'overlay')}<div class="overlay" aria-hidden="true"><div id="cursor" hidden></div></div></div>
${regions.div('axis', axis(hour), 'axis')}
${regions.div('moment-words', momentWords(hour))}
<div class="reader" id="reader" hidden><label for="moment">Read a minute</label><input type="range" id="moment" min="0" max="${WIDTH - 1}" value="${WIDTH - 1}" step="1"><output id="reading" for="moment"></output></div></div>`;
}

interface Lane {
  readonly title: string;
  readonly drawn: Html;
  /** What the newest value is, or how much there was. */
  readonly says: string;
  readonly tall?: boolean;
}

function lane(regions: Regions, id: string, { title, drawn, says, tall = false }: Lane): Html {
  const height = tall ? 36 : 14;
  const drawing =
    drawn.text === '' ? NOTHING : html`<svg viewBox="0 0 ${DRAWN} ${height}" preserveAspectRatio="none" aria-hidden="true">${drawn}</svg>`;
  return regions.add(
    id,
    html`<div id="${id}" data-r class="lane${tall && ' tall'}"><span class="what">${title}</span><div class="drawn">${drawing}</div><span class="says">${says}</span></div>`,
  );
}

/** Runs of minutes that look alike are one element: an hour without a fault is one rectangle. */
function runs<T>(values: readonly T[]): { readonly value: T; readonly from: number; readonly to: number }[] {
  const found: { value: T; from: number; to: number }[] = [];
  for (const [i, value] of values.entries()) {
    const last = found.at(-1);
    if (last && Object.is(last.value, value)) last.to = i + 1;
    else found.push({ value, from: i, to: i + 1 });
  }
  return found;
}

/** Full height = all probes of the minute failed; a thin line = they passed; nothing = nobody asked. */
function failures({ minutes }: Hour, vantage: HourVantage): Html {
  const shares = minutes.map((minute) => {
    const seen = minute?.vantages[vantage];
    return seen ? Math.round((seen.failures / seen.attempts) * 10) / 10 : undefined;
  });
  const exact = minutes.map((minute) => (minute?.vantages[vantage]?.failures ?? 0) > 0);
  return html`${runs(shares.map((share, i) => (share === undefined ? undefined : exact[i] ? Math.max(0.2, share) : 0))).map(
    ({ value, from, to }) => {
      if (value === undefined) return NOTHING;
      const height = value === 0 ? 2 : Math.round(value * 14);
      return html`<rect class="${value === 0 ? 'pass' : 'fail'}" x="${from * UNITS}" y="${14 - height}" width="${(to - from) * UNITS}" height="${height}"/>`;
    },
  )}`;
}

function failureWords({ minutes }: Hour, vantage: HourVantage): string {
  const seen = minutes.flatMap((minute) => minute?.vantages[vantage] ?? []);
  if (seen.length === 0) return 'not observed';
  const attempts = seen.reduce((sum, one) => sum + one.attempts, 0);
  const failed = seen.reduce((sum, one) => sum + one.failures, 0);
  return failed === 0 ? `none of ${attempts} failed` : `${failed} of ${attempts} failed`;
}

function latencyLane({ minutes }: Hour): Lane {
  const of = (vantage: HourVantage) => minutes.map((minute) => minute?.vantages[vantage]?.seconds);
  const [through, direct] = [of('aggregator'), of('endpoint')];
  const seen = [...through, ...direct].filter((value) => value !== undefined);
  if (seen.length === 0) {
    const wasAsked = minutes.some((minute) => minute && HOUR_VANTAGES.some((vantage) => minute.vantages[vantage]));
    return { title: 'Latency', drawn: NOTHING, says: wasAsked ? 'no probe passed' : 'not observed', tall: true };
  }
  const most = Math.max(...seen);
  return {
    title: 'Latency, solid through the kube-apiserver, dashed pods',
    drawn: html`${line(direct, most, 'line direct')}${line(through, most, 'line')}`,
    says: `up to ${duration(most)}`,
    tall: true,
  };
}

/** Breaks where nothing was seen. */
function line(values: readonly (number | undefined)[], most: number, className: string): Html {
  let path = '';
  let isDown = false;
  for (const [i, value] of values.entries()) {
    if (value === undefined) {
      isDown = false;
      continue;
    }
    const y = Math.round(34 - (most > 0 ? value / most : 0) * 32);
    path += isDown ? `H${i * UNITS}V${y}` : `M${i * UNITS} ${y}`;
    isDown = true;
    if (values[i + 1] === undefined) path += `H${(i + 1) * UNITS}`;
  }
  return path === '' ? NOTHING : html`<path class="${className}" d="${path}"/>`;
}

function readyLane({ minutes }: Hour): Lane {
  const ready = minutes.map((minute) => minute?.ready);
  const seen = ready.filter((value) => value !== undefined);
  if (seen.length === 0) return { title: 'Ready endpoints', drawn: NOTHING, says: 'not observed' };
  const most = Math.max(1, ...seen);
  return {
    title: 'Ready endpoints',
    drawn: html`${runs(ready).map(({ value, from, to }) => {
      if (value === undefined) return NOTHING;
      const height = value === 0 ? 14 : Math.max(2, Math.round((value / most) * 12));
      return html`<rect class="${value === 0 ? 'fail' : 'ready'}" x="${from * UNITS}" y="${14 - height}" width="${(to - from) * UNITS}" height="${height}"/>`;
    })}`,
    says: `${seen.at(-1)} now${Math.min(...seen) < (seen.at(-1) ?? 0) ? `, ${Math.min(...seen)} at worst` : ''}`,
  };
}

const HAPPENING_TITLES: Readonly<Record<Happening['kind'], string>> = {
  restart: 'Restarts',
  change: 'Changes',
  policy: 'Policy changes',
  event: 'Events',
};

function happeningLane(hour: Hour, kind: Happening['kind']): Lane {
  const those = hour.happenings.filter((one) => one.kind === kind);
  const verdict = kind === 'policy' ? hour.minutes.at(-1)?.policy : undefined;
  const count = those.length === 0 ? 'none' : String(those.length);
  return {
    title: HAPPENING_TITLES[kind],
    drawn: html`${those.map(({ at, says, bad = false }) => html`<rect class="${bad ? 'fail' : 'mark'}" x="${x(hour, at) - 2}" y="1" width="4" height="12"><title>${says}</title></rect>`)}`,
    says: verdict === undefined ? count : `${count}; ${verdict} now`,
  };
}

const x = ({ from }: Hour, at: number) => Math.round(((at - from) / MINUTE_MS) * UNITS);

function logLane({ minutes }: Hour): Lane {
  const counts = minutes.map((minute) => (minute?.signatures ?? []).reduce((sum, { count }) => sum + count, 0));
  const kinds = new Set(minutes.flatMap((minute) => (minute?.signatures ?? []).map(({ signature }) => signature)));
  const most = Math.max(1, ...counts);
  return {
    title: 'Known error lines',
    drawn: html`${runs(counts).map(({ value, from, to }) => {
      if (value === 0) return NOTHING;
      const height = Math.max(3, Math.round((value / most) * 13));
      return html`<rect class="lines" x="${from * UNITS}" y="${14 - height}" width="${(to - from) * UNITS - 1}" height="${height}"/>`;
    })}`,
    says: kinds.size === 0 ? 'none' : `${counts.reduce((sum, n) => sum + n, 0)} of ${kinds.size} kind${kinds.size === 1 ? '' : 's'}`,
  };
}

function loadLane({ load }: Hour): Lane {
  const title = 'kube-apiserver: in flight, dashed latency';
  const inflight = load.map((minute) => minute?.inflight);
  const seconds = load.map((minute) => minute?.seconds);
  const failing = load.map((minute) => minute?.failing ?? false);
  const seen = inflight.filter((value) => value !== undefined);
  const slow = seconds.filter((value) => value !== undefined);
  if (seen.length === 0 && slow.length === 0 && !failing.includes(true)) return { title, drawn: NOTHING, says: 'not observed', tall: true };
  const words = [
    ...(seen.length > 0 ? [`up to ${percent(Math.max(...seen))}`] : []),
    ...(slow.length > 0 ? [`up to ${duration(Math.max(...slow))}`] : []),
    ...(failing.includes(true) ? ['it failed its own /readyz'] : []),
  ];
  return {
    title,
    drawn: html`${runs(failing).map(({ value, from, to }) => value && html`<rect class="fail soft" x="${from * UNITS}" y="0" width="${(to - from) * UNITS}" height="36"/>`)}${line(inflight, 1, 'line load')}${line(seconds, Math.max(...slow, 0.001), 'line direct')}`,
    says: words.join(', '),
    tall: true,
  };
}

function momentLines(hour: Hour): Html {
  return html`<svg viewBox="0 0 ${DRAWN} 10" preserveAspectRatio="none" aria-hidden="true">${hour.moments.map(({ at, says }) => html`<line class="moment" x1="${x(hour, at)}" x2="${x(hour, at)}" y1="0" y2="10"><title>${says}</title></line>`)}</svg>`;
}

function momentWords({ moments, minutes }: Hour): Html {
  const first = minutes.find((minute) => minute !== undefined);
  const isWhole = minutes[0] !== undefined;
  return html`${moments.length > 0 && html`<p class="sub"><span class="moment-key">│</span> ${moments.map(({ at, says }, i) => html`${i > 0 && '; '}${says} ${absolute(at)}`)}</p>`}
${!isWhole && html`<p class="sub">${first ? html`Recorded since ${absolute(first.at)}; what was before is not known here.` : 'Nothing is recorded yet.'}</p>`}`;
}

function axis({ from }: Hour): Html {
  return html`${[0, 10, 20, 30, 40, 50].map((minute) => html`<time class="hm" datetime="${new Date(from + minute * MINUTE_MS).toISOString()}">${new Date(from + minute * MINUTE_MS).toISOString().slice(11, 16)}</time>`)}`;
}
