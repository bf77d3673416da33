import { FAILURE_REASONS, type FailureReason } from '../domain/probe.ts';

/** What a failure reason means to somebody who reads it in a label. */
export interface ReasonDocumentation {
  /** What was seen, one sentence. */
  readonly seen: string;
  /** Which vantage says it from what: directly, or from the kube-apiserver's answer. */
  readonly by: string;
  /** Where to look. */
  readonly pointsTo: string;
}

export const REASONS: Readonly<Record<FailureReason, ReasonDocumentation>> = {
  dns_failed: {
    seen: 'A name could not be resolved, or not in time.',
    by: 'aggregator: `error trying to reach service: … lookup …: no such host` (Services of type ExternalName). For the name of the kube-apiserver itself the hop is `us`.',
    pointsTo: 'ExternalName, CoreDNS, the resolver of the control-plane host.',
  },
  connection_refused: {
    seen: 'The TCP connection was refused.',
    by: 'direct vantages: ECONNREFUSED; aggregator: `dial tcp …: connect: connection refused`.',
    pointsTo:
      'No process on the port (crash loop, wrong port or bind address); for a ClusterIP: no ready endpoint, so kube-proxy rejects; a policy that rejects.',
  },
  connection_timeout: {
    seen: 'No answer to the TCP connection in time.',
    by: 'direct vantages: no SYN-ACK within the deadline; aggregator: `dial tcp …: i/o timeout` (after 30 s), `request canceled while waiting for connection`.',
    pointsTo: 'Packets are dropped: NetworkPolicy, firewall, security group, dead node, wrong route.',
  },
  connection_reset: {
    seen: 'The connection was closed or reset before the answer was complete.',
    by: 'all vantages; aggregator: `connection reset by peer`, `EOF`, `http2: client connection lost`, `stream error`.',
    pointsTo: 'The server restarts, is killed, or panics in a handler; a middlebox drops connections.',
  },
  host_unreachable: {
    seen: 'The network says that there is no way to the address.',
    by: 'direct vantages: EHOSTUNREACH, ENETUNREACH; aggregator: `no route to host`.',
    pointsTo: 'Node down, route missing, a policy that rejects with ICMP.',
  },
  tls_timeout: {
    seen: 'TCP was accepted, and the TLS handshake did not end in time.',
    by: 'direct vantages; aggregator: `net/http: TLS handshake timeout` (after 10 s).',
    pointsTo: 'A process that is stopped, starved of CPU, or out of threads; packet loss; MTU.',
  },
  tls_handshake_failed: {
    seen: 'The TLS handshake failed for another reason than the chain or the name of the certificate.',
    by: 'direct vantages: OpenSSL alerts, key usage; aggregator: `remote error: tls: …`, `first record does not look like a TLS handshake`.',
    pointsTo:
      'Plain HTTP on the port, TLS versions or ciphers that do not meet, a client certificate that the backend refuses, a client-only certificate.',
  },
  certificate_expired: {
    seen: 'The serving certificate, or a CA of its chain, has expired.',
    by: 'direct vantages, judged as the aggregator judges; aggregator: `x509: certificate has expired …` (kube-apiserver before 1.36: only on requests, the condition stays True).',
    pointsTo: 'Certificate rotation: cert-manager, a self-signed certificate made at install time.',
  },
  certificate_not_yet_valid: {
    seen: 'The serving certificate, or a CA of its chain, is not valid yet.',
    by: 'direct vantages; aggregator: `x509: … current time … is before …`.',
    pointsTo: 'A clock that is wrong: on the node, on the control plane, where it was issued.',
  },
  certificate_name_mismatch: {
    seen: 'The certificate is not valid for `<service>.<namespace>.svc`. A common name counts for nothing.',
    by: 'direct vantages; aggregator: `x509: certificate is valid for …, not …`, `relies on legacy Common Name field`.',
    pointsTo: 'A certificate for another Service or namespace; one without subject alternative names.',
  },
  certificate_unknown_authority: {
    seen: 'No CA of `spec.caBundle` (or, without one, of the system roots) signed the certificate.',
    by: 'direct vantages; aggregator: `x509: certificate signed by unknown authority`, `unable to load root certificates`.',
    pointsTo: 'A caBundle that was not updated after rotation (often a new CA under the old name), or is empty or garbage.',
  },
  response_timeout: {
    seen: 'The connection is up, and no byte of an answer came in time.',
    by: 'all vantages, by our own deadline. Through the aggregator the wait is for the backend while /readyz answers.',
    pointsTo: 'A handler that hangs: storage, a slow dependency, CPU throttling, a lock.',
  },
  transfer_timeout: {
    seen: 'The answer began and did not end in time.',
    by: 'all vantages.',
    pointsTo: 'Packet loss, MTU, a handler that stalls half-way.',
  },
  unauthorized: {
    seen: 'The request was answered 401.',
    by: 'aggregator only: a direct probe carries no credentials, there 401 means reachable. Hop `us`: /readyz refuses our token too.',
    pointsTo: 'The front-proxy client certificate or its name is not accepted by the backend; our own token has expired (hop `us`).',
  },
  forbidden: {
    seen: 'The request was answered 403, and not because of our own rights.',
    by: 'aggregator only: as `system:anonymous`, or with `subjectaccessreviews … is forbidden`; discovery that RBAC refuses to everybody; a list that the kube-apiserver passes on and the backend refuses.',
    pointsTo:
      "request-header CA that the backend does not trust; ClusterRoleBinding to system:auth-delegator missing; system:discovery edited; rules of the backend's own.",
  },
  not_found: {
    seen: 'The group and version were answered 404.',
    by: 'all vantages (discovery only).',
    pointsTo: 'The backend does not serve that version: an upgrade, a wrong Service, an APIService left behind.',
  },
  too_many_requests: {
    seen: 'The request was answered 429.',
    by: 'all vantages. Hop `backend` when the priority-level header came twice.',
    pointsTo: 'Priority and fairness or max-inflight limits, of the kube-apiserver or of the backend.',
  },
  server_error: {
    seen: 'The request was answered 500 or another 5xx without a reason of its own.',
    by: 'all vantages.',
    pointsTo: 'The log of the backend; delegated authorization, when the text names subjectaccessreviews.',
  },
  bad_gateway: {
    seen: 'The request was answered 502, or the tunnel to the backend failed.',
    by: 'aggregator: a redirect of the backend (not permitted), Konnectivity or egress-selector errors; direct vantages: a proxy in the pod.',
    pointsTo: 'Konnectivity agents and server; a backend that redirects.',
  },
  service_unavailable: {
    seen: 'The request was answered 503 without a cause.',
    by: 'aggregator, hop `backend-path`: `service unavailable`, the Available condition is not True or the Service does not resolve; hop `backend`: the backend itself says 503.',
    pointsTo: 'The reason of the Available condition; the log of the backend.',
  },
  gateway_timeout: {
    seen: 'The kube-apiserver gave up waiting for the backend.',
    by: 'aggregator: 504, or 503 with `context deadline exceeded` (5 s on discovery, which hides whether it waited for TCP, TLS or an answer).',
    pointsTo: 'The direct vantages say which phase hangs; when they pass, the way from the control plane is blocked.',
  },
  no_endpoints: {
    seen: 'The kube-apiserver has nowhere to send the request.',
    by: 'aggregator: `no endpoints available`, or `service unavailable` while no endpoint is ready.',
    pointsTo: 'No ready pod; a selector or a port name that matches nothing.',
  },
  unexpected_status: {
    seen: 'The request was answered with another status: 3xx, or 4xx without a reason of its own.',
    by: 'all vantages.',
    pointsTo: 'Something else than an aggregated API server listens on the address.',
  },
  invalid_response: {
    seen: 'The answer is not HTTP, is 200 with something that is no discovery document or list, or is beyond what an API server sends: more than 10 interim responses, 64 KiB or 256 lines of head, 4 KiB of trailers or of one chunk line, crumbs of some bytes without end.',
    by: 'all vantages; the Available condition does not see it, because the aggregator never reads the body.',
    pointsTo: 'Another program on the port, a proxy that answers for it, a broken version of the server.',
  },
  other: {
    seen: 'None of the above; `detail` on the status page and in the JSON has the text.',
    by: 'all vantages. Hop `us`: the probe could not be made (file descriptors, credentials), and is not counted.',
    pointsTo: 'The detail.',
  },
};

/** docs/probe-reasons.md */
export function renderProbeReasons(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = FAILURE_REASONS.map((reason) => {
    const { seen, by, pointsTo } = REASONS[reason];
    return `| \`${reason}\` | ${cell(seen)} | ${cell(by)} | ${cell(pointsTo)} |`;
  });
  return [
    '# Probe failure reasons',
    '',
    'Values of the label `reason` of `aggregated_api_probe_failures_total`: a closed set. The series of a reason begins with its first failure.',
    'Generated from `src/probe/reasons.ts`.',
    '',
    'A direct probe (vantages `service` and `endpoint`) judges the certificate as the aggregator does: `spec.caBundle` as the only roots,',
    'server name `<service>.<namespace>.svc`; 401 and 403 mean reachable there. Through the `aggregator`, with the exporter’s own',
    'token, the kube-apiserver’s plain-text answers are read for the true reason, and told from answers of the backend.',
    'The hop says who failed: `us`, `kube-apiserver`, `backend-path` (between the two) or `backend`. Failures of hop `us` are not counted.',
    '',
    '| reason | seen | by | points to |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
