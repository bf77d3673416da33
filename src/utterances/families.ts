import type { ReasonRow } from './reasons.ts';

/**
 * What is read where no known reason stands: the package that says it, which tells how far the request was, or what kind of bound it
 * met. Go's packages put their name before their errors, so a text of crypto/tls is of a handshake or of its records whatever else it says.
 * Sources: Go 1.24 to 1.26 (crypto/x509, crypto/tls, net/http and its h2_bundle.go), golang.org/x/net 0.38 to 0.57, grpc-go 1.72 to 1.82
 * (clientconn.go, internal/transport), k8s.io/apiserver 1.34 to 1.37 (pkg/authentication, plugin/pkg/authenticator, pkg/endpoints/filters),
 * etcd 3.6 and 3.7 (api/v3rpc/rpctypes); listed in scripts/spoken-errors.
 */
export const HANDSHAKES: readonly ReasonRow[] = [
  // verify.go and constraints.go: the certificate was read, and no chain of it holds
  {
    words: /\bx509: (?=[^:]{0,120}(?:\bchain|constraint|\bissuer\b|\broots?\b|authorized|verif))|\bis not permitted by any constraint\b/gi,
    reason: 'certificate-untrusted',
    step: 'tls',
  },
  // parser.go and the rest: the certificate or its key cannot be read or used
  { words: /\bx509: /gi, reason: 'certificate-unreadable', step: 'tls' },
  // an alert is what the other end says of our side; of a certificate where it names one
  { words: /\bremote error: tls: [^:]{0,40}certificate/gi, reason: 'certificate-refused', step: 'tls' },
  {
    words:
      /(?:\bcrypto\/|\b)tls: |\b(?:ecdsa|ed25519) verification failure\b|\bnot signed by an acceptable ca\b|\bclient doesn't support (?:any cipher|certificate curve)/gi,
    reason: 'handshake-failed',
    step: 'tls',
  },
  // client-go util/cert and util/certificate, apiserver's dynamiccertificates, exec plugins: files and Secrets without a certificate in them
  {
    words:
      /\bno (?:valid |serving |peer |client )*cert(?:ificate)?s?(?: authority|\/key)?(?: data| files)? (?:found|seen|read|available)\b|\bno valid client certificate\b|\bfailed to (?:append|add) (?:client )?ca\b|\bfailed to append certificates\b|\bmissing content for (?:ca bundle|serving cert)\b|\bdoes not contain any valid \S{1,20}(?: or \S{1,20})? certificates\b|\bcan not be used as the currently selected cert\b|\breturned only certificate or key\b|\bdidn't return a token or cert\b/gi,
    reason: 'certificate-unreadable',
    step: 'run',
  },
];

