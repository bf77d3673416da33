import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
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
  readonly usage?: 'server' | 'client' | 'any';
}

export interface Authority {
  /** PEM text of the CA certificate: what an APIService's caBundle holds. */
  readonly cert: string;
  readonly issue: (options?: IssueOptions) => Promise<Issued>;
  /** Another certificate of the same name and key; what another tool writes differently is given. */
  readonly renew: (written?: Written) => Promise<Authority>;
  /** An intermediate that this authority signs. */
  readonly issueAuthority: (options?: AuthorityOptions) => Promise<Authority>;
}

/** What two tools write differently of the same CA. */
export interface Written {
  /** Hexadecimal; in what it issues it is the identifier of the authority. Default: none. */
  readonly keyId?: string;
  /** The name is an UTF8String, as OpenSSL writes it. Default: a PrintableString, as Go does. */
  readonly utf8?: boolean;
}

export interface AuthorityOptions extends Written {
  readonly name?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

let serial = 1;
const nextSerial = () => (serial++).toString(16).padStart(16, '0');
const keyPair = () => webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
const pemOf = async (key: webcrypto.CryptoKey) => PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

const USAGES = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth, any: '2.5.29.37.0' } as const;
const pem = (text: string): string => `${text.trim()}\n`;
const AUTHORITY_EXTENSIONS = [
  new BasicConstraintsExtension(true, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
];

/** A certificate authority of its own (ECDSA P-256): two calls with one name give two authorities that differ in their key only. */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Authority> {
  return selfSigned(options, await keyPair());
}

const nameOf = (name: string, { utf8 = false }: Written): string | Name =>
  utf8 ? new Name([{ CN: [{ utf8String: name }] }]) : `CN=${name}`;

async function selfSigned(options: AuthorityOptions, keys: webcrypto.CryptoKeyPair): Promise<Authority> {
  const { name = 'test-ca', notBefore, notAfter, keyId } = options;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: nameOf(name, options),
    notBefore: notBefore ?? new Date(Date.now() - 30 * DAY),
    notAfter: notAfter ?? new Date(Date.now() + 365 * DAY),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [...AUTHORITY_EXTENSIONS, ...(keyId === undefined ? [] : [new SubjectKeyIdentifierExtension(keyId)])],
  });
  return authorityOf(name, keys, pem(certificate.toString('pem')), options);
}

function authorityOf(name: string, keys: webcrypto.CryptoKeyPair, cert: string, written: Written = {}): Authority {
  const signed = { issuer: nameOf(name, written), signingAlgorithm: SIGNING, signingKey: keys.privateKey };
  return {
    cert,
    renew: (differs = {}) => selfSigned({ name, ...differs }, keys),
    async issue({ names = ['localhost'], ips = [], commonName, notBefore, notAfter, usage = 'server' } = {}) {
      const own = await keyPair();
      const alternatives = [
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ];
      const extensions: Extension[] = [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([USAGES[usage]]),
      ];
      if (written.keyId !== undefined) extensions.push(new AuthorityKeyIdentifierExtension(written.keyId));
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
