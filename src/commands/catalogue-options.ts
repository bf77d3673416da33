import { CATEGORY_CHECKS } from '../correlations/category-checks.ts';
import { INCIDENT_RATES } from '../correlations/incident-rates.ts';
import { CAUSES } from '../correlations/list.ts';
import { FACTS } from '../correlations/shared/facts.ts';
import { OTHER_SCORE, SYMPTOM, SYMPTOM_NOW, UNKNOWN_SCORE } from '../correlations/symptom.ts';
import { TEMPERATURE } from '../correlations/temperature.ts';
import { TEXT_SHARES } from '../correlations/text-shares.ts';
import { askedAtZero } from '../correlations/zeros.ts';
import type { DiagnosticianOptions } from '../diagnose/diagnostician.ts';
import { DERIVED_SIGNALS } from '../signals/derived.ts';
import { SIGNALS } from '../signals/list.ts';

export const ALL_SIGNALS = [...SIGNALS, ...DERIVED_SIGNALS];

/** The built-in catalogue as a diagnostician takes it: the exporter and `diagnose` come to the same verdict. */
export function catalogueOptions(): DiagnosticianOptions {
  return {
    causes: CAUSES,
    signals: SIGNALS,
    symptom: SYMPTOM,
    symptomNow: SYMPTOM_NOW,
    unknownScore: UNKNOWN_SCORE,
    otherScore: OTHER_SCORE,
    temperature: TEMPERATURE,
    text: TEXT_SHARES,
    possible: { rates: INCIDENT_RATES, checks: CATEGORY_CHECKS },
  };
}

/** Signals whose series are there from the beginning. */
export function publishedAtZero(): ReadonlySet<string> {
  return askedAtZero({ causes: CAUSES, facts: FACTS, symptom: SYMPTOM, symptomNow: SYMPTOM_NOW }, ALL_SIGNALS);
}
