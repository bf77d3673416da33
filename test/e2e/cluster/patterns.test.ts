import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, METRICS, WARDLE } from './harness/cluster.ts';
import { APISERVER_UID } from './harness/control-plane.ts';
import { EXPORTER_UID, Exporter } from './harness/exporter.ts';
import { filter } from './harness/network.ts';
import { until } from './harness/process.ts';

const NAMESPACE = 'harbour';
const JOB = 'nightly-dredging';
const CRON_JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`;
/** Seconds: how often a run of the job shuts the port, and for how long. */
const PERIOD = 20;
const SHUT = 6;
/** Times per run, so that it goes on evenly until the run of the next minute. */
const TIMES = 60 / PERIOD;
/** Uneven on purpose: seconds cut, seconds healthy. */
const FLAPS: readonly (readonly [cut: number, healthy: number])[] = [
  [4, 7],
  [5, 16],
  [3, 9],
  [6, 27],
  [4, 5],
];

/** An hour in two minutes: probes each second, and a job that does its harm each 20 s. */
describe('how failures spread over time', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  let flapping: Promise<void> | undefined;
  let ip: string | undefined;

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    await cluster.kube.apply(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const state = join(cluster.folder, 'state');
    mkdirSync(state);
    chownSync(state, EXPORTER_UID, EXPORTER_UID);
    exporter = await Exporter.prepare(cluster, {
      probe: { interval: '1s', burst: 0 },
      diagnosis: { interval: '1s', state_file: join(state, 'history.json') },
    });
    await exporter.start();
  });
  afterAll(async () => {
    await flapping;
    await exporter?.daemon.stop();
    await cluster?.stop();
    if (ip !== undefined) openAgain(ip);
  });

  it('calls failures at even intervals periodic, and names the CronJob that runs then', async () => {
    ip = cluster.pod(cluster.wardle).ip;
    await cluster.kube.create(CRON_JOBS, cronJob(ip));
    // Beside it, for the next test: both take their time.
    flapping = flap();
    try {
      const diagnosis = await until('the CronJob to be named', 240, async () => {
        const found = await exporter.diagnosisOf(WARDLE);
        if (found?.cause !== 'scheduled-operation') throw new Error(`it is ${found?.cause}, ${found?.pattern}`);
        return JSON.stringify(found.evidence).includes(`CronJob ${NAMESPACE}/${JOB}`) && found;
      });
      expect(diagnosis).toMatchObject({ category: 'scheduled-trigger', pattern: 'periodic' });
      expect(diagnosis.failures.periodSeconds).toBeGreaterThan(PERIOD * 0.9);
      expect(diagnosis.failures.periodSeconds).toBeLessThan(PERIOD * 1.1);
      expect(diagnosis.failures.matches).toContain(JOB);
      await patternIs(WARDLE, 'periodic');
      expect(await exporter.metric('aggregated_api_failure_period_seconds', { apiservice: WARDLE })).toBe(diagnosis.failures.periodSeconds);
    } finally {
      await cluster.kube.remove(`${CRON_JOBS}/${JOB}`, { propagationPolicy: 'Background' });
    }
  });

  it('calls failures that come and go intermittent', async () => {
    await patternIs(METRICS, 'intermittent');
    expect((await exporter.metric('aggregated_api_failure_pattern', { apiservice: METRICS, pattern: 'periodic' })) ?? 0).toBe(0);
    expect((await exporter.diagnosisOf(METRICS))?.pattern ?? 'intermittent').toBe('intermittent');
  });

  it('knows both after a restart of the exporter', async () => {
    await exporter.restart();
    await patternIs(WARDLE, 'periodic');
    await patternIs(METRICS, 'intermittent');
  });

  async function patternIs(api: string, pattern: string): Promise<void> {
    await until(
      `the pattern of ${api} to be ${pattern}`,
      90,
      async () => (await exporter.metric('aggregated_api_failure_pattern', { apiservice: api, pattern })) === 1,
    );
  }

  async function flap(): Promise<void> {
    const { ip } = cluster.pod(cluster.metrics);
    for (const [cut, healthy] of FLAPS) {
      const undos = [APISERVER_UID, EXPORTER_UID].map((uid) => filter({ to: ip, action: 'refuse', uid }));
      await sleep(cut * 1000);
      for (const undo of undos) undo();
      await sleep(healthy * 1000);
    }
  }
});

const shut = (ip: string): string[] => [
  'OUTPUT',
  '-d',
  ip,
  ...'-p tcp --dport 8443 -m owner ! --uid-owner 0 -j REJECT --reject-with tcp-reset'.split(' '),
];

/** A run that is killed while the port is shut leaves it so, and the next suite's pods have the same addresses. */
function openAgain(ip: string): void {
  while (spawnSync('iptables', ['-w', '-D', ...shut(ip)], { stdio: 'ignore' }).status === 0);
}

/** Runs in the minutes after next: few enough that a match with the failures can't be chance. The kubelet's probes pass. */
function cronJob(ip: string): object {
  const first = new Date(Date.now() + 65_000);
  const minutes = [0, 1, 2].map((i) => new Date(first.getTime() + i * 60_000));
  const schedule = `${minutes.map((at) => at.getUTCMinutes()).join(',')} ${[...new Set(minutes.map((at) => at.getUTCHours()))].join(',')} * * *`;
  const rule = shut(ip).join(' ');
  const once = `iptables -w -I ${rule}; sleep ${SHUT}; iptables -w -D ${rule}; sleep ${PERIOD - SHUT}`;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: JOB },
    spec: {
      schedule,
      timeZone: 'Etc/UTC',
      jobTemplate: {
        spec: {
          template: {
            metadata: { labels: { app: JOB } },
            spec: {
              nodeName: 'node-a',
              restartPolicy: 'OnFailure',
              automountServiceAccountToken: false,
              containers: [
                { name: 'dredger', image: 'e2e/shell', args: [`for i in $(seq ${TIMES}); do ${once}; done; exec sleep infinity`] },
              ],
            },
          },
        },
      },
    },
  };
}
