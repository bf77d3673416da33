import type { Incident } from '../domain/incident.ts';
import type { RecordedTick } from './recorder.ts';

/** Seconds for which an incident that ended is still marked: who looks every few minutes sees it, too. */
export const MARKED_AFTER_END = 300;
/** Incidents that ended; those that go on are bounded by the number of APIs. */
const MOST_ENDED = 100;

/** What says on a time axis which incident it is. */
export interface IncidentMark {
  readonly apiservice: string;
  readonly cause: string;
  /** Unix seconds. */
  readonly began: number;
  /** Unix seconds; absent while it goes on. */
  readonly ended?: number;
}

/** By the id of the incident, in the order in which they began to be marked. Never changed: a tick that changes something makes a new one. */
export type IncidentMarks = ReadonlyMap<string, IncidentMark>;

export const NO_MARKS: IncidentMarks = new Map();

export interface MarkedTick extends Pick<RecordedTick, 'touched'> {
  /** Unix seconds. */
  readonly now: number;
  /** The names of the APIs that there are. */
  readonly apis: ReadonlySet<string>;
  /** Whether somebody who follows the id finds the incident. */
  readonly isKept: (id: string) => boolean;
}

/** The marks after a tick: of the incidents that go on, and of those that have just ended, of which the oldest go first. */
export function markTick(before: IncidentMarks, { touched, now, apis, isKept }: MarkedTick): IncidentMarks {
  const marks = new Map(before);
  for (const { id, apiservice, cause, began, ended } of touched) {
    const known = marks.get(id);
    if (!known || known.cause !== cause || known.ended !== ended)
      marks.set(id, { apiservice, cause, began, ...(ended !== undefined && { ended }) });
  }
  const isShown = ([id, { apiservice, ended = now }]: [string, IncidentMark]) =>
    apis.has(apiservice) && now - ended < MARKED_AFTER_END && isKept(id);
  const shown = [...marks].filter(isShown);
  const over = shown.filter(([, { ended }]) => ended !== undefined).sort(([, a], [, b]) => (b.ended ?? 0) - (a.ended ?? 0));
  const tooOld = new Set(over.slice(MOST_ENDED).map(([id]) => id));
  return new Map(shown.filter(([id]) => !tooOld.has(id)));
}

/** 1 while it goes on, 0 when it has ended. */
export function markValue({ ended }: Pick<Incident, 'ended'>): 0 | 1 {
  return ended === undefined ? 1 : 0;
}
