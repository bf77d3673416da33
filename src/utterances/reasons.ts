import type { Reason, Step } from '../domain/utterance.ts';
import { FAMILIES, HANDSHAKES } from './families.ts';

/** Words of the innermost link, what they mean, and the step at which that happens unless the links before them say otherwise. */
export interface ReasonRow {
  readonly words: RegExp;
  readonly reason: Reason;
  readonly step: Step;
}

/**
 * What happened to a connection, a certificate, a name or a process. Texts of Go 1.26 (crypto/x509 verify.go, crypto/tls alert.go
 * and handshake_*.go, net/net.go, net/http transport.go and h2_bundle.go), Linux's strerror, libc's resolver, grpc-go 1.79
 * (internal/transport), konnectivity 0.34, Envoy 1.36, Node, OpenSSL, Python and Java; without regard to case.
 */
const CAUSES_OF_FAILURE: readonly ReasonRow[] = [
  // crypto/x509: verify.go; OpenSSL: x509_txt.c
  {
    words:
      /certificate has expired|certificate (?:is )?expired|\bcert.{0,200}? expires? in -\d|cert(?:ificate)? (?:has expired or )?is not (?:yet valid|active)/gi,
    reason: 'certificate-expired',
    step: 'tls',
  },
  {
    words:
      /x509: certificate is valid for |certificate is not valid for any names|doesn't contain any ip sans|cannot validate certificate for|certificate relies on legacy common name|host ?name.{0,80}(?:doesn't match|mismatch)|does not match certificate's altnames|no alternative certificate subject name matches/gi,
    reason: 'certificate-name',
    step: 'tls',
  },
  {
    words:
      /certificate signed by unknown authority|unable to (?:get|verify).{0,20}(?:issuer|first) cert|self[- ]signed certificate in|certificate verify failed|certificate is not trusted|certificate_verify_failed|unable to find valid certification path/gi,
    reason: 'certificate-untrusted',
    step: 'tls',
  },
  {
    words:
      /certificate specifies an incompatible key usage|unhandled critical extension|too many intermediates for path|not authorized to sign/gi,
    reason: 'certificate-usage',
    step: 'tls',
  },
  {
    words:
      /(?:unable to load|failed to (?:load|parse|find any pem)|could not (?:load|parse|read)).{0,60}(?:root cert|certificate|ca ?bundle|pem data)|x509: (?:malformed|invalid|failed to parse|negative serial)|tls: (?:private key does not match|failed to (?:find|parse))|invalid serving cert keypair|no certificates configured/gi,
    reason: 'certificate-unreadable',
    step: 'tls',
  },
  // alerts of the other end: crypto/tls/alert.go
  {
    words:
      /remote error: tls: (?:bad certificate|unknown certificate|certificate (?:required|revoked)|expired certificate|unsupported certificate|access denied)|client didn't provide a certificate/gi,
    reason: 'certificate-refused',
    step: 'tls',
  },
  {
    words:
      /http response to https client|first record does not look like a tls handshake|http request to an https server|wrong version number|malformed http (?:response|status|version)/gi,
    reason: 'not-tls',
    step: 'tls',
  },
  {
    words:
      /remote error: tls: (?:internal error|handshake failure|protocol version|no application|unrecognized name|insufficient|inappropriate|decod|decrypt|record overflow|unexpected)|\btls: (?:no supported|unexpected message|bad record|oversized|server selected unsupported|client offered only|no cipher suite|received)|ssl_error|ssl_connect|sslv3_alert|alert (?:handshake failure|internal error)/gi,
    reason: 'handshake-failed',
    step: 'tls',
  },
  { words: /tls handshake timeout/gi, reason: 'timed-out', step: 'tls' },
  // the resolver: net/dnsclient_unix.go, getaddrinfo
  {
    words:
      /no such host|name or service not known|\benotfound\b|\bnxdomain\b|could not resolve host|unknownhostexception|nodename nor servname/gi,
    reason: 'name-unknown',
    step: 'resolve',
  },
  {
    words: /server misbehaving|temporary failure in name resolution|\beai_again\b|no dns servers|\bservfail\b/gi,
    reason: 'name-server-failing',
    step: 'resolve',
  },
  // errno
  {
    words: /connection refused|actively refused|\beconnrefused\b|the connection to the server \S{1,260} was refused/gi,
    reason: 'refused',
    step: 'dial',
  },
  {
    words:
      /no route to host|connect: no route|network is (?:unreachable|down)|host is (?:unreachable|down)|\behostunreach\b|\benetunreach\b|destination host unreachable/gi,
    reason: 'unreachable',
    step: 'dial',
  },
  { words: /(?:dial|connect|sendto|sendmsg|write|socket)\b[^\n]{0,80}operation not permitted/gi, reason: 'not-permitted', step: 'dial' },
  // Envoy (source/common/http/utility.cc: resetReasonToString), of whom it was to hand the request on to
  {
    words: /delayed connect error: 111|reset reason: (?:remote |local )?connection failure(?!.{0,200}delayed connect error: 1(?:10|13))/gi,
    reason: 'refused',
    step: 'dial',
  },
  { words: /delayed connect error: 113/gi, reason: 'unreachable', step: 'dial' },
  { words: /delayed connect error: 110|reset reason: connection timeout/gi, reason: 'timed-out', step: 'dial' },
  { words: /reset reason: (?:connection termination|remote reset|remote refused stream reset)/gi, reason: 'reset', step: 'request' },
  // pkg/util/proxy and egress of managed control planes: the dialer was told not to
  { words: /address is not allowed/gi, reason: 'not-allowed', step: 'dial' },
  { words: /address already in use|\beaddrinuse\b/gi, reason: 'address-in-use', step: 'run' },
  { words: /too many open files|\bemfile\b/gi, reason: 'descriptors-exhausted', step: 'run' },
  { words: /no space left on device|\benospc\b|disk quota exceeded/gi, reason: 'disk-full', step: 'run' },
  { words: /connection reset|\beconnreset\b|forcibly closed by the remote/gi, reason: 'reset', step: 'request' },
  {
    words:
      /\bi\/o timeout|connection timed out|\betimedout\b|dial timeout, backstop|canceled while waiting for connection|operation timed out|connecttimeout|connect(?:ion)? timeout/gi,
    reason: 'timed-out',
    step: 'dial',
  },
  // konnectivity: pkg/server, konnectivity-client/pkg/client
  {
    words:
      /no agent available|failed to get a backend|agent disconnected|tunnel (?:is )?closed|no backend available|failed to find session for client/gi,
    reason: 'no-agent',
    step: 'dial',
  },
  // net/http: h2_bundle.go; grpc-go: internal/transport
  { words: /http2: client connection (?:lost|force closed)|keepalive ping failed/gi, reason: 'connection-lost', step: 'headers' },
  {
    words: /stream error: stream id \d{1,12}; (?:internal_error|protocol_error|refused_stream|cancel)|rst_stream/gi,
    reason: 'stream-error',
    step: 'headers',
  },
  { words: /\bgoaway\b/gi, reason: 'going-away', step: 'request' },
  {
    words:
      /unexpected eof|server closed idle connection|use of closed network connection|transport connection broken|socket hang up|\bbroken pipe\b|\bepipe\b|remote end closed connection|(?:: |=|")eof\b|error reading (?:server )?preface/gi,
    reason: 'closed',
    step: 'request',
  },
  // apimachinery: util/runtime; k8s.io/apiserver: filters/wrap.go; net/http: server.go
  {
    words: /\bobserved a panic\b|apiserver panic'd|http: panic serving|caused apiserver to panic|recovered from panic/gi,
    reason: 'panicked',
    step: 'run',
  },
  { words: /client rate limiter wait returned|would exceed context deadline/gi, reason: 'client-limit', step: 'request' },
];

