import { createExposition } from '../control-plane/exposition.ts';

/** What an aggregated server counts about itself. */
export interface BackendCounters {
  readonly startedAt: number;
  tlsHandshakeErrors: number;
  rejected: number;
  readonly requests: Map<string, number>;
  readonly authentication: Record<'success' | 'failure' | 'error', number>;
  /** Remaining lifetime of client certificates seen, seconds; the newest hundred. */
  readonly clientCertificateSeconds: number[];
}

export function createBackendCounters(): BackendCounters {
  return {
    startedAt: Date.now(),
    tlsHandshakeErrors: 0,
    rejected: 0,
    requests: new Map(),
    authentication: { success: 0, failure: 0, error: 0 },
    clientCertificateSeconds: [],
  };
}

const CERTIFICATE_BUCKETS = [0, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 2592000, 7776000, 15552000, 31104000];

/** The families of k8s.io/apiserver that an aggregated server exposes on its own port. */
export function renderBackendMetrics(
  counters: BackendCounters,
  delegated: { readonly authn: ReadonlyMap<string, number>; readonly authz: ReadonlyMap<string, number> },
): string {
  const out = createExposition();
  for (const [side, counts] of Object.entries(delegated)) {
    const name = `apiserver_delegated_${side}_request_total`;
    out.family(name, 'counter', '[ALPHA] Number of HTTP requests partitioned by status code.');
    for (const [code, count] of counts) out.sample(name, { code }, count);
  }
  out.family('apiserver_tls_handshake_errors_total', 'counter', "[ALPHA] Number of requests dropped with 'TLS handshake error from' error");
  out.sample('apiserver_tls_handshake_errors_total', {}, counters.tlsHandshakeErrors);
  out.family(
    'apiserver_client_certificate_expiration_seconds',
    'histogram',
    '[ALPHA] Distribution of the remaining lifetime on the certificate used to authenticate a request.',
  );
  const lifetimes = counters.clientCertificateSeconds;
  for (const bucket of CERTIFICATE_BUCKETS)
    out.sample(
      'apiserver_client_certificate_expiration_seconds_bucket',
      { le: String(bucket) },
      lifetimes.filter((seconds) => seconds <= bucket).length,
    );
  out.sample('apiserver_client_certificate_expiration_seconds_bucket', { le: '+Inf' }, lifetimes.length);
  out.sample(
    'apiserver_client_certificate_expiration_seconds_sum',
    {},
    lifetimes.reduce((sum, seconds) => sum + seconds, 0),
  );
  out.sample('apiserver_client_certificate_expiration_seconds_count', {}, lifetimes.length);
  out.family('authentication_attempts', 'counter', '[ALPHA] Counter of authenticated attempts.');
  for (const [result, count] of Object.entries(counters.authentication)) out.sample('authentication_attempts', { result }, count);
  out.family(
    'apiserver_request_total',
    'counter',
    '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  );
  for (const [code, count] of counters.requests) out.sample('apiserver_request_total', { verb: 'GET', code }, count);
  out.family(
    'apiserver_flowcontrol_rejected_requests_total',
    'counter',
    '[BETA] Number of requests rejected by API Priority and Fairness subsystem',
  );
  out.sample(
    'apiserver_flowcontrol_rejected_requests_total',
    { flow_schema: 'global-default', priority_level: 'global-default', reason: 'queue-full' },
    counters.rejected,
  );
  out.family('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.');
  out.sample('process_start_time_seconds', {}, counters.startedAt / 1000);
  out.family('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.');
  out.sample('process_resident_memory_bytes', {}, 48 * 2 ** 20);
  return out.text();
}
