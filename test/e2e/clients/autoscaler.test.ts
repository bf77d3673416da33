import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, METRICS } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import { type Capture, type Client, capture, writeCaptures } from './captures.ts';
import { METRICS_FAULTS } from './metrics-faults.ts';

/**
 * What a HorizontalPodAutoscaler and `kubectl top` show while metrics.k8s.io of a real kube-apiserver is broken, written to test/read/captures;
 * test/read/captures.test.ts then holds what is read out of each against docs/real-world/clients.md. A part of `npm run e2e:clients`.
 */
const FOLDER = new URL('../../read/captures/', import.meta.url).pathname;
const STATES = ['healthy', ...Object.keys(METRICS_FAULTS)].filter((state) => process.env.E2E_STATES?.split(',').includes(state) ?? true);
/** The condition is looked at each half minute, an autoscaler each quarter. */
const SETTLED_MS = 50_000;
const NAMESPACE = 'harbour';

const KUBECTL: Client = {
  name: 'kubectl 1.32',
  program: 'kubectl',
  commands: {
    'describe-hpa': ['describe', 'hpa', 'ferry', '-n', NAMESPACE],
    'get-hpa': ['get', 'hpa', '-n', NAMESPACE],
    'get-hpa-yaml': ['get', 'hpa', 'ferry', '-n', NAMESPACE, '-o', 'yaml'],
    events: ['get', 'events', '-n', NAMESPACE, '--field-selector=involvedObject.kind=HorizontalPodAutoscaler'],
    'top-pods': ['top', 'pods', '-n', NAMESPACE],
    'top-nodes': ['top', 'nodes'],
    'get-raw': ['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes'],
  },
};
const LABELS = { app: 'ferry' };

let cluster: Cluster;
beforeAll(async () => {
  cluster = new Cluster({ nodeGraceSeconds: 120 });
  await cluster.start();
});
afterAll(async () => {
  await cluster?.stop();
});

describe('an autoscaler on a broken metrics API', () => {
  it.each(STATES)('shows this while the state is %s', async (state) => {
    await makeAutoscaler();
    await until('the autoscaler to have its metrics', 120, async () => (await scalingActive()) === 'True');
    const from = controllerLog().length;
    const undo = await METRICS_FAULTS[state]?.(cluster);
    try {
      await sleep(SETTLED_MS);
      const captures: Capture[] = [];
      for (const name of Object.keys(KUBECTL.commands)) captures.push(await capture(KUBECTL, name, environment()));
      expect(captures.filter(({ exit, output }) => exit === 0 && output === '')).toEqual([]);
      writeCaptures(FOLDER, 'autoscaler 1.36', state, [...captures, controllerLines(from)], new Map([[cluster.folder, '/home/ada/.kube']]));
    } finally {
      await undo?.();
    }
    await cluster.available(METRICS);
    await cluster.kube.remove(`/api/v1/namespaces/${NAMESPACE}`);
    await until(
      'the namespace to be gone',
      120,
      async () => (await cluster.kube.raw('GET', `/api/v1/namespaces/${NAMESPACE}`)).status === 404,
    );
  });
});

const environment = () => ({ KUBECONFIG: cluster.adminKubeconfig(), KUBECACHEDIR: join(cluster.folder, 'cache'), HOME: cluster.folder });
const controllerLog = () => readFileSync(cluster.controlPlane.controllerManager.logFile, 'utf8');
const AT = `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/ferry`;

async function scalingActive(): Promise<string | undefined> {
  const { status } = await cluster.kube.get(AT);
  return status?.conditions?.find(({ type }: { type: string }) => type === 'ScalingActive')?.status;
}

/** A Deployment of two pods that do a little (metrics-server leaves out who uses nothing), scaled on their CPU. */
async function makeAutoscaler(): Promise<void> {
  const metadata = { name: 'ferry', namespace: NAMESPACE };
  await cluster.kube.apply(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await cluster.kube.apply(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/ferry`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 2,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          nodeName: 'node-a',
          containers: [
            { name: 'deck', image: 'e2e/shell', args: ['while sleep 0.05; do :; done'], resources: { requests: { cpu: '100m' } } },
          ],
        },
      },
    },
  });
  await cluster.kube.apply(AT, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      minReplicas: 2,
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'ferry' },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    },
  });
}

/** What kube-controller-manager wrote of autoscalers and their metrics since the fault: it repeats itself. */
function controllerLines(from: number): Capture {
  const telling = controllerLog()
    .slice(from)
    .split('\n')
    .filter((line) => /horizontal|metrics|autoscal/i.test(line));
  return { name: 'log', exit: 0, command: 'kube-controller-manager', output: telling.slice(0, 4).join('\n') };
}
