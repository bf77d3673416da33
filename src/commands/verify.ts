import { type Command, Option } from 'commander';
import { type OptionTexts, parseOptions } from '../generate/options.ts';
import type { Verification } from '../generate/verify/verify.ts';
import { type PrometheusFlags, prometheusAt, withPrometheusFlags } from './ask-prometheus.ts';

interface VerifyFlags extends OptionTexts, PrometheusFlags {
  readonly output: 'text' | 'json';
  readonly all?: true;
}

export function registerVerify(program: Command): void {
  withPrometheusFlags(program.command('verify'))
    .description('says which selectors of the generated rules find nothing in your Prometheus, and why; exit code 1 when some do')
    .option('--scrape-interval <duration>', 'that the rules were generated with (default 30s)')
    .option('--cluster-label <labels>', 'that the rules were generated with (default cluster)')
    .option('--with <exporters>', 'that the rules were generated with')
    .option('--all', 'also list the selectors that find nothing as it should be')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (flags: VerifyFlags) => {
      const parsed = parseOptions(flags);
      if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
      const { BUILT_IN } = await import('../generate/built-in.ts');
      const { verifyRules } = await import('../generate/verify/verify.ts');
      const verification = await verifyRules(prometheusAt(flags), BUILT_IN, parsed.options);
      process.stdout.write(
        flags.output === 'json' ? `${JSON.stringify(verification, null, 2)}\n` : printed(verification, flags.all === true),
      );
      if (verification.findings.some((finding) => finding.state === 'missing')) process.exitCode = 1;
    });
}

function printed({ findings, warnings }: Verification, all: boolean): string {
  const of = (state: string) => findings.filter((finding) => finding.state === state);
  const lines = (state: string) => of(state).map(({ selector, why }) => `  ${selector}\n      ${why}`);
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    `${of('found').length} of ${findings.length} selectors find series`,
    ...(of('quiet').length > 0
      ? [`${of('quiet').length} find nothing now, as it should be${all ? ':' : ' (--all lists them)'}`, ...(all ? lines('quiet') : [])]
      : []),
    ...(of('missing').length > 0
      ? [`${of('missing').length} find nothing, and the rules that read them cannot fire:`, ...lines('missing')]
      : []),
    '',
  ].join('\n');
}
