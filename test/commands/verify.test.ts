import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerVerify } from '../../src/commands/verify.ts';
import { type Answered, hearCommands } from './heard.ts';

let asked: { readonly path: string; readonly authorization: string | undefined; readonly query: string }[];
let answer: (query: string) => Answered;

const found = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] } });

const heard = hearCommands((request, text) => {
  const query = new URLSearchParams(text).get('query') ?? '';
  asked.push({ path: request.url!, authorization: request.headers.authorization, query });
  return answer(query);
});
beforeEach(() => {
  asked = [];
  answer = () => ({ body: found });
});

async function verify(...args: string[]): Promise<number> {
  const program = new Command().exitOverride();
  registerVerify(program);
  process.exitCode = undefined;
  await program.parseAsync(['verify', ...args], { from: 'user' });
  return Number(process.exitCode ?? 0);
}

describe('verify', () => {
  it('is content when every selector finds something', async () => {
    expect(await verify('--prometheus.url', heard.url)).toBe(0);
    expect(heard.out).toMatch(/^(\d+) of \1 selectors find series/m);
    expect([...new Set(asked.map(({ path }) => path))].sort()).toEqual(['/api/v1/query', '/api/v1/rules']);
  });

  it('exits with 1 when nothing is scraped, and says so', async () => {
    answer = () => ({ body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }) });
    expect(await verify('--prometheus.url', heard.url, '-o', 'json')).toBe(1);
    const { findings, warnings } = JSON.parse(heard.out) as { findings: { state: string }[]; warnings: string[] };
    expect(warnings).toEqual([expect.stringContaining('the exporter is not scraped')]);
    expect(findings.some(({ state }) => state === 'missing')).toBe(true);
  });

  it('counts what finds nothing as it should be, and lists it when asked', async () => {
    answer = (query) => ({
      body: query.includes('aggregated_api_exporter')
        ? found
        : JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }),
    });
    await verify('--prometheus.url', heard.url);
    expect(heard.out).toMatch(/^\d+ find nothing now, as it should be \(--all lists them\)$/m);
    const short = heard.out.split('\n').length;
    heard.out = '';
    await verify('--prometheus.url', heard.url, '--all');
    expect(heard.out).toMatch(/as it should be:\n {2}/);
    expect(heard.out.split('\n').length).toBeGreaterThan(short + 50);
  });

  it('keeps a path prefix, and sends the password of the URL as a header', async () => {
    answer = () => ({ status: 500, body: 'one question is enough' });
    await expect(verify('--prometheus.url', `${heard.url.replace('http://', 'http://me:p%40ss@')}/prometheus`)).rejects.toThrow('500');
    expect(asked[0]).toMatchObject({
      path: '/prometheus/api/v1/query',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
  });

  it('sends the token of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verify-'));
    try {
      writeFileSync(join(folder, 'token'), 'sesame\n');
      answer = () => ({ status: 500, body: 'one question is enough' });
      await expect(verify('--prometheus.url', heard.url, '--prometheus.token-file', join(folder, 'token'))).rejects.toThrow('500');
      expect(asked[0]!.authorization).toBe('Bearer sesame');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, string[], Answered | undefined, string]>([
    [
      'a URL without a scheme',
      ['--prometheus.url', 'prometheus:9090'],
      undefined,
      '--prometheus.url "prometheus:9090": an http:// or https:// URL is allowed',
    ],
    [
      'an interval that is too long',
      ['--prometheus.url', 'http://x', '--scrape-interval', '5m'],
      undefined,
      '--scrape-interval 5m: too long',
    ],
    ['a refusal of Prometheus', [], { status: 401, body: 'who are you?' }, '/api/v1/query: 401 who are you?'],
    [
      'another server, such as the exporter itself',
      [],
      { status: 405, body: 'only GET and HEAD are allowed\n' },
      '/api/v1/query: 405 only GET and HEAD are allowed; --prometheus.url is the root of a Prometheus',
    ],
    ['something that is no Prometheus', [], { body: '<html>Welcome</html>' }, "not an answer of Prometheus's API: <html>Welcome</html>"],
  ])('names %s', async (_, args, given, words) => {
    if (given) answer = () => given;
    await expect(verify(...(args.length > 0 ? args : ['--prometheus.url', heard.url]))).rejects.toThrow(words);
  });

  it('names the address where nobody answers', async () => {
    await expect(verify('--prometheus.url', 'http://127.0.0.1:9')).rejects.toThrow('http://127.0.0.1:9/api/v1/query: ');
  });
});
