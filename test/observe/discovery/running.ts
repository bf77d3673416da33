import { expect, onTestFinished } from 'vitest';
import type { SourceName } from '../../../src/domain/sources.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { createDiscovery, type DiscoveryOptions } from '../../../src/observe/discovery/discovery.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeCluster, type KubeObject, startKubeServer } from '../../support/kube-server.ts';

export const PATHS = {
  apiServices: '/apis/apiregistration.k8s.io/v1/apiservices',
  services: '/api/v1/services',
  slices: '/apis/discovery.k8s.io/v1/endpointslices',
  pods: '/api/v1/pods',
  nodes: '/api/v1/nodes',
  events: '/api/v1/events',
  groupEvents: '/apis/events.k8s.io/v1/events',
  deployments: '/apis/apps/v1/deployments',
  daemonSets: '/apis/apps/v1/daemonsets',
  statefulSets: '/apis/apps/v1/statefulsets',
  cronJobs: '/apis/batch/v1/cronjobs',
  configMaps: '/api/v1/namespaces/harbour/configmaps',
} as const;
type Kind = keyof typeof PATHS;

/** Discovery of a fake cluster with these objects, started and settled. */
export async function discover(
  objects: Partial<Record<Kind, readonly KubeObject[]>>,
  options: Partial<DiscoveryOptions> & { forbidden?: readonly Kind[]; absent?: readonly Kind[]; now?: () => number } = {},
) {
  const cluster = new FakeCluster();
  const collection = (kind: Kind) => cluster.collection(PATHS[kind]);
  for (const [kind, list] of Object.entries(objects)) for (const object of list) collection(kind as Kind).set(object);
  for (const kind of options.forbidden ?? []) cluster.forbidden.add(PATHS[kind]);
  for (const kind of options.absent ?? []) cluster.absent.add(PATHS[kind]);
  const server = await startKubeServer(cluster.handle);
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const controller = new AbortController();
  const clock = options.now ?? Date.now;
  const discovery = createDiscovery({
    client,
    clock,
    log: SILENT,
    tuning: { firstDelayMs: 5, maxDelayMs: 50, shortestWatchMs: 0, staleAfterMs: 100 },
    ...options,
  });
  onTestFinished(async () => {
    controller.abort();
    client.close();
    await server.stop();
  });
  discovery.start(controller.signal);
  await eventually(() => discovery.synced());
  /** The condition is told by itself too, and the same. */
  const facts = (name = 'v1.tides.example.com') => {
    const found = discovery.facts(name)!;
    expect(discovery.condition(name)).toEqual(found?.condition);
    return found;
  };
  const sourceState = (name: SourceName) => discovery.source(name).status(clock());
  return { discovery, cluster, collection, server, facts, sourceState, controller };
}
