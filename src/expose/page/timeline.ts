import { type ApiMinute, HOUR_VANTAGES, type HourVantage } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { WIDTH } from '../hour/minute-ring.ts';
import { duration, percent } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import type { Regions } from './regions.ts';
import { absolute } from './times.ts';

/** What stands on one time axis: of an API its last hour, of an incident its whole course. */
export interface Timeline {
  readonly title: string;
  readonly tableTitle: string;
  /** How the newest value is called: `now`, or `at its end`. */
  readonly newest: string;
  /** Unix milliseconds of the begin of its first row. */
  readonly from: number;
  /** Milliseconds of a row; there are always 61. */
  readonly step: number;
  /** undefined where nothing was recorded. */
  readonly rows: readonly (ApiMinute | undefined)[];
  readonly load: readonly (LoadMinute | undefined)[];
  /** Who may have asked, in words: a lane for each. */
  readonly vantages: readonly (readonly [HourVantage, string])[];
  /** What held for a while: a lane for each, above the others. */
  readonly bands: readonly Band[];
  /** A lane for each. */
  readonly kinds: readonly HappeningKind[];
  readonly happenings: readonly Happening[];
  /** When the failure began, when what shows its cause was first seen, when it ended; Unix milliseconds. */
  readonly moments: readonly { readonly at: number; readonly says: string }[];
  /** Whether its logs are read: no line and no log are two things. */
  readonly readsLogs: boolean;
  /** Where nobody looked, between rows in which somebody did: their first, and the one after their last. */
  readonly gaps: readonly (readonly [begin: number, end: number])[];
  /** What of it is not known; empty where all of it is. */
  readonly notRecorded: Html;
}

export interface Band {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  /** What the table says of each row that it touches; of `pass` nothing. */
  readonly words: string;
  /** Unix milliseconds. */
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly tone: 'fail' | 'pass' | 'held' }[];
}

type HappeningKind = keyof typeof HAPPENING_TITLES;
const HAPPENING_TITLES = {
  restart: 'Restarts',
  change: 'Changes',
  policy: 'Policy changes',
  event: 'Events',
  evidence: 'Evidence begins',
  hurt: 'Who is hurt, since',
} as const;

/** Something that was over at once, or began. */
export interface Happening {
  readonly kind: HappeningKind;
  /** Unix milliseconds. */
  readonly at: number;
  readonly says: string;
  readonly bad?: boolean;
}

/** Units of the drawing in a row; it is stretched to the width that there is. */
const UNITS = 10;
const DRAWN = WIDTH * UNITS;

/** The drawing: lanes on one axis, each with what it shows in words beside it. */
export function renderTimeline(of: Timeline, regions: Regions): Html {
  return html`<div class="hour" id="hour"><div class="lanes" id="lanes">
${of.bands.map((band) => lane(regions, `lane-${band.id}`, { title: band.title, drawn: stretches(of, band), says: band.says }))}
${of.vantages.map(([vantage, words]) => lane(regions, `lane-${vantage}`, { title: words, drawn: failures(of, vantage), says: failureWords(of, vantage) }))}
${lane(regions, 'lane-latency', latencyLane(of))}
${lane(regions, 'lane-ready', readyLane(of))}
${of.kinds.map((kind) => lane(regions, `lane-${kind}`, happeningLane(of, kind)))}
${lane(regions, 'lane-logs', logLane(of))}
${lane(regions, 'lane-load', loadLane(of))}
${regions.div('moments', momentLines(of), 'overlay')}<div class="overlay" aria-hidden="true"><div id="cursor" hidden></div></div></div>
${regions.div('axis', axis(of), 'axis')}
${regions.div('moment-words', momentWords(of))}
<div class="reader" id="reader" hidden><label for="moment">Read a moment</label><input type="range" id="moment" min="0" max="${WIDTH - 1}" value="${newestRow(of)}" step="1"><output id="reading" for="moment"></output></div></div>`;
}

