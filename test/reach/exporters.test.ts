import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAsker } from '../../src/reach/ask.ts';
import { Exporters } from '../../src/reach/exporters.ts';
import { createAgentIdentities } from '../../src/reach/identity.ts';
import { type AgentListener, listenToAgents } from '../../src/reach/listener.ts';
import { createAgentReports } from '../../src/reach/reports.ts';
import { SILENT } from '../../src/source/logger.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'exporters-'));
const path = (file: string) => join(folder, file);
const REPORT = { node: 'quay-a', network: 'host', results: [] } as const;
const reports = createAgentReports({ intervalMs: 10_000, timeoutMs: 5000 });
const tokens: string[] = [];
let authority: Authority;
let listener: AgentListener;

async function issue(names: readonly string[], ips: readonly string[] = []): Promise<void> {
  const { cert, key } = await authority.issue({ names, ips });
  writeFileSync(path('cert'), cert);
  writeFileSync(path('key'), key);
}

beforeAll(async () => {
  authority = await createAuthority();
  writeFileSync(path('ca'), authority.cert);
  writeFileSync(path('stranger'), (await createAuthority()).cert);
  writeFileSync(path('token'), 'first\n');
  await issue(['localhost'], ['127.0.0.1']);
  listener = await listenToAgents({
    ...{ host: '127.0.0.1', port: 0, certFile: path('cert'), keyFile: path('key'), reports, log: SILENT },
    identify(token) {
      tokens.push(token);
      return Promise.resolve({ node: 'quay-a' });
    },
  });
});
afterAll(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

async function reportTo(host: string, ca: string) {
  const exporters = new Exporters({ urls: [new URL(`https://${host}:${listener.port}`)], caFile: path(ca), tokenFile: path('token') });
  const problems = await exporters.find();
  const answers = await Promise.allSettled(exporters.all().map((one) => one.report(REPORT)));
  exporters.close();
  return { problems, answers: answers.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))) };
}

it('sends its token to one whose certificate leads to the CA and has the name, each time as the file has it', async () => {
  expect(await reportTo('127.0.0.1', 'ca')).toEqual({ problems: [], answers: [{ intervalSeconds: 10, timeoutSeconds: 5, targets: [] }] });
  writeFileSync(path('token'), 'second\n');
  expect((await reportTo('localhost', 'ca')).answers).toContainEqual({ intervalSeconds: 10, timeoutSeconds: 5, targets: [] });
  expect(tokens).toEqual(['first', 'second']);
  expect(reports.agents()).toMatchObject([{ node: 'quay-a' }]);
});

it('sends nothing to a stranger, also where it has the name of another', async () => {
  tokens.length = 0;
  expect((await reportTo('127.0.0.1', 'stranger')).answers).toEqual([expect.stringMatching(/certificate|issuer/)]);
  // A renewed certificate is taken at the next connection.
  await issue(['lighthouse.example.com']);
  expect((await reportTo('127.0.0.1', 'ca')).answers).toEqual([expect.stringContaining('127.0.0.1')]);
  expect(tokens).toEqual([]);
  await issue(['localhost'], ['127.0.0.1']);
});

/** Longer than a label may be: no resolver is asked. */
const NO_NAME = 'x'.repeat(64);

it('a name that does not resolve is told, and nobody is reported to', async () => {
  const { problems, answers } = await reportTo(NO_NAME, 'ca');
  expect(problems).toEqual([expect.stringContaining(`${NO_NAME}: `)]);
  expect(answers).toEqual([]);
});

it.each(['127.0.0.1', '169.254.169.254', '::1', '0.0.0.0'])('the agent does not ask %s, whatever an exporter says', async (address) => {
  const asker = createAsker([]);
  const target = { id: '', address, port: listener.port, serverName: 'localhost', group: 'tides.example.com', version: 'v1' };
  expect(await asker.ask(target, 500)).toBeUndefined();
});

const POD = { 'authentication.kubernetes.io/pod-name': ['tide-agent-x'], 'authentication.kubernetes.io/pod-uid': ['7'] };

it.each<[string, object, object[], unknown]>([
  ['Kubernetes 1.30 says the node', { ...POD, 'authentication.kubernetes.io/node-name': ['quay-b'] }, [], { node: 'quay-b' }],
  ['before, its pod does', POD, [{ metadata: { name: 'tide-agent-x', uid: '7' }, spec: { nodeName: 'quay-c' } }], { node: 'quay-c' }],
  [
    'a pod of that name that came later is another one',
    POD,
    [{ metadata: { name: 'tide-agent-x', uid: '8' }, spec: { nodeName: 'quay-c' } }],
    { status: 403 },
  ],
  ['a token that is bound to no pod', {}, [], { status: 403 }],
])('on which node an agent runs: %s', async (_, extra, items, expected) => {
  const asked: string[] = [];
  const identify = createAgentIdentities(
    () => ({
      async request(url) {
        asked.push(url);
        const username = 'system:serviceaccount:monitoring:tide-agent';
        const status = { authenticated: true, audiences: ['tides'], user: { username, extra } };
        const review = url.includes('tokenreviews');
        return { status: review ? 201 : 200, headers: {}, body: Buffer.from(JSON.stringify(review ? { status } : { items })) };
      },
    }),
    { serviceAccount: 'monitoring/tide-agent', audience: 'tides' },
  );
  expect(await identify('flotsam')).toMatchObject(expected as object);
  const before = asked.length;
  await identify('flotsam');
  expect(asked.length).toBe(before);
});
