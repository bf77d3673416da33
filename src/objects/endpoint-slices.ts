import type { EndpointAddress, EndpointFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import {
  addressOf,
  flagOf,
  identityOf,
  listOf,
  nameOf,
  objectOf,
  portOf,
  type Refuse,
  textOf,
  unheard,
  unreadable,
} from '../kube/fields.ts';
import { createPool } from '../kube/interned.ts';

export interface SliceRecord {
  readonly namespace: string;
  readonly name: string;
  /** Label kubernetes.io/service-name: how kube-apiserver and kube-proxy find it, manual and mirrored ones included. */
  readonly service: string;
  readonly addressType: string;
  readonly ports: readonly SlicePortRecord[];
  readonly endpoints: readonly SliceEndpoint[];
}

export interface SlicePortRecord {
  /** Undefined never matches a Service's port. */
  readonly name: string | undefined;
  /** Undefined: the pods have no container port of that name. `refused`: there is one, with a number that no socket can have. */
  readonly port: number | 'refused' | undefined;
}

export interface SliceEndpoint {
  /** The first one, which is the one that is used. Undefined: it has none. Null: it has one that is none. */
  readonly address: string | null | undefined;
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly pod: string | undefined;
  readonly node: string | undefined;
}

export const ENDPOINT_SLICES: ResourceSpec<SliceRecord> = {
  source: 'endpoint-slices',
  path: '/apis/discovery.k8s.io/v1/endpointslices',
  fields: {
    metadata: { labels: { 'kubernetes.io/service-name': true } },
    addressType: true,
    ports: { name: true, port: true },
    endpoints: { addresses: true, conditions: { ready: true, terminating: true }, nodeName: true, targetRef: { kind: true, name: true } },
  },
  project(raw, refuse = unheard) {
    const { metadata, name, namespace } = identityOf(raw);
    const labels = objectOf(metadata.labels, 'metadata.labels', unreadable);
    const service = nameOf(labels['kubernetes.io/service-name'], 'metadata.labels.kubernetes.io/service-name', unreadable);
    if (service === undefined) return undefined;
    const slice = objectOf(raw, 'the object', unreadable);
    const addressType = textOf(slice.addressType, 'addressType', unreadable) ?? 'IPv4';
    return {
      namespace,
      name,
      service,
      addressType,
      ports: listOf(slice.ports, 'ports', unreadable).map((port) => slicePortOf(port, refuse)),
      endpoints: listOf(slice.endpoints, 'endpoints', unreadable).map((endpoint) => endpointOf(endpoint, addressType === 'FQDN', refuse)),
    };
  },
};

function slicePortOf(value: unknown, refuse: Refuse): SlicePortRecord {
  const { name, port } = objectOf(value, 'ports', unreadable);
  // An unnamed port is named ''.
  const known = name === '' ? '' : textOf(name, 'ports.name', unreadable);
  const given = port !== undefined && port !== null;
  return { name: known, port: given ? (portOf(port, 'ports.port', refuse) ?? 'refused') : undefined };
}

/** Ten thousand endpoints are on a hundred nodes. */
const sharedNode = createPool<string>(5_000);

function endpointOf(value: unknown, isName: boolean, refuse: Refuse): SliceEndpoint {
  const { addresses, conditions, targetRef, nodeName } = objectOf(value, 'endpoints', unreadable);
  const { ready, terminating } = objectOf(conditions, 'endpoints.conditions', unreadable);
  const target = objectOf(targetRef, 'endpoints.targetRef', refuse);
  const node = nameOf(nodeName, 'endpoints.nodeName', refuse);
  const [address] = listOf(addresses, 'endpoints.addresses', unreadable);
  const read = isName ? nameOf : addressOf;
  return {
    address: address === undefined ? undefined : (read(address, 'endpoints.addresses', refuse) ?? null),
    // The aggregator takes a missing condition for ready.
    ready: flagOf(ready, 'endpoints.conditions.ready', unreadable) !== false,
    terminating: flagOf(terminating, 'endpoints.conditions.terminating', unreadable) === true,
    pod: target.kind === 'Pod' ? nameOf(target.name, 'endpoints.targetRef.name', refuse) : undefined,
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
      const ip = endpoint.address;
      if (ip === undefined) continue;
      // One whose address cannot be used is there all the same: the aggregator counts it.
      if (ip !== null) {
        if (seen.has(`${ip} ${port}`)) continue;
        seen.add(`${ip} ${port}`);
      }
      // Ready and terminating at once is one of a Service that publishes whatever it has: the aggregator sends requests there.
      if (endpoint.ready) counts.ready++;
      else if (endpoint.terminating) counts.terminating++;
      else counts.notReady++;
      // An FQDN is no address: nothing here resolves names that somebody wrote into an object.
      if (ip !== null && typeof port === 'number' && slice.addressType !== 'FQDN') addresses.push(endpointAddress(endpoint, ip, port));
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
function portNumber(slice: SliceRecord, name: string | undefined): SlicePortRecord['port'] {
  const [only] = slice.ports;
  if (name === undefined) return slice.ports.length === 1 ? only?.port : undefined;
  return slice.ports.find((port) => port.name === name)?.port;
}

function endpointAddress(endpoint: SliceEndpoint, ip: string, port: number): EndpointAddress {
  return {
    ip,
    port,
    ready: endpoint.ready,
    ...(endpoint.pod === undefined ? {} : { pod: endpoint.pod }),
    ...(endpoint.node === undefined ? {} : { node: endpoint.node }),
  };
}
