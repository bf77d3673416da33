import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import { identityOf } from '../../kube/fields.ts';
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

/** @param isWatched by the name of an APIService, whether it is ours to watch. */
export function createDiscoveryCaches(
  client: KubeClient,
  isWatched: (apiservice: string) => boolean,
  options: { readonly clock: Clock; readonly log: Logger; readonly tuning: Partial<CacheTuning> },
): DiscoveryCaches {
  const cacheOf = <T>(spec: ResourceSpec<T>): ResourceCache<T> => createResourceCache(client, spec, options);
  return {
    apiServices: cacheOf(only(isWatched, API_SERVICES)),
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

/** Its name is asked before anything else of it is read: one that is not ours is not there, also where it could not be read. */
function only(isWatched: (apiservice: string) => boolean, spec: ResourceSpec<ApiServiceRecord>): ResourceSpec<ApiServiceRecord> {
  return { ...spec, project: (raw, refuse) => (isWatched(identityOf(raw).name) ? spec.project(raw, refuse) : undefined) };
}
