import { catalogueOptions } from '../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../src/diagnose/diagnostician.ts';
import { type UnobservedClaim, Witness } from '../src/diagnose/witness.ts';
import type { Answer, ApiAnswer } from '../src/domain/answer.ts';
import type { Diagnosis } from '../src/domain/diagnosis.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import type { Judgement } from './measures.ts';

export interface Truth {
  readonly id: string;
  readonly truth: string;
  readonly also?: readonly string[];
}

export interface Verdict extends Judgement {
  readonly top: Diagnosis | undefined;
  readonly answer: Answer;
  readonly answers: readonly ApiAnswer[];
  /** Sentences of any moment that said what was not observed. */
  readonly unobserved: readonly UnobservedClaim[];
}

/** Diagnoses some snapshots with the catalogue and holds the verdict against the truth. */
export function judge(snapshots: readonly Snapshot[], { id, truth, also = [] }: Truth): Verdict {
  const options = catalogueOptions();
  const doctor = createDiagnostician(options);
  const witness = new Witness(options.signals);
  let answer: Answer = 'nothing-to-judge';
  let answers: readonly ApiAnswer[] = [];
  let diagnoses: readonly Diagnosis[] = [];
  const unobserved: UnobservedClaim[] = [];
  for (const snapshot of snapshots) {
    ({ answer, answers, diagnoses } = doctor.observe(snapshot).diagnoses);
    unobserved.push(...witness.observe(snapshot, diagnoses));
  }
  const top = diagnoses[0];
  return {
    id,
    truth,
    also,
    named: diagnoses.map(({ category }) => category),
    confidence: top?.confidence,
    top,
    answer,
    answers,
    unobserved,
  };
}

/** Seconds from the first snapshot that errs to the first verdict with the right category that stays; undefined when it never comes. */
export function secondsToVerdict(snapshots: readonly Snapshot[], { truth }: Truth): number | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let failingSince: number | undefined;
  let rightSince: number | undefined;
  for (const snapshot of snapshots) {
    const [top] = doctor.observe(snapshot).diagnoses.diagnoses;
    if (top) failingSince ??= snapshot.time;
    rightSince = top?.category === truth ? (rightSince ?? snapshot.time) : undefined;
  }
  return failingSince === undefined || rightSince === undefined ? undefined : (rightSince - failingSince) / 1000;
}
