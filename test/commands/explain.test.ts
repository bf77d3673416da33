import type { IncomingMessage } from 'node:http';
import { Command } from 'commander';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerExplain } from '../../src/commands/explain.ts';
import { DIAGNOSES_SCHEMA } from '../../src/domain/diagnosis.ts';
import type { Prometheus } from '../../src/generate/prometheus.ts';
import { SERIES } from '../../src/generate/series.ts';
import { diagnosis } from '../expose/view.ts';
import { type AskedSeries, askedPrometheus } from '../generate/support/asked-prometheus.ts';
import { hearCommands } from './heard.ts';

const AT = 1_790_000_000;
const TIDES = 'v1.tides.example';
const of = (metric: string, labels: Record<string, string> = {}, value = 1): AskedSeries => ({
  labels: { __name__: metric, cluster: 'harbour', apiservice: TIDES, ...labels },
  value,
});
const ERRS: readonly AskedSeries[] = [
  of(SERIES.known),
  of(SERIES.symptom),
  of(SERIES.confidence, { cause: 'dns-failing' }, 0.9),
  of(SERIES.score, { cause: 'dns-failing' }, 5),
  { labels: { __name__: SERIES.prior, cause: 'dns-failing', says: 'A name does not resolve' }, value: -1 },
  of(SERIES.evidence, { cause: 'dns-failing', evidence: 'not-resolved', says: 'The name was not found.' }, 6),
  of(SERIES.held, { cause: 'dns-failing' }, 0.9),
  of('aggregated_api_info'),
  of('aggregated_api_failing'),
  of('aggregated_api_diagnosis', { cause: 'dns-failing' }),
  of('aggregated_api_diagnosis_confidence', { cause: 'dns-failing' }, 0.9),
];

let prometheus: Prometheus;
/** Of the exporter, which is the same server under another path. */
let exporterAnswer: { status: number; body: unknown };
let tokens: (string | undefined)[];

const heard = hearCommands(async (request, text) => {
  const { status, body } = await answer(request, text);
  return { status, body: JSON.stringify(body) };
});
beforeEach(() => {
  tokens = [];
  prometheus = askedPrometheus({ series: ERRS, now: AT + 4, evaluatedAt: AT, scrapedAt: AT - 3 });
  exporterAnswer = { status: 200, body: { schema: DIAGNOSES_SCHEMA, time: AT + 5, diagnoses: [] } };
});

async function answer(request: IncomingMessage, text: string): Promise<{ status: number; body: unknown }> {
  tokens.push(request.headers.authorization);
  if (request.url!.startsWith('/exporter/')) return exporterAnswer;
  const asked = new URLSearchParams(text);
  const promql = asked.get('query')!;
  const number = (name: string) => Number(asked.get(name));
  if (request.url === '/api/v1/query_range') {
    const found = await prometheus.range(promql, { from: number('start'), to: number('end'), step: number('step') });
    const result = found.map(({ labels, values }) => ({ metric: labels, values: values.map(({ at, value }) => [at, String(value)]) }));
    return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } };
  }
  if (request.url !== '/api/v1/query') return { status: 404, body: {} };
  const found = await prometheus.query(promql, number('time'));
  const result = found.map(({ labels, value }) => ({ metric: labels, value: [AT, String(value)] }));
  return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } };
}

async function explain(...args: string[]): Promise<number> {
  const program = new Command().exitOverride();
  registerExplain(program);
  process.exitCode = undefined;
  await program.parseAsync(['explain', '--prometheus.url', heard.url, '--apiservice', TIDES, ...args], { from: 'user' });
  return Number(process.exitCode ?? 0);
}

