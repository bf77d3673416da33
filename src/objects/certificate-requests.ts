import type { Change } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { identityOf, listOf, objectOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import { redact } from '../redact/redact.ts';
import { isOfLastHour } from './last-hour.ts';

/**
 * A CertificateRequest of cert-manager (cert-manager.io/v1, cert-manager 1.19, pkg/apis/certmanager/v1/types_certificaterequest.go): how far an
 * issuance has come. What is asked for, `spec.request`, is not read.
 */
export interface CertificateRequestRecord {
  readonly namespace: string;
  readonly name: string;
  /** The Certificate for which it is; undefined: a person's, or another program's. */
  readonly certificate: string | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number | undefined;
  readonly end: { readonly at: number; readonly says: string } | undefined;
}

const CERTIFICATE_NAME = 'cert-manager.io/certificate-name';
/** By the reason of the condition Ready; `Pending` is no end. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['Issued', 'was issued'],
  ['Failed', 'failed'],
  ['Denied', 'was denied'],
]);
const LONGEST_MESSAGE = 200;

export const CERTIFICATE_REQUESTS: ResourceSpec<CertificateRequestRecord> = {
  source: 'issued-certificates',
  path: '/apis/cert-manager.io/v1/certificaterequests',
  fields: {
    metadata: { annotations: { [CERTIFICATE_NAME]: true }, creationTimestamp: true },
    status: { conditions: { type: true, reason: true, message: true, lastTransitionTime: true } },
  },
  project(raw, refuse = unheard) {
    const { metadata, name, namespace } = identityOf(raw);
    const { status } = objectOf(raw, 'the object', unreadable);
    const conditions = listOf(objectOf(status, 'status', refuse).conditions, 'status.conditions', refuse).map((one) =>
      objectOf(one, 'status.conditions', refuse),
    );
    const ready = conditions.find(({ type }) => type === 'Ready') ?? {};
    const did = ENDS.get(textOf(ready.reason, 'status.conditions.reason', refuse) ?? '');
    const at = timeOf(ready.lastTransitionTime, 'status.conditions.lastTransitionTime', refuse);
    const message = textOf(ready.message, 'status.conditions.message', refuse, 4096);
    const why = did === 'was issued' || message === undefined ? '' : `: ${redact(message).text.slice(0, LONGEST_MESSAGE)}`;
    const annotations = objectOf(metadata.annotations, 'metadata.annotations', refuse);
    return {
      namespace,
      name,
      certificate: textOf(annotations[CERTIFICATE_NAME], 'metadata.annotations', refuse),
      createdAt: timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse),
      end: did === undefined || at === undefined ? undefined : { at, says: `${did}${why}` },
    };
  },
};

/** That it was made, and how it ended, within the last hour. @param now Unix milliseconds. */
export function requestChanges({ namespace, name, certificate, createdAt, end }: CertificateRequestRecord, now: number): Change[] {
  const of = { what: 'certificate-request', object: `CertificateRequest ${namespace}/${name}`, manager: 'cert-manager' } as const;
  const changes: Change[] = [
    ...(createdAt === undefined ? [] : [{ ...of, at: createdAt, summary: `was made for Certificate ${namespace}/${certificate}` }]),
    ...(end === undefined ? [] : [{ ...of, at: end.at, summary: end.says }]),
  ];
  return changes.filter(({ at }) => isOfLastHour(at, now));
}
