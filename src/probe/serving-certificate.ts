import type { X509Certificate } from 'node:crypto';
import type { CertificateFacts, FailureReason } from '../domain/probe.ts';
import { chainOf, dnsNamesOf, leadsTo, nameMatches, oneLine, secondsOf, verifiedBySystemRoots } from '../net/x509.ts';

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
    ...(judgedByBundle && { verifiedByCaBundle: leadsTo(trust.anchors ?? [], chain) }),
    verifiedBySystem: judgedByBundle || chainError !== undefined ? verifiedBySystemRoots(chain, now) : true,
    ...(chainError === 'INVALID_PURPOSE' && { mayServe: [...chain, ...(trust.anchors ?? [])].every(maySignServers) }),
    fingerprint256: leaf.fingerprint256,
  };
}

const ANY_USAGE = '2.5.29.37.0';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** Go reads extended key usages only: `any` will do, and what a key may sign is not asked of a server's (crypto/x509 of Go 1.26.8). */
function maySignServers({ keyUsage }: X509Certificate): boolean {
  // Node's types promise a list; a certificate without the extension has none.
  const usages = keyUsage as readonly string[] | undefined;
  return usages === undefined || usages.includes(ANY_USAGE) || usages.includes(SERVER_AUTH);
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
  if (facts.verifiedByCaBundle === false) return { reason: 'certificate_unknown_authority', detail: noAuthority(facts, trust, chainError) };
  if (chainError === undefined || isOpensslAlone(facts, trust, chainError, nowSeconds)) return undefined;
  switch (chainError) {
    case 'CERT_HAS_EXPIRED':
      return { reason: 'certificate_expired', detail: `a CA of the chain has expired (issuer ${facts.issuer})` };
    case 'CERT_NOT_YET_VALID':
      return { reason: 'certificate_not_yet_valid', detail: `a CA of the chain is not valid yet (issuer ${facts.issuer})` };
    case 'INVALID_PURPOSE':
      if (facts.mayServe) return undefined;
      return { reason: 'tls_handshake_failed', detail: 'certificate specifies an incompatible key usage' };
    default:
      return { reason: 'certificate_unknown_authority', detail: `certificate of ${facts.issuer} does not verify (${chainError})` };
  }
}

function noAuthority({ issuer }: CertificateFacts, { anchors }: Trust, chainError: string | undefined): string {
  if (anchors?.length === 0) return 'caBundle holds no certificate that parses';
  if (chainError === undefined) return `the caBundle writes the name of the CA in another encoding than the certificate of ${issuer}`;
  return `no CA of the caBundle signed the certificate of ${issuer} (${chainError})`;
}

/**
 * What OpenSSL says where it found no issuer with the name *and* the key identifier that it looks for, or where the certificate has the
 * name of its CA, as people give both the name of the Service: OpenSSL takes it for self-signed.
 */
const NO_ISSUER = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Go finds the issuer in the caBundle: it goes by name and key. */
function isOpensslAlone(
  { verifiedByCaBundle }: CertificateFacts,
  { anchors = [] }: Trust,
  chainError: string,
  nowSeconds: number,
): boolean {
  const aCaIsValid = anchors.some(({ validFrom, validTo }) => secondsOf(validFrom) <= nowSeconds && nowSeconds <= secondsOf(validTo));
  return verifiedByCaBundle === true && aCaIsValid && NO_ISSUER.has(chainError);
}

function nameMismatch({ dnsNames, serverName }: CertificateFacts): string {
  if (dnsNames.length === 0) return `certificate has no subject alternative name, ${serverName} is needed`;
  return `certificate is valid for ${dnsNames.slice(0, 10).join(', ')}, not ${serverName}`;
}

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
