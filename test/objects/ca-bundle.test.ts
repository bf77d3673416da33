import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCaBundle } from '../../src/objects/ca-bundle.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';

const DAY = 86_400_000;
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