/** The same for what comes after the handshake. A text may name a package and a bound: as everywhere, the last words are the innermost. */
export const FAMILIES: readonly ReasonRow[] = [
  // h2_bundle.go, x/net/http2 and grpc-go's transport: a stream or a frame broke what both had agreed on
  {
    words:
      /\bhttp2: |\bstream error: stream id \d|\b(?:data|headers|priority|settings|continuation|invalid|malformed) frame\b|\billegal stream id|\bunexpected continuation\b|\bexpected (?:continuation|stream \d)|\binvalid (?:dependent )?stream id\b|\bhttp2client\b|\bhttp2\.streamerror\b|response from server: (?:malformed|missing) |\bpreface mismatch\b|\bbogus greeting\b/gi,
    reason: 'stream-error',
    step: 'headers',
  },
  // clientconn.go, transport.go: nobody answers on this connection any more
  {
    words:
      /\b(?:connection|transport|(?:event )?stream|client ?conn)(?: is| was| has been)? (?:closed|closing|lost|draining|drained|done|shut ?down|unavailable|not usable|no longer valid)\b|\bclosed (?:connection|body|buffer|response body)\b|\bclient disconnected\b|\bconnection (?:drain|loss)|\bis draining the connection\b|\bserver closed the stream\b|\btransport closed by\b|\bconnection error: desc\b|\bclosed early\b|\bbody closed by\b|\bclosed tcp streaming connection\b|\bno grpc connection\b|\bconnection not yet established\b|\bwatch closed before\b|: transport endpoint is not connected/gi,
    reason: 'closed',
    step: 'request',
  },
  // upgradeaware.go, httpstream: the other side does not speak the protocol that was asked for
  {
    words:
      /\bunable to upgrade\b|\binvalid upgrade response\b|\bunable to hijack\b|\bhas been hijacked\b|\bbuffered data from connect proxy\b/gi,
    reason: 'bad-answer',
    step: 'headers',
  },
  { words: /\bkeepalive ping not acked\b/gi, reason: 'connection-lost', step: 'headers' },
  // dnsclient.go: the server answered something else
  { words: /\binvalid dns response\b|\bno answer from dns server\b/gi, reason: 'name-server-failing', step: 'resolve' },
  // errno of connect(2): no local port is left, or no memory for sockets
  { words: /: cannot assign requested address|: no buffer space available/gi, reason: 'descriptors-exhausted', step: 'dial' },
  { words: /: (?:software caused connection abort|network dropped connection on reset)/gi, reason: 'reset', step: 'request' },
  // an address of a link names its interface
  { words: /\b(?:no such|invalid) network interface\b/gi, reason: 'unreachable', step: 'dial' },
  // a packet filter of the own host answers EACCES, as it answers EPERM
  { words: /\bconnect: permission denied/gi, reason: 'not-permitted', step: 'dial' },
  // authenticators: who asks is not known
  {
    words:
      /\binvalid (?:bearer|auth|base64\.bearer\.authorization) token\b|\bauthentication failed\b|\bmalformed token\b|\boidc: |\bid.token\b|\btoken is not compact jwt\b|\bclaim not present\b|\bno valid id-token\b|\bdistributed claim\b|\bvalid credentials\b|\bno acceptable authentication methods\b|\bno user on request\b/gi,
    reason: 'unauthorized',
    step: 'status',
  },
  // authorizers and filters of the API server: who asks is known and may not
  {
    words:
      /\b(?:auth|etcdserver): permission denied|^not authorized$|\bauthorization error \(user=|\bimpersonating\b.{0,120}not allowed|\bwithout impersonating a user\b|\ball impersonation modes failed\b|\bnot permitted by the credential plugin allowlist\b|\bcannot impersonate\b|^forbidden: /gi,
    reason: 'forbidden',
    step: 'status',
  },
  // gRPC's codes that other codes of HTTP are read as above
  {
    words: /\bcode = notfound\b|\betcdserver: [^:]{1,40} not found\b|\bcould not find the metric\b/gi,
    reason: 'not-found',
    step: 'status',
  },
  { words: /\bcode = (?:unknown|dataloss|aborted)\b/gi, reason: 'server-error', step: 'status' },
  { words: /\bfailed calling webhook\b|\bpanic calling webhook\b/gi, reason: 'unavailable', step: 'request' },
  { words: /\(servertimeout\)/gi, reason: 'deadline', step: 'status' },
  { words: /\b(?:server|reader|stream) is stopp(?:ed|ing)\b/gi, reason: 'going-away', step: 'request' },
  // client-go's and the API server's caches, which have to be filled before anything is answered from them
  {
    words:
      /\bunable to sync caches\b|\b(?:cache|storage|configuration) (?:is )?not ready\b|\bfailed to wait for \S{0,40} ?cache sync\b|\bcache for \S{1,60} informer has not synced\b|\bnot yet been read at least once\b|\bfailed to list services\b/gi,
    reason: 'unavailable',
    step: 'run',
  },
  // bounds on the size or the number of what is sent, whoever sets them
  {
    words:
      /\b(?:too large|too long|too big)\b|\btoo many \w+|\b(?:larger|longer|more|greater) than (?:the )?(?:max\w*|limit|specified|declared|advertised|upcoming|peer)|\bexceed(?:s|ed|ing)?\b|\blimit of \S{1,40} (?:bytes )?exhausted|\(overloaded network\)|\bheader list larger\b|\(requestentitytoolarge\)|\bsize larger than\b|\bbelow current usage\b|\blarger than total\b|\bfile descriptor limit of\b/gi,
    reason: 'limit-exceeded',
    step: 'request',
  },
];
