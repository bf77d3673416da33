import type { X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';

export interface AttemptTls {
  readonly context: SecureContext;
  /** Never an IP address. */
  readonly servername?: string;
  /** False: the chain is judged afterwards, and the HTTP answer is read whatever it is. */
  readonly rejectUnauthorized: boolean;
  /** Undefined: names are judged afterwards. */
  readonly checkIdentity?: (certificate: PeerCertificate) => Error | undefined;
}

export interface Peer {
  /** OpenSSL's verdict on the chain, e.g. CERT_HAS_EXPIRED; undefined = verified against the context's roots. */
  readonly chainError?: string;
  readonly certificate?: X509Certificate;
}

/** `wire` counts the bytes of the network: what a TLSSocket of Node 20 counts is what TLS made of them. */
export interface Opened {
  readonly socket: Socket;
  readonly wire: Socket;
}

/** @throws RangeError for a port that no socket has. */
export function open(host: string, port: number, tls: AttemptTls | undefined): Opened {
  const wire = connectTcp({ host, port });
  if (!tls) return { socket: wire, wire };
  try {
    return { socket: secured(wire, tls), wire };
  } catch (error) {
    wire.destroy();
    throw error;
  }
}

function secured(wire: Socket, { checkIdentity, context, rejectUnauthorized, servername }: AttemptTls): TLSSocket {
  const socket = connectTls({
    socket: wire,
    secureContext: context,
    rejectUnauthorized,
    checkServerIdentity: (_host, certificate) => identityIn(certificate, checkIdentity),
    ALPNProtocols: ['http/1.1'],
    ...(servername !== undefined && { servername }),
  });
  // Node makes a plain object of the whole chain for the identity check: a sixth of a probe's CPU, for nobody to look at.
  if (!checkIdentity) socket.getPeerCertificate = () => NO_CERTIFICATE;
  return socket;
}

/** Node calls this from inside the handshake: what it threw there would be nobody's. */
function identityIn(certificate: PeerCertificate, check: AttemptTls['checkIdentity']): Error | undefined {
  try {
    return check?.(certificate);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const NO_CERTIFICATE = {} as DetailedPeerCertificate;

export function peerOf(socket: TLSSocket): Peer {
  const error = socket.authorizationError as Error | string | null | undefined;
  const certificate = socket.getPeerX509Certificate();
  return {
    ...(error && { chainError: error instanceof Error ? error.message : error }),
    ...(certificate && { certificate }),
  };
}
