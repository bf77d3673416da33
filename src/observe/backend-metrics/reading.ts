import type { BackendMetricsFacts } from '../../domain/snapshot.ts';
import { labelOf } from '../exposition/labels.ts';
import { createExpositionScanner } from '../exposition/scanner.ts';

/** Families that k8s.io/apiserver gives to every aggregated server. Anybody may print anything: untyped series are found too. */
export function readBackendMetrics() {
  let authn: number | undefined;
  let authz: number | undefined;
  let handshakes: number | undefined;
  let flowControl: number | undefined;
  let tooMany: number | undefined;
  /** Cumulative count by remaining lifetime in seconds. */
  const expiry = new Map<number, number>();
  const scanner = createExpositionScanner({
    wanted: [
      'apiserver_delegated_authn_request_total',
      'apiserver_delegated_authz_request_total',
      'apiserver_tls_handshake_errors_total',
      'apiserver_flowcontrol_rejected_requests_total',
      'apiserver_request_total',
      'apiserver_client_certificate_expiration_seconds_bucket',
    ],
    onSample(name, labels, value) {
      if (!Number.isFinite(value)) return;
      // A code of 2xx is an answer; everything else, `<error>` included, is a broken way back to the kube-apiserver.
      const failed = () => (labelOf(labels, 'code')?.startsWith('2') ? 0 : value);
      switch (name) {
        case 'apiserver_delegated_authn_request_total':
          authn = (authn ?? 0) + failed();
          break;
        case 'apiserver_delegated_authz_request_total':
          authz = (authz ?? 0) + failed();
          break;
        case 'apiserver_tls_handshake_errors_total':
          handshakes = (handshakes ?? 0) + value;
          break;
        case 'apiserver_flowcontrol_rejected_requests_total':
          flowControl = (flowControl ?? 0) + value;
          break;
        case 'apiserver_request_total':
          tooMany = (tooMany ?? 0) + (labelOf(labels, 'code') === '429' ? value : 0);
          break;
        default: {
          const bound = Number(labelOf(labels, 'le'));
          if (Number.isFinite(bound)) expiry.set(bound, (expiry.get(bound) ?? 0) + value);
        }
      }
    },
  });
  const finish = (): BackendMetricsFacts => {
    // The lowest bucket that holds a certificate: the shortest-lived one seen expires within so many seconds.
    const shortest = [...expiry].filter(([, count]) => count > 0).map(([bound]) => bound);
    // A rejected request is in both families where flow control is on.
    const rejected = flowControl === undefined && tooMany === undefined ? undefined : Math.max(flowControl ?? 0, tooMany ?? 0);
    return {
      ...(authn !== undefined && { delegatedAuthnFailures: authn }),
      ...(authz !== undefined && { delegatedAuthzFailures: authz }),
      ...(handshakes !== undefined && { tlsHandshakeErrors: handshakes }),
      ...(rejected !== undefined && { rejectedRequests: rejected }),
      ...(shortest.length > 0 && { clientCertificateExpirySeconds: Math.min(...shortest) }),
    };
  };
  return { scanner, finish };
}

/** Over replicas: counters are summed, the certificate that expires first counts. */
export function sumOf(readings: readonly BackendMetricsFacts[]): BackendMetricsFacts {
  const facts: { -readonly [K in keyof BackendMetricsFacts]: BackendMetricsFacts[K] } = {};
  for (const reading of readings)
    for (const [field, value] of Object.entries(reading) as [keyof BackendMetricsFacts, number][]) {
      const sofar = facts[field];
      facts[field] = sofar === undefined ? value : field === 'clientCertificateExpirySeconds' ? Math.min(sofar, value) : sofar + value;
    }
  return facts;
}
