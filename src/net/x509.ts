import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { isNamedIssuer } from './x509-names.ts';

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

/** Unix seconds of a date as X509Certificate prints it. */
export const secondsOf = (date: string): number => Date.parse(date) / 1000;
/** A subject or issuer, which X509Certificate prints on several lines. */
export const oneLine = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ');

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

/**
 * As Go looks for an issuer: by its name and its key. OpenSSL's checkIssued() asks for the key identifier too, which is another one
 * where the same CA was written anew by another tool (Go 1.25 began to make it of SHA-256).
 */
function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return (isNamedIssuer(certificate, issuer) ?? certificate.checkIssued(issuer)) && certificate.verify(issuer.publicKey);
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
