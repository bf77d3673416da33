import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StatusBody, StatusTarget } from '../../src/expose/answers.ts';
import { serviceAccount } from '../../src/simulator/control-plane/identities.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { smallScenario, TIDES } from '../simulator/support/scenario.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { type ExporterProcess, PROGRAM, startExporter } from '../support/exporter-process.ts';
import { freePort } from '../support/free-port.ts';

/** The exporter and an agent on each node are processes, the cluster is simulated; all sockets are real. */
const AUDIENCE = 'aggregated-api-exporter';
const AGENT = serviceAccount('monitoring', 'tide-agent');
const PAUSE_MS = 50;
const LONG_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'agents-'));
const path = (file: string) => join(folder, file);

let simulator: Simulator;
let authority: Authority;
let exporter: ExporterProcess;
let port: number;
const agents: ChildProcess[] = [];

beforeAll(async () => {
  [simulator, authority, port] = await Promise.all([startSimulator({ scenario: smallScenario() }), createAuthority(), freePort()]);
  const { cert, key } = await authority.issue({ names: ['agents.harbour.svc'], ips: ['127.0.0.1'] });
  for (const [file, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert })) writeFileSync(path(file), text);
  simulator.setRbac([...simulator.rbac(), { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] }]);
  writeFileSync(
    path('config.yaml'),
    `probe: {interval: 1s, timeout: 3s, allow_addresses: ["127.0.0.0/8"], network: cluster}
diagnosis: {interval: 1s}
node_agents:
  listen_address: 127.0.0.1:${port}
  cert_file: ${path('tls.crt')}
  key_file: ${path('tls.key')}
  service_account: monitoring/tide-agent
  interval: 1s
`,
  );
  exporter = await start();
  for (const { name, address } of simulator.cluster.nodes) agents.push(startAgent(name, address));
}, 60_000);
afterAll(async () => {
  for (const agent of agents) agent.kill('SIGKILL');
  exporter?.kill();
  await simulator?.stop();
  rmSync(folder, { recursive: true });
});

const start = () => startExporter(['--kubeconfig', simulator.kubeconfig, '--config.file', path('config.yaml')]);

const tokenOf = (node: string, { user = AGENT, audience = AUDIENCE, lives = 600_000 } = {}) =>
  simulator.cluster.tokens.bind(user, {
    audience,
    extra: { 'authentication.kubernetes.io/node-name': [node], 'authentication.kubernetes.io/pod-name': [`tide-agent-${node}`] },
    expiresAt: Date.now() + lives,
  });

function startAgent(node: string, address: string): ChildProcess {
  writeFileSync(path(`${node}.token`), tokenOf(node));
  const [command = '', main = ''] = PROGRAM;
  const args = ['--report-to', `https://127.0.0.1:${port}`, '--ca', path('ca.crt'), '--token', path(`${node}.token`), '--node', node];
  const inside = new URL('from-node.mjs', import.meta.url).href;
  return spawn(command, ['--import', inside, main, 'node-agent', ...args, '--allow-address', '127.0.0.0/8'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, FROM_NODE: address },
  });
}

const statusNow = async () => JSON.parse((await exporter.get('/api/v1/status')).body) as StatusBody;
const tidesNow = async () => (await statusNow()).targets.find(({ apiservice }) => apiservice === TIDES);

/** Counted in pauses: on a busy machine they are as much longer as the processes are slower. */
async function tides(holds: (of: StatusTarget) => boolean | undefined): Promise<StatusTarget> {
  for (let left = LONG_MS; ; left -= PAUSE_MS) {
    const now = await tidesNow();
    if (now && holds(now)) return now;
    if (left <= 0) throw new Error(`still ${JSON.stringify(now?.reach)}: ${holds}`);
    await sleep(PAUSE_MS);
  }
}

const sever = (node: string, severed: boolean) =>
  simulator.cluster.network.sever(simulator.cluster.nodes.find(({ name }) => name === node)!.address, severed);

