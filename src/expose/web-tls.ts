import { statSync } from 'node:fs';
import { createSecureContext, type PeerCertificate, type TLSSocket, type TlsOptions } from 'node:tls';
import { readBoundedFile } from '../files/bounded-file.ts';
import { CLIENT_AUTH, type Pem, type TlsSettings, type WebConfig } from './web-config.ts';

/** What Node's TLS server needs. Throws when a file cannot be read, or certificate and key don't fit. */
export function tlsOptions(tls: TlsSettings): TlsOptions {
  const options: TlsOptions = {
    cert: textOf(tls.cert),
    key: textOf(tls.key),
    ...(tls.clientCa !== undefined && { ca: textOf(tls.clientCa) }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ...(tls.ciphers !== undefined && { ciphers: tls.ciphers }),
    ...(tls.curves !== undefined && { ecdhCurve: tls.curves }),
    honorCipherOrder: tls.honorCipherOrder,
    requestCert: tls.clientAuth !== 'NoClientCert',
    // Node ends the handshake only where a certificate is both needed and verified; the milder types are judged per connection.
    rejectUnauthorized: tls.clientAuth === 'RequireAndVerifyClientCert',
  };
  // Throws now, not at the first connection.
  createSecureContext(options);
  return options;
}

function textOf(pem: Pem): string {
  return 'text' in pem ? pem.text : readBoundedFile(pem.file);
}

/** Changes when one of the files does: cheap enough to ask on each connection. */
export function filesStamp(path: string, { tls }: WebConfig): string {
  const pems = [tls?.cert, tls?.key, tls?.clientCa].flatMap((pem) => (pem && 'file' in pem ? [pem.file] : []));
  return [path, ...pems]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : 'gone';
    })
    .join(' ');
}

/** What `after` would let in that `before` kept out, in words; undefined when it is nothing. */
export function openedBy(before: WebConfig, after: WebConfig): string | undefined {
  if (before.users && !after.users) return 'basic_auth_users is gone';
  const strictness = (config: WebConfig) => CLIENT_AUTH.indexOf(config.tls?.clientAuth ?? 'NoClientCert');
  if (before.tls && after.tls && strictness(after) < strictness(before))
    return `client_auth_type is ${after.tls.clientAuth}, it was ${before.tls.clientAuth}`;
  if (before.tls?.allowedSans && !after.tls?.allowedSans) return 'client_allowed_sans is gone';
  return undefined;
}

/** Whether a connection that has done its handshake may stay: the client_auth_types between "none" and "verified" that Node has no option for. */
export function isAllowed(socket: TLSSocket, tls: TlsSettings | undefined): boolean {
  if (!tls || tls.clientAuth === 'NoClientCert') return true;
  const certificate = socket.getPeerCertificate();
  const given = Object.keys(certificate).length > 0;
  if (tls.clientAuth === 'RequireAnyClientCert' && !given) return false;
  if (tls.clientAuth === 'VerifyClientCertIfGiven' && given && !socket.authorized) return false;
  return tls.allowedSans === undefined || (given && sansOf(certificate).some((name) => tls.allowedSans?.includes(name)));
}

/** `DNS:harbour, IP Address:10.0.0.1, URI:"spiffe://a, b"` → the names alone. Names with separators come as JSON strings (CVE-2021-44532). */
export function sansOf({ subjectaltname = '' }: Pick<PeerCertificate, 'subjectaltname'>): string[] {
  return [...subjectaltname.matchAll(/(?:DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, name = '']) =>
    name.startsWith('"') ? (JSON.parse(name) as string) : name,
  );
}
