import type { ServiceFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';
import { identityOf, rawArray, rawObject, stringMap, text, time } from '../kube/raw.ts';

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  /** `None` for a headless one; undefined for an ExternalName. */
  readonly clusterIP: string | undefined;
  readonly externalName: string | undefined;
  /** Null without selector: its endpoints are somebody's own. An empty one selects nothing, as Kubernetes has it. */
  readonly selector: Readonly<Record<string, string>> | null;
  readonly ports: ServiceFacts['ports'];
  readonly ipFamily: 'IPv4' | 'IPv6' | undefined;
  readonly createdAt: number | undefined;
  readonly writer: Writer | undefined;
}

export const SERVICES: ResourceSpec<ServiceRecord> = {
  source: 'services',
  path: '/api/v1/services',
  rule: 'services: list, watch',
  fields: {
    metadata: { creationTimestamp: true, managedFields: { manager: true, subresource: true, time: true, fieldsV1: { 'f:spec': {} } } },
    spec: {
      type: true,
      clusterIP: true,
      externalName: true,
      selector: true,
      ports: { name: true, port: true, targetPort: true },
      ipFamilies: true,
    },
  },
  project(raw) {
    const { metadata, name, namespace } = identityOf(raw);
    const spec = rawObject(rawObject(raw).spec);
    const selector = stringMap(spec.selector);
    const family = rawArray(spec.ipFamilies)[0];
    return {
      namespace,
      name,
      type: text(spec.type) ?? 'ClusterIP',
      clusterIP: text(spec.clusterIP),
      externalName: text(spec.externalName),
      selector: Object.keys(selector).length > 0 ? selector : null,
      ports: rawArray(spec.ports).map(portOf),
      ipFamily: family === 'IPv4' || family === 'IPv6' ? family : undefined,
      createdAt: time(metadata.creationTimestamp),
      writer: lastWriter(metadata.managedFields, ['f:spec']),
    };
  },
};

function portOf(value: unknown): ServiceFacts['ports'][number] {
  const { name, port, targetPort } = rawObject(value);
  if (typeof port !== 'number') throw new TypeError(`spec.ports: port ${JSON.stringify(port)} is not a number`);
  return {
    name: text(name) ?? '',
    port,
    targetPort: typeof targetPort === 'number' || typeof targetPort === 'string' ? String(targetPort) : String(port),
  };
}

export function serviceFacts(service: ServiceRecord, selectedPods: number | undefined): ServiceFacts {
  return {
    type: service.type,
    ...(service.clusterIP === undefined ? {} : { clusterIP: service.clusterIP }),
    ...(service.externalName === undefined ? {} : { externalName: service.externalName }),
    selector: service.selector,
    ports: service.ports,
    ...(selectedPods === undefined ? {} : { selectedPods }),
  };
}

/** What an edit changed, in words; undefined when it changed nothing that routes. */
export function serviceChange(before: ServiceRecord, after: ServiceRecord): string | undefined {
  const said: string[] = [];
  for (const field of ['type', 'clusterIP', 'externalName'] as const)
    if (before[field] !== after[field]) said.push(`${field} ${before[field] ?? 'unset'} → ${after[field] ?? 'unset'}`);
  const [from, to] = [selectorText(before.selector), selectorText(after.selector)];
  if (from !== to) said.push(`selector ${from} → ${to}`);
  const [oldPorts, newPorts] = [portsText(before.ports), portsText(after.ports)];
  if (oldPorts !== newPorts) said.push(`ports ${oldPorts} → ${newPorts}`);
  return said.length > 0 ? said.join(', ') : undefined;
}

function selectorText(selector: ServiceRecord['selector']): string {
  if (!selector) return 'none';
  return Object.entries(selector)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function portsText(ports: ServiceRecord['ports']): string {
  return ports.map(({ name, port, targetPort }) => `${name ? `${name}:` : ''}${port}→${targetPort}`).join(',') || 'none';
}
