import { join } from 'node:path';
import { expect } from 'vitest';
import type { Cluster } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import type { Broken } from './broken.ts';
import { type Capture, type Client, capture, writeCaptures } from './captures.ts';

/** Beside the broken server: whose pods are scaled. */
export const NAMESPACE = 'harbour';
const FOLDER = new URL('../../read/captures/', import.meta.url).pathname;
const scalerAt = (name: string) => `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/${name}`;

export interface Scaled {
  /** Of the Deployment and of its HorizontalPodAutoscaler. */
  readonly name: string;
  /** Of both pods. */
  readonly container: object;
  /** What it scales on: one element of `spec.metrics` of autoscaling/v2. */
  readonly metric: object;
}

/** A Deployment of two pods, and an autoscaler on one metric. */
export async function makeScaled({ kube }: Cluster, { name, container, metric }: Scaled): Promise<void> {
  const metadata = { name, namespace: NAMESPACE };
  const labels = { app: name };
  await kube.apply(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await kube.apply(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { automountServiceAccountToken: false, nodeName: 'node-a', containers: [{ name: 'deck', ...container }] },
      },
    },
  });
  await kube.apply(scalerAt(name), {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      minReplicas: 2,
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      metrics: [metric],
    },
  });
}

/** Waits until an autoscaler has computed a number of replicas from its metric; `meanwhile` is done again and again. */
export async function scaling({ kube }: Cluster, name: string, meanwhile?: () => Promise<unknown>): Promise<void> {
  await until(`the autoscaler ${name} to have its metrics`, 180, async () => {
    await meanwhile?.();
    const { status } = await kube.get(scalerAt(name));
    return status?.conditions?.some(({ type, status: is }: Record<string, string>) => type === 'ScalingActive' && is === 'True') ?? false;
  });
}

/** The autoscaler asks for another metric from now on. */
export const ask = ({ kube }: Cluster, name: string, metric: object): Promise<unknown> =>
  kube.patch(scalerAt(name), { spec: { metrics: [metric] } });

/** With all that is in it. */
export async function removeNamespace({ kube }: Cluster): Promise<void> {
  const at = `/api/v1/namespaces/${NAMESPACE}`;
  await kube.remove(at);
  await until('the namespace to be gone', 120, async () => (await kube.raw('GET', at)).status === 404);
}

/** What kubectl is asked of one autoscaler. */
export const questionsOf = (name: string): Client['commands'] => ({
  'describe-hpa': ['describe', 'hpa', name, '-n', NAMESPACE],
  'get-hpa': ['get', 'hpa', name, '-n', NAMESPACE],
  'get-hpa-yaml': ['get', 'hpa', name, '-n', NAMESPACE, '-o', 'yaml'],
  events: [
    ...['get', 'events', '-n', NAMESPACE],
    `--field-selector=involvedObject.kind=HorizontalPodAutoscaler,involvedObject.name=${name}`,
  ],
});

/**
 * Writes to test/read/captures what kubectl shows of an autoscaler, and what kube-controller-manager logs of it.
 * @param client the folder's name, with blanks
 * @param telling of its lines of log
 */
export async function takeCaptures(
  { cluster, state, controllerLines }: Broken,
  client: string,
  commands: Client['commands'],
  telling: RegExp,
): Promise<void> {
  const kubectl: Client = { name: 'kubectl 1.32', program: 'kubectl', commands };
  const environment = { KUBECONFIG: cluster.adminKubeconfig(), KUBECACHEDIR: join(cluster.folder, 'cache'), HOME: cluster.folder };
  const captures: Capture[] = [];
  for (const name of Object.keys(commands)) captures.push(await capture(kubectl, name, environment));
  expect(captures.filter(({ exit, output }) => exit === 0 && output === '')).toEqual([]);
  // It repeats itself.
  const output = controllerLines()
    .filter((line) => telling.test(line))
    .slice(0, 4)
    .join('\n');
  const log: Capture = { name: 'log', exit: 0, command: 'kube-controller-manager', output };
  writeCaptures(FOLDER, client, state, [...captures, log], new Map([[cluster.folder, '/home/ada/.kube']]));
}
