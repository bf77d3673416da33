import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody } from '../../../src/expose/answers.ts';
import { DECLARED, wrongAnswer } from '../../expose/openapi/conforms.ts';
import { type ExporterProcess, MAIN, startExporter } from '../../support/exporter-process.ts';
import { until } from '../cluster/harness/process.ts';

let exporter: ExporterProcess;
let client: Client;
/** The first API of the demo of which the cause is known. */
let failing: { readonly apiservice: string; readonly cause: string };

const status = async () => JSON.parse((await exporter.get('/api/v1/status')).body) as StatusBody;

beforeAll(async () => {
  exporter = await startExporter(['--simulate']);
  failing = await until('a cause in the simulated cluster', 300, async () => {
    const { targets } = await status();
    return targets.flatMap(({ apiservice, cause }) => (cause === null || cause === 'unknown' ? [] : [{ apiservice, cause }]))[0];
  });
  const args = [MAIN, 'mcp', '--url', `http://127.0.0.1:${exporter.port}`];
  client = new Client({ name: 'a test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
});

afterAll(async () => {
  await client?.close();
  exporter?.kill();
});

async function call(name: string, args: Record<string, unknown>): Promise<string> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  expect(isError ?? false).toBe(false);
  return (content as { text: string }[])[0]!.text;
}

describe('an assistant beside an exporter of a simulated cluster', () => {
  it('is told which API fails, and why', async () => {
    expect(await call('list_apis', { failing: true })).toContain(failing.apiservice);
    const verdict = await call('diagnose', { apiservice: failing.apiservice });
    expect(verdict).toContain(failing.apiservice);
    expect(verdict).toMatch(/\d\d %|> 99 %/);
  });

  it('reads the incident that the list names, and the runbook of its cause', async () => {
    const list = await call('incident', { since: '1h', apiservice: failing.apiservice });
    const [id] = /\d{8}t\d{6}z-\S+/.exec(list) ?? [];
    expect(await call('incident', { id })).toContain(failing.apiservice);
    expect(await call('explain_cause', { cause: failing.cause })).toContain('## Remedy');
  });
});

describe('the HTTP API of an exporter of a simulated cluster', () => {
  it.each(DECLARED)('answers %s as its document says', async (path) => {
    const { status: code, body } = await exporter.get(path);
    expect([code, wrongAnswer(path, { status: code, type: 'application/json', body })]).toEqual([200, []]);
  });
});
