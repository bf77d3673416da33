import { type Command, Option } from 'commander';
import type { Diagnoses } from '../domain/diagnosis.ts';
import { DIAGNOSES_SCHEMA } from '../domain/diagnosis.ts';
import { type OptionTexts, parseOptions } from '../generate/options.ts';
import { askExporter, bodyOf, type ExporterAddress } from './ask-exporter.ts';
import { type PrometheusFlags, prometheusAt, withPrometheusFlags } from './ask-prometheus.ts';

interface ExplainFlags extends PrometheusFlags, Pick<OptionTexts, 'scrapeInterval' | 'clusterLabel'> {
  readonly apiservice: string;
  readonly in?: string;
  readonly 'exporter.url'?: string;
  readonly 'exporter.tokenFile'?: string;
  readonly output: 'text' | 'json';
}

export function registerExplain(program: Command): void {
  withPrometheusFlags(program.command('explain'))
    .description(
      'prints how the rules in your Prometheus came to their verdict on an API, beside the verdict of the exporter, and where the two differ; exit code 0 healthy, 1 it errs, 2 could not look, or nothing to judge',
    )
    .requiredOption('--apiservice <name>', 'e.g. v1beta1.metrics.k8s.io')
    .option('--in <labels>', 'which cluster, where Prometheus has several with this API, e.g. cluster=harbour')
    .option('--exporter.url <url>', 'of the exporter, for its evidence; without it, what Prometheus scraped of it is compared')
    .option('--exporter.token-file <path>', 'file with a bearer token for it, where it guards its evidence')
    .option('--scrape-interval <duration>', 'that the rules were generated with (default 30s)')
    .option('--cluster-label <labels>', 'that the rules were generated with (default cluster)')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (flags: ExplainFlags) => {
      const parsed = parseOptions(flags);
      if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
      const { options } = parsed;
      const cluster = clusterIn(flags.in, options.clusterLabels);
      const prometheus = prometheusAt(flags);
      const { BUILT_IN } = await import('../generate/built-in.ts');
      const { explain } = await import('../generate/explain/explain.ts');
      const { printExplanation } = await import('./explain-text.ts');
      const ask = askerOf(flags);
      const explanation = await explain({
        apiservice: flags.apiservice,
        cluster,
        prometheus,
        catalogue: BUILT_IN,
        options,
        ...(ask && { ask }),
      });
      const text =
        flags.output === 'json'
          ? `${JSON.stringify(explanation, null, 2)}\n`
          : printExplanation(explanation, process.stdout.columns ?? 100);
      process.stdout.write(text);
      process.exitCode = explanation.rules.errs === undefined ? 2 : Number(explanation.rules.errs);
    });
}

/** The exporter's answer about that API alone. */
function askerOf({
  apiservice,
  'exporter.url': url,
  'exporter.tokenFile': tokenFile,
}: ExplainFlags): (() => Promise<Diagnoses>) | undefined {
  if (url === undefined) return undefined;
  const exporter: ExporterAddress = { url, ...(tokenFile !== undefined && { tokenFile }) };
  return async () => {
    const answer = await askExporter(exporter, { path: '/api/v1/diagnoses', query: { apiservice } }, '--exporter.url');
    const body = bodyOf<Diagnoses>(answer, DIAGNOSES_SCHEMA);
    if (!Array.isArray(body.diagnoses)) throw new Error(`${answer.shown} answers without its diagnoses; is it of the same version?`);
    return body as Diagnoses;
  };
}

/** @throws Error that names what is allowed. */
function clusterIn(text: string | undefined, labels: readonly string[]): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const label = pair.slice(0, Math.max(0, at));
      if (!labels.includes(label))
        throw new Error(
          `--in ${JSON.stringify(pair)}: label=value is allowed, of the labels ${labels.join(', ') || 'of --cluster-label, which names none'}`,
        );
      return [label, pair.slice(at + 1)];
    }),
  );
}
