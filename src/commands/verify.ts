import { type Command, Option } from 'commander';
import { readBoundedFile } from '../files/bounded-file.ts';
import { type OptionTexts, parseOptions } from '../generate/options.ts';
import type { Query, QueryResult, Verification } from '../generate/verify/verify.ts';

interface VerifyFlags extends OptionTexts {
  readonly 'prometheus.url': string;
  readonly 'prometheus.tokenFile'?: string;
  readonly output: 'text' | 'json';
  readonly all?: true;
}

const TIMEOUT_MS = 30_000;

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('says which selectors of the generated rules find nothing in your Prometheus, and why; exit code 1 when some do')
    .requiredOption('--prometheus.url <url>', 'e.g. http://localhost:9090; a path prefix is kept')
    .option('--prometheus.token-file <path>', 'file with a bearer token')
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
      const verification = await verifyRules(
        prometheusAt(flags['prometheus.url'], flags['prometheus.tokenFile']),
        BUILT_IN,
        parsed.options,
      );
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

/** @throws Error that names the URL and what it answered. */
function prometheusAt(url: string, tokenFile: string | undefined): Query {
  if (!/^https?:\/\//.test(url)) throw new Error(`--prometheus.url ${JSON.stringify(url)}: an http:// or https:// URL is allowed`);
  const base = new URL(url.endsWith('/') ? url : `${url}/`);
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (tokenFile) headers.authorization = `Bearer ${readBoundedFile(tokenFile).trim()}`;
  else if (base.username)
    headers.authorization = `Basic ${Buffer.from(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`).toString('base64')}`;
  base.username = '';
  base.password = '';
  const endpoint = new URL('api/v1/query', base);
  return async (promql) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ query: promql }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      const { cause, message } = error as Error;
      throw new Error(`${endpoint}: ${cause instanceof Error ? cause.message : message}`);
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${endpoint}: ${response.status} ${text.trim().slice(0, 200)}${isPrometheus(text) ? '' : NO_PROMETHEUS}`);
    return resultsOf(text, endpoint);
  };
}

const NO_PROMETHEUS = '; --prometheus.url is the root of a Prometheus (or of what answers as it does), e.g. http://localhost:9090';

/** Its errors too are JSON with a status. */
function isPrometheus(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'status' in answer;
  } catch {
    return false;
  }
}

function resultsOf(text: string, endpoint: URL): QueryResult[] {
  try {
    const answer = JSON.parse(text) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
    return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  } catch {
    throw new Error(`${endpoint}: not an answer of Prometheus's API: ${text.trim().slice(0, 100)}${NO_PROMETHEUS}`);
  }
}
