import { createHash } from 'node:crypto';
import type { CaBundleFacts } from '../domain/snapshot.ts';
import { oneLine, parsePem, secondsOf } from '../net/x509.ts';

/** `spec.caBundle` as PEM text → its facts; null when the APIService has none, and system roots decide. */
export function readCaBundle(pem: string | undefined): CaBundleFacts | null {
  if (pem === undefined || pem === '') return null;
  const certificates = parsePem(pem);
  const sha256 = createHash('sha256').update(pem).digest('hex');
  if (certificates.length === 0) return { sha256, valid: false, subjects: [] };
  return {
    sha256,
    valid: true,
    notAfterSeconds: Math.min(...certificates.map((certificate) => secondsOf(certificate.validTo))),
    subjects: certificates.map((certificate) => oneLine(certificate.subject)),
  };
}
