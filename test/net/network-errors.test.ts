import { describe, expect, it } from 'vitest';
import { type AttemptProblem, isOurs, reasonOf, wantsClientCertificate } from '../../src/net/network-errors.ts';

const problem = (phase: AttemptProblem['phase'], code: string | undefined, kind: AttemptProblem['kind'] = 'error'): AttemptProblem => ({
  phase,
  kind,
  message: 'text',
  ...(code !== undefined && { code }),
});

describe('network errors', () => {
  it.each<[AttemptProblem, string]>([
    [problem('resolve', 'ENOTFOUND'), 'dns_failed'],
    [problem('resolve', 'EAI_AGAIN'), 'dns_failed'],
    [problem('resolve', undefined, 'timeout'), 'dns_failed'],
    [problem('connect', 'ECONNREFUSED'), 'connection_refused'],
    [problem('connect', 'EHOSTUNREACH'), 'host_unreachable'],
    [problem('connect', 'ENETUNREACH'), 'host_unreachable'],
    [problem('connect', 'ETIMEDOUT'), 'connection_timeout'],
    [problem('connect', undefined, 'timeout'), 'connection_timeout'],
    [problem('connect', 'EMFILE'), 'other'],
    [problem('tls', 'ECONNRESET'), 'connection_reset'],
    [problem('tls', undefined, 'closed'), 'connection_reset'],
    [problem('tls', undefined, 'timeout'), 'tls_timeout'],
    [problem('tls', 'EPROTO'), 'tls_handshake_failed'],
    [problem('tls', 'ERR_SSL_WRONG_VERSION_NUMBER'), 'tls_handshake_failed'],
    [problem('tls', 'SOMETHING_NEW'), 'tls_handshake_failed'],
    [problem('response', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), 'tls_handshake_failed'],
    [problem('response', 'ECONNRESET'), 'connection_reset'],
    [problem('response', 'ETIMEDOUT'), 'response_timeout'],
    [problem('response', undefined, 'timeout'), 'response_timeout'],
    [problem('response', undefined, 'invalid'), 'invalid_response'],
    [problem('response', 'SOMETHING_NEW'), 'other'],
    [problem('transfer', undefined, 'timeout'), 'transfer_timeout'],
    [problem('transfer', undefined, 'closed'), 'connection_reset'],
  ])('%j is %s', (given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  it('of this process are told from those of the other side', () => {
    expect(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL'].every((code) => isOurs(problem('connect', code)))).toBe(true);
    expect(['ECONNREFUSED', 'EHOSTUNREACH', undefined].some((code) => isOurs(problem('connect', code)))).toBe(false);
  });

  it('that ask for a client certificate say that the server is there', () => {
    expect(wantsClientCertificate(problem('response', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'))).toBe(true);
    expect(wantsClientCertificate(problem('tls', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'))).toBe(false);
  });
});