describe('explain', () => {
  it('prints the ledger and that both agree, and exits with 1 because it errs', async () => {
    expect(await explain()).toBe(1);
    expect(heard.out).toMatch(/^v1\.tides\.example on cluster harbour, by the rules as evaluated at 2026-09-21T\S+ \(4s ago\)$/m);
    expect(heard.out).toContain('It errs since 1h or longer. Alerts name dns-failing.');
    expect(heard.out).toContain('Surest: dns-failing, 90 % sure: A name does not resolve');
    expect(heard.out).toContain('+5 points: -1 before any evidence, +6 by it');
    expect(heard.out).toContain(' +6 The name was not found. (not-resolved; since 1h or longer)');
    expect(heard.out).toMatch(/The exporter, as it was scraped, at \S+: dns-failing, 90 % sure\.\nThey agree\.\n$/);
  });

  it('asks the exporter where its address is given, with a path prefix, and says where they differ and why', async () => {
    const alone = { id: 'lines', says: 'Lines say so.', weight: 'strong', points: 4, lookBack: false, values: {} };
    exporterAnswer.body = {
      ...(exporterAnswer.body as object),
      diagnoses: [
        diagnosis({
          apiservice: TIDES,
          state: 'failing',
          cause: 'dns-failing',
          confidence: 0.5,
          evidence: [alone] as never,
          alternatives: [],
        }),
      ],
    };
    expect(await explain('--exporter.url', `${heard.url}/exporter`)).toBe(1);
    expect(heard.out).toContain('They differ:\n  - dns-failing is 90 % sure by the rules, 50 % by the exporter.\n');
    expect(heard.out).toContain('  - For dns-failing the exporter alone has lines (+4): Lines say so.\n');
    expect(heard.out).toMatch(/Why that may be:\n {2}- The rules do not say which catalogue/);
    expect(heard.out).toContain('verdict is 5s newer than the evaluation of the rules');
  });

  it('gives all of it as JSON', async () => {
    await explain('-o', 'json');
    expect(JSON.parse(heard.out)).toMatchObject({
      schema: 'aggregated-api-exporter/explanation/v1',
      apiservice: TIDES,
      cluster: { cluster: 'harbour' },
      rules: { errs: true, candidates: [{ cause: 'dns-failing', evidence: [{ id: 'not-resolved', points: 6 }] }] },
      exporter: { from: 'metrics' },
      differences: [],
    });
  });

  it.each<[string, number | undefined, number, string]>([
    ['errs no more', 0, 0, 'It does not err. Alerts go on with the cause of the failure that ended, dns-failing, until they resolve.'],
    ['was not observed', undefined, 2, 'Nothing to judge: whether it errs was not observed.'],
  ])('says that it %s', async (_, symptom, code, words) => {
    const series = [
      ...ERRS.filter(({ labels }) => labels.__name__ !== SERIES.symptom),
      ...(symptom === undefined ? [] : [of(SERIES.symptom, {}, symptom)]),
    ];
    prometheus = askedPrometheus({ series, now: AT + 4, evaluatedAt: AT, scrapedAt: AT - 3 });
    expect(await explain()).toBe(code);
    expect(heard.out.replace(/\s+/g, ' ')).toContain(words);
  });

  it('prints few lines of many causes with much evidence, and no control characters', async () => {
    const causes = Array.from({ length: 40 }, (_, index) => `cause-${index}`);
    const many = causes.flatMap((cause) => [
      of(SERIES.confidence, { cause }, 0.01),
      ...Array.from({ length: 40 }, (_, index) => of(SERIES.evidence, { cause, evidence: `piece-${index}`, says: 'a\u001b[31m\nb' }, 1)),
    ]);
    prometheus = askedPrometheus({ series: [...ERRS, ...many], now: AT + 4, evaluatedAt: AT, scrapedAt: AT - 3 });
    await explain();
    expect(heard.out.split('\n').length).toBeLessThan(80);
    expect(heard.out).toContain('    and 30 more');
    expect(heard.out).toMatch(/^Also weighed: cause-/m);
    expect(heard.out).not.toContain('\u001b');
  });

  it.each<[string, string[], string]>([
    ['a label that no rule keeps', ['--in', 'region=eu'], '--in "region=eu": label=value is allowed, of the labels cluster'],
    ['an interval that is too long', ['--scrape-interval', '5m'], '--scrape-interval 5m: too long'],
    [
      'another cluster',
      ['--in', 'cluster=shore'],
      'has no APIService v1.tides.example on cluster shore; there are v1.tides.example on cluster harbour',
    ],
    ['an exporter that does not answer', ['--exporter.url', 'http://127.0.0.1:9'], 'http://127.0.0.1:9/api/v1/diagnoses does not answer'],
  ])('refuses %s', async (_, args, words) => {
    await expect(explain(...args)).rejects.toThrow(words);
    expect(heard.out).toBe('');
  });

  it('names the status and the words of an exporter that refuses, or that is none', async () => {
    exporterAnswer = { status: 404, body: { error: 'not watched: v1.tides.example' } };
    await expect(explain('--exporter.url', `${heard.url}/exporter`)).rejects.toThrow(
      '/exporter/api/v1/diagnoses answers 404: {"error":"not watched: v1.tides.example"}',
    );
    exporterAnswer = { status: 200, body: { schema: DIAGNOSES_SCHEMA } };
    await expect(explain('--exporter.url', `${heard.url}/exporter`)).rejects.toThrow('answers without its diagnoses');
  });

  it('sends name and password of each URL to that one alone', async () => {
    const name = (user: string) => heard.url.replace('http://', `http://${user}:secret@`);
    await explain('--prometheus.url', name('rules'), '--exporter.url', `${name('watch')}/exporter`);
    const basic = (user: string) => `Basic ${Buffer.from(`${user}:secret`).toString('base64')}`;
    expect([...new Set(tokens)].sort()).toEqual([basic('rules'), basic('watch')].sort());
  });
});
