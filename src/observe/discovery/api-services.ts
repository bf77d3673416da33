import type { BackendReference, ConditionFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';
import { identityOf, rawArray, rawObject, text, time } from '../kube/raw.ts';

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
}

/** apiregistration.k8s.io is served by the aggregation layer itself: this list works while every aggregated API is down. */
export const API_SERVICES: ResourceSpec<ApiServiceRecord> = {
  source: 'api-services',
  path: '/apis/apiregistration.k8s.io/v1/apiservices',
  rule: 'apiregistration.k8s.io/apiservices: list, watch',
  keepManagers: true,
  project(raw) {
    const { metadata, name } = identityOf(raw);
    const spec = rawObject(rawObject(raw).spec);
    // Local ones (built-in groups and CRDs) have no Service.
    if (spec.service === undefined || spec.service === null) return undefined;
    const service = rawObject(spec.service);
    const [namespace, serviceName] = [text(service.namespace), text(service.name)];
    if (namespace === undefined || serviceName === undefined) throw new TypeError('spec.service has no namespace or no name');
    const dot = name.indexOf('.');
    return {
      name,
      group: text(spec.group) ?? name.slice(dot + 1),
      version: text(spec.version) ?? name.slice(0, dot),
      backend: { namespace, service: serviceName, port: typeof service.port === 'number' ? service.port : 443 },
      insecureSkipTLSVerify: spec.insecureSkipTLSVerify === true,
      caBundle: caBundleOf(spec.caBundle),
      createdAt: time(metadata.creationTimestamp),
      condition: conditionOf(rawObject(rawObject(raw).status).conditions),
      writer: lastWriter(metadata.managedFields, ['f:spec']),
      caWriter: lastWriter(metadata.managedFields, ['f:spec', 'f:caBundle']),
    };
  },
};

function caBundleOf(value: unknown): string | undefined {
  const encoded = text(value, 1_000_000);
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function conditionOf(conditions: unknown): ConditionFacts | undefined {
  const available = rawArray(conditions)
    .map(rawObject)
    .find((condition) => condition.type === 'Available');
  const status = available?.status;
  if (!available || (status !== 'True' && status !== 'False' && status !== 'Unknown')) return undefined;
  const lastTransition = time(available.lastTransitionTime);
  return {
    status,
    reason: text(available.reason) ?? '',
    message: text(available.message) ?? '',
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
