import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { KubeCredentials } from '../../src/kube/api.ts';
import { type Recipient, trustedWay } from '../../src/kube/token-trust.ts';
import { kubeClient } from '../probe/servers.ts';

const SERVER = 'https://harbour.example.com:6443';
const TOKEN = { authorization: 'Bearer harbour-token' };
const VERIFIED: KubeCredentials = { ca: 'the CA', rejectUnauthorized: true, headers: TOKEN };
const instance: Recipient = { kind: 'apiserver-instance' };
const own: Recipient = { kind: 'own-server' };
const kubelet = (sendToken: boolean): Recipient => ({ kind: 'kubelet', address: '10.9.8.7', sendToken });

const wayOf = (recipient: Recipient, credentials: KubeCredentials = VERIFIED, server = SERVER) =>
  trustedWay({ ...kubeClient(server, {}), credentials: async () => credentials }, recipient, { anew: false });

const certificate = (subjectaltname: string) => ({ subject: {}, subjectaltname }) as PeerCertificate;

describe('our credentials go', () => {
  it.each<[string, Recipient, KubeCredentials, string]>([
    ['to the own server', own, VERIFIED, SERVER],
    ['to the own server where its kubeconfig skips verification', own, { rejectUnauthorized: false, headers: TOKEN }, SERVER],
    ['to the own server over plain HTTP', own, { rejectUnauthorized: false, headers: TOKEN }, 'http://127.0.0.1:8001'],
    ['to an instance of the kube-apiserver', instance, VERIFIED, SERVER],
    ['to a kubelet where that is switched on', kubelet(true), VERIFIED, SERVER],
  ])('%s', async (_, recipient, credentials, server) => {
    expect(await wayOf(recipient, credentials, server)).toMatchObject({ headers: TOKEN });
  });

  const skipped: KubeCredentials = { ca: 'the CA', rejectUnauthorized: false, headers: TOKEN };
  const withoutCa: KubeCredentials = { rejectUnauthorized: true, headers: TOKEN };
  it.each<[string, Recipient, KubeCredentials, string, string]>([
    ['an instance with verification skipped', instance, skipped, SERVER, 'the kube client does not verify certificates'],
    ['an instance by the roots of the system', instance, withoutCa, SERVER, "the cluster's CA is not known"],
    ['an instance of plain HTTP', instance, VERIFIED, 'http://127.0.0.1:8001', 'the connection to the kube-apiserver is plain HTTP'],
    ['a kubelet with verification skipped', kubelet(true), skipped, SERVER, 'the kube client does not verify certificates'],
    ['a kubelet by the roots of the system', kubelet(true), withoutCa, SERVER, "the cluster's CA is not known"],
    [
      'a kubelet that was not switched on',
      kubelet(false),
      VERIFIED,
      SERVER,
      'a kubelet asks for a ServiceAccount token, and ours is sent to the kube-apiserver only',
    ],
  ])('not to %s', async (_, recipient, credentials, server, refused) => {
    expect(await wayOf(recipient, credentials, server)).toEqual({ refused });
  });

  it('to a kubelet without the token where a client certificate will do', async () => {
    const way = await wayOf(kubelet(false), { ...VERIFIED, cert: 'ours', key: 'ours' });
    expect(way).toMatchObject({ headers: {}, tls: { cert: 'ours' } });
  });
});

describe('the other end proves itself', () => {
  it.each<[string, Recipient, Partial<KubeCredentials>, string, boolean]>([
    ['an instance by the name of every kube-apiserver', instance, {}, 'DNS:kubernetes, DNS:kubernetes.default.svc', true],
    ['not an instance by its address, as a kubelet could', instance, {}, 'IP Address:10.9.8.7', false],
    ['not an instance by the short name', instance, {}, 'DNS:kubernetes, DNS:kubernetes.default', false],
    ['not an instance by the name of the own server', instance, {}, 'DNS:harbour.example.com', false],
    [
      'not an instance by the tls-server-name of the kubeconfig',
      instance,
      { servername: 'gate.example.com' },
      'DNS:gate.example.com',
      false,
    ],
    ['the own server by its name', own, {}, 'DNS:harbour.example.com', true],
    ['the own server by its tls-server-name', own, { servername: 'gate.example.com' }, 'DNS:gate.example.com', true],
    ['not the own server by another name', own, {}, 'DNS:kubernetes.default.svc', false],
    ['a kubelet by its address', kubelet(true), {}, 'IP Address:10.9.8.7', true],
    ['not a kubelet by another address', kubelet(true), {}, 'IP Address:10.9.8.8', false],
  ])('%s', async (_, recipient, differs, names, accepted) => {
    const way = await wayOf(recipient, { ...VERIFIED, ...differs });
    if ('refused' in way || !way.tls) throw new Error('there is a way');
    expect(way.tls.rejectUnauthorized).toBe(true);
    expect(way.tls.checkServerIdentity('10.9.8.7', certificate(names)) === undefined).toBe(accepted);
  });
});

describe('nobody else', () => {
  const ROOT = new URL('../../src/', import.meta.url).pathname;
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('simulator/'),
  );
  const having = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8'))).sort();

  it('asks a kube client for its credentials', () => {
    expect(having(/\.credentials\(|\bKubeCredentials\b/)).toEqual(
      ['api', 'client', 'credentials', 'token-trust'].map((file) => `kube/${file}.ts`).sort(),
    );
  });

  it('asks for a way to somebody than those who are known', () => {
    expect(having(/\btrustedWay\b/)).toEqual([
      'kube/token-trust.ts',
      'observe/apiserver-metrics/direct.ts',
      'observe/resources/kubelet.ts',
      'probe/apiserver-requests.ts',
    ]);
  });

  it('writes an Authorization header', () => {
    // The others read or ask for one on our own HTTP server.
    expect(
      having(/\bauthorization['"]?\s*[:=][^:]|\b[Aa]uthorization:\s*[`'"]|`(?:Bearer|Basic) /).filter((file) =>
        /^(?:source|net|kube|objects|probe|observe|read)\//.test(file),
      ),
    ).toEqual(['kube/credentials.ts', 'kube/exec-plugin.ts']);
  });
});
