import { catalogueOptions } from '../src/commands/catalogue-options.ts';
import { createDiagnostician, type DiagnosisRound } from '../src/diagnose/diagnostician.ts';
import { UNKNOWN } from '../src/diagnose/scoring.ts';
import { kindsOf } from '../src/diagnose/text-depth.ts';
import { victimOf } from '../src/diagnose/victims.ts';
import type { Diagnosis } from '../src/domain/diagnosis.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import type { SourceName } from '../src/domain/sources.ts';
import type { Victim } from '../src/domain/victim.ts';
import { PolicyReader } from '../src/read/text/policies.ts';
import { readText } from '../src/read/text/read-text.ts';
import type { Incident } from './incidents.ts';

/** What was read of an incident's text: all that the confidence of its verdict is made of, so that a fit need not read it again. */
export interface TextRow extends Incident {
  readonly top: Diagnosis | undefined;
  /** Scores of the candidates, best first; empty where nothing errs. */
  readonly scores: readonly number[];
  /** Independent kinds of evidence for the best of them. */
  readonly kinds: number;
  /** Who speaks, where the verdict is `unknown`. */
  readonly victim: Victim | undefined;
}

export function textRows(incidents: readonly Incident[]): TextRow[] {
  const options = catalogueOptions();
  const sources = new Map<string, SourceName>(options.signals.map(({ name, source }) => [name, source]));
  return incidents.map((incident) => {
    const doctor = createDiagnostician(options);
    let seen: { round: DiagnosisRound; snapshot: Snapshot } | undefined;
    for (const snapshot of readText(incident.text, new PolicyReader())) seen = { round: doctor.observe(snapshot), snapshot };
    const top = seen?.round.diagnoses.diagnoses[0];
    const candidates = (top && seen?.round.candidates.get(top.apiservice)) ?? [];
    const api = seen?.snapshot.apis.find(({ name }) => name === top?.apiservice);
    return {
      ...incident,
      top,
      scores: candidates.map(({ score }) => score),
      kinds: kindsOf(candidates[0]?.evidence ?? [], ({ values }) => Object.keys(values).flatMap((name) => sources.get(name) ?? [])),
      victim: api && top?.cause === UNKNOWN ? victimOf(api) : undefined,
    };
  });
}
