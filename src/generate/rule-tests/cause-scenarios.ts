import type { Catalogue } from '../catalogue.ts';
import { CAUSE_FOR, CAUSE_KEEP_FIRING_FOR, CONFIDENT } from '../cause-alerts.ts';
import { causeAlertName } from '../names.ts';
import type { GenerateOptions } from '../options.ts';
import type { AlertingRule } from '../rule-book.ts';
import { SERIES } from '../series.ts';
import { clusterOf, type Firing, NEIGHBOUR, PATIENT, type Scenario } from './scenario.ts';
import { matchersOf } from './symptom-scenarios.ts';

const STEP = 30;
const UNSURE = Number((CONFIDENT - 0.05).toFixed(2));
const SURE = 0.9;

/** Sure from 5:00 to 10:00; before that likely, but below the limit. The neighbour is never sure. */
export function causeScenarios(catalogue: Catalogue, alerts: readonly AlertingRule[], options: GenerateOptions): Scenario[] {
  return catalogue.causes.flatMap((cause) => {
    const alert = alerts.find((candidate) => candidate.alert === causeAlertName(cause.id));
    if (!alert) return [];
    const labels = { ...clusterOf(options.clusterLabels), apiservice: PATIENT, cause: cause.id, category: cause.category };
    const evidence = cause.evidence[0]?.id ?? cause.lookBack?.[0]?.id ?? 'none';
    const query = `${SERIES.evidence}${matchersOf(options, ['cause'], labels)} > 0`;
    const firing: Firing = { labels, value: SURE, finds: { [query]: [{ labels: { evidence }, value: 4 }] } };
    const gone = 600;
    return [
      {
        alert,
        title: 'sure for five minutes',
        interval: STEP,
        series: [
          { metric: SERIES.confidence, labels, values: `_x5 ${UNSURE}x4 ${SURE}x9 stale` },
          { metric: SERIES.confidence, labels: { ...labels, apiservice: NEIGHBOUR }, values: `${UNSURE}x60` },
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
