import type { Destination, ServiceProxy } from '../network/service-proxy.ts';
import type { ApiServiceObject } from '../objects.ts';
import { required } from '../required.ts';
import type { Store } from '../store.ts';

/** Where the aggregator sends requests for an APIService. */
export interface Route {
  /** host:port as it appears in errors: the ClusterIP, whatever stands behind it. */
  readonly shown: string;
  readonly serverName: string;
  /** Where the kernel takes a connection to it; none = refused. */
  readonly destinations: readonly Destination[];
  /** Host name that has to be looked up first (ExternalName). */
  readonly lookup?: string;
}

/** ClusterIP routing, as without --enable-aggregator-routing. Throws in the resolver's words. */
export function resolveRoute(store: Store, proxy: ServiceProxy, api: ApiServiceObject): Route {
  const { namespace, name, port } = required(api.spec.service, `spec.service of ${api.metadata.name}`);
  const key = `${namespace}/${name}`;
  const service = store.services.get(key);
  if (!service) throw new Error(`service "${name}" not found`);
  const serverName = `${name}.${namespace}.svc`;
  if (service.spec.type === 'ExternalName') {
    const host = service.spec.externalName ?? '';
    return { shown: `${host}:${port}`, serverName, destinations: [], lookup: host };
  }
  if (!service.spec.ports.some((candidate) => candidate.port === port))
    throw new Error(`no service port ${port} found for service "${name}"`);
  if (!service.spec.clusterIP || service.spec.clusterIP === 'None')
    throw new Error(`cannot route to service with ClusterIP "${service.spec.clusterIP ?? ''}"`);
  return { shown: `${service.spec.clusterIP}:${port}`, serverName, destinations: proxy.destinations(key, port) };
}
