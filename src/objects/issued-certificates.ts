import type { BackendReference, Change } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { countOf, identityOf, objectOf, textOf, textsOf, timeOf, unheard, unreadable } from '../kube/fields.ts';

/** A Certificate of cert-manager (cert-manager.io/v1, cert-manager 1.19, pkg/apis/certmanager/v1/types_certificate.go). */
export interface IssuedCertificate {
  readonly namespace: string;
  readonly name: string;
  readonly secret: string;
  readonly dnsNames: readonly string[];
  /** Of what is in the Secret; grows with each issuance. Undefined: nothing was issued yet. */
  readonly revision: number | undefined;
  /** Unix milliseconds from which what is in the Secret is valid: an issuer of the cluster says when it signed, ACME ones an hour before. */
  readonly notBefore: number | undefined;
}

export const ISSUED_CERTIFICATES: ResourceSpec<IssuedCertificate> = {
  source: 'issued-certificates',
  path: '/apis/cert-manager.io/v1/certificates',
  fields: { spec: { secretName: true, dnsNames: true }, status: { revision: true, notBefore: true } },
  project(raw, refuse = unheard) {
    const { name, namespace } = identityOf(raw);
    const { spec, status } = objectOf(raw, 'the object', unreadable);
    const { secretName, dnsNames } = objectOf(spec, 'spec', unreadable);
    const { revision, notBefore } = objectOf(status, 'status', refuse);
    return {
      namespace,
      name,
      secret: textOf(secretName, 'spec.secretName', refuse) ?? '',
      dnsNames: dnsNames === undefined ? [] : textsOf(dnsNames, 'spec.dnsNames', refuse),
      revision: countOf(revision, 'status.revision', refuse),
      notBefore: timeOf(notBefore, 'status.notBefore', refuse),
    };
  },
};

/** Whether it is one for the name by which the kube-apiserver verifies this backend. */
export function isServedBy({ namespace, dnsNames }: IssuedCertificate, backend: BackendReference): boolean {
  return namespace === backend.namespace && dnsNames.includes(`${backend.service}.${backend.namespace}.svc`);
}

/**
 * What was issued since the look before; undefined: nothing. Without one before it is what the certificate itself dates within the last hour,
 * and no first issuance, for that is no renewal.
 * @param now Unix milliseconds. @param lastLook the same of the look before.
 */
export function renewal(
  after: IssuedCertificate,
  before: IssuedCertificate | undefined,
  { now, lastLook = now - HOUR }: { readonly now: number; readonly lastLook?: number | undefined },
): Change | undefined {
  const { namespace, name, secret, revision, notBefore } = after;
  if (revision === undefined || revision < 2) return undefined;
  if (before && revision === before.revision) return undefined;
  const dated = notBefore !== undefined && notBefore > lastLook && notBefore <= now;
  if (!before && !dated) return undefined;
  return {
    what: 'certificate',
    at: dated ? notBefore : now,
    object: `Certificate ${namespace}/${name}`,
    summary: `was renewed into Secret ${secret} (revision ${revision})`,
    manager: 'cert-manager',
  };
}
const HOUR = 3_600_000;
