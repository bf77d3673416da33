import type { BackendMetricsFacts } from '../../domain/snapshot.ts';
import { labelOf } from '../exposition/labels.ts';
import { createExpositionScanner, type ExpositionScanner } from '../exposition/scanner.ts';

/** Sums over the series of the families that are read; undefined where there is none. */
interface Reading {
  authn?: number;
  authz?: number;
  handshakes?: number;
  flowControl?: number;
  tooMany?: number;
}

type Take = (reading: Reading, value: number, labels: string) => void;

/** Families that k8s.io/apiserver gives to every aggregated server. */
const TAKEN: ReadonlyMap<string, Take> = new Map(
  Object.entries<Take>({
    apiserver_delegated_authn_request_total: (r, value, labels) => add(r, 'authn', failed(value, labels)),
    // A client that gives up ends its SubjectAccessReview, which is counted as <error> too (k8s.io/apiserver v0.36.3): that says nothing
    // of the right to ask.
    apiserver_delegated_authz_request_total: (r, value, labels) => add(r, 'authz', unanswered(labels) ? 0 : failed(value, labels)),
    apiserver_tls_handshake_errors_total: (r, value) => add(r, 'handshakes', value),
    apiserver_flowcontrol_rejected_requests_total: (r, value) => add(r, 'flowControl', value),
    apiserver_request_total: (r, value, labels) => add(r, 'tooMany', labelOf(labels, 'code') === '429' ? value : 0),
  }),
);

function add(reading: Reading, sum: keyof Reading, value: number): void {
  reading[sum] = (reading[sum] ?? 0) + value;
}

/** No status came. */
function unanswered(labels: string): boolean {
  return labelOf(labels, 'code') === '<error>';
}

/** A code of 2xx is an answer; everything else, `<error>` included, is a broken way back to the kube-apiserver. */
function failed(value: number, labels: string): number {
  return labelOf(labels, 'code')?.startsWith('2') ? 0 : value;
}

/** Takes the body piece by piece; what finish() returns is complete after `scanner.end()`. */
export function readBackendMetrics(): { readonly scanner: ExpositionScanner; finish(): BackendMetricsFacts } {
  const reading: Reading = {};
  const scanner = createExpositionScanner({
    // Anybody may print anything: untyped series are found too.
    wanted: [...TAKEN.keys()],
    onSample(name, labels, value) {
      if (Number.isFinite(value)) TAKEN.get(name)?.(reading, value, labels);
    },
  });
  return { scanner, finish: () => factsOf(reading) };
}

function factsOf({ authn, authz, handshakes, flowControl, tooMany }: Reading): BackendMetricsFacts {
  // A rejected request is in both families where flow control is on.
  const rejected = flowControl === undefined && tooMany === undefined ? undefined : Math.max(flowControl ?? 0, tooMany ?? 0);
  return {
    ...(authn !== undefined && { delegatedAuthnFailures: authn }),
    ...(authz !== undefined && { delegatedAuthzFailures: authz }),
    ...(handshakes !== undefined && { tlsHandshakeErrors: handshakes }),
    ...(rejected !== undefined && { rejectedRequests: rejected }),
  };
}

/** Over replicas. */
export function sumOf(readings: readonly BackendMetricsFacts[]): BackendMetricsFacts {
  const facts: { -readonly [K in keyof BackendMetricsFacts]: BackendMetricsFacts[K] } = {};
  for (const reading of readings)
    for (const [field, value] of Object.entries(reading) as [keyof BackendMetricsFacts, number][]) {
      const sofar = facts[field];
      facts[field] = (sofar ?? 0) + value;
    }
  return facts;
}
