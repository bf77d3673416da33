import type { NodeFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { identityOf, rawArray, rawObject, text, time } from '../kube/raw.ts';

export interface NodeRecord extends NodeFacts {
  readonly controlPlane: boolean;
}

const PRESSURE = { MemoryPressure: 'memory', DiskPressure: 'disk', PIDPressure: 'pid', NetworkUnavailable: 'network' } as const;

export const NODES: ResourceSpec<NodeRecord> = {
  source: 'nodes',
  path: '/api/v1/nodes',
  rule: 'nodes: list, watch',
  fields: {
    metadata: { labels: { 'node-role.kubernetes.io/control-plane': true, 'node-role.kubernetes.io/master': true } },
    spec: { unschedulable: true },
    // status.images alone is half of a node's size.
    status: { conditions: { type: true, status: true, lastTransitionTime: true }, addresses: { type: true, address: true } },
  },
  project(raw) {
    const { metadata, name } = identityOf(raw);
    const { spec, status } = rawObject(raw);
    const { conditions: rawConditions, addresses } = rawObject(status);
    const conditions = rawArray(rawConditions).map(rawObject);
    const ready = conditions.find((condition) => condition.type === 'Ready');
    const readySince = time(ready?.lastTransitionTime);
    const labels = rawObject(metadata.labels);
    return {
      name,
      // Unknown is the control plane's word for a kubelet that fell silent, which kubectl too shows as NotReady.
      ready: ready === undefined ? undefined : ready.status === 'True',
      pressure: conditions.flatMap(({ type, status }) => (status === 'True' && isPressure(type) ? [PRESSURE[type]] : [])),
      unschedulable: rawObject(spec).unschedulable === true,
      addresses: addressesOf(addresses),
      ...(readySince === undefined ? {} : { readySince }),
      controlPlane: 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels,
    };
  },
};

function isPressure(type: unknown): type is keyof typeof PRESSURE {
  return typeof type === 'string' && type in PRESSURE;
}

function addressesOf(value: unknown): string[] {
  const found: string[] = [];
  for (const wanted of ['InternalIP', 'ExternalIP'])
    for (const entry of rawArray(value).map(rawObject)) {
      const address = text(entry.address);
      if (entry.type === wanted && address !== undefined && !found.includes(address)) found.push(address);
    }
  return found;
}

export function nodeFacts({ controlPlane: _, ...facts }: NodeRecord): NodeFacts {
  return facts;
}

/** What happened to a node, in words; undefined for a heartbeat. */
export function nodeChange(before: NodeRecord, after: NodeRecord): string | undefined {
  const said: string[] = [];
  if (before.ready !== after.ready) said.push(after.ready ? 'became Ready' : 'became NotReady');
  for (const pressure of after.pressure) if (!before.pressure.includes(pressure)) said.push(`${pressure} pressure began`);
  for (const pressure of before.pressure) if (!after.pressure.includes(pressure)) said.push(`${pressure} pressure ended`);
  if (before.unschedulable !== after.unschedulable) said.push(after.unschedulable ? 'was cordoned' : 'was uncordoned');
  return said.length > 0 ? said.join(', ') : undefined;
}