/** A number of HTTP where an answer's status stands. */
const status = (codes: string, phrases: string): RegExp =>
  new RegExp(
    String.raw`(?:\bstatus(?:[ _-]?code)?|\bcode|\bhttp\/\d(?:\.\d)?|\breturned|\bresponded with|\bresponse(?: code)?|\bresp|\berror|\bbad status from \S{1,300}|\(http)[\s:="'\\]{1,5}(?:${codes})\b|${phrases}`,
    'gi',
  );

/**
 * An answer came, and it is a refusal (net/http status.go; google.golang.org/grpc/codes; apimachinery's StatusReason, as `Error from
 * server (Forbidden)` prints it).
 */
const STATUSES: readonly ReasonRow[] = [
  {
    words: status(
      '401',
      String.raw`\bunauthorized\b|code = unauthenticated|failed to refresh the token|asked for the client to provide credentials`,
    ),
    reason: 'unauthorized',
    step: 'status',
  },
  {
    words: status('403', String.raw`\bis forbidden: |\(forbidden\)|: forbidden\b|403 forbidden|code = permissiondenied|accessdenied`),
    reason: 'forbidden',
    step: 'status',
  },
  {
    words: status(
      '404',
      String.raw`404 not found|404 page not found|could not find the requested resource|code = unimplemented|\(notfound\)`,
    ),
    reason: 'not-found',
    step: 'status',
  },
  {
    words: status(
      '429',
      String.raw`too many requests|code = resourceexhausted|\btoomanyrequests\b|throttlingexception|rate exceeded|quota exceeded|got a retry-after|server-side throttling|rejected by .{0,60}priority level|rejected due to .{0,40}queue`,
    ),
    reason: 'too-many-requests',
    step: 'status',
  },
  { words: status('502', String.raw`bad gateway`), reason: 'bad-gateway', step: 'status' },
  {
    words: status(
      '50[34]',
      String.raw`service unavailable|no healthy upstream|gateway time-?out|currently unable to handle the request|\(serviceunavailable\)`,
    ),
    reason: 'unavailable',
    step: 'status',
  },
  {
    words: status('500', String.raw`internal server error|\(internalerror\)|internal error occurred|an error on the server`),
    reason: 'server-error',
    step: 'status',
  },
  {
    words: /failed to decode|cannot unmarshal|invalid character .{1,8} looking for|unexpected (?:content|media).?type|unable to decode/gi,
    reason: 'bad-answer',
    step: 'body',
  },
];

