import { describe, expect, it } from 'vitest';
import { readUtterance } from '../../src/utterances/read.ts';

const read = (text: string): string | undefined => {
  const utterance = readUtterance(text, 'unknown');
  return utterance && `${utterance.step}: ${utterance.reason}`;
};

describe('where no known reason stands, who speaks and about what kind of bound', () => {
  it.each([
    ['x509: signature check attempts limit reached while verifying certificate chain', 'tls: certificate-untrusted'],
    ['x509: zero or negative DSA parameter', 'tls: certificate-unreadable'],
    ['Get "https://10.96.7.7:443/": remote error: tls: revoked certificate', 'tls: certificate-refused'],
    ['tls: server selected an invalid version after a HelloRetryRequest', 'tls: handshake-failed'],
    ['tls: too many ignored records', 'tls: handshake-failed'],
    [
      'tls: failed to verify certificate: x509: certificate is valid for 143 names, but none matched tide.harbour.svc',
      'tls: certificate-name',
    ],
    ['no cert/key data found', 'run: certificate-unreadable'],
    ['http2: client conn not usable', 'request: closed'],
    ['http2: could not negotiate protocol mutually', 'headers: stream-error'],
    ['stream error: stream ID 7; ENHANCE_YOUR_CALM', 'headers: stream-error'],
    ['transport is closing', 'request: closed'],
    ['grpc: the connection is drained', 'request: closed'],
    ['keepalive ping not acked within timeout 10s', 'headers: connection-lost'],
    ['lookup tide.harbour.svc: no answer from DNS server', 'resolve: name-server-failing'],
    ['unable to upgrade: missing upgrade headers in response', 'headers: bad-answer'],
    ['dial tcp 10.96.7.7:443: connect: cannot assign requested address', 'dial: descriptors-exhausted'],
    ['dial tcp 10.96.7.7:443: connect: software caused connection abort', 'dial: reset'],
    ['dial tcp [fe80::1%eth9]:443: no such network interface', 'dial: unreachable'],
    ['dial tcp 10.96.7.7:443: connect: permission denied', 'dial: not-permitted'],
    ['oidc: required claim tide not present in ID token', 'status: unauthorized'],
    ['rpc error: code = NotFound desc = etcdserver: requested lease not found', 'status: not-found'],
    ['impersonating the system:masters group is not allowed', 'status: forbidden'],
    ['Unable to sync caches for tide controller', 'run: unavailable'],
    ['http: request body too large', 'request: limit-exceeded'],
    ['grpc: received message larger than max (5242880 vs. 4194304)', 'request: limit-exceeded'],
  ])('%s: %s', (text, place) => {
    expect(read(text)).toBe(place);
  });

  it.each([
    'The certificate of the harbour is blue',
    'open /etc/tide/key: permission denied',
    'tide connected to 10.96.7.7:443',
    'the caches are in sync',
    'a larger tide than yesterday',
    'claims of the harbour master',
  ])('nothing: %s', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('a reason that is known tells more', () => {
    expect(read('http2: server sent GOAWAY and closed the connection; LastStreamID=7: connection reset by peer')).toBe('request: reset');
    expect(read('tls: failed to verify certificate: x509: certificate signed by unknown authority')).toBe('tls: certificate-untrusted');
  });
});
