import { networkInterfaces } from 'node:os';
import type { CertificateFacts, ProbeResult, UnbelievedTarget } from '../domain/probe.ts';
import type { Attempt } from '../net/attempt.ts';
import { cleanDetail } from './aggregator-texts.ts';
import { readDiscovery } from './discovery-body.ts';
import type { Trust } from './serving-certificate.ts';

/**
 * Whose host is that? Inside the cluster an address that its objects name is the cluster's. Outside it is anybody's: private
 * addresses overlap between networks, and a transparent proxy answers for every one of them. So there a target counts only
 * after it has once proved to be what it should be. Before that, not even its silence or a refusal is the API's.
 */
export interface Beliefs {
  /** Takes note of one result. True when it counts. */
  counts(key: string, result: ProbeResult, isProven: boolean): boolean;
  has(key: string): boolean;
  /** What those answered that are not believed, in a stable order. */
  unbelieved(keys: Iterable<string>): UnbelievedTarget[];
  /** Its address went. */
  forget(key: string): void;
  /** True when this machine is on another network than at the last call: what was proved there proves nothing here. */
  moved(): boolean;
}

/** @param networkOf what tells one network of this machine from another. */
export function createBeliefs(inCluster: boolean, networkOf: () => string = ownAddresses): Beliefs {
  const proven = new Set<string>();
  const strangers = new Map<string, ProbeResult>();
  let network = inCluster ? '' : networkOf();
  return {
    counts(key, result, isProven) {
      // A failure of our own is nobody's answer.
      if (inCluster || result.hop === 'us') return true;
      if (isProven) proven.add(key);
      if (!proven.has(key)) {
        strangers.set(key, result);
        return false;
      }
      strangers.delete(key);
      return true;
    },
    has: (key) => inCluster || proven.has(key),
    unbelieved: (keys) =>
      [...keys]
        .flatMap((key) => strangers.get(key) ?? [])
        .map(unbelievedTarget)
        .sort(byTarget),
    forget(key) {
      proven.delete(key);
      strangers.delete(key);
    },
    moved() {
      if (inCluster) return false;
      const now = networkOf();
      if (now === network) return false;
      network = now;
      proven.clear();
      return true;
    },
  };
}

/** Routes change with the addresses of interfaces: a VPN that goes, a laptop that is carried to another office. */
function ownAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === 'IPv4' || scopeid === 0))
    .map(({ cidr }) => cidr)
    .sort()
    .join(' ');
}

/**
 * Whether an answer can only come from the backend of this APIService.
 *
 * - With a caBundle: its chain leads there. Nobody else holds a key that this CA signed, so a wrong name or an old date is the
 *   backend's own fault. The name alone proves nothing: a proxy that inspects TLS makes a certificate for any name that it is
 *   asked for, and another cluster on the same addresses has a Service of the same name. Where the bundle holds a public CA,
 *   the name is needed too: that CA signs half of the world.
 * - Verified by the roots of the system: chain and name, because those roots sign for everybody.
 * - Verification is skipped (insecureSkipTLSVerify): there is nothing to hold a chain against. The name must fit, and an API
 *   server must speak: a Status object or this very discovery, which no proxy makes up. Another cluster with a Service of the
 *   same name at the same address can't be told apart; a caBundle can.
 */
export function provesBackend(
  { head, body, capped }: Attempt,
  certificate: CertificateFacts | undefined,
  { anchors, insecureSkipTLSVerify }: Trust,
  groupVersion: string,
): boolean {
  if (!certificate) return false;
  const { nameMatches, verifiedByCaBundle, verifiedBySystem } = certificate;
  if (!insecureSkipTLSVerify)
    return anchors ? verifiedByCaBundle === true && (nameMatches || !verifiedBySystem) : verifiedBySystem && nameMatches;
  return nameMatches && head !== undefined && (isStatus(body) || readDiscovery(body, groupVersion, !capped).valid);
}

/** What k8s.io/apiserver answers to anonymous requests that it refuses. */
function isStatus(body: Buffer): boolean {
  const start = body.toString('latin1', 0, 4096);
  return /^\s*\{/.test(start) && /"kind"\s*:\s*"Status"/.test(start);
}

function unbelievedTarget(last: ProbeResult): UnbelievedTarget {
  const as = answersAs(last.certificate);
  return { vantage: last.vantage, target: last.target, last, ...(as !== undefined && { answersAs: as }) };
}

const byTarget = (a: UnbelievedTarget, b: UnbelievedTarget): number => (`${a.vantage} ${a.target}` < `${b.vantage} ${b.target}` ? -1 : 1);

/** Under which names somebody answers, in words; undefined when nobody showed a certificate. */
function answersAs(certificate: CertificateFacts | undefined): string | undefined {
  if (!certificate) return undefined;
  const { dnsNames, subject, issuer } = certificate;
  const names = dnsNames.slice(0, 3).join(', ') || subject || 'somebody without a name';
  return cleanDetail(`${names}${dnsNames.length > 3 ? ', …' : ''}${issuer && issuer !== subject ? ` (certificate of ${issuer})` : ''}`);
}
