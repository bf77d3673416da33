import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceName } from '../../../src/domain/sources.ts';
import { Cluster, WARDLE } from './harness/cluster.ts';
import { APISERVER_ADDRESSES, APISERVER_PORT } from './harness/control-plane.ts';
import { EXPORTER_UID, Exporter } from './harness/exporter.ts';
import { filter } from './harness/network.ts';
import { until } from './harness/process.ts';
import { apiService, path } from './harness/workloads.ts';
import { compact } from './support/etcd.ts';
import { ProbeRecorder } from './support/probe-recorder.ts';
import { statusOf } from './support/status.ts';

/** Seconds between two probes. */
const TICK = 3;
/** No gap may be longer than two ticks; the rest is our own sampling and two cores that are shared. */
const LONGEST_GAP = 2 * TICK + 6;
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/aggregated-api-exporter';
const ACCOUNT = '/api/v1/namespaces/monitoring/serviceaccounts';

describe('what befalls the kube-apiserver and our credentials', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  let recorder: ProbeRecorder;
  let pid: number | undefined;
  let answering: readonly SourceName[];

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    exporter = await Exporter.prepare(cluster, { probe: { interval: `${TICK}s` }, diagnosis: { interval: '1s' } });
    await exporter.start();
    pid = exporter.daemon.pid;
    recorder = new ProbeRecorder(exporter, WARDLE);
    recorder.start();
    await until('logs to be followed', 30, async () => (await silentOf(['logs'])).length === 0);
    answering = (await statusOf(exporter)).sources.filter(({ state }) => state === 'ok').map(({ source }) => source);
    expect(answering).toContain('pods');
  });
  afterAll(async () => {
    recorder?.stop();
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('goes on with the token that is in the file when the old one is refused, and blames no API for it', async () => {
    // The token is bound to the account's uid: with a new account of the same name it has expired at once.
    await cluster.kube.remove(`${ACCOUNT}/aggregated-api-exporter`);
    await cluster.kube.create(ACCOUNT, { metadata: { name: 'aggregated-api-exporter', namespace: 'monitoring' } });
    await until('the old token to be refused', 60, async () => (await silentOf(['probes'])).length > 0);
    expect((await exporter.diagnoses()).diagnoses).toEqual([]);
    const renewed = Date.now();
    await cluster.renewExporterToken(exporter.tokenFile);
    await succeedsSoonAfter(renewed);
    expect((await exporter.diagnoses()).diagnoses).toEqual([]);
  });

  it('goes on after a restart of the kube-apiserver with another serving certificate', async () => {
    const [apiserver] = cluster.controlPlane.apiservers;
    const before = await servingCertificate();
    const from = Date.now();
    cluster.controlPlane.rotateServingCertificate();
    await until('the new certificate to be served', 90, async () => (await servingCertificate()) !== before);
    // A watch that is open keeps its right; with the restart it is asked for again.
    const rules = await takeAway('cronjobs');
    await apiserver!.stop();
    const diagnosis = await until('the outage to be named', 40, async () => {
      const found = await exporter.diagnosisOf(WARDLE);
      return found?.cause === 'apiserver-unavailable' && found;
    });
    expect(diagnosis.category).toBe('apiserver-load');
    apiserver!.start();
    await ready();
    await succeedsSoonAfter(Date.now());
    // What failed was tried again all the time.
    expect(recorder.longestPause(from)).toBeLessThan(LONGEST_GAP);
    // Role bindings and metrics are read once a minute, the objects of those who may be hurt each five.
    const rare = [
      'role-bindings',
      'config-maps',
      'resources',
      'apiserver-metrics',
      'autoscalers',
      'namespaces',
      'webhooks',
      'backup-schedules',
      'issued-certificates',
      'leases',
    ];
    await answer(answering.filter((source) => source !== 'cron-jobs' && !rare.includes(source)));
    await until('the right that was taken away to be missed', 30, async () =>
      (await statusOf(exporter)).sources.some(({ source, state }) => source === 'cron-jobs' && state === 'forbidden'),
    );
    await cluster.kube.patch(ROLE, { rules });
    // Failures are remembered for a minute: they stay the kube-apiserver's.
    expect(await causesFor(15)).toEqual(['apiserver-unavailable']);
  });

  it('knows what changed while it was cut off, though the history of every watch is gone', async () => {
    const [gone, made] = ['v1beta1.wardle.example.com', 'v1beta9.wardle.example.com'];
    const { metadata } = await cluster.kube.get('/apis/apiregistration.k8s.io/v1/apiservices');
    const heal = filter({ to: APISERVER_ADDRESSES[0], action: 'drop', uid: EXPORTER_UID });
    try {
      await cluster.kube.remove(path.apiService(gone));
      await cluster.kube.apply(path.apiService(made), apiService(cluster.wardle, 'wardle.example.com', 'v1beta9'));
      await cluster.controlPlane.apiservers[0]!.stop();
      await compact();
      cluster.controlPlane.apiservers[0]!.start();
      await ready();
      expect(await watchFrom(metadata.resourceVersion)).toContain('"code":410');
    } finally {
      heal();
    }
    await succeedsSoonAfter(Date.now());
    await until('the object that was made', 30, async () => (await exporter.metrics()).includes(`apiservice="${made}"`));
    // What was deleted while it failed stays visible as such, and is counted no more.
    const lives = async (name: string) => (await statusOf(exporter)).targets.some((one) => one.apiservice === name && !one.deletedAt);
    await until('the object that was deleted to be gone', 30, async () => !(await lives(gone)));
    await cluster.kube.remove(path.apiService(made));
    // A watch that works shows the next change.
    await until('the next change', 30, async () => (await exporter.metric('aggregated_api_exporter_apis')) === 2);
    // The right that was given back.
    await answer(['cron-jobs']);
  });

  it('did all that in one process', () => {
    expect(exporter.daemon.running).toBe(true);
    expect(exporter.daemon.pid).toBe(pid);
  });

  /** Takes one rule out of the exporter's role; returns the rules as they were. */
  async function takeAway(resource: string): Promise<readonly object[]> {
    const { rules } = await cluster.kube.get(ROLE);
    const left = rules.filter((rule: { resources?: string[] }) => !rule.resources?.includes(resource));
    expect(left).toHaveLength(rules.length - 1);
    await cluster.kube.patch(ROLE, { rules: left });
    return rules;
  }

  async function causesFor(seconds: number): Promise<string[]> {
    const causes = new Set<string>();
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(500))
      for (const { cause } of (await exporter.diagnoses()).diagnoses) causes.add(cause);
    return [...causes];
  }

  async function silentOf(sources: readonly SourceName[]): Promise<SourceName[]> {
    const status = await statusOf(exporter);
    return sources.filter((source) => status.sources.find((one) => one.source === source)?.state !== 'ok');
  }

  async function answer(sources: readonly SourceName[]): Promise<void> {
    await until(`${sources.join(', ')} to answer`, 40, async () => {
      const silent = await silentOf(sources);
      if (silent.length > 0) throw new Error(`silent: ${silent.join(', ')}`);
      return true;
    });
  }

  async function succeedsSoonAfter(moment: number): Promise<void> {
    const at = await until('a probe to succeed', 60, () => recorder.successAfter(moment));
    expect((at - moment) / 1000).toBeLessThan(LONGEST_GAP);
  }

  async function ready(): Promise<void> {
    await until('the kube-apiserver to be ready', 90, async () => (await cluster.kube.raw('GET', '/readyz')).status === 200);
    await sleep(100);
  }

  async function watchFrom(resourceVersion: string): Promise<string> {
    const query = `watch=1&timeoutSeconds=2&resourceVersion=${resourceVersion}`;
    return (await cluster.kube.raw('GET', `/apis/apiregistration.k8s.io/v1/apiservices?${query}`)).body.replace(/\s/g, '');
  }

  function servingCertificate(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: APISERVER_ADDRESSES[0], port: APISERVER_PORT, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }
});
