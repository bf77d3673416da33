import type { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { CertificateFacts } from '../domain/probe.ts';
import { AS_GO } from '../net/as-go.ts';
import type { Peer } from '../net/connect.ts';
import { parsePem } from '../net/x509.ts';
import type { ApiTarget } from '../objects/targets.ts';
import { servingCertificate, type Trust } from './serving-certificate.ts';

/** How one APIService's backend is spoken to over TLS, and how its certificate is judged. */
export interface ServingTrust {
  readonly context: SecureContext;
  readonly trust: Trust;
  /** Facts of the certificate that a handshake showed; undefined when it showed none. */
  factsOf(peer: Peer, now: number): CertificateFacts | undefined;
}

interface Bundle {
  readonly context: SecureContext;
  readonly anchors?: readonly X509Certificate[];
  readonly facts: Map<string, { readonly at: number; readonly facts: CertificateFacts }>;
}

const MAX_BUNDLES = 256;
const MAX_CERTIFICATES = 64;
/** Chains are followed again after this time: roots expire, the clock moves on. */
const FACTS_LIVE_MS = 10 * 60_000;

/**
 * One SecureContext per CA bundle: without it each probe would parse the PEM again, a third of its cost. Certificates that
 * were seen before are not parsed again either.
 */
export function createServingTrusts(): (target: ApiTarget) => ServingTrust {
  const bundles = new Map<string, Bundle>();

  const bundleOf = (pem: string): Bundle => {
    const known = bundles.get(pem);
    if (known) return known;
    const bundle = pem === '' ? systemBundle() : privateBundle(pem);
    bundles.set(pem, bundle);
    const [oldest] = bundles.keys();
    if (bundles.size > MAX_BUNDLES && oldest !== undefined) bundles.delete(oldest);
    return bundle;
  };

  return (target) => {
    const bundle = bundleOf(target.caBundle ?? '');
    const trust: Trust = {
      insecureSkipTLSVerify: target.insecureSkipTLSVerify,
      serverName: serverNameOf(target),
      ...(bundle.anchors && { anchors: bundle.anchors }),
    };
    return { context: bundle.context, trust, factsOf: (peer, now) => factsOf(bundle, trust, peer, now) };
  };
}

/** The aggregator verifies against this name, whatever the routing. */
export function serverNameOf({ backend }: Pick<ApiTarget, 'backend'>): string {
  return `${backend.service}.${backend.namespace}.svc`;
}

const systemBundle = (): Bundle => ({ context: createSecureContext(AS_GO), facts: new Map() });

function privateBundle(pem: string): Bundle {
  const anchors = parsePem(pem);
  const ca = anchors.map((anchor) => anchor.toString());
  // Go trusts any certificate of the pool, an intermediate or the server's own included.
  const options = { ...AS_GO, ...(ca.length > 0 && { ca }), allowPartialTrustChain: true };
  return { context: createSecureContext(options), anchors, facts: new Map() };
}

function factsOf(bundle: Bundle, trust: Trust, { certificate, chainError }: Peer, now: number): CertificateFacts | undefined {
  if (!certificate) return undefined;
  const key = `${certificate.fingerprint256} ${trust.serverName} ${trust.insecureSkipTLSVerify} ${chainError ?? ''}`;
  const known = bundle.facts.get(key);
  if (known && now - known.at < FACTS_LIVE_MS) return known.facts;
  const facts = servingCertificate(certificate, trust, chainError, now);
  bundle.facts.delete(key);
  bundle.facts.set(key, { at: now, facts });
  const [oldest] = bundle.facts.keys();
  if (bundle.facts.size > MAX_CERTIFICATES && oldest !== undefined) bundle.facts.delete(oldest);
  return facts;
}
