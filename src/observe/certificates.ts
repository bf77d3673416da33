import { createHash, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { CertificateFacts, FailureReason } from '../domain/probe.ts';
import type { CaBundleFacts } from '../domain/snapshot.ts';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;
const MAX_CHAIN = 8;

/**
 * The certificates of a PEM text, broken blocks left out: Go's CertPool.AppendCertsFromPEM, with which the aggregator reads
 * a caBundle, does the same.
 */
export function parsePem(pem: string): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  for (const [block] of pem.matchAll(PEM_BLOCK)) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      // A block that does not parse is as good as absent.
    }
  }
  return certificates;
}

/** `spec.caBundle` as PEM text → its facts; null when the APIService has none, and system roots decide. */
export function readCaBundle(pem: string | undefined): CaBundleFacts | null {
  if (pem === undefined || pem === '') return null;
  const certificates = parsePem(pem);
  const sha256 = createHash('sha256').update(pem).digest('hex');
  if (certificates.length === 0) return { sha256, valid: false, subjects: [] };
  return {
    sha256,
    valid: true,
    notAfterSeconds: Math.min(...certificates.map((certificate) => secondsOf(certificate.validTo))),
    subjects: certificates.map((certificate) => oneLine(certificate.subject)),
  };
}

/** Unix seconds of a date as X509Certificate prints it. */
const secondsOf = (date: string): number => Date.parse(date) / 1000;
const oneLine = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ');

