import type { Diagnoses, Diagnosis, Evidence } from '../domain/diagnosis.ts';
import { observedValue } from '../domain/observed.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/**
 * A text shows one moment and has no duration: what the round calls "since" is the moment of reading. Only a date that the text itself
 * gives stays: the last transition of a condition that is not True.
 */
export function withTimesOfText(diagnoses: Diagnoses, { asOf, apis }: Snapshot): Diagnoses {
  if (asOf === undefined) return diagnoses;
  const { time, ...rest } = diagnoses;
  const dated = new Map(
    apis.flatMap(({ name, condition }) => {
      const seen = observedValue(condition);
      return seen && seen.status !== 'True' && seen.lastTransition !== undefined ? [[name, seen.lastTransition / 1000] as const] : [];
    }),
  );
  return {
    ...rest,
    ...(asOf.dated ? { time } : {}),
    asOf: asOf.words,
    diagnoses: diagnoses.diagnoses.map((one) => datedBy(dated.get(one.apiservice), one)),
  };
}

function datedBy(since: number | undefined, { since: _, failures, evidence, alternatives, ...diagnosis }: Diagnosis): Diagnosis {
  const known = since === undefined ? {} : { since };
  return {
    ...diagnosis,
    failures: { name: failures.name, onsets: [], ...known },
    evidence: evidence.map(undated),
    alternatives: alternatives.map((one) => ({ ...one, evidence: one.evidence.map(undated) })),
    ...known,
  };
}

function undated({ since: _, ...evidence }: Evidence): Evidence {
  return evidence;
}
