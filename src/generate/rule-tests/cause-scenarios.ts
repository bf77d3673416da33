import { evidenceQuery, meaningQuery, titleQuery } from '../annotations.ts';
import type { Catalogue } from '../catalogue.ts';
import { CAUSE_FOR, CAUSE_KEEP_FIRING_FOR } from '../cause-alerts.ts';
import { generalSentence } from '../evidence-words.ts';
import { causeAlertName } from '../names.ts';
import type { GenerateOptions } from '../options.ts';
import type { AlertingRule } from '../rule-book.ts';
import { SERIES } from '../series.ts';
import { clusterOf, type Firing, PATIENT, type Scenario } from './scenario.ts';
import { matchersIn } from './symptom-scenarios.ts';

const STEP = 30;
const SURE = 0.9;

/** Sure from 5:00 to 10:00. Below the limit nothing is recorded that the alert reads. */
export function causeScenarios(catalogue: Catalogue, alerts: readonly AlertingRule[], options: GenerateOptions): Scenario[] {
  return catalogue.causes.flatMap((cause) => {
    const alert = alerts.find((candidate) => candidate.alert === causeAlertName(cause.id));
    if (!alert) return [];
    const patient = { ...clusterOf(options.clusterLabels), apiservice: PATIENT };
    const labels = { ...patient, cause: cause.id, category: cause.category };
    const [declaration] = [...cause.evidence, ...(cause.lookBack ?? [])];
    const evidence = declaration?.id ?? 'none';
    const says = declaration ? generalSentence(declaration, catalogue) : '';
    const query = evidenceQuery(matchersIn(options, ['cause'], labels));
    const title = { says: cause.title.replace(/\.$/, '') };
    const told = {
      [titleQuery(JSON.stringify(cause.id))]: [{ labels: title, value: cause.prior }],
      [meaningQuery(JSON.stringify(cause.id))]: [{ labels: { means: cause.summary }, value: 1 }],
    };
    const firing: Firing = { labels, value: SURE, finds: { [query]: [{ labels: { says }, value: 4 }], ...told } };
    const gone = 600;
    return [
      {
        alert,
        title: 'sure for five minutes',
        interval: STEP,
        series: [
          { metric: SERIES.sure, labels, values: `_x10 ${SURE}x9 stale` },
          { metric: SERIES.prior, labels: { cause: cause.id, ...title }, values: `${cause.prior}x40` },
          { metric: SERIES.evidence, labels: { ...patient, cause: cause.id, evidence, says }, values: `_x10 4x9 stale` },
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
