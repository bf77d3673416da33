import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Default: server. */
const USAGES = { server: 'serverAuth', client: 'clientAuth', both: 'serverAuth,clientAuth' } as const;

export interface LeafOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** Subject alternative names: DNS names and IP addresses. */
  readonly names?: readonly string[];
  readonly usage?: keyof typeof USAGES;
  /** Days from now; a negative number makes it expired already. */
  readonly days?: number;
}

/** A certificate authority in a folder, by openssl. */
export class CertificateAuthority {
  readonly certFile: string;
  private readonly keyFile: string;
  private readonly folder: string;
  private serial = 0;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.certFile = join(folder, `${name}.crt`);
    this.keyFile = join(folder, `${name}.key`);
    openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', this.keyFile]);
    openssl(['req', '-x509', '-new', '-key', this.keyFile, '-subj', `/CN=${name}`, '-days', '365', '-out', this.certFile]);
  }

  get pem(): string {
    return readFileSync(this.certFile, 'utf8');
  }

  issue(file: string, options: LeafOptions): KeyPair {
    const base = join(this.folder, file);
    const subject = `/CN=${options.commonName}${options.organization ? `/O=${options.organization}` : ''}`;
    const names = (options.names ?? []).map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`));
    writeFileSync(
      `${base}.ext`,
      [
        'basicConstraints=CA:FALSE',
        'keyUsage=digitalSignature,keyEncipherment',
        `extendedKeyUsage=${USAGES[options.usage ?? 'server']}`,
        ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []),
      ].join('\n'),
    );
    const days = options.days ?? 365;
    openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${base}.key`]);
    openssl(['req', '-new', '-key', `${base}.key`, '-subj', subject, '-out', `${base}.csr`]);
    openssl([
      ...['x509', '-req', '-in', `${base}.csr`, '-CA', this.certFile, '-CAkey', this.keyFile],
      ...['-set_serial', String(Date.now() * 100 + this.serial++), '-days', String(days), '-extfile', `${base}.ext`, '-out', `${base}.crt`],
    ]);
    return { certFile: `${base}.crt`, keyFile: `${base}.key` };
  }
}

export function serviceAccountKeys(folder: string): { readonly publicFile: string; readonly privateFile: string } {
  const privateFile = join(folder, 'sa.key');
  const publicFile = join(folder, 'sa.pub');
  openssl(['genrsa', '-out', privateFile, '2048']);
  openssl(['rsa', '-in', privateFile, '-pubout', '-out', publicFile]);
  return { publicFile, privateFile };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
