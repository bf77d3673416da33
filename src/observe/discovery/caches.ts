import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import { API_SERVICES, type ApiServiceRecord } from '../../objects/api-services.ts';
import { CRON_JOBS, type CronJobRecord } from '../../objects/cron-jobs.ts';
import { ENDPOINT_SLICES } from '../../objects/endpoint-slices.ts';
import { NODES, type NodeRecord } from '../../objects/nodes.ts';
import { PODS } from '../../objects/pods.ts';
import { SERVICES } from '../../objects/services.ts';
import { WORKLOADS } from '../../objects/workloads.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import type { BackendCaches } from './backends.ts';

/** Everything that is listed and watched in all namespaces. */
export interface DiscoveryCaches extends BackendCaches {
  readonly nodes: ResourceCache<NodeRecord>;
  readonly cronJobs: ResourceCache<CronJobRecord>;
}

/** @param exclude names of APIServices to leave alone. */
export function createDiscoveryCaches(
  client: KubeClient,
  exclude: readonly string[],
  options: { readonly clock: Clock; readonly log: Logger; readonly tuning: Partial<CacheTuning> },
): DiscoveryCaches {
  const cacheOf = <T>(spec: ResourceSpec<T>): ResourceCache<T> => createResourceCache(client, spec, options);
  return {
    apiServices: cacheOf(without(exclude, API_SERVICES)),
    services: cacheOf(SERVICES),
    slices: cacheOf(ENDPOINT_SLICES),
    pods: cacheOf(PODS),
    workloads: WORKLOADS.map(cacheOf),
    nodes: cacheOf(NODES),
    cronJobs: cacheOf(CRON_JOBS),
  };
}

export function allOf({ apiServices, services, slices, pods, workloads, nodes, cronJobs }: DiscoveryCaches): ResourceCache<unknown>[] {
  return [apiServices, services, slices, pods, ...workloads, nodes, cronJobs];
}

function without(names: readonly string[], spec: ResourceSpec<ApiServiceRecord>): ResourceSpec<ApiServiceRecord> {
  return {
    ...spec,
    project(raw) {
      const record = spec.project(raw);
      return record && names.includes(record.name) ? undefined : record;
    },
  };
}
