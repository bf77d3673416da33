import { describe, expect, it } from 'vitest';
import { REASONS, type Reason } from '../../src/domain/utterance.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { createLogScanner } from '../../src/signatures/log-scanner.ts';
import { ORDINARY_LINES } from '../../src/signatures/ordinary-lines.ts';
import { FAILURE_PATTERN, mayTellOfFailure } from '../../src/utterances/may-fail.ts';
import { meaningOf } from '../../src/utterances/meaning.ts';
import { readUtterance } from '../../src/utterances/read.ts';

/** One message for each reason, as a program prints it. */
const ONE_OF_EACH: Readonly<Record<Reason, string>> = {
  'name-unknown': 'dial tcp: lookup tide on 192.0.2.53:53: no such host',
  'name-server-failing': 'dial tcp: lookup tide on 192.0.2.53:53: server misbehaving',
  refused: 'dial tcp 192.0.2.7:8443: connect: connection refused',
  'timed-out': 'dial tcp 192.0.2.7:8443: i/o timeout',
  unreachable: 'dial tcp 192.0.2.7:8443: connect: no route to host',
  'not-permitted': 'dial tcp 192.0.2.7:8443: connect: operation not permitted',
  'not-allowed': 'address is not allowed',
  reset: 'read tcp 10.0.0.1:4321->192.0.2.7:8443: read: connection reset by peer',
  closed: 'Get "https://tide:8443/": EOF',
  'connection-lost': 'http2: client connection lost',
  'stream-error': 'stream error: stream ID 5; INTERNAL_ERROR',
  'going-away': 'http2: server sent GOAWAY and closed the connection',
  'no-agent': 'No agent available',
  deadline: 'context deadline exceeded',
  canceled: 'context canceled',
  'client-limit': 'client rate limiter Wait returned an error: context deadline exceeded',
  'limit-exceeded': 'http: request body too large',
  'certificate-expired': 'x509: certificate has expired or is not yet valid',
  'certificate-name': 'x509: certificate is valid for buoy, not tide',
  'certificate-untrusted': 'x509: certificate signed by unknown authority',
  'certificate-usage': 'x509: certificate specifies an incompatible key usage',
  'certificate-unreadable': 'tls: private key does not match public key',
  'certificate-refused': 'remote error: tls: bad certificate',
  'not-tls': 'http: server gave HTTP response to HTTPS client',
  'handshake-failed': 'remote error: tls: handshake failure',
  unauthorized: 'unexpected status code 401',
  forbidden: 'unexpected status code 403',
  'not-found': 'the server could not find the requested resource',
  'too-many-requests': 'rpc error: code = ResourceExhausted desc = tides',
  'server-error': 'an error on the server ("tide") has prevented the request from succeeding',
  'bad-gateway': '502 Bad Gateway',
  unavailable: 'the server is currently unable to handle the request',
  'bad-answer': "invalid character '<' looking for beginning of value",
  'address-in-use': 'listen tcp :8443: bind: address already in use',
  'descriptors-exhausted': 'accept tcp [::]:8443: accept4: too many open files',
  'disk-full': 'write /var/lib/tide/wal: no space left on device',
  panicked: 'Observed a panic: "assignment to entry in nil map"',
  slow: 'Trace[1]: "List etcd3" key:/tides (total time: 11648ms):',
  failed: 'error getting tide metric',
};

describe('the table of reasons', () => {
  it.each(REASONS)('%s: is read, and lines that may tell of it are let through', (reason) => {
    expect(mayTellOfFailure(ONE_OF_EACH[reason])).toBe(true);
    expect(readUtterance(ONE_OF_EACH[reason], 'aggregated-server')?.reason).toBe(reason);
  });
});

describe('the look at many lines at once', () => {
  const lines = [...Object.values(ONE_OF_EACH), ...ORDINARY_LINES.split('\n').filter((line) => line !== '')];
  const scanner = createLogScanner([{ id: 'failure', pattern: FAILURE_PATTERN }]);

  it.each([
    { how: 'a few', copies: 1 },
    { how: 'so many that tables are made for them', copies: 40 },
  ])('lets through what each line by itself lets through: $how', ({ copies }) => {
    const all = Array.from({ length: copies }, () => lines).flat();
    const found = new Set<string>();
    scanner.scanLines(Buffer.from(all.join('\n')), 0, Buffer.byteLength(all.join('\n')), (_, bytes, start, end) => {
      found.add(Buffer.from(bytes.subarray(start, end)).toString());
    });
    expect([...found].sort()).toEqual([...new Set(lines.filter(mayTellOfFailure))].sort());
  });
});

describe('the reading beside the signatures', () => {
  /** Their frame is known, and any text may stand in it: where the reading knows that text it is better, else they stand. */
  const FRAMES: ReadonlySet<string> = new Set(['error-without-status']);
  const SPOKEN = SIGNATURES.filter(({ id, tail, pointsTo }) => tail && !FRAMES.has(id) && pointsTo.length > 0).flatMap(
    ({ id, speaker, pointsTo, matches }) => matches.map((line) => ({ id, speaker, pointsTo, line })),
  );

  it.each(SPOKEN)('$id: what yields to the reading is read: $line', ({ line, speaker }) => {
    const utterance = readUtterance(line, speaker);
    expect(utterance).toBeDefined();
    expect(utterance && meaningOf(utterance)).toBeDefined();
  });
});
