import type { FailureReason, Phase } from '../domain/probe.ts';

/** Why an attempt ended before a whole response was read. */
export interface AttemptProblem {
  readonly phase: Phase;
  readonly kind: 'timeout' | 'closed' | 'error' | 'invalid';
  /** Node's or OpenSSL's error code, e.g. ECONNREFUSED. */
  readonly code?: string;
  readonly message: string;
}

const BY_CODE: ReadonlyMap<string, FailureReason> = new Map(
  Object.entries<FailureReason>({
    ECONNREFUSED: 'connection_refused',
    ECONNRESET: 'connection_reset',
    ECONNABORTED: 'connection_reset',
    EPIPE: 'connection_reset',
    EHOSTUNREACH: 'host_unreachable',
    ENETUNREACH: 'host_unreachable',
    EHOSTDOWN: 'host_unreachable',
    ENETDOWN: 'host_unreachable',
    ENOTFOUND: 'dns_failed',
    ENODATA: 'dns_failed',
  }),
);

const BY_TIMEOUT: Readonly<Record<Phase, FailureReason>> = {
  resolve: 'dns_failed',
  connect: 'connection_timeout',
  tls: 'tls_timeout',
  response: 'response_timeout',
  transfer: 'transfer_timeout',
};

/** Errors of this process or host: they say nothing about the other side. */
const OURS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EAFNOSUPPORT', 'EINVAL']);

export function isOurs(problem: AttemptProblem): boolean {
  return problem.code !== undefined && OURS.has(problem.code);
}

/** OpenSSL's codes for a server that insists on a client certificate: it is there, and will not talk to us. */
const CLIENT_CERTIFICATE_WANTED = new Set([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
]);

export function wantsClientCertificate(problem: AttemptProblem): boolean {
  return problem.code !== undefined && CLIENT_CERTIFICATE_WANTED.has(problem.code);
}

export function reasonOf(problem: AttemptProblem): FailureReason {
  const { phase, kind, code = '' } = problem;
  if (kind === 'invalid') return 'invalid_response';
  if (kind === 'closed') return 'connection_reset';
  if (kind === 'timeout' || code === 'ETIMEDOUT') return BY_TIMEOUT[phase];
  if (phase === 'resolve' || code.startsWith('EAI_')) return 'dns_failed';
  return BY_CODE.get(code) ?? (phase === 'tls' || isOfTls(code) ? 'tls_handshake_failed' : 'other');
}

const isOfTls = (code: string): boolean => code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_');
