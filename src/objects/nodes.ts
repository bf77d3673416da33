import { isNodePressure, NODE_PRESSURE } from '../domain/node-pressure.ts';
import type { NodeFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import {
  addressOf,
  flagOf,
  identityOf,
  listOf,
  objectOf,
  quantityOf,
  type Refuse,
  textOf,
  timeOf,
  unheard,
  unreadable,
} from '../kube/fields.ts';

export interface NodeRecord extends NodeFacts {
  readonly controlPlane: boolean;
  /** Another one after each start of the machine: what the kubelet reads in /proc/sys/kernel/random/boot_id. */
  readonly bootId?: string;
}

export const NODES: ResourceSpec<NodeRecord> = {
  source: 'nodes',
  path: '/api/v1/nodes',
  fields: {
    metadata: { labels: { 'node-role.kubernetes.io/control-plane': true, 'node-role.kubernetes.io/master': true } },
    spec: { unschedulable: true },
    // status.images alone is half of a node's size.
    status: {
      conditions: { type: true, status: true, lastTransitionTime: true },
      addresses: { type: true, address: true },
      nodeInfo: { bootID: true },
      capacity: { cpu: true },
    },
  },
  project(raw, refuse = unheard) {
    const { metadata, name } = identityOf(raw);
    const { spec, status } = objectOf(raw, 'the object', unreadable);
    const { conditions: rawConditions, addresses, nodeInfo, capacity } = objectOf(status, 'status', unreadable);
    const bootId = textOf(objectOf(nodeInfo, 'status.nodeInfo', refuse).bootID, 'status.nodeInfo.bootID', refuse);
    const cpus = quantityOf(objectOf(capacity, 'status.capacity', refuse).cpu, 'status.capacity.cpu', refuse);
    const conditions = listOf(rawConditions, 'status.conditions', unreadable).map((value) =>
      objectOf(value, 'status.conditions', unreadable),
    );
    const ready = conditions.find((condition) => condition.type === 'Ready');
    const readySince = timeOf(ready?.lastTransitionTime, 'status.conditions.lastTransitionTime', refuse);
    const labels = objectOf(metadata.labels, 'metadata.labels', refuse);
    return {
      name,
      // Unknown is the control plane's word for a kubelet that fell silent, which kubectl too shows as NotReady.
      ready: ready === undefined ? undefined : textOf(ready.status, 'status.conditions.status', unreadable) === 'True',
      pressure: conditions.flatMap(({ type, status }) => (status === 'True' && isNodePressure(type) ? [NODE_PRESSURE[type]] : [])),
      unschedulable: flagOf(objectOf(spec, 'spec', unreadable).unschedulable, 'spec.unschedulable', unreadable) === true,
      addresses: addressesOf(addresses, refuse),
      ...(readySince === undefined ? {} : { readySince }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(bootId === undefined || bootId === '' ? {} : { bootId }),
      controlPlane: 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels,
    };
  },
};

/** A node that is there and cannot be read: neither ready nor not. */
export function unreadableNode(name: string): NodeFacts {
  return { name, ready: undefined, pressure: [], unschedulable: false, addresses: [] };
}

function addressesOf(value: unknown, refuse: Refuse): string[] {
  const found: string[] = [];
  const entries = listOf(value, 'status.addresses', refuse).map((entry) => objectOf(entry, 'status.addresses', refuse));
  for (const wanted of ['InternalIP', 'ExternalIP'])
    for (const entry of entries) {
      if (entry.type !== wanted) continue;
      const address = addressOf(entry.address, 'status.addresses.address', refuse);
      if (address !== undefined && !found.includes(address)) found.push(address);
    }
  return found;
}

export function nodeFacts({ controlPlane: _, bootId: __, ...facts }: NodeRecord): NodeFacts {
  return facts;
}

/** What happened to a node, in words; undefined for a heartbeat. */
export function nodeChange(before: NodeRecord, after: NodeRecord): string | undefined {
  const said: string[] = [];
  if (wasBooted(before, after)) said.push('was booted anew');
  if (before.ready !== after.ready) said.push(after.ready ? 'became Ready' : 'became NotReady');
  for (const pressure of after.pressure) if (!before.pressure.includes(pressure)) said.push(`${pressure} pressure began`);
  for (const pressure of before.pressure) if (!after.pressure.includes(pressure)) said.push(`${pressure} pressure ended`);
  if (before.unschedulable !== after.unschedulable) said.push(after.unschedulable ? 'was cordoned' : 'was uncordoned');
  return said.length > 0 ? said.join(', ') : undefined;
}

/** A reboot by hand, or by a controller that installs updates, may be over between two heartbeats: Ready never shows it. */
function wasBooted({ bootId: before }: NodeRecord, { bootId: after }: NodeRecord): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
