import type { CauseSpan, CourseSlot, Happening as Happened, Incident } from '../../domain/incident.ts';
import { sureness } from '../../domain/sureness.ts';
import { both } from '../../incidents/course.ts';
import { COINCIDES } from '../../incidents/report/words.ts';
import type { ApiMinute, HourVantage } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { WIDTH } from '../hour/minute-ring.ts';
import { html } from './html.ts';
import type { Band, Happening, Timeline } from './timeline.ts';

/** Whom an incident counts: lists through the kube-apiserver are among the requests through it. */
const VANTAGES: readonly (readonly [HourVantage, string])[] = [
  ['aggregator', 'through the kube-apiserver'],
  ['service', 'Service, directly'],
  ['endpoint', 'pods, directly'],
];
const SHORTEST_STEP = 10;
/** More causes than so many took turns: their times stand in the table below the drawing. */
const MOST_BANDS = 5;
const LOG_LINES = 'known error lines';

/** An incident from what came before it to its end, on one axis, as it is drawn. @param now Unix milliseconds. */
export function courseOf(incident: Incident, now: number): Timeline {
  const { ended, course, lastFailing } = incident;
  const until = ended ?? (incident.state === 'failing' ? Math.max(lastFailing, now / 1000) : lastFailing);
  const { from, step } = axisOf(incident, until);
  const slots = slotsIn(course?.slots ?? [], from, step);
  const isInside = ({ at }: { readonly at: number }) => at >= from * 1000 && at <= (from + WIDTH * step) * 1000;
  return {
    title: 'The course',
    tableTitle: 'The same course as a table',
    newest: ended === undefined ? 'now' : 'at its end',
    from: from * 1000,
    step: step * 1000,
    rows: slots.map((slot) => slot && rowOf(slot)),
    load: slots.map((slot) => slot && loadOf(slot)),
    vantages: VANTAGES.filter(([name]) => course === undefined || course.slots.some(({ asked }) => countOf(asked, name))),
    bands: [failingBand(incident, until), ...causeBands(incident, until)],
    kinds: ['restart', 'change', 'policy', 'event', 'evidence', 'hurt'],
    happenings: happeningsOf(incident)
      .filter(isInside)
      .sort((a, b) => a.at - b.at),
    moments: momentsOf(incident).filter(isInside),
    readsLogs: course?.slots.some(({ lines }) => lines !== undefined) ?? false,
    gaps: [],
    notRecorded: course
      ? html`Requests, latency, endpoints, lines and load were measured while it lasted.`
      : html`An earlier version kept no measurements of it.`,
  };
}

/** Steps double, so that each slot of the course lies in one row. */
function axisOf(incident: Incident, until: number): { readonly from: number; readonly step: number } {
  const lasted = until - incident.began;
  const lead = Math.max(120, lasted / 4);
  const begin = Math.min(incident.began - lead, ...incident.before.map(({ at }) => at));
  let step = Math.max(SHORTEST_STEP, incident.course?.step ?? 0);
  while ((Math.floor(until / step) + 2) * step - begin > WIDTH * step) step *= 2;
  return { from: (Math.floor(until / step) + 2 - WIDTH) * step, step };
}

function slotsIn(slots: readonly CourseSlot[], from: number, step: number): readonly (CourseSlot | undefined)[] {
  const rows: (CourseSlot | undefined)[] = Array.from({ length: WIDTH }, () => undefined);
  for (const slot of slots) {
    const row = Math.floor((slot.at - from) / step);
    if (row < 0 || row >= WIDTH) continue;
    const known = rows[row];
    rows[row] = known ? both(known, slot) : slot;
  }
  return rows;
}

const countOf = (asked: CourseSlot['asked'], name: HourVantage) =>
  asked.find(({ vantage, asked: requests }) => vantage === name && requests > 0);

