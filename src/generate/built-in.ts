import { CAUSES } from '../correlations/list.ts';
import { FACTS } from '../correlations/shared/facts.ts';
import { OTHER_SCORE, SYMPTOM, SYMPTOM_NOW, UNKNOWN_SCORE } from '../correlations/symptom.ts';
import { TEMPERATURE } from '../correlations/temperature.ts';
import { DERIVED_SIGNALS } from '../signals/derived.ts';
import { SIGNALS } from '../signals/list.ts';
import { SIGNATURES } from '../signatures/list.ts';
import type { Catalogue } from './catalogue.ts';

/** The catalogue that the exporter itself diagnoses with. */
export const BUILT_IN: Catalogue = {
  causes: CAUSES,
  facts: FACTS,
  signals: [...SIGNALS, ...DERIVED_SIGNALS],
  symptom: SYMPTOM,
  symptomNow: SYMPTOM_NOW,
  unknownScore: UNKNOWN_SCORE,
  otherScore: OTHER_SCORE,
  temperature: TEMPERATURE,
  signatures: SIGNATURES,
};
