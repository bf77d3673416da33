import type { Command } from 'commander';
import { readBoundedFile } from '../files/bounded-file.ts';
import type { LoadedGroup, Prometheus, QueryResult, RangeResult } from '../generate/prometheus.ts';

const TIMEOUT_MS = 30_000;
/** Far more than all rules of a large fleet are; an answer that is longer is refused. */
const MOST_BYTES = 64 * 2 ** 20;

export interface PrometheusFlags {
  readonly 'prometheus.url': string;
  readonly 'prometheus.tokenFile'?: string;
}

/** The flags that say which Prometheus is asked, and as whom. */
export function withPrometheusFlags(command: Command): Command {
  return command
    .requiredOption('--prometheus.url <url>', 'e.g. http://localhost:9090; a path prefix is kept, and user and password for it')
    .option('--prometheus.token-file <path>', 'file with a bearer token for it');
}

/**
 * A Prometheus, or what answers as it does (Thanos, Mimir, VictoriaMetrics).
 * @throws Error that names the URL and what it answered.
 */
export function prometheusAt({ 'prometheus.url': url, 'prometheus.tokenFile': tokenFile }: PrometheusFlags): Prometheus {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Error(`--prometheus.url ${JSON.stringify(url)}: an http:// or https:// URL is allowed`);
  const base = new URL(url.endsWith('/') ? url : `${url}/`);
  const headers = credentialsOf(base, tokenFile);
  base.username = '';
  base.password = '';
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const post = (parameters: Readonly<Record<string, string>>) => ({ method: 'POST', headers: form, body: new URLSearchParams(parameters) });
  return {
    query: (query, at) => ask(new URL('api/v1/query', base), post({ query, ...(at === undefined ? {} : { time: String(at) }) }), instantOf),
    range: (query, { from, to, step }) =>
      ask(new URL('api/v1/query_range', base), post({ query, start: String(from), end: String(to), step: String(step) }), rangesOf),
    groups: () => ask(new URL('api/v1/rules', base), { headers }, groupsOf),
  };
}

function credentialsOf({ username, password }: URL, tokenFile: string | undefined): Record<string, string> {
  if (tokenFile) return { authorization: `Bearer ${readBoundedFile(tokenFile).trim()}` };
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

interface Instant {
  readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
}

function instantOf({ result }: Instant): QueryResult[] {
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

interface Ranged {
  readonly result: readonly { readonly metric: Record<string, string>; readonly values: readonly (readonly [number, string])[] }[];
}

function rangesOf({ result }: Ranged): RangeResult[] {
  return result.map(({ metric, values }) => ({ labels: metric, values: values.map(([at, value]) => ({ at, value: Number(value) })) }));
}

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly interval: number;
    readonly evaluationTime?: number;
    readonly lastEvaluation?: string;
    readonly rules?: readonly { readonly name: string; readonly health?: string; readonly lastError?: string }[];
  }[];
}

function groupsOf({ groups }: Rules): LoadedGroup[] {
  return groups.map(loadedGroup);
}

function loadedGroup({ name, interval, evaluationTime = 0, lastEvaluation = '', rules = [] }: Rules['groups'][number]): LoadedGroup {
  const last = Date.parse(lastEvaluation) / 1000;
  return {
    name,
    interval,
    evaluationTime,
    // Go's zero time stands for never.
    ...(last > 0 ? { lastEvaluation: last } : {}),
    failing: rules.flatMap(({ name: rule, health, lastError = '' }) => (health === 'err' ? [{ rule, error: lastError }] : [])),
  };
}

/** @param take makes of its data what was asked for, and throws where it is something else. */
async function ask<T, R>(endpoint: URL, request: RequestInit, take: (data: T) => R): Promise<R> {
  const { status, ok, text } = await answerOf(endpoint, request).catch((error: unknown) => {
    const { cause, message } = error as Error;
    throw new Error(`${endpoint}: ${cause instanceof Error ? cause.message : message}`);
  });
  if (!ok) throw new Error(`${endpoint}: ${status} ${text.trim().slice(0, 200)}${isPrometheus(text) ? '' : NO_PROMETHEUS}`);
  try {
    return take((JSON.parse(text) as { readonly data: T }).data);
  } catch {
    throw new Error(`${endpoint}: not an answer of Prometheus's API: ${text.trim().slice(0, 100)}${NO_PROMETHEUS}`);
  }
}

async function answerOf(endpoint: URL, request: RequestInit): Promise<{ status: number; ok: boolean; text: string }> {
  const response = await fetch(endpoint, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return { status: response.status, ok: response.ok, text: Buffer.concat(pieces).toString('utf8') };
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
