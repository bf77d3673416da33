import type { EndpointAddress, EndpointFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { createPool } from '../kube/interned.ts';
import { identityOf, rawArray, rawObject, text } from '../kube/raw.ts';

export interface SliceRecord {
  readonly namespace: string;
  readonly name: string;
  /** Label kubernetes.io/service-name: how kube-apiserver and kube-proxy find it, manual and mirrored ones included. */
  readonly service: string;
  readonly addressType: string;
  /** `name` undefined never matches a Service's port; `port` undefined: the pods have no container port of that name. */
  readonly ports: readonly { readonly name: string | undefined; readonly port: number | undefined }[];
  readonly endpoints: readonly SliceEndpoint[];
}

export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly pod: string | undefined;
  readonly node: string | undefined;
}

export const ENDPOINT_SLICES: ResourceSpec<SliceRecord> = {
  source: 'endpoint-slices',
  path: '/apis/discovery.k8s.io/v1/endpointslices',
  rule: 'discovery.k8s.io/endpointslices: list, watch',
  fields: {
    metadata: { labels: { 'kubernetes.io/service-name': true } },
    addressType: true,
    ports: { name: true, port: true },
    endpoints: { addresses: true, conditions: { ready: true, terminating: true }, nodeName: true, targetRef: { kind: true, name: true } },
  },
  project(raw) {
    const { metadata, name, namespace } = identityOf(raw);
    const service = text(rawObject(metadata.labels)['kubernetes.io/service-name']);
    if (service === undefined) return undefined;
    const { addressType, ports, endpoints } = rawObject(raw);
    return {
      namespace,
      name,
      service,
      addressType: text(addressType) ?? 'IPv4',
      ports: rawArray(ports).map((port) => {
        const { name, port: number } = rawObject(port);
        return { name: typeof name === 'string' ? name : undefined, port: typeof number === 'number' ? number : undefined };
      }),
      endpoints: rawArray(endpoints).map(endpointOf),
    };
  },
};

/** Ten thousand endpoints are on a hundred nodes. */
const sharedNode = createPool<string>(5_000);

function endpointOf(value: unknown): SliceEndpoint {
  const { addresses, conditions, targetRef, nodeName } = rawObject(value);
  const { ready, terminating } = rawObject(conditions);
  const target = rawObject(targetRef);
  const node = text(nodeName);
  return {
    addresses: rawArray(addresses).filter((address) => typeof address === 'string'),
    // The aggregator takes a missing condition for ready.
    ready: ready !== false,
    terminating: terminating === true,
    pod: target.kind === 'Pod' ? text(target.name) : undefined,
    node: node === undefined ? undefined : sharedNode(node),
  };
}

export interface SlicePort {
  /** Name of the Service's port; undefined while the Service is not visible. */
  readonly portName: string | undefined;
  readonly ipFamily: 'IPv4' | 'IPv6' | undefined;
}

/**
 * What the slices of one Service say, counted as the aggregator counts: by the port's name, one address family (a dual-stack
 * Service has each pod twice), each endpoint once however many slices hold it.
 */
export function endpointFacts(slices: readonly SliceRecord[], { portName, ipFamily }: SlicePort): EndpointFacts {
  const counts = { ready: 0, notReady: 0, terminating: 0 };
  const addresses: EndpointAddress[] = [];
  const seen = new Set<string>();
  let portServed = false;
  for (const slice of ofOneFamily(slices, ipFamily)) {
    const port = portNumber(slice, portName);
    if (port !== undefined) portServed = true;
    for (const endpoint of slice.endpoints) {
      const ip = endpoint.addresses[0];
      if (ip === undefined || seen.has(`${ip} ${port}`)) continue;
      seen.add(`${ip} ${port}`);
      if (endpoint.terminating) counts.terminating++;
      else if (endpoint.ready) counts.ready++;
      else counts.notReady++;
      // An FQDN is no address: nothing here resolves names that somebody wrote into an object.
      if (port !== undefined && slice.addressType !== 'FQDN') addresses.push(addressOf(endpoint, ip, port));
    }
  }
  return { ...counts, slices: slices.length, portServed, addresses };
}

function ofOneFamily(slices: readonly SliceRecord[], preferred: string | undefined): readonly SliceRecord[] {
  const families = new Set(slices.map((slice) => slice.addressType));
  if (families.size <= 1) return slices;
  const family = preferred !== undefined && families.has(preferred) ? preferred : families.has('IPv4') ? 'IPv4' : [...families][0];
  return slices.filter((slice) => slice.addressType === family);
}

/** Undefined name: the Service is not visible, and only a slice with a single port leaves no doubt. */
function portNumber(slice: SliceRecord, name: string | undefined): number | undefined {
  if (name === undefined) return slice.ports.length === 1 ? slice.ports[0]!.port : undefined;
  return slice.ports.find((port) => port.name === name)?.port;
}

function addressOf(endpoint: SliceEndpoint, ip: string, port: number): EndpointAddress {
  return {
    ip,
    port,
    ready: endpoint.ready && !endpoint.terminating,
    ...(endpoint.pod === undefined ? {} : { pod: endpoint.pod }),
    ...(endpoint.node === undefined ? {} : { node: endpoint.node }),
  };
}
