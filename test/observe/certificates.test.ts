import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { leadsTo, nameMatches, parsePem, readCaBundle, servingCertificate, type Trust, verdict } from '../../src/observe/certificates.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';

const DAY = 86_400_000;
const NAME = 'tide-gauge.harbour.svc';
const date = (ms: number) => new Date(Math.floor((Date.now() + ms) / 1000) * 1000);

let first: Authority;
let second: Authority;
const firstEnd = date(10 * DAY);
beforeAll(async () => {
  first = await createAuthority({ name: 'first-ca', notAfter: firstEnd });
  second = await createAuthority({ name: 'second-ca', notAfter: date(20 * DAY) });
});

describe('a CA bundle', () => {
  it('is null when there is none: system roots decide', () => {
    expect(readCaBundle(undefined)).toBeNull();
    expect(readCaBundle('')).toBeNull();
  });

  it('has subjects and the earliest expiry', () => {
    expect(readCaBundle(`# comment\n${second.cert}\n${first.cert}`)).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      valid: true,
      notAfterSeconds: firstEnd.getTime() / 1000,
      subjects: ['CN=second-ca', 'CN=first-ca'],
    });
    expect(readCaBundle(first.cert)?.sha256).not.toBe(readCaBundle(second.cert)?.sha256);
  });

  it.each(['garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', '-----BEGIN CERTIFICATE-----\n'])(
    'is not valid: %j',
    (pem) => {
      expect(readCaBundle(pem)).toMatchObject({ valid: false, subjects: [] });
    },
  );

  it('leaves out broken blocks, as Go does', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(readCaBundle(broken + first.cert)).toMatchObject({ valid: true, subjects: ['CN=first-ca'] });
  });

  it('is read without falling over, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 400 }), (text, at) => {
        readCaBundle(text);
        readCaBundle(first.cert.slice(0, at) + text + first.cert.slice(at));
      }),
    );
  });
});

describe('a name', () => {
  it.each([
    [NAME, NAME, true],
    ['TIDE-gauge.Harbour.svc', NAME, true],
    ['*.harbour.svc', NAME, true],
    ['*.svc', NAME, false],
    ['tide-*.harbour.svc', NAME, false],
    ['*', NAME, false],
    ['*.*.svc', NAME, false],
    ['tide-gauge.harbour', NAME, false],
    ['tide-gauge.harbour.svc.cluster.local', NAME, false],
    ['', NAME, false],
    ['', '', false],
  ])('%j for %j: %s', (pattern, name, matches) => {
    expect(nameMatches(pattern, name)).toBe(matches);
  });
});

describe('a chain', () => {
  it('leads to the authority that signed, by key and not by name', async () => {
    const leaf = new X509Certificate((await first.issue({ names: [NAME] })).cert);
    const impostor = parsePem((await createAuthority({ name: 'first-ca' })).cert);
    expect(leadsTo(parsePem(first.cert), [leaf])).toBe(true);
    expect(leadsTo(parsePem(second.cert + first.cert), [leaf])).toBe(true);
    expect(leadsTo(parsePem(second.cert), [leaf])).toBe(false);
    expect(leadsTo(impostor, [leaf])).toBe(false);
    expect(leadsTo([leaf], [leaf])).toBe(true);
    expect(leadsTo([], [leaf])).toBe(false);
    expect(leadsTo(parsePem(first.cert), [])).toBe(false);
  });

  it('is followed at the cost of its length, though its certificates sign each other', async () => {
    const stranger = await createAuthority({ name: 'maze' });
    const maze = await Promise.all(Array.from({ length: 7 }, () => stranger.renew()));
    const [leaf] = parsePem((await stranger.issue({ names: ['tide-gauge.harbour.svc'] })).cert);
    const chain = [leaf!, ...maze.flatMap(({ cert }) => parsePem(cert))];
    const started = performance.now();
    expect(leadsTo([], chain)).toBe(false);
    expect(leadsTo(parsePem(stranger.cert), chain)).toBe(true);
    // Each of 8 certificates against each other one: milliseconds. All paths through them: a minute and more.
    expect(performance.now() - started).toBeLessThan(2000);
  });
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
    expect(await judge({}, 'INVALID_PURPOSE')).toBe('tls_handshake_failed');
    expect(await judge({}, 'CERT_HAS_EXPIRED')).toBe('certificate_expired');
    expect(await judge({}, 'SOMETHING_NEW')).toBe('certificate_unknown_authority');
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
