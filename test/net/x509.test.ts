import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { leadsTo, nameMatches, parsePem } from '../../src/net/x509.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { cpuMs } from '../support/cpu-time.ts';

const NAME = 'tide-gauge.harbour.svc';

let first: Authority;
let second: Authority;
beforeAll(async () => {
  first = await createAuthority({ name: 'first-ca' });
  second = await createAuthority({ name: 'second-ca' });
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

  it('is followed by name and key, as Go does, and not by the key identifier, which OpenSSL asks for too', async () => {
    const old = await createAuthority({ name: 'harbour-ca', keyId: '01020304' });
    const renewed = await old.renew({ keyId: '05060708' });
    const [leaf] = parsePem((await old.issue({ names: [NAME] })).cert);
    expect(leaf!.checkIssued(parsePem(renewed.cert)[0]!)).toBe(false);
    expect(leadsTo(parsePem(renewed.cert), [leaf!])).toBe(true);
  });

  it('ends at a name that is encoded otherwise, as for Go', async () => {
    const old = await createAuthority({ name: 'harbour-ca' });
    const renewed = await old.renew({ utf8: true });
    const [leaf] = parsePem((await old.issue({ names: [NAME] })).cert);
    expect(leaf!.checkIssued(parsePem(renewed.cert)[0]!)).toBe(true);
    expect(leadsTo(parsePem(renewed.cert), [leaf!])).toBe(false);
    expect(leadsTo(parsePem(old.cert), [leaf!])).toBe(true);
  });

  it('is followed at the cost of its length, though its certificates sign each other', async () => {
    const stranger = await createAuthority({ name: 'maze' });
    const maze = await Promise.all(Array.from({ length: 7 }, () => stranger.renew()));
    const [leaf] = parsePem((await stranger.issue({ names: ['tide-gauge.harbour.svc'] })).cert);
    const chain = [leaf!, ...maze.flatMap(({ cert }) => parsePem(cert))];
    const took = cpuMs(() => {
      expect(leadsTo([], chain)).toBe(false);
      expect(leadsTo(parsePem(stranger.cert), chain)).toBe(true);
    });
    // Each of 8 certificates against each other one: milliseconds. All paths through them: a minute and more.
    expect(took).toBeLessThan(2000);
  });
});