/** DNS names of the subject alternative name extension; the common name is no name, as in Go. */
export function dnsNamesOf(certificate: X509Certificate): string[] {
  const names: string[] = [];
  for (const [, quoted, plain] of (certificate.subjectAltName ?? '').matchAll(/DNS:(?:("(?:[^"\\]|\\.)*")|([^,]*))/g)) {
    if (plain !== undefined) names.push(plain.trim());
    else if (quoted) names.push(unquote(quoted));
  }
  return names;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** Go's rule for names: no case, as many labels, `*` stands for the whole first label only. */
export function nameMatches(pattern: string, name: string): boolean {
  const patternLabels = pattern.toLowerCase().split('.');
  const labels = name.toLowerCase().replace(/\.$/, '').split('.');
  if (patternLabels.length !== labels.length || labels.includes('')) return false;
  return patternLabels.every((label, i) => (i === 0 && label === '*') || label === labels[i]);
}

/** The presented chain, leaf first. */
export function chainOf(leaf: X509Certificate): X509Certificate[] {
  const chain = [leaf];
  for (let next = leaf.issuerCertificate; next && chain.length < MAX_CHAIN; next = next.issuerCertificate) {
    if (chain.some((known) => known.fingerprint256 === next?.fingerprint256)) break;
    chain.push(next);
  }
  return chain;
}

/**
 * True when signatures lead from the leaf (first of `chain`) to one of the anchors, through the presented certificates.
 * Dates, names and usages are not looked at: they are facts of their own.
 */
export function leadsTo(anchors: Iterable<X509Certificate>, chain: readonly X509Certificate[]): boolean {
  const [leaf, ...intermediates] = chain;
  if (!leaf) return false;
  const trusted = [...anchors];
  // Each certificate once: certificates of one name and key sign each other, and paths through them grow by the factorial.
  const reached = new Set([leaf.fingerprint256]);
  const waiting = [leaf];
  for (let certificate = waiting.shift(); certificate; certificate = waiting.shift()) {
    const current = certificate;
    if (trusted.some((anchor) => anchor.fingerprint256 === current.fingerprint256 || isSignedBy(current, anchor))) return true;
    for (const next of intermediates)
      if (next.ca && !reached.has(next.fingerprint256) && isSignedBy(current, next)) {
        reached.add(next.fingerprint256);
        waiting.push(next);
      }
  }
  return false;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

let systemRoots: Map<string, X509Certificate[]> | undefined;

/** Against the roots that Node brings along (Mozilla's): what a kube-apiserver image without a private CA has. Dates count. */
export function verifiedBySystemRoots(chain: readonly X509Certificate[], now: number): boolean {
  systemRoots ??= indexRoots();
  const roots = systemRoots;
  const candidates = chain.flatMap((certificate) => roots.get(certificate.issuer) ?? []);
  if (candidates.length === 0 || !chain.every((certificate) => isValidAt(certificate, now))) return false;
  return leadsTo(candidates, chain);
}

function indexRoots(): Map<string, X509Certificate[]> {
  const index = new Map<string, X509Certificate[]>();
  for (const pem of rootCertificates) {
    const root = new X509Certificate(pem);
    const same = index.get(root.subject);
    if (same) same.push(root);
    else index.set(root.subject, [root]);
  }
  return index;
}

const isValidAt = (certificate: X509Certificate, now: number): boolean =>
  Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);

/** How an APIService wants its backend's certificate to be judged. */
export interface Trust {
  readonly insecureSkipTLSVerify: boolean;
  /** Undefined: system roots decide. Empty: the APIService's bundle holds no certificate, so nothing can be verified. */
  readonly anchors?: readonly X509Certificate[];
  /** `<service>.<namespace>.svc` */
  readonly serverName: string;
}

/**
 * Facts of a serving certificate, judged as the aggregator judges it (kube-aggregator's transport: caBundle as the only
 * roots, server name `<service>.<namespace>.svc`), and against system roots.
 * @param chainError OpenSSL's verdict on the chain in this handshake, e.g. `CERT_HAS_EXPIRED`; undefined = verified.
 * @param now Unix milliseconds.
 */
export function servingCertificate(leaf: X509Certificate, trust: Trust, chainError: string | undefined, now: number): CertificateFacts {
  const chain = chainOf(leaf);
  const dnsNames = dnsNamesOf(leaf);
  const judgedByBundle = trust.anchors !== undefined && !trust.insecureSkipTLSVerify;
  return {
    notBefore: secondsOf(leaf.validFrom),
    notAfter: secondsOf(leaf.validTo),
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    dnsNames,
    serverName: trust.serverName,
    nameMatches: dnsNames.some((name) => nameMatches(name, trust.serverName)),
    ...(judgedByBundle && { verifiedByCaBundle: chainError === undefined || leadsTo(trust.anchors ?? [], chain) }),
    verifiedBySystem: judgedByBundle || chainError !== undefined ? verifiedBySystemRoots(chain, now) : true,
    fingerprint256: leaf.fingerprint256,
  };
}

export interface CertificateVerdict {
  readonly reason: FailureReason;
  readonly detail: string;
}

/**
 * What the aggregator would say of this certificate, in the order in which Go's Certificate.Verify looks: dates, name, chain.
 * Undefined = it would accept it.
 * @param nowSeconds Unix seconds.
 */
export function verdict(
  facts: CertificateFacts,
  trust: Trust,
  chainError: string | undefined,
  nowSeconds: number,
): CertificateVerdict | undefined {
  if (trust.insecureSkipTLSVerify) return undefined;
  if (facts.notBefore > nowSeconds)
    return { reason: 'certificate_not_yet_valid', detail: `certificate is not valid before ${isoOf(facts.notBefore)}` };
  if (facts.notAfter < nowSeconds) return { reason: 'certificate_expired', detail: `certificate has expired at ${isoOf(facts.notAfter)}` };
  if (!facts.nameMatches) return { reason: 'certificate_name_mismatch', detail: nameMismatch(facts) };
  if (chainError === undefined) return undefined;
  if (facts.verifiedByCaBundle === false) {
    if (trust.anchors?.length === 0)
      return { reason: 'certificate_unknown_authority', detail: 'caBundle holds no certificate that parses' };
    return {
      reason: 'certificate_unknown_authority',
      detail: `no CA of the caBundle signed the certificate of ${facts.issuer} (${chainError})`,
    };
  }
  switch (chainError) {
    case 'CERT_HAS_EXPIRED':
      return { reason: 'certificate_expired', detail: `a CA of the chain has expired (issuer ${facts.issuer})` };
    case 'CERT_NOT_YET_VALID':
      return { reason: 'certificate_not_yet_valid', detail: `a CA of the chain is not valid yet (issuer ${facts.issuer})` };
    case 'INVALID_PURPOSE':
      return { reason: 'tls_handshake_failed', detail: 'certificate specifies an incompatible key usage' };
    default:
      return { reason: 'certificate_unknown_authority', detail: `certificate of ${facts.issuer} does not verify (${chainError})` };
  }
}

function nameMismatch({ dnsNames, serverName }: CertificateFacts): string {
  if (dnsNames.length === 0) return `certificate has no subject alternative name, ${serverName} is needed`;
  return `certificate is valid for ${dnsNames.slice(0, 10).join(', ')}, not ${serverName}`;
}

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
