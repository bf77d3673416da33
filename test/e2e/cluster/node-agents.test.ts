import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, WARDLE } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import { Daemon, until } from './harness/process.ts';
import { statusOf } from './support/status.ts';

const NAMESPACE = '/api/v1/namespaces/monitoring';
const PORT = 9945;

/** Whom the real kube-apiserver says a token belongs to, and on which node its pod is. */
describe('an agent on a node', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  const agents: Daemon[] = [];

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    const { certFile, keyFile } = cluster.servingCa.issue('agents', { commonName: 'agents', names: ['127.0.0.1'] });
    for (const file of [certFile, keyFile]) chmodSync(file, 0o644);
    const node_agents = {
      ...{ listen_address: `127.0.0.1:${PORT}`, cert_file: certFile, key_file: keyFile, interval: '1s' },
      service_account: 'monitoring/aggregated-api-exporter-agent',
    };
    exporter = await Exporter.prepare(cluster, { node_agents, diagnosis: { interval: '1s' } }, { deploy: 'node-agents' });
    await exporter.start();
  });
  afterAll(async () => {
    for (const agent of agents) await agent.stop();
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  /** A token as the kubelet of a node gives it to a pod there. */
  async function tokenOn(node: string, audience = 'aggregated-api-exporter'): Promise<string> {
    const name = `tide-agent-${node}`;
    const at = `${NAMESPACE}/pods/${name}`;
    const spec = {
      nodeName: node,
      serviceAccountName: 'aggregated-api-exporter-agent',
      containers: [{ name: 'agent', image: 'e2e/none' }],
    };
    const pod = await cluster.kube
      .get(at)
      .catch(() => cluster.kube.create(`${NAMESPACE}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }));
    const answer = await cluster.kube.create(`${NAMESPACE}/serviceaccounts/aggregated-api-exporter-agent/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [audience], boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid: pod.metadata.uid } },
    });
    return answer.status.token;
  }

  function start(node: string, token: string): Daemon {
    const file = (end: string) => join(cluster.folder, `agent-${agents.length}.${end}`);
    writeFileSync(file('token'), token);
    const command = [
      ...[process.execPath, join(cluster.folder, 'exporter', 'main.js'), 'node-agent', '--report-to', `https://127.0.0.1:${PORT}`],
      ...['--ca', cluster.servingCa.certFile, '--token', file('token'), '--node', node],
    ];
    const agent = new Daemon(`agent of ${node}`, command, file('log'), { NODE_OPTIONS: '' });
    agents.push(agent);
    agent.start();
    return agent;
  }

  const reach = async () => (await statusOf(exporter)).targets.find(({ apiservice }) => apiservice === WARDLE)?.reach;

  it('is believed of the node that its token names', async () => {
    start('node-a', await tokenOn('node-a'));
    await until('the agent to say that it reaches the API', 20, async () => (await reach())?.says === 'reached from 1 of 1 node');
  });

  it.each([
    ['of another node', 'node-b', () => tokenOn('node-a'), '403: the token is of node node-a; a report of node-b is not taken'],
    ['for another audience', 'node-b', () => tokenOn('node-b', 'lighthouse'), '401: the kube-apiserver does not know the token'],
  ])('is refused with a token %s', async (_, node, token, says) => {
    const agent = start(node, await token());
    await until('the agent to be told', 20, () => Promise.resolve(agent.tail().includes(says)));
    expect(await reach()).toMatchObject({ counts: { reached: 1, partly: 0, unreached: 0, unknown: 0 } });
  });
});
