import { CAUSES } from '../correlations/list.ts';
import { OTHER_SCORE, SYMPTOM, SYMPTOM_NOW, UNKNOWN_SCORE } from '../correlations/symptom.ts';
import { TEMPERATURE } from '../correlations/temperature.ts';
import { SIGNALS } from '../signals/list.ts';
import { SIGNATURES } from '../signatures/list.ts';
import type { Catalogue, PrintableSignal } from './catalogue.ts';

/** Series of the signals that diagnose/ derives from history, which this stage may not import. A test holds the two together. */
export const DERIVED: readonly PrintableSignal[] = [
  {
    name: 'failures-periodic',
    help: '1 while the failures of the API begin at even intervals, 0 while they do not.',
    kind: 'gauge',
    metric: 'aggregated_api_failures_periodic',
    source: 'probes',
  },
  {
    name: 'schedule-matched',
    help: '1 while the failures of the API begin when a known schedule runs, 0 while they do not.',
    kind: 'gauge',
    metric: 'aggregated_api_schedule_matched',
    source: 'cron-jobs',
  },
];

/** The catalogue that the exporter itself diagnoses with. */
export const BUILT_IN: Catalogue = {
  causes: CAUSES,
  signals: [...SIGNALS, ...DERIVED],
  symptom: SYMPTOM,
  symptomNow: SYMPTOM_NOW,
  unknownScore: UNKNOWN_SCORE,
  otherScore: OTHER_SCORE,
  temperature: TEMPERATURE,
  signatures: SIGNATURES,
};
