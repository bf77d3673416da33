import type { Random } from '../random.ts';

/** How far an attempt had come. */
export type Stage = 'connect' | 'tls' | 'headers';

/** A failed attempt in the words that Go's net/http has for it. */
export class GoError extends Error {
  /** Inside `Get "<url>": …`. */
  readonly inProbe: string;

  constructor(message: string, inProbe: string = message) {
    super(message);
    this.inProbe = inProbe;
  }
}

const ERRNO: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    ETIMEDOUT: 'connection timed out',
  }),
);

/** Error of connecting to `shown`, the address that the resolver gave. */
export function dialError(error: NodeJS.ErrnoException, shown: string): GoError {
  // The reset came right behind the handshake; Go notices it at its first read.
  if (error.code === 'ECONNRESET') return new GoError(`read tcp 127.0.0.1:0->${shown}: read: connection reset by peer`);
  return new GoError(`dial tcp ${shown}: connect: ${ERRNO.get(error.code ?? '') ?? error.message}`);
}

export function dialTimeout(shown: string): GoError {
  return new GoError(`dial tcp ${shown}: i/o timeout`);
}

/** Error on a connection that stood: handshake, request or answer. `local` is our end, as Go prints it. */
export function streamError(error: NodeJS.ErrnoException, local: string, shown: string): GoError {
  if (error.code === 'ECONNRESET' && error.message !== 'socket hang up' && !/disconnected before/.test(error.message))
    return new GoError(`read tcp ${local}->${shown}: read: connection reset by peer`);
  if (error.code === 'ECONNRESET') return new GoError('EOF');
  if (error.code === 'EPROTO' || /wrong version number|packet length too long/i.test(error.message))
    return new GoError('tls: first record does not look like a TLS handshake', 'http: server gave HTTP response to HTTPS client');
  if (error.code?.startsWith('HPE_')) return new GoError('net/http: HTTP/1.x transport connection broken: malformed HTTP response');
  if (error.code === 'EPIPE') return new GoError(`write tcp ${local}->${shown}: write: broken pipe`);
  return new GoError(error.message);
}

const AMBIGUOUS = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/**
 * The client's own time ran out. One timer of two ends the check, by chance (kube-apiserver 1.36, Go 1.26): only the text of the
 * second tells where it waited.
 */
export function deadlineExceeded(stage: Stage, random: Random): GoError {
  const texts = {
    connect: [AMBIGUOUS, 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)'],
    tls: ['context deadline exceeded'],
    headers: [AMBIGUOUS, 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'],
  }[stage];
  return new GoError('context deadline exceeded', random.pick(texts));
}
