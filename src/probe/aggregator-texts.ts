import type { FailureReason, ProbeResult } from '../domain/probe.ts';
import { redacted } from '../redact/redact.ts';

export interface Finding {
  readonly reason: FailureReason;
  readonly hop?: NonNullable<ProbeResult['hop']>;
}

/** What the proxy handler of kube-aggregator writes before the error of its round trip (apimachinery's upgradeaware proxy). */
const TRYING_TO_REACH = 'error trying to reach service:';

/**
 * Go's texts of a failed round trip, first match wins. Source: the table of kube-aggregator's answers by fault, produced by
 * running its proxy handler against faulty backends (Go 1.26); older spellings are kept.
 */
const ROUND_TRIP: readonly (readonly [RegExp, FailureReason])[] = [
  // Konnectivity and egress selectors: the tunnel is named before the error behind it.
  [/proxy error from|from connect to .{0,300} via proxy|from connect proxy|no agent available|dial unix|dial phase/i, 'bad_gateway'],
  [/no such host|server misbehaving|lookup [^ ]{1,253}(?: on [^ ]{1,80})?:/i, 'dns_failed'],
  [/no endpoints available/i, 'no_endpoints'],
  [/x509: certificate is not valid yet|current time [^ ]{1,40} is before/i, 'certificate_not_yet_valid'],
  [/certificate has expired/i, 'certificate_expired'],
  [/certificate is valid for|legacy Common Name|is not valid for any names|IP SANs/i, 'certificate_name_mismatch'],
  [/certificate signed by unknown authority|unable to load root certificates|certificate is not trusted/i, 'certificate_unknown_authority'],
  [/TLS handshake timeout/i, 'tls_timeout'],
  [/malformed HTTP|malformed MIME|transport connection broken/i, 'invalid_response'],
  [/\btls: |\bx509: |HTTP response to HTTPS client/i, 'tls_handshake_failed'],
  [/connection refused/i, 'connection_refused'],
  [/no route to host|network is unreachable|host is down/i, 'host_unreachable'],
  [/dial [a-z0-9]{1,5}.{0,200}i\/o timeout|request canceled while waiting for connection|connection timed out/is, 'connection_timeout'],
  [
    /connection reset by peer|broken pipe|client connection lost|stream error|GOAWAY|use of closed network connection|\bEOF\b/i,
    'connection_reset',
  ],
  [/i\/o timeout/i, 'response_timeout'],
  // On the discovery path the aggregator's one deadline of 5 s hides whether it waited for TCP, TLS or an answer.
  [/context deadline exceeded|Client\.Timeout|timed out waiting/i, 'gateway_timeout'],
];

/** The true reason inside a text of Go's HTTP client, e.g. of `error trying to reach service: …`. */
export function reasonOfRoundTrip(text: string): FailureReason {
  return ROUND_TRIP.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}

const BY_STATUS: Readonly<Record<number, FailureReason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'too_many_requests',
  502: 'bad_gateway',
  503: 'service_unavailable',
  504: 'gateway_timeout',
};

/** The reason that a status gives by itself; undefined for 2xx. */
export function reasonOfStatus(status: number): FailureReason | undefined {
  if (status >= 200 && status < 300) return undefined;
  return BY_STATUS[status] ?? (status >= 500 ? 'server_error' : 'unexpected_status');
}

export interface AggregatorAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Who failed, and why, when the kube-apiserver answered a proxied request with something other than 2xx. Its own answers are
 * plain text; what is passed through from the backend usually is a Status object.
 */
export function findingOf({ status, headers, body }: AggregatorAnswer): Finding | undefined {
  const byStatus = reasonOfStatus(status);
  if (byStatus === undefined) return undefined;
  const text = body.trim();
  if (text.startsWith(TRYING_TO_REACH)) return { reason: reasonOfRoundTrip(text), hop: 'backend-path' };
  return BY_WORDS.get(status)?.(text, headers) ?? { reason: byStatus, hop: 'backend' };
}

/** Reads the words of one status; undefined: they do not tell who failed. */
type StatusReader = (text: string, headers: AggregatorAnswer['headers']) => Finding | undefined;

const BY_WORDS: ReadonlyMap<number, StatusReader> = new Map<number, StatusReader>([
  [403, (text, headers) => ({ reason: 'forbidden', hop: isPassedOn(headers) || isOfBackend(text) ? 'backend' : 'kube-apiserver' })],
  [
    404,
    (text, headers) => ({ reason: 'not_found', hop: isPassedOn(headers) || !text.startsWith(NO_SUCH_PATH) ? 'backend' : 'kube-apiserver' }),
  ],
  // Both write the same text when they drop a request.
  [429, (_, headers) => ({ reason: 'too_many_requests', ...(isPassedOn(headers) && { hop: 'backend' }) })],
  [500, rootsNotLoaded],
  [502, (text) => ({ reason: 'bad_gateway', hop: text.includes('attempted to redirect') ? 'backend' : 'backend-path' })],
  [
    503,
    (text, headers) => ({
      reason: 'service_unavailable',
      hop: isPassedOn(headers) || !text.startsWith(NO_WAY) ? 'backend' : 'backend-path',
    }),
  ],
  [504, () => ({ reason: 'gateway_timeout', hop: 'backend-path' })],
]);

function rootsNotLoaded(text: string): Finding | undefined {
  return text.startsWith('unable to load root certificates') ? { reason: 'certificate_unknown_authority', hop: 'backend-path' } : undefined;
}

/** Go's mux, when nobody serves the path. */
const NO_SUCH_PATH = '404 page not found';
/** The aggregator, when it knows no address of the backend. */
const NO_WAY = 'service unavailable';

/** Each k8s.io/apiserver writes them into each of its answers, the second one where priority and fairness is on. */
const WRITTEN_BY_EACH = ['audit-id', 'x-kubernetes-pf-prioritylevel-uid'];

/**
 * A kube-apiserver writes such a header once, and adds those of an answer that it passes on: where one comes twice, the answer is the
 * backend's (1.36.3: the aggregator hands the audit id on, and Go's ReverseProxy adds headers). Once proves nothing: there are backends
 * that write none.
 */
function isPassedOn(headers: ReadonlyMap<string, string>): boolean {
  return WRITTEN_BY_EACH.some((name) => headers.get(name)?.includes(','));
}

const DELEGATION = /(?:subjectaccessreviews|tokenreviews)[^"]{0,80} is forbidden/i;
const ANONYMOUS = /system:anonymous/;

/** The backend may not ask the kube-apiserver who is allowed what: its binding to system:auth-delegator is missing. */
function isBrokenDelegation(body: string): boolean {
  return DELEGATION.test(body);
}

/** The backend took us for nobody: it does not trust the front-proxy certificate of the kube-apiserver. */
function isAnonymous(body: string): boolean {
  return ANONYMOUS.test(body);
}

/**
 * The kube-apiserver authorises before it proxies, mostly by the same RBAC that the backend's SubjectAccessReview would ask. So a
 * refusal of our own user is the kube-apiserver's, unless its headers show that it was passed on; a refusal of nobody, or about
 * reviews, can only be the backend's.
 */
export function isOfBackend(body: string): boolean {
  return isAnonymous(body) || isBrokenDelegation(body);
}

/** For people: the message of a Status object, or the text as it is; control characters out, one line, at most 512 characters. */
export function cleanDetail(text: string): string {
  return redacted(messageOf(text).slice(0, 2048))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 512);
}

function messageOf(text: string): string {
  if (!/^\s*\{/.test(text)) return text;
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message : text;
  } catch {
    return text;
  }
}
