import { Argument, type Command } from 'commander';
import { PLAIN_FORMATS, RULE_FORMATS, type RuleFormat } from '../generate/formats/rule-formats.ts';
import { type GenerateOptions, type OptionTexts, parseOptions } from '../generate/options.ts';
import type { Printed, RuleRequest } from '../generate/outputs.ts';
import type { ProbeTexts } from '../generate/probes.ts';

const WHAT = ['all', 'rules', 'dashboards', 'runbooks', 'rule-tests', 'probes'] as const;
type What = (typeof WHAT)[number];

interface GenerateFlags extends OptionTexts, ProbeTexts {
  readonly format?: string;
  readonly output: string;
  readonly check?: true;
  readonly mixinFix?: true;
}

/** Formats that may be asked for, by what they are of. */
const FORMATS: Readonly<Record<What, readonly string[]>> = {
  all: [...RULE_FORMATS, 'json', 'configmap'],
  rules: RULE_FORMATS,
  dashboards: ['json', 'configmap'],
  runbooks: ['markdown'],
  'rule-tests': ['promtool'],
  probes: ['probe'],
};

/** Formats that are printed where none is asked for. */
const STANDARD: Readonly<Record<What, readonly string[]>> = {
  all: [...PLAIN_FORMATS, 'json'],
  rules: PLAIN_FORMATS,
  dashboards: ['json'],
  runbooks: ['markdown'],
  'rule-tests': ['promtool'],
  probes: ['probe'],
};

/** Value of `--output` for standard output. */
const STREAM = '-';

/** What a stream leaves out where no format is asked for: it holds rules of one format. */
const NOT_STREAMED: string = 'loki';

export function registerGenerate(program: Command): void {
  program
    .command('generate')
    .description('prints the diagnosis as rules, dashboards, runbooks and rule tests; and probes of blackbox_exporter')
    .addArgument(new Argument('[what]', 'what to print').choices([...WHAT]).default('all'))
    .option(
      '--format <formats>',
      `comma-separated; of rules: ${RULE_FORMATS.join(', ')} (default ${PLAIN_FORMATS.join(', ')}); of dashboards: json (default), configmap`,
    )
    .option('--scrape-interval <duration>', 'how often Prometheus scrapes the exporter (default 30s)')
    .option('--cluster-label <labels>', 'labels that tell clusters apart, kept by every rule; empty for none (default cluster)')
    .option('--labels <name=value,…>', 'further labels of every alert')
    .option('--object-labels <name=value,…>', 'labels of the Kubernetes objects, e.g. release=kube-prometheus-stack')
    .option('--namespace <name>', 'namespace of the Kubernetes objects')
    .option('--web.external-url <url>', "where people open the exporter's pages: alerts link to its status page and runbooks")
    .option('--grafana.url <url>', 'of the Grafana that has the dashboards: alerts link to their panels')
    .option('--runbook-url <pattern>', 'runbooks elsewhere; with {page}, e.g. https://runbooks.example.com/{page}')
    .option('--dashboard-url <pattern>', 'dashboards elsewhere; with {uid}, e.g. https://grafana.example.com/d/{uid}')
    .option('--with <exporters>', 'take what the exporter cannot see from kube-state-metrics, cadvisor, kube-apiserver')
    .option('--causes <ids>', 'causes that get an alert of their own (default all); every cause is weighed all the same')
    .option('--kube-apiserver-selector <matchers>', 'of the job of the kube-apiserver (default job="kube-apiserver")')
    .option('--loki-selector <selector>', 'stream selector of the log rules')
    .option('--apis <names>', 'of probes: the APIServices that are asked for')
    .option(
      '--probers <addresses>',
      'of probes: host:port of blackbox_exporters, one for each place (default blackbox-exporter.monitoring.svc:9115)',
    )
    .option('--probe-url <url>', 'of probes: the kube-apiserver as they reach it (default https://kubernetes.default.svc)')
    .option('--mixin-fix', "also the replacement of the kubernetes-mixin's two alerts, which needs no exporter")
    .option('--output <folder>', 'folder that gets rules/, dashboards/, runbooks/; - prints one kind of them to standard output', '.')
    .option('--check', 'write nothing; exit 1 and name the files that differ')
    .action(async (what: What, flags: GenerateFlags) => {
      const stream = flags.output === STREAM;
      if (stream && flags.check) throw new Error('--output - --check: a folder is allowed, whose files are compared');
      const printed = await printAll(what, flags, stream);
      for (const note of printed.flatMap(({ notes }) => notes)) process.stderr.write(`${note}\n`);
      await (stream ? print : flags.check ? check : write)(printed, flags.output);
    });
}

