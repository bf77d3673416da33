import type { Course, CourseSlot, Incident, IncidentEvidence } from '../domain/incident.ts';
import { VANTAGES, type Vantage } from '../domain/probe.ts';
import { numbersIn, type Runs, runsOf, stretchesOf, valuesOf } from '../domain/runs.ts';
import { MOST_SLOTS } from './course.ts';

/**
 * An incident as it is kept, on the disk and in memory: half as large, and read by eye all the same. The course has a column for each
 * thing that was measured, not an object for each slot; a sample that shows several pieces of evidence stands once. An incident is one, too.
 */
export interface PackedIncident extends Omit<Incident, 'course' | 'evidence'> {
  readonly course?: PackedCourse | Course;
  readonly evidence: readonly PackedEvidence[];
}

interface PackedEvidence extends Omit<IncidentEvidence, 'sample'> {
  /** Or which piece has the same, counted from 0. */
  readonly sample?: string | number;
}

interface PackedCourse {
  readonly step: number;
  /** Unix seconds. */
  readonly from: number;
  /** Steps after that, as stretchesOf prints them: which slots there are. */
  readonly at: readonly number[];
  /** Requests, and those that failed. */
  readonly asked: Readonly<Partial<Record<Vantage, readonly [asked: Runs, failed: Runs]>>>;
  readonly seconds?: Runs;
  readonly ready?: Runs;
  readonly lines?: Runs;
  readonly inflight?: Runs;
}

const MEASURED = ['seconds', 'ready', 'lines', 'inflight'] as const;

export function pack({ course, evidence, ...rest }: Incident): PackedIncident {
  return { ...rest, evidence: packedEvidence(evidence), ...(course && { course: packedCourse(course) }) };
}

/** @throws RangeError when it contradicts itself. */
export function unpack({ course, evidence, ...rest }: PackedIncident): Incident {
  return { ...rest, evidence: unpackedEvidence(evidence), ...(course && { course: 'slots' in course ? course : unpackedCourse(course) }) };
}

function packedEvidence(evidence: readonly IncidentEvidence[]): PackedEvidence[] {
  const first = new Map<string, number>();
  return evidence.map((piece, index) => {
    if (piece.sample === undefined) return piece;
    const known = first.get(piece.sample);
    if (known === undefined) first.set(piece.sample, index);
    return known === undefined ? piece : { ...piece, sample: known };
  });
}

function unpackedEvidence(evidence: readonly PackedEvidence[]): IncidentEvidence[] {
  return evidence.map(({ sample, ...piece }) => {
    const text = typeof sample === 'number' ? evidence[sample]?.sample : sample;
    if (typeof text === 'number' || (sample !== undefined && text === undefined)) throw new RangeError(`no piece ${sample} has a sample`);
    return text === undefined ? piece : { ...piece, sample: text };
  });
}

/** Slots that are in no order, as of a clock that was set back meanwhile, stay as they are. */
function packedCourse(course: Course): PackedCourse | Course {
  const { step, slots } = course;
  const from = slots[0]?.at ?? 0;
  const steps = slots.map(({ at }) => (at - from) / step);
  if (!steps.every((at, i) => Number.isInteger(at) && at > (steps[i - 1] ?? -1))) return course;
  const column = (of: (slot: CourseSlot) => number | undefined) => slots.map((slot) => of(slot) ?? Number.NaN);
  const asked = VANTAGES.flatMap((vantage) => {
    const countsOf = ({ asked: all }: CourseSlot) => all.find((count) => count.vantage === vantage);
    const requests = column((slot) => countsOf(slot)?.asked);
    if (requests.every(Number.isNaN)) return [];
    return [[vantage, [runsOf(requests), runsOf(column((slot) => countsOf(slot)?.failed))]] as const];
  });
  const measured = MEASURED.flatMap((what) => {
    const values = column((slot) => slot[what]);
    return values.every(Number.isNaN) ? [] : [[what, runsOf(values)] as const];
  });
  return { step, from, at: stretchesOf(steps), asked: Object.fromEntries(asked), ...Object.fromEntries(measured) };
}

function unpackedCourse({ step, from, at, asked, ...packed }: PackedCourse): Course {
  const steps = numbersIn(at, MOST_SLOTS);
  const values = (runs: Runs | undefined) => valuesOf(runs ?? [], steps.length);
  const counts = VANTAGES.map((vantage) => ({ vantage, asked: values(asked[vantage]?.[0]), failed: values(asked[vantage]?.[1]) }));
  const measured = MEASURED.map((what) => ({ what, values: values(packed[what]) }));
  const seen = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);
  const slots = steps.map(
    (after, i): CourseSlot => ({
      at: from + after * step,
      asked: counts.flatMap(({ vantage, ...of }) => {
        const [requests, failed] = [of.asked[i], of.failed[i]];
        return seen(requests) && seen(failed) ? [{ vantage, asked: requests, failed }] : [];
      }),
      ...Object.fromEntries(measured.flatMap(({ what, values: column }) => (seen(column[i]) ? [[what, column[i]] as const] : []))),
    }),
  );
  return { step, slots };
}
