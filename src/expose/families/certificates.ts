import type { CertificateFacts } from '../../domain/probe.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import { type Family, familyPerApi } from '../family.ts';

/** The serving certificate as our direct probes saw it. */
export const CERTIFICATE_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_backend_certificate_verified',
    type: 'gauge',
    stability: 'stable',
    help: 'Whether every serving certificate of the backend verifies, name included: against the caBundle of the APIService, and against the roots of the system.',
    labels: ['against'],
    cost: 'APIs × at most 2',
    collect(api, emit) {
      const certificates = presented(api);
      if (certificates.length === 0) return;
      const judged = certificates.filter((certificate) => certificate.verifiedByCaBundle !== undefined);
      if (judged.length > 0)
        emit(['ca_bundle'], judged.every((certificate) => certificate.verifiedByCaBundle && certificate.nameMatches) ? 1 : 0);
      emit(['system'], certificates.every((certificate) => certificate.verifiedBySystem && certificate.nameMatches) ? 1 : 0);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_ca_bundle_not_after_timestamp_seconds',
    type: 'gauge',
    help: 'When the first certificate of the caBundle of the APIService expires, Unix time.',
    labels: [],
    cost: 'APIs with a caBundle',
    collect(api, emit) {
      if (api.caBundle?.notAfterSeconds !== undefined) emit([], api.caBundle.notAfterSeconds);
    },
  }),
];

/** Each distinct certificate once; of a target its newest observation. */
function presented(api: ApiFacts): CertificateFacts[] {
  const byFingerprint = new Map<string, CertificateFacts>();
  for (const tally of api.probes) {
    const certificate = tally.last.certificate;
    if (certificate && tally.vantage !== 'control') byFingerprint.set(certificate.fingerprint256, certificate);
  }
  return [...byFingerprint.values()];
}
