import { catalogueOptions } from '../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../src/domain/diagnosis.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import type { Judgement } from './measures.ts';

export interface Truth {
  readonly id: string;
  readonly truth: string;
  readonly also?: readonly string[];
}

/** Diagnoses some snapshots with the catalogue and holds the verdict against the truth. */
export function judge(
  snapshots: readonly Snapshot[],
  { id, truth, also = [] }: Truth,
  temperature?: number,
): Judgement & { top: Diagnosis | undefined } {
  const doctor = createDiagnostician({ ...catalogueOptions(), ...(temperature === undefined ? {} : { temperature }) });
  let diagnoses: readonly Diagnosis[] = [];
  for (const snapshot of snapshots) diagnoses = doctor.observe(snapshot).diagnoses.diagnoses;
  const top = diagnoses[0];
  const byCategory = new Map<string, number>();
  if (!top) byCategory.set('healthy', 1);
  else
    for (const { category, confidence } of [top, ...top.alternatives])
      byCategory.set(category, (byCategory.get(category) ?? 0) + confidence);
  return { id, truth, also, named: diagnoses.map(({ category }) => category), confidence: top?.confidence, byCategory, top };
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