function rowOf({ at, asked, ready, lines, seconds }: CourseSlot): ApiMinute {
  const vantageOf = (name: HourVantage) => {
    const count = countOf(asked, name);
    return count && { attempts: count.asked, failures: count.failed, seconds: name === 'aggregator' ? seconds : undefined };
  };
  return {
    at: at * 1000,
    vantages: { aggregator: vantageOf('aggregator'), list: undefined, service: vantageOf('service'), endpoint: vantageOf('endpoint') },
    ready,
    notReady: undefined,
    policy: undefined,
    signatures: lines === undefined || lines === 0 ? [] : [{ signature: LOG_LINES, count: lines }],
  };
}

function loadOf({ at, inflight }: CourseSlot): LoadMinute | undefined {
  return inflight === undefined ? undefined : { at: at * 1000, inflight, seconds: undefined, failing: false };
}

function failingBand({ began, interruptions, returned }: Incident, until: number): Band {
  const begins = [began, ...interruptions.map(({ to }) => to)];
  const ends = [...interruptions.map(({ from }) => from), until];
  const fails = begins.map((from, i) => ({ from: from * 1000, to: (ends[i] ?? until) * 1000, tone: 'fail' as const }));
  const passes = interruptions.map(({ from, to }) => ({ from: from * 1000, to: to * 1000, tone: 'pass' as const }));
  return {
    id: 'failing',
    title: 'It failed',
    says: returned === 0 ? 'in one stretch' : `came back ${returned} ×`,
    words: 'it failed',
    stretches: [...fails, ...passes],
  };
}

/** A lane for each cause, in the order in which they were first named. */
function causeBands({ causes }: Incident, until: number): Band[] {
  const byCause = new Map<string, CauseSpan[]>();
  for (const span of causes) byCause.set(span.cause, [...(byCause.get(span.cause) ?? []), span]);
  return [...byCause].slice(0, MOST_BANDS).map(([cause, spans], i) => ({
    id: `cause-${i}`,
    title: cause === 'unknown' ? 'cause not known' : cause,
    says: cause === 'unknown' ? '' : `${sureness(Math.max(...spans.map(({ confidence }) => confidence)))} sure`,
    words: cause === 'unknown' ? 'cause not known' : `cause ${cause}`,
    stretches: spans.map(({ from, to = until }) => ({ from: from * 1000, to: to * 1000, tone: 'held' as const })),
  }));
}

function happeningsOf({ before, during = [], endedBy, evidence, hurt }: Incident): Happening[] {
  const known = new Map([...before, ...during, ...(endedBy ? [endedBy] : [])].map((one) => [`${one.at} ${one.what} ${one.says}`, one]));
  return [
    ...[...known.values()].map(happeningOf),
    ...evidence.map(({ from, says }): Happening => ({ kind: 'evidence', at: from * 1000, says })),
    ...hurt.flatMap(({ since, says }): Happening[] => (since === undefined ? [] : [{ kind: 'hurt', at: since * 1000, says, bad: true }])),
  ];
}

function happeningOf({ at, what, says }: Happened): Happening {
  const kind = what === 'event' || what === 'restart' ? what : what === 'network-policy' ? 'policy' : 'change';
  return { kind, at: at * 1000, says: kind === 'event' || kind === 'restart' ? says : `${what}: ${says}`, bad: kind === 'restart' };
}

function momentsOf({ began, ended, ending, cause, evidence, endedBy }: Incident): Timeline['moments'] {
  const first = evidence.filter((piece) => piece.cause === cause).map(({ from }) => from);
  return [
    { at: began * 1000, says: 'it began' },
    ...(first.length > 0 ? [{ at: Math.min(...first) * 1000, says: `first evidence of ${cause}` }] : []),
    ...(endedBy ? [{ at: endedBy.at * 1000, says: `what ${COINCIDES}` }] : []),
    ...(ended !== undefined && ending === 'recovered' ? [{ at: ended * 1000, says: 'nothing errs since' }] : []),
  ];
}