/** Everything is printed before anything is written. @param stream into one text, not into files. @throws Error that lists all that is wrong with the flags. */
export async function printAll(what: What, flags: Omit<GenerateFlags, 'output'>, stream = false): Promise<Printed[]> {
  if (what === 'probes') return [await printProbes(flags)];
  const parsed = parseOptions(flags);
  const formats = formatsOf(what, flags.format, stream);
  const problems = [
    ...('problems' in parsed ? parsed.problems : []),
    ...formatProblems(what, formats),
    ...('options' in parsed ? await causeProblems(parsed.options.causes) : []),
  ];
  if ('problems' in parsed || problems.length > 0) throw new Error(problems.join('\n'));
  const { options } = parsed;
  const rules = RULE_FORMATS.filter((format): format is RuleFormat => formats.includes(format));
  const mixinFix = flags.mixinFix === true || what === 'all';
  return withoutRepeats([
    ...(await printRules(what, options, { formats: rules, mixinFix, joined: stream })),
    ...(what === 'all' || what === 'dashboards' ? await printDashboards(options, formats) : []),
  ]);
}

function formatsOf(what: What, asked: string | undefined, stream: boolean): readonly string[] {
  return asked?.split(',').filter((format) => format !== '') ?? STANDARD[what].filter((format) => !stream || format !== NOT_STREAMED);
}

function formatProblems(what: What, formats: readonly string[]): string[] {
  return formats
    .filter((format) => !FORMATS[what].includes(format))
    .map((format) => `--format ${JSON.stringify(format)}: of ${what} are allowed ${FORMATS[what].join(', ')}`);
}

async function causeProblems(causes: readonly string[]): Promise<string[]> {
  const { BUILT_IN } = await import('../generate/built-in.ts');
  const known: readonly string[] = BUILT_IN.causes.map(({ id }) => id);
  return causes
    .filter((id) => !known.includes(id))
    .map((id) => `--causes ${JSON.stringify(id)}: no cause is called so; allowed are ${known.join(', ')}`);
}

/** Rules, their tests and their runbooks. */
async function printRules(what: What, options: GenerateOptions, rules: RuleRequest): Promise<Printed[]> {
  const { BUILT_IN } = await import('../generate/built-in.ts');
  const { printRuleFiles, printRuleTestFiles, printRunbookFiles } = await import('../generate/outputs.ts');
  const asked = (output: What) => what === 'all' || what === output;
  const printed: Printed[] = [];
  if (asked('rules') && rules.formats.length > 0) printed.push(printRuleFiles(BUILT_IN, options, rules));
  // Rules over logs have no tests: promtool knows PromQL only.
  if (what === 'rule-tests' || (what === 'all' && rules.formats.some((format) => format !== 'loki')))
    printed.push(printRuleTestFiles(BUILT_IN, options, rules.joined));
  if (asked('runbooks')) printed.push(printRunbookFiles(BUILT_IN, options));
  return printed;
}

async function printDashboards(options: GenerateOptions, formats: readonly string[]): Promise<Printed[]> {
  const { DASHBOARD_FORMATS, printDashboardFiles } = await import('../generate/dashboards/files.ts');
  return DASHBOARD_FORMATS.filter((format) => formats.includes(format)).map((format) => printDashboardFiles(options, format));
}

/** They are of the APIs that are named, not of the catalogue. @throws Error that lists all that is wrong with the flags. */
async function printProbes(flags: Omit<GenerateFlags, 'output'>): Promise<Printed> {
  const { parseProbes, printProbeFiles } = await import('../generate/probes.ts');
  const parsed = parseOptions(flags);
  const { request, problems } = parseProbes(flags);
  const all = [
    ...('problems' in parsed ? parsed.problems : []),
    ...problems,
    ...formatProblems('probes', formatsOf('probes', flags.format, false)),
  ];
  if ('problems' in parsed || all.length > 0) throw new Error(all.join('\n'));
  return printProbeFiles(parsed.options, request);
}

/** The rules that tests load may be asked for as well. */
function withoutRepeats(printed: readonly Printed[]): Printed[] {
  const paths = new Set<string>();
  return printed.map((one) => ({
    ...one,
    artifacts: one.artifacts.filter(({ path }) => {
      const first = !paths.has(path);
      paths.add(path);
      return first;
    }),
  }));
}

async function print(printed: readonly Printed[]): Promise<void> {
  const { streamOf } = await import('../generate/stream.ts');
  const text = streamOf(printed.flatMap(({ artifacts }) => artifacts));
  await new Promise<void>((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}

async function write(printed: readonly Printed[], root: string): Promise<void> {
  const { writeArtifacts } = await import('../generate/write-artifacts.ts');
  const artifacts = printed.flatMap((one) => one.artifacts);
  await writeArtifacts(
    root,
    artifacts,
    printed.flatMap((one) => one.owned),
  );
  process.stderr.write(`${artifacts.length} files written below ${root}\n`);
}

async function check(printed: readonly Printed[], root: string): Promise<void> {
  const { compareArtifacts } = await import('../generate/write-artifacts.ts');
  const differences = await compareArtifacts(
    root,
    printed.flatMap((one) => one.artifacts),
    printed.flatMap((one) => one.owned),
  );
  for (const { path, what } of differences) process.stdout.write(`${what}: ${path}\n`);
  if (differences.length === 0) return;
  process.stderr.write(`${differences.length} files differ from what the catalogue prints: run generate again\n`);
  process.exitCode = 1;
}
