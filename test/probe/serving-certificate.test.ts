import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePem } from '../../src/net/x509.ts';
import { servingCertificate, type Trust, verdict } from '../../src/probe/serving-certificate.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';

const DAY = 86_400_000;
const NAME = 'tide-gauge.harbour.svc';
const date = (ms: number) => new Date(Math.floor((Date.now() + ms) / 1000) * 1000);

let first: Authority;
let second: Authority;
beforeAll(async () => {
  first = await createAuthority({ name: 'first-ca' });
  second = await createAuthority({ name: 'second-ca' });
});

describe('the verdict', () => {
  const trust = (differs: Partial<Trust> = {}): Trust => ({
    insecureSkipTLSVerify: false,
    anchors: parsePem(first.cert),
    serverName: NAME,
    ...differs,
  });
  const judge = async (options: Parameters<Authority['issue']>[0], chainError: string | undefined, differs: Partial<Trust> = {}) => {
    const leaf = new X509Certificate((await first.issue({ names: [NAME], ...options })).cert);
    const facts = servingCertificate(leaf, trust(differs), chainError, Date.now());
    return verdict(facts, trust(differs), chainError, Date.now() / 1000)?.reason;
  };

  it('looks at dates, then the name, then the chain, as Go does', async () => {
    const other = { anchors: parsePem(second.cert) };
    const error = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
    expect(await judge({}, undefined)).toBeUndefined();
    expect(await judge({ names: ['x.y.svc'], notAfter: date(-1000) }, 'CERT_HAS_EXPIRED', other)).toBe('certificate_expired');
    expect(await judge({ names: ['x.y.svc'], notBefore: date(DAY) }, 'CERT_NOT_YET_VALID', other)).toBe('certificate_not_yet_valid');
    expect(await judge({ names: ['x.y.svc'] }, error, other)).toBe('certificate_name_mismatch');
    expect(await judge({}, error, other)).toBe('certificate_unknown_authority');
    expect(await judge({}, error, { anchors: [] })).toBe('certificate_unknown_authority');
    expect(await judge({ usage: 'client' }, 'INVALID_PURPOSE')).toBe('tls_handshake_failed');
    expect(await judge({}, 'CERT_HAS_EXPIRED')).toBe('certificate_expired');
    expect(await judge({}, 'SOMETHING_NEW')).toBe('certificate_unknown_authority');
  });

  it('is that of Go where the CA was written anew by another tool: crypto/x509 of Go 1.26.8, measured with OpenSSL 3.0.19', async () => {
    const old = await createAuthority({ name: 'harbour-ca', keyId: '01020304' });
    const of = async (written: Parameters<Authority['renew']>[0], issued: Authority, chainError: string | undefined, differs = {}) => {
      const leaf = new X509Certificate((await issued.issue({ names: [NAME] })).cert);
      const judged = trust({ anchors: parsePem((await old.renew({ ...written, ...differs })).cert) });
      return verdict(servingCertificate(leaf, judged, chainError, Date.now()), judged, chainError, Date.now() / 1000);
    };
    // Another key identifier: OpenSSL finds no issuer, and Go does.
    expect(await of({ keyId: '05060708' }, old, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toBeUndefined();
    expect(await of({ keyId: '05060708' }, old, 'CERT_HAS_EXPIRED')).toMatchObject({ reason: 'certificate_expired' });
    expect(await of({ keyId: '05060708' }, first, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toMatchObject({
      reason: 'certificate_unknown_authority',
      detail: expect.stringContaining('no CA of the caBundle signed'),
    });
    // Another encoding of the name: OpenSSL does not mind, and Go finds no issuer.
    expect(await of({ keyId: '01020304', utf8: true }, old, undefined)).toMatchObject({
      reason: 'certificate_unknown_authority',
      detail: expect.stringContaining('in another encoding'),
    });
  });

  // Measured with crypto/x509 of Go 1.26.8 and OpenSSL 3.0.19: Go verifies each of these.
  it.each<[string, Parameters<Authority['issue']>[0], string]>([
    ['is for any usage', { usage: 'any' }, 'INVALID_PURPOSE'],
    ['has a key that may not sign handshakes', { usage: 'server' }, 'INVALID_PURPOSE'],
    ['has the name of its CA', { commonName: 'first-ca' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('is none where only OpenSSL minds that a certificate %s', async (_, issued, chainError) => {
    expect(await judge(issued, chainError)).toBeUndefined();
    expect(await judge(issued, 'CERT_HAS_EXPIRED')).toBe('certificate_expired');
  });

  it('does not take an expired CA for one that only OpenSSL overlooks', async () => {
    const expired = await createAuthority({ name: 'harbour-ca', notAfter: date(-1000) });
    const leaf = new X509Certificate((await expired.issue({ names: [NAME] })).cert);
    const judged = trust({ anchors: parsePem(expired.cert) });
    const facts = servingCertificate(leaf, judged, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', Date.now());
    expect(facts.verifiedByCaBundle).toBe(true);
    expect(verdict(facts, judged, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', Date.now() / 1000)?.reason).toBe('certificate_unknown_authority');
  });

  it('is that everything is accepted when verification is switched off', async () => {
    expect(await judge({ names: ['x.y.svc'], notAfter: date(-1000) }, 'CERT_HAS_EXPIRED', { insecureSkipTLSVerify: true })).toBeUndefined();
  });

  it('says which chain was looked at', async () => {
    const leaf = new X509Certificate((await first.issue({ names: [NAME], notAfter: date(-1000) })).cert);
    const facts = (differs: Partial<Trust>, error: string | undefined) => servingCertificate(leaf, trust(differs), error, Date.now());
    expect(facts({}, 'CERT_HAS_EXPIRED')).toMatchObject({ verifiedByCaBundle: true, verifiedBySystem: false });
    expect(facts({ insecureSkipTLSVerify: true }, 'CERT_HAS_EXPIRED')).not.toHaveProperty('verifiedByCaBundle');
    expect(facts({ anchors: undefined as never }, undefined)).toMatchObject({ verifiedBySystem: true });
  });
});