/** What ends any request, whoever is at fault: it tells least. A gRPC `Unavailable` is one of these: it wraps what happened. */
const ENDINGS: readonly ReasonRow[] = [
  // Older releases of Go tell a request that had its connection (`request canceled (Client.Timeout`) from one that waited for it; newer say
  // `context deadline exceeded` of both, and the aggregator's check of 5 s ends before a dial of 30 s does.
  { words: /request canceled \(client\.timeout|timeout awaiting response headers/gi, reason: 'deadline', step: 'headers' },
  { words: /while reading body/gi, reason: 'deadline', step: 'body' },
  {
    words:
      /deadline exceeded|client\.timeout|request did not complete within|unable to return a response in the time allotted|timeout: request|\btimed out\b|code = deadlineexceeded|read timeout|readtimeout|(?:: |=|")timeout\b|timeout waiting|timeout while/gi,
    reason: 'deadline',
    step: 'request',
  },
  { words: /context cancell?ed|request cancell?ed|operation was cancell?ed|code = cancell?ed/gi, reason: 'canceled', step: 'request' },
  { words: /code = unavailable|transient_failure|transient failure/gi, reason: 'unavailable', step: 'status' },
  { words: /code = internal\b/gi, reason: 'server-error', step: 'status' },
];

/**
 * The more telling ranks first: Go wraps `context deadline exceeded` around an errno, and gRPC puts a status of its own before
 * one. So what happened outweighs a status, and a status a deadline; who speaks tells least. Within a rank the last words are the innermost.
 */
export const REASON_RANKS: readonly (readonly ReasonRow[])[] = [CAUSES_OF_FAILURE, STATUSES, ENDINGS, HANDSHAKES, FAMILIES];