describe('agents on nodes', () => {
  it('say from which nodes a backend is reached; of one whose packets are lost, and of no other API or node', async () => {
    const whole = await tides(({ reach }) => reach?.counts.reached === 3);
    expect(whole.reach).toEqual({
      says: 'reached from 3 of 3 nodes',
      counts: { reached: 3, partly: 0, unreached: 0, unknown: 0 },
      nodes: [],
    });
    expect((await exporter.get('/metrics')).body).not.toContain('aggregated_api_node_unreached{');

    onTestFinished(() => sever('quay-b', false));
    sever('quay-b', true);
    const { reach } = await tides((now) => now.reach?.counts.unreached === 1);
    expect(reach).toMatchObject({
      says: 'reached from 2 of 3 nodes; not from quay-b: the TLS handshake timed out',
      nodes: [{ node: 'quay-b', network: 'host', state: 'unreached', why: 'the TLS handshake timed out' }],
    });
    const { body: metrics } = await exporter.get('/metrics');
    expect(metrics.match(/^aggregated_api_node_unreached\{.*/gm)?.filter((line) => line.includes(TIDES))).toEqual([
      `aggregated_api_node_unreached{apiservice="${TIDES}",from_node="quay-b"} 1`,
    ]);
    expect(metrics).toContain(`aggregated_api_node_unreached_ratio{apiservice="${TIDES}",nodes="other"} 0.5`);
    const { body: page } = await exporter.get(`/apis/${TIDES}`);
    expect(page).toContain('By agents on nodes: reached from 2 of 3 nodes; not from quay-b: the TLS handshake timed out.');

    sever('quay-b', false);
    await tides((now) => now.reach?.counts.reached === 3);
    expect((await exporter.get('/metrics')).body).not.toContain('aggregated_api_node_unreached{');
  });

  it('of an API that fails everywhere the verdict says that no node reaches it', async () => {
    await simulator.inject('connection-refused', TIDES);
    onTestFinished(() => simulator.clear('connection-refused', TIDES));
    await tides((now) => now.reach?.counts.unreached === 3);
    for (let left = LONG_MS; left > 0; left -= PAUSE_MS) {
      const { body } = await exporter.get(`/api/v1/diagnoses?apiservice=${TIDES}`);
      const [diagnosis] = (JSON.parse(body) as { diagnoses: { vantages?: string }[] }).diagnoses;
      if (diagnosis?.vantages?.includes('By agents on nodes: reached from 0 of 3 nodes; not from')) break;
      if (left <= PAUSE_MS) throw new Error(`still ${body}`);
      await sleep(PAUSE_MS);
    }
  });

  it.each<[string, () => string, string, number]>([
    ['of another ServiceAccount', () => tokenOf('quay-a', { user: serviceAccount('monitoring', 'stowaway') }), 'quay-a', 403],
    ['of another node', () => tokenOf('quay-a'), 'quay-b', 403],
    ['for another audience', () => tokenOf('quay-a', { audience: 'lighthouse' }), 'quay-a', 401],
    ['for the kube-apiserver itself', () => simulator.token('exporter'), 'quay-a', 401],
    ['that has expired', () => tokenOf('quay-a', { lives: -1 }), 'quay-a', 401],
    ['that nobody knows', () => 'flotsam', 'quay-a', 401],
  ])('a report with a token %s is not taken', async (_, token, node, status) => {
    const report = { node, network: 'pod', results: [] };
    expect(await post(JSON.stringify(report), token())).toBe(status);
    // It would be one more: an agent of another network.
    expect(Object.values((await tidesNow())!.reach!.counts).reduce((sum, n) => sum + n)).toBe(3);
  });

  it('report again to an exporter that was away', async () => {
    exporter.kill();
    await exporter.ended();
    exporter = await start();
    await tides(({ reach }) => reach?.counts.reached === 3);
  });
});

function post(body: string, token: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ host: '127.0.0.1', port, method: 'POST', path: '/v1/reports', ca: authority.cert, agent: false, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end(body);
  });
}
