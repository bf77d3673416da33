import type { IncidentEvidence } from '../domain/incident.ts';
import type { ApiTick } from './api-tick.ts';

const MOST_EVIDENCE = 24;
const LONGEST_WORDS = 512;

/**
 * Takes in the evidence of a tick for the cause that is held. What is met goes on, in its newest words; what is not any more has ended.
 * What speaks against the cause, or only says that another one explains it, is none.
 */
export function withEvidence(known: readonly IncidentEvidence[], { diagnosis, verdict, time }: ApiTick): readonly IncidentEvidence[] {
  const met = new Map<string, IncidentEvidence>();
  if (diagnosis && diagnosis.cause === verdict?.cause)
    for (const { id, says, since = time, sample, points } of diagnosis.evidence)
      if (points > 0)
        met.set(keyOf({ cause: diagnosis.cause, id }), {
          id,
          cause: diagnosis.cause,
          says: says.slice(0, LONGEST_WORDS),
          from: Math.min(since, time),
          ...(sample !== undefined && { sample }),
        });
  const before = new Set(known.map(keyOf));
  return [
    ...known.map((piece) => goesOn(piece, met.get(keyOf(piece)), time)),
    ...[...met.values()].filter((piece) => !before.has(keyOf(piece))),
  ].slice(0, MOST_EVIDENCE);
}

/** Nothing is met any more since then. */
export function withoutEvidence(known: readonly IncidentEvidence[], at: number): readonly IncidentEvidence[] {
  return known.map((piece) => (piece.to === undefined ? { ...piece, to: Math.max(piece.from, at) } : piece));
}

function goesOn(before: IncidentEvidence, now: IncidentEvidence | undefined, time: number): IncidentEvidence {
  if (!now) return before.to === undefined ? { ...before, to: time } : before;
  return {
    ...now,
    from: Math.min(before.from, now.from),
    ...(now.sample === undefined && before.sample !== undefined && { sample: before.sample }),
  };
}

const keyOf = ({ cause, id }: Pick<IncidentEvidence, 'cause' | 'id'>): string => `${cause}/${id}`;
