import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** PEM text of a certificate and of its private key (PKCS #8). */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface IssueOptions {
  /** Subject alternative names; an empty list leaves the extension out, as old tools do. */
  readonly names?: readonly string[];
  readonly ips?: readonly string[];
  /** Default: the first name. */
  readonly commonName?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly usage?: 'server' | 'client';
}

export interface Authority {
  /** PEM text of the CA certificate: what an APIService's caBundle holds. */
  readonly cert: string;
  readonly issue: (options?: IssueOptions) => Promise<Issued>;
  /** Another certificate of the same name and key. */
  readonly renew: () => Promise<Authority>;
  /** An intermediate that this authority signs. */
  readonly issueAuthority: (options?: AuthorityOptions) => Promise<Authority>;
}

export interface AuthorityOptions {
  readonly name?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

let serial = 1;
const nextSerial = () => (serial++).toString(16).padStart(16, '0');
const keyPair = () => webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
const pemOf = async (key: webcrypto.CryptoKey) => PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

const pem = (text: string): string => `${text.trim()}\n`;
const AUTHORITY_EXTENSIONS = [
  new BasicConstraintsExtension(true, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
];

/** A certificate authority of its own (ECDSA P-256): two calls with one name give two authorities that differ in their key only. */
export async function createAuthority({ name = 'test-ca', notBefore, notAfter }: AuthorityOptions = {}): Promise<Authority> {
  return selfSigned({ name, ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) }, await keyPair());
}

async function selfSigned({ name = 'test-ca', notBefore, notAfter }: AuthorityOptions, keys: webcrypto.CryptoKeyPair): Promise<Authority> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${name}`,
    notBefore: notBefore ?? new Date(Date.now() - 30 * DAY),
    notAfter: notAfter ?? new Date(Date.now() + 365 * DAY),
    signingAlgorithm: SIGNING,
    keys,
    extensions: AUTHORITY_EXTENSIONS,
  });
  return authorityOf(name, keys, pem(certificate.toString('pem')));
}

function authorityOf(name: string, keys: webcrypto.CryptoKeyPair, cert: string): Authority {
  const signed = { issuer: `CN=${name}`, signingAlgorithm: SIGNING, signingKey: keys.privateKey };
  return {
    cert,
    renew: () => selfSigned({ name }, keys),
    async issue({ names = ['localhost'], ips = [], commonName, notBefore, notAfter, usage = 'server' } = {}) {
      const own = await keyPair();
      const alternatives = [
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ];
      const extensions: Extension[] = [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
      ];
      if (alternatives.length > 0) extensions.push(new SubjectAlternativeNameExtension(alternatives));
      const certificate = await X509CertificateGenerator.create({
        ...signed,
        serialNumber: nextSerial(),
        subject: `CN=${commonName ?? names[0] ?? 'unnamed'}`,
        notBefore: notBefore ?? new Date(Date.now() - DAY),
        notAfter: notAfter ?? new Date(Date.now() + 90 * DAY),
        publicKey: own.publicKey,
        extensions,
      });
      return { cert: pem(certificate.toString('pem')), key: await pemOf(own.privateKey) };
    },
    async issueAuthority({ name: subject = 'test-intermediate', notBefore, notAfter } = {}) {
      const own = await keyPair();
      const certificate = await X509CertificateGenerator.create({
        ...signed,
        serialNumber: nextSerial(),
        subject: `CN=${subject}`,
        notBefore: notBefore ?? new Date(Date.now() - DAY),
        notAfter: notAfter ?? new Date(Date.now() + 90 * DAY),
        publicKey: own.publicKey,
        extensions: AUTHORITY_EXTENSIONS,
      });
      return authorityOf(subject, own, pem(certificate.toString('pem')));
    },
  };
}
