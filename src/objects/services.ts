import type { ServiceFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { addressOf, identityOf, labelsOf, listOf, objectOf, portOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';

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
  project(raw, refuse = unheard) {
    const { metadata, name, namespace } = identityOf(raw);
    const spec = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
    const selector = labelsOf(spec.selector, 'spec.selector', unreadable);
    const [family] = listOf(spec.ipFamilies, 'spec.ipFamilies', refuse);
    return {
      namespace,
      name,
      type: textOf(spec.type, 'spec.type', unreadable) ?? 'ClusterIP',
      clusterIP: spec.clusterIP === 'None' ? 'None' : addressOf(spec.clusterIP, 'spec.clusterIP', unreadable),
      externalName: textOf(spec.externalName, 'spec.externalName', unreadable),
      selector: Object.keys(selector).length > 0 ? selector : null,
      ports: listOf(spec.ports, 'spec.ports', unreadable).map(servicePortOf),
      ipFamily: family === 'IPv4' || family === 'IPv6' ? family : undefined,
      createdAt: timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse),
      writer: lastWriter(metadata.managedFields, ['f:spec']),
    };
  },
};

function servicePortOf(value: unknown): ServiceFacts['ports'][number] {
  const { name, port, targetPort } = objectOf(value, 'spec.ports', unreadable);
  const number = portOf(port, 'spec.ports.port', unreadable) ?? unreadable('spec.ports.port', port, '1 to 65535') ?? 0;
  const target =
    typeof targetPort === 'string'
      ? textOf(targetPort, 'spec.ports.targetPort', unreadable)
      : portOf(targetPort === 0 ? undefined : targetPort, 'spec.ports.targetPort', unreadable);
  return { name: textOf(name, 'spec.ports.name', unreadable) ?? '', port: number, targetPort: String(target ?? number) };
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

/** What an edit changed, in words, by what it can break; empty when it changed nothing that routes. */
export function serviceChanges(
  before: ServiceRecord,
  after: ServiceRecord,
): { readonly what: 'service' | 'service-ports' | 'service-selector'; readonly summary: string }[] {
  const said: string[] = [];
  for (const field of ['type', 'clusterIP', 'externalName'] as const)
    if (before[field] !== after[field]) said.push(`${field} ${before[field] ?? 'unset'} → ${after[field] ?? 'unset'}`);
  const [from, to] = [selectorText(before.selector), selectorText(after.selector)];
  const [oldPorts, newPorts] = [portsText(before.ports), portsText(after.ports)];
  return [
    ...(said.length > 0 ? [{ what: 'service', summary: said.join(', ') } as const] : []),
    ...(from === to ? [] : [{ what: 'service-selector', summary: `selector ${from} → ${to}` } as const]),
    ...(oldPorts === newPorts ? [] : [{ what: 'service-ports', summary: `ports ${oldPorts} → ${newPorts}` } as const]),
  ];
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
