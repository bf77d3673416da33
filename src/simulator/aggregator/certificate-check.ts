import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls';

/**
 * Go's words for what is wrong with the certificate that the peer presented, or undefined. In Go's order: validity, name, authority.
 * The socket must have been made with rejectUnauthorized: false and the authority to check against.
 */
export function judgeCertificate(socket: TLSSocket, serverName: string, now: Date = new Date()): string | undefined {
  const certificate = socket.getPeerCertificate();
  const wrong = validity(certificate, now) ?? name(certificate, serverName) ?? authority(socket, certificate);
  return wrong === undefined ? undefined : `tls: failed to verify certificate: x509: ${wrong}`;
}

function validity(certificate: PeerCertificate, now: Date): string | undefined {
  const current = rfc3339(now);
  if (now > new Date(certificate.valid_to))
    return `certificate has expired or is not yet valid: current time ${current} is after ${rfc3339(new Date(certificate.valid_to))}`;
  if (now < new Date(certificate.valid_from))
    return `certificate has expired or is not yet valid: current time ${current} is before ${rfc3339(new Date(certificate.valid_from))}`;
  return undefined;
}

function name(certificate: PeerCertificate, serverName: string): string | undefined {
  const names = (certificate.subjectaltname ?? '')
    .split(', ')
    .filter((entry) => entry.startsWith('DNS:'))
    .map((entry) => entry.slice(4));
  // Node would take the common name then; Go has not since 1.17.
  if (names.length === 0) return 'certificate relies on legacy Common Name field, use SANs instead';
  if (checkServerIdentity(serverName, certificate) === undefined) return undefined;
  return `certificate is valid for ${names.join(', ')}, not ${serverName}`;
}

function authority(socket: TLSSocket, certificate: PeerCertificate): string | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  if (code === 'INVALID_PURPOSE') return 'certificate specifies an incompatible key usage';
  if (code === 'CERT_SIGNATURE_FAILURE')
    return `certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate ${JSON.stringify(certificate.issuer.CN)})`;
  return 'certificate signed by unknown authority';
}

function rfc3339(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
