import { alertmanagerExample } from './alertmanager.ts';
import { alertmanagerTemplates } from './alertmanager-templates.ts';
import type { Catalogue } from './catalogue.ts';
import { type Artifact, printRules, RULE_FORMATS, type RuleFormat } from './formats/rule-formats.ts';
import { logRules } from './log-rules.ts';
import { mixinFix as mixinFixBook } from './mixin-fix.ts';
import { type GenerateOptions, unopenable } from './options.ts';
import { mixinTestFiles, ruleTestFiles } from './rule-tests/files.ts';
import { diagnosisRules } from './rules.ts';
import { runbookFiles } from './runbooks/files.ts';

export interface Printed {
  readonly artifacts: readonly Artifact[];
  /** Folders of which every file is printed: others in them are orphans. */
  readonly owned: readonly string[];
  /** What was decided for the user and should be said to them. */
  readonly notes: readonly string[];
}

const OBJECT_NAME = 'aggregated-api-exporter';
const LOGS_NAME = 'aggregated-api-logs';
const MIXIN_NAME = 'kubernetes-aggregated-apis';

export interface RuleRequest {
  readonly formats: readonly RuleFormat[];
  /** Also the replacement of the kubernetes-mixin's two alerts, which needs no exporter. */
  readonly mixinFix: boolean;
  /** One file for the format that has several: for a stream. */
  readonly joined?: boolean;
}

/** Paths are relative to the folder of the repository or of `--output`. */
export function printRuleFiles(
  catalogue: Catalogue,
  options: GenerateOptions,
  { formats, mixinFix, joined = false }: RuleRequest,
): Printed {
  const book = diagnosisRules(catalogue, options);
  const fix = mixinFix ? [mixinFixBook(options)] : [];
  const artifacts = RULE_FORMATS.filter((format) => formats.includes(format)).flatMap((format) =>
    format === 'loki'
      ? printRules(logRules(catalogue, options), format, { name: LOGS_NAME, options, joined })
      : [book, ...fix].flatMap((one) => printRules(one, format, { name: one === book ? OBJECT_NAME : MIXIN_NAME, options, joined })),
  );
  const metrics = formats.some((format) => format !== 'loki');
  return {
    artifacts: under('rules', metrics ? [...artifacts, alertmanagerExample(options), alertmanagerTemplates(catalogue)] : artifacts),
    owned: [...formats, ...(metrics ? ['alertmanager'] : [])].map((folder) => `rules/${folder}`),
    notes: [...book.notes, ...unopenable(options, metrics)],
  };
}

/**
 * promtool reads neither the objects of an operator nor what mimirtool loads: so the tests name the files of the format prometheus,
 * and those come with them, out of the same rules, unless they are wanted alone.
 */
export function printRuleTestFiles(catalogue: Catalogue, options: GenerateOptions, alone = false): Printed {
  const loaded = alone ? [] : printRuleFiles(catalogue, options, { formats: ['prometheus'], mixinFix: true }).artifacts;
  return {
    artifacts: [
      ...loaded.filter(({ path }) => path.startsWith('rules/prometheus/')),
      ...under('rules', [...ruleTestFiles(catalogue, options), ...mixinTestFiles(options)]),
    ],
    owned: ['rules/prometheus', 'rules/tests'],
    notes: [],
  };
}

export function printRunbookFiles(catalogue: Catalogue, options: GenerateOptions): Printed {
  return { artifacts: under('runbooks', runbookFiles(catalogue, options)), owned: ['runbooks'], notes: [] };
}

function under(folder: string, artifacts: readonly Artifact[]): Artifact[] {
  return artifacts.map(({ path, content }) => ({ path: `${folder}/${path}`, content }));
}
