import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';

/** How the other end has to prove who it is. */
export interface ServerTls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Never an IP address. */
  readonly servername?: string;
  /** False where whoever answers may: for a request that holds no secret, or a server whose kubeconfig says so. */
  readonly rejectUnauthorized: boolean;
  /** In place of Node's own check, which would ask for the address too. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
}

export interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls?: ServerTls;
}

/** Nobody vouches for the certificate of the other end; nothing was sent to it. */
export class UntrustedError extends Error {
  override readonly name = 'UntrustedError';
}

/**
 * A connection that stands, its other end verified where `tls` asks for that. Nothing of ours has been written to it yet.
 * Rejects with UntrustedError, with the network's error, or with the signal's reason.
 */
export function connectTo({ host, port, tls }: Endpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = tls ? connect({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tls }) : connectPlain({ host, port });
    const onAbort = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    // Node tells of a TLS connection only after it has verified it, as far as `rejectUnauthorized` says.
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    // An error after the connection stands is the request's, which listens too.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', onAbort);
      reject(isTrustError(error) ? new UntrustedError(error.message, { cause: error }) : error);
    });
  });
}

function isTrustError({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && /CERT|VERIFY|SELF_SIGNED|ISSUER|ALTNAME|CRL/.test(code);
}
