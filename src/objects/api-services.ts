import type { BackendReference, ConditionFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import {
  flagOf,
  identityOf,
  listOf,
  nameOf,
  objectOf,
  portOf,
  proseOf,
  type Refuse,
  textOf,
  timeOf,
  unheard,
  unreadable,
} from '../kube/fields.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';

/** A remote APIService, as far as we use it. */
export interface ApiServiceRecord {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly backend: BackendReference;
  readonly insecureSkipTLSVerify: boolean;
  /** PEM text. */
  readonly caBundle: string | undefined;
  readonly createdAt: number | undefined;
  /** Undefined: the kube-apiserver has not judged it yet. */
  readonly condition: ConditionFacts | undefined;
  readonly writer: Writer | undefined;
  readonly caWriter: Writer | undefined;
  /** Why nothing is known of it but that it is there. */
  readonly unreadable?: string;
}

/** What is known of an APIService that cannot be read: its name, and where it led when it could be read last. */
export function unreadableApiService(name: string, why: string, before: ApiServiceRecord | undefined): ApiServiceRecord {
  const dot = name.indexOf('.');
  return {
    name,
    group: name.slice(dot + 1),
    version: name.slice(0, dot),
    backend: before?.backend ?? { namespace: '', service: '', port: 443 },
    insecureSkipTLSVerify: before?.insecureSkipTLSVerify ?? false,
    caBundle: before?.caBundle,
    createdAt: before?.createdAt,
    condition: undefined,
    writer: before?.writer,
    caWriter: before?.caWriter,
    unreadable: why,
  };
}

/** apiregistration.k8s.io is served by the aggregation layer itself: this list works while every aggregated API is down. */
export const API_SERVICES: ResourceSpec<ApiServiceRecord> = {
  source: 'api-services',
  path: '/apis/apiregistration.k8s.io/v1/apiservices',
  keepManagers: true,
  project(raw, refuse = unheard) {
    const { metadata, name } = identityOf(raw);
    const { spec: rawSpec, status } = objectOf(raw, 'the object', unreadable);
    const spec = objectOf(rawSpec, 'spec', unreadable);
    // Local ones (built-in groups and CRDs) have no Service.
    if (spec.service === undefined || spec.service === null) return undefined;
    const dot = name.indexOf('.');
    return {
      name,
      group: nameOf(spec.group, 'spec.group', unreadable) ?? name.slice(dot + 1),
      version: nameOf(spec.version, 'spec.version', unreadable) ?? name.slice(0, dot),
      backend: backendOf(spec.service),
      insecureSkipTLSVerify: flagOf(spec.insecureSkipTLSVerify, 'spec.insecureSkipTLSVerify', unreadable) === true,
      caBundle: caBundleOf(spec.caBundle),
      createdAt: timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse),
      condition: conditionOf(objectOf(status, 'status', unreadable).conditions, refuse),
      writer: lastWriter(metadata.managedFields, ['f:spec']),
      caWriter: lastWriter(metadata.managedFields, ['f:spec', 'f:caBundle']),
    };
  },
};

function backendOf(value: unknown): BackendReference {
  const { namespace, name, port } = objectOf(value, 'spec.service', unreadable);
  const required = (field: string, given: unknown): string => nameOf(given, field, unreadable) ?? unreadable(field, given, 'a name') ?? '';
  return {
    namespace: required('spec.service.namespace', namespace),
    service: required('spec.service.name', name),
    port: portOf(port, 'spec.service.port', unreadable) ?? 443,
  };
}

function caBundleOf(value: unknown): string | undefined {
  const encoded = textOf(value, 'spec.caBundle', unreadable, 1_000_000);
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function conditionOf(value: unknown, refuse: Refuse): ConditionFacts | undefined {
  const available = listOf(value, 'status.conditions', unreadable)
    .map((condition) => objectOf(condition, 'status.conditions', unreadable))
    .find((condition) => condition.type === 'Available');
  if (!available) return undefined;
  const { status, reason, message, lastTransitionTime } = available;
  if (status !== 'True' && status !== 'False' && status !== 'Unknown')
    return unreadable('status.conditions.status', status, 'True, False or Unknown');
  const lastTransition = timeOf(lastTransitionTime, 'status.conditions.lastTransitionTime', refuse);
  return {
    status,
    reason: textOf(reason, 'status.conditions.reason', refuse) ?? '',
    message: proseOf(message, 'status.conditions.message', refuse) ?? '',
    ...(lastTransition === undefined ? {} : { lastTransition }),
  };
}

/** What an edit of the spec changed, in words; undefined when nothing but the status did. The CA bundle is told apart. */
export function specChange(before: ApiServiceRecord, after: ApiServiceRecord): { spec?: string; caBundle?: string } {
  const said: string[] = [];
  const [from, to] = [referenceOf(before), referenceOf(after)];
  if (from !== to) said.push(`backend ${from} → ${to}`);
  if (before.insecureSkipTLSVerify !== after.insecureSkipTLSVerify)
    said.push(`insecureSkipTLSVerify ${before.insecureSkipTLSVerify} → ${after.insecureSkipTLSVerify}`);
  return {
    ...(said.length > 0 ? { spec: said.join(', ') } : {}),
    ...(before.caBundle === after.caBundle ? {} : { caBundle: caChange(before.caBundle, after.caBundle) }),
  };
}

function caChange(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return 'caBundle was set';
  return after === undefined ? 'caBundle was removed' : 'caBundle was replaced';
}

function referenceOf({ backend }: ApiServiceRecord): string {
  return `${backend.namespace}/${backend.service}:${backend.port}`;
}
