import { alertmanagerExample } from './alertmanager.ts';
import type { Catalogue } from './catalogue.ts';
import { type Artifact, METRIC_RULE_FORMATS, printRules, RULE_FORMATS, type RuleFormat } from './formats/rule-formats.ts';
import type { GenerateOptions } from './options.ts';
import { ruleTestFiles } from './rule-tests/files.ts';
import { diagnosisRules } from './rules.ts';

export const OUTPUTS = ['rules', 'dashboards', 'runbooks', 'rule-tests'] as const;
export type Output = (typeof OUTPUTS)[number];

export interface Printed {
  readonly artifacts: readonly Artifact[];
  /** Folders of which every file is printed: others in them are orphans. */
  readonly owned: readonly string[];
  /** What was decided for the user and should be said to them. */
  readonly notes: readonly string[];
}

export const OBJECT_NAME = 'aggregated-api-exporter';

export interface RuleRequest {
  readonly formats: readonly RuleFormat[];
  /** Also the replacement of the kubernetes-mixin's two alerts, which needs no exporter. */
  readonly mixinFix: boolean;
}

export function printRuleFiles(catalogue: Catalogue, options: GenerateOptions, { formats, mixinFix }: RuleRequest): Printed {
  const book = diagnosisRules(catalogue, options);
  const wanted = RULE_FORMATS.filter((format) => formats.includes(format));
  const metrics = METRIC_RULE_FORMATS.filter((format) => wanted.includes(format));
  const artifacts = metrics.flatMap((format) => printRules(book, format, OBJECT_NAME, options));
  if (metrics.length > 0) artifacts.push(alertmanagerExample(options));
  void mixinFix;
  return { artifacts, owned: [...wanted, ...(metrics.length > 0 ? ['alertmanager'] : [])], notes: book.notes };
}

export function printRuleTestFiles(catalogue: Catalogue, options: GenerateOptions): Printed {
  return { artifacts: ruleTestFiles(catalogue, options), owned: ['tests'], notes: [] };
}