/** The newest of which anything is known: there the reader begins. */
function newestRow({ rows }: Timeline): number {
  const newest = rows.findLastIndex((row) => row !== undefined);
  return newest < 0 ? WIDTH - 1 : newest;
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
function failures({ rows }: Timeline, vantage: HourVantage): Html {
  const shares = rows.map((row) => {
    const seen = row?.vantages[vantage];
    return seen ? Math.round((seen.failures / seen.attempts) * 10) / 10 : undefined;
  });
  const exact = rows.map((row) => (row?.vantages[vantage]?.failures ?? 0) > 0);
  return html`${runs(shares.map((share, i) => (share === undefined ? undefined : exact[i] ? Math.max(0.2, share) : 0))).map(
    ({ value, from, to }) => {
      if (value === undefined) return NOTHING;
      const height = value === 0 ? 2 : Math.round(value * 14);
      return html`<rect class="${value === 0 ? 'pass' : 'fail'}" x="${from * UNITS}" y="${14 - height}" width="${(to - from) * UNITS}" height="${height}"/>`;
    },
  )}`;
}

function failureWords({ rows }: Timeline, vantage: HourVantage): string {
  const seen = rows.flatMap((row) => row?.vantages[vantage] ?? []);
  if (seen.length === 0) return 'not observed';
  const attempts = seen.reduce((sum, one) => sum + one.attempts, 0);
  const failed = seen.reduce((sum, one) => sum + one.failures, 0);
  return failed === 0 ? `none of ${attempts} failed` : `${failed} of ${attempts} failed`;
}

function latencyLane({ rows }: Timeline): Lane {
  const of = (vantage: HourVantage) => rows.map((row) => row?.vantages[vantage]?.seconds);
  const [through, direct] = [of('aggregator'), of('endpoint')];
  const seen = [...through, ...direct].filter((value) => value !== undefined);
  if (seen.length === 0) {
    const wasAsked = rows.some((row) => row && HOUR_VANTAGES.some((vantage) => row.vantages[vantage]));
    return { title: 'Latency', drawn: NOTHING, says: wasAsked ? 'no probe passed' : 'not observed', tall: true };
  }
  const most = Math.max(...seen);
  return {
    title: direct.some((value) => value !== undefined)
      ? 'Latency, solid through the kube-apiserver, dashed pods'
      : 'Latency through the kube-apiserver',
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

function readyLane({ rows, newest }: Timeline): Lane {
  const ready = rows.map((row) => row?.ready);
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
    says: `${seen.at(-1)} ${newest}${Math.min(...seen) < (seen.at(-1) ?? 0) ? `, ${Math.min(...seen)} at worst` : ''}`,
  };
}

function happeningLane(of: Timeline, kind: Happening['kind']): Lane {
  const those = of.happenings.filter((one) => one.kind === kind);
  const verdict = kind === 'policy' ? of.rows.at(-1)?.policy : undefined;
  const count = those.length === 0 ? 'none' : String(those.length);
  return {
    title: HAPPENING_TITLES[kind],
    drawn: html`${those.map(({ at, says, bad = false }) => html`<rect class="${bad ? 'fail' : 'mark'}" x="${x(of, at) - 2}" y="1" width="4" height="12"><title>${says}</title></rect>`)}`,
    says: verdict === undefined ? count : `${count}; ${verdict} ${of.newest}`,
  };
}

const x = ({ from, step }: Timeline, at: number) => Math.round(((at - from) / step) * UNITS);

function logLane({ rows, readsLogs }: Timeline): Lane {
  const counts = rows.map((row) => (row?.signatures ?? []).reduce((sum, { count }) => sum + count, 0));
  const kinds = new Set(rows.flatMap((row) => (row?.signatures ?? []).map(({ signature }) => signature)));
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, n) => sum + n, 0);
  return {
    title: 'Known error lines',
    drawn: html`${runs(counts).map(({ value, from, to }) => {
      if (value === 0) return NOTHING;
      const height = Math.max(3, Math.round((value / most) * 13));
      return html`<rect class="lines" x="${from * UNITS}" y="${14 - height}" width="${(to - from) * UNITS - 1}" height="${height}"/>`;
    })}`,
    says: total === 0 ? (readsLogs ? 'none' : 'not observed') : kinds.size === 1 ? String(total) : `${total} of ${kinds.size} kinds`,
  };
}

function loadLane({ load }: Timeline): Lane {
  const inflight = load.map((minute) => minute?.inflight);
  const seconds = load.map((minute) => minute?.seconds);
  const failing = load.map((minute) => minute?.failing ?? false);
  const seen = inflight.filter((value) => value !== undefined);
  const slow = seconds.filter((value) => value !== undefined);
  const title = slow.length > 0 ? 'kube-apiserver: in flight, dashed latency' : 'kube-apiserver: in flight';
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

function momentLines(of: Timeline): Html {
  return html`<svg viewBox="0 0 ${DRAWN} 10" preserveAspectRatio="none" aria-hidden="true">${of.gaps.map(([begin, end]) => html`<rect class="gap" x="${begin * UNITS}" y="0" width="${(end - begin) * UNITS}" height="10"><title>not observed</title></rect>`)}${of.moments.map(({ at, says }) => html`<line class="moment" x1="${x(of, at)}" x2="${x(of, at)}" y1="0" y2="10"><title>${says}</title></line>`)}</svg>`;
}

function momentWords({ moments, notRecorded }: Timeline): Html {
  return html`${moments.length > 0 && html`<p class="sub"><span class="moment-key">│</span> ${moments.map(({ at, says }, i) => html`${i > 0 && '; '}${says} ${absolute(at)}`)}</p>`}
${notRecorded.text !== '' && html`<p class="sub">${notRecorded}</p>`}`;
}

function axis({ from, step }: Timeline): Html {
  return html`${[0, 10, 20, 30, 40, 50].map((row) => {
    const iso = new Date(from + row * step).toISOString();
    return html`<time class="hm" datetime="${iso}">${iso.slice(11, 16)}</time>`;
  })}`;
}

function stretches(of: Timeline, { stretches: all }: Band): Html {
  return html`${all.map(({ from, to, tone }) => {
    const [left, right] = [Math.max(0, x(of, from)), Math.min(DRAWN, x(of, to))];
    return html`<rect class="${tone}" x="${left}" y="1" width="${Math.max(2, right - left)}" height="12"/>`;
  })}`;
}
