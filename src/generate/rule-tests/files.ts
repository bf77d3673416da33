import type { Catalogue } from '../catalogue.ts';
import { printNotes } from '../formats/plain-rule.ts';
import { printRuleFile } from '../formats/rule-file.ts';
import type { Artifact } from '../formats/rule-formats.ts';
import { stockRules } from '../mixin-fix.ts';
import type { GenerateOptions } from '../options.ts';
import { windowOf } from '../promql.ts';
import { alertsOf } from '../rule-book.ts';
import { diagnosisRules } from '../rules.ts';
import { causeScenarios } from './cause-scenarios.ts';
import { exporterScenarios } from './exporter-scenarios.ts';
import { mixinScenarios } from './mixin-scenarios.ts';
import { printRuleTests } from './print.ts';
import type { Scenario } from './scenario.ts';
import { evaluationStep, symptomScenarios } from './symptom-scenarios.ts';

/** promtool tests of the mixin's replacement, beside the mixin's own two alerts, which are printed with them. */
export function mixinTestFiles(options: GenerateOptions): Artifact[] {
  return [
    {
      path: 'tests/stock-kubernetes-mixin.yaml',
      content: printNotes(stockRules(options).notes) + printRuleFile(stockRules(options).groups),
    },
    {
      path: 'tests/kubernetes-mixin.test.yaml',
      content: printRuleTests(
        ['../prometheus/kubernetes-aggregated-apis.yaml', 'stock-kubernetes-mixin.yaml'],
        30,
        seen(mixinScenarios(options), options),
      ),
    },
  ];
}

/** promtool tests of every alert, to run beside the files of the format prometheus. */
export function ruleTestFiles(catalogue: Catalogue, options: GenerateOptions): Artifact[] {
  const alerts = alertsOf(diagnosisRules(catalogue, options));
  const file = (group: string, interval: number, scenarios: readonly Scenario[]): Artifact => ({
    path: `tests/${group}.test.yaml`,
    content: printRuleTests([`../prometheus/${group}.yaml`], interval, scenarios),
  });
  return [
    file('aggregated-api-symptoms', evaluationStep(options), seen(symptomScenarios(alerts, options), options)),
    file('aggregated-api-causes', 30, causeScenarios(catalogue, alerts, options)),
    file('aggregated-api-exporter', 30, exporterScenarios(alerts, options)),
  ];
}

/** Without those whose samples are further apart than the windows of the rules: to them the series would come and go. */
function seen(scenarios: readonly Scenario[], options: GenerateOptions): Scenario[] {
  return scenarios.filter((scenario) => scenario.interval <= windowOf(0, options.scrapeInterval));
}
