import { evidenceQuery } from '../annotations.ts';
import type { Catalogue } from '../catalogue.ts';
import { CAUSE_FOR, CAUSE_KEEP_FIRING_FOR, CONFIDENT } from '../cause-alerts.ts';
import { generalSentence } from '../evidence-words.ts';
import { causeAlertName } from '../names.ts';
import type { GenerateOptions } from '../options.ts';
import type { AlertingRule } from '../rule-book.ts';
import { SERIES } from '../series.ts';
import { clusterOf, type Firing, NEIGHBOUR, PATIENT, type Scenario } from './scenario.ts';
import { matchersIn } from './symptom-scenarios.ts';

const STEP = 30;
const UNSURE = Number((CONFIDENT - 0.05).toFixed(2));
const SURE = 0.9;

/** Sure from 5:00 to 10:00; before that likely, but below the limit. The neighbour is never sure. */
export function causeScenarios(catalogue: Catalogue, alerts: readonly AlertingRule[], options: GenerateOptions): Scenario[] {
  return catalogue.causes.flatMap((cause) => {
    const alert = alerts.find((candidate) => candidate.alert === causeAlertName(cause.id));
    if (!alert) return [];
    const labels = { ...clusterOf(options.clusterLabels), apiservice: PATIENT, cause: cause.id, category: cause.category };
    const [declaration] = [...cause.evidence, ...(cause.lookBack ?? [])];
    const evidence = declaration?.id ?? 'none';
    const says = declaration ? generalSentence(declaration, catalogue) : '';
    const query = evidenceQuery(matchersIn(options, ['cause'], labels));
    const firing: Firing = { labels, value: SURE, finds: { [query]: [{ labels: { says }, value: 4 }] } };
    const symptom = (apiservice: string) => ({
      metric: SERIES.symptom,
      labels: { ...clusterOf(options.clusterLabels), apiservice },
      values: '0x4 1x14 0x60',
    });
    const gone = 600;
    return [
      {
        alert,
        title: 'sure for five minutes',
        interval: STEP,
        series: [
          symptom(PATIENT),
          symptom(NEIGHBOUR),
          // It is remembered for longer than the API errs.
          { metric: SERIES.held, labels, values: `_x5 ${UNSURE}x4 ${SURE}x40 stale` },
          { metric: SERIES.held, labels: { ...labels, apiservice: NEIGHBOUR }, values: `${UNSURE}x60` },
          { metric: SERIES.words, labels: { cause: cause.id, evidence, says }, values: '1x60' },
          { metric: SERIES.evidence, labels: { ...labels, evidence }, values: `_x5 0x4 4x9 stale` },
        ],
        checks: [
          { at: 300 - STEP },
          { at: 300 + CAUSE_FOR - STEP },
          { at: 300 + CAUSE_FOR, firing },
          { at: gone - STEP, firing },
          { at: gone + CAUSE_KEEP_FIRING_FOR - STEP, firing },
          { at: gone + CAUSE_KEEP_FIRING_FOR },
        ],
      },
    ];
  });
}
