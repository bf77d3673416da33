import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentities } from '../../src/kube/credentials.ts';
import { createPluginAuthenticator, withOwnPlugin } from '../../src/kube/exec-plugin.ts';
import { isInCluster, KubeConfigError, loadKubeConfig } from '../../src/kube/kube-config.ts';
import { SILENT } from '../../src/source/logger.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'kube-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const config = (name: string, user: string, server = `https://${name}.example:6443`) => `
apiVersion: v1
kind: Config
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
clusters: [{name: ${name}, cluster: {server: "${server}"}}]
users: [{name: ${name}, user: ${user}}]
`;
const one = write('one', config('one', '{token: abc}'));
const two = write('two', config('two', '{tokenFile: token}'.replace('token}', `${join(folder, 'token')}}`)));
write('token', 'from-file\n');
const again = write('again', config('one', '{token: again}', 'https://again.example:6443'));
const home = join(folder, 'home');
write('home/.kube/config', config('home', '{token: abc}'));

const serverOf = (...args: Parameters<typeof loadKubeConfig>) => loadKubeConfig(...args).getCurrentCluster()?.server;

describe('loadKubeConfig', () => {
  it.each([
    ['the file that is named', { kubeconfig: one }, { HOME: home }, 'https://one.example:6443'],
    ['$KUBECONFIG', {}, { KUBECONFIG: two, HOME: home }, 'https://two.example:6443'],
    ['the first of several in $KUBECONFIG', {}, { KUBECONFIG: `${one}:${two}` }, 'https://one.example:6443'],
    ['the first that exists', {}, { KUBECONFIG: `${join(folder, 'nowhere')}:${two}` }, 'https://two.example:6443'],
    ['a context of another file', { context: 'two' }, { KUBECONFIG: `${one}:${two}` }, 'https://two.example:6443'],
    ['what is not empty in $KUBECONFIG', {}, { KUBECONFIG: `/dev/null:${two}` }, 'https://two.example:6443'],
    ['the home folder', {}, { HOME: home }, 'https://home.example:6443'],
    ['the first of two files that name one cluster', {}, { KUBECONFIG: `${one}:${again}` }, 'https://one.example:6443'],
    ['the first, the other way round', {}, { KUBECONFIG: `${again}:${one}` }, 'https://again.example:6443'],
  ])('reads %s', (_name, source, env, server) => {
    expect(serverOf(source, env)).toBe(server);
  });

  it.each([
    ['nothing names a cluster', {}, { HOME: folder }, 'none', 'no cluster is configured'],
    ['the file is missing', { kubeconfig: join(folder, 'nowhere') }, {}, 'invalid', 'nowhere: ENOENT'],
    ['the file is no YAML', { kubeconfig: write('bad', 'a: [') }, {}, 'invalid', 'bad: '],
    ['the file is something else', { kubeconfig: write('other', 'a: 1') }, {}, 'invalid', 'other: no kubeconfig, but something else'],
    [
      'the file is a text',
      { kubeconfig: write('text', 'hello world') },
      {},
      'invalid',
      'text: no kubeconfig, but a text; YAML or JSON with',
    ],
    ['the file is a manifest', { kubeconfig: write('pod', 'kind: Pod') }, {}, 'invalid', 'no kubeconfig, but an object of kind "Pod"'],
    ['the file names none', { kubeconfig: write('part', 'users: []') }, {}, 'invalid', 'names no cluster'],
    ['the file never ends', { kubeconfig: '/dev/zero' }, {}, 'invalid', '/dev/zero is a character device'],
    ['$KUBECONFIG is /dev/null', {}, { KUBECONFIG: '/dev/null', HOME: home }, 'none', 'a file that is empty names none'],
    ['the file that is named is empty', { kubeconfig: write('empty', '\n') }, {}, 'none', 'no cluster is configured'],
    ['the context does not exist', { kubeconfig: one, context: 'three' }, {}, 'invalid', 'context "three" does not exist; allowed: one'],
    [
      'two CAs are given',
      {
        kubeconfig: write(
          'two-cas',
          config('cas', '{}', 'https://a.example", certificate-authority: ca.crt, certificate-authority-data: "QUJD'),
        ),
      },
      {},
      'invalid',
      'cluster cas: certificate-authority and certificate-authority-data are both given',
    ],
    [
      'two client certificates are given',
      { kubeconfig: write('two-certs', config('certs', '{client-certificate: a.crt, client-certificate-data: QUJD}')) },
      {},
      'invalid',
      'user certs: client-certificate and client-certificate-data are both given',
    ],
    [
      'verification is switched off by a word',
      { kubeconfig: write('yes', config('yes', '{}', 'https://a.example", insecure-skip-tls-verify: "yes')) },
      {},
      'invalid',
      'cluster yes: insecure-skip-tls-verify is "yes"; true or false is allowed',
    ],
    [
      'groups are impersonated without a user',
      { kubeconfig: write('crew', config('crew', '{token: abc, as-groups: [crew]}')) },
      {},
      'invalid',
      'user crew: as-uid, as-groups and as-user-extra need a user in `as`',
    ],
    ['the server is no URL', { kubeconfig: write('url', config('url', '{}', 'nowhere at all')) }, {}, 'invalid', 'is not a URL'],
  ])('says why when %s', (_name, source, env, kind, message) => {
    const load = () => loadKubeConfig(source, env);
    expect(load).toThrow(KubeConfigError);
    expect(load).toThrow(expect.objectContaining({ kind, message: expect.stringContaining(message) }));
  });

  const authorization = async (path: string) => {
    const options: RequestOptions = { headers: {} };
    await loadKubeConfig({ kubeconfig: path }).applyToHTTPSOptions(options);
    return (options.headers as Record<string, string>).Authorization;
  };

  /** What the client would send and trust. */
  const sentWith = async (path: string) => {
    const identities = createIdentities(loadKubeConfig({ kubeconfig: path }), { log: SILENT });
    const { credentials } = await identities.current('/');
    identities.close();
    return credentials;
  };
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority();
  });

  it('reads the token from a tokenFile, which KubeConfig alone forgets', async () => {
    expect((await authorization(two))?.trim()).toBe('Bearer from-file');
  });

  it('prefers the token file to a token, as kubectl does', async () => {
    const path = write('both', config('both', `{token: abc, tokenFile: ${join(folder, 'token')}}`));
    const seen = await sentWith(path);
    expect(seen.headers).toMatchObject({ authorization: 'Bearer from-file' });
  });

  it('impersonates with groups, a uid and what is extra', async () => {
    const as = '{token: abc, as: fisher, as-uid: "7", as-groups: [boats, crew], as-user-extra: {example.com/port: [north, south]}}';
    const { headers } = await sentWith(write('as', config('as', as)));
    expect(headers).toEqual({
      authorization: 'Bearer abc',
      'impersonate-user': 'fisher',
      'impersonate-uid': '7',
      'impersonate-group': ['boats', 'crew'],
      'impersonate-extra-example.com%2Fport': ['north', 'south'],
    });
  });

  it('keeps the CA of a cluster that nobody in particular asks', async () => {
    const { ca, headers } = await sentWith(
      write(
        'nobody',
        `contexts: [{name: x, context: {cluster: x}}]\ncurrent-context: x\nclusters: [{name: x, cluster: {server: "https://x.example", certificate-authority-data: ${Buffer.from(authority.cert).toString('base64')}}}]`,
      ),
    );
    expect([String(ca), headers]).toEqual([authority.cert, {}]);
  });

  it('asks an exec plugin', async () => {
    const plugin = write(
      'plugin',
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'\n`,
    );
    chmodSync(plugin, 0o755);
    const user = `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never}}`;
    expect(await authorization(write('exec', config('exec', user)))).toBe('Bearer from-plugin');
  });

  describe('an exec plugin', () => {
    const SECRET = 'k8s-aws-v1.aGVsbG8tdGhpcy1pcy1hLXNlY3JldA';
    const failureOf = async (script: string, deadlineMs?: number): Promise<string> => {
      const path = write('bad-plugin', `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
      const authenticator = createPluginAuthenticator(deadlineMs === undefined ? {} : { deadlineMs });
      const user = withOwnPlugin({ name: 'exec', exec: { command: path } });
      expect(authenticator.isAuthProvider(user)).toBe(true);
      const error = await authenticator.applyAuthentication(user, {}).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return (error as Error).message.replace(path, 'PLUGIN');
    };

    it.each([
      ['prints rubbish', `echo '${SECRET} {{{'`, /^exec plugin PLUGIN: printed \d+ bytes that are no ExecCredential/],
      [
        'prints half of its JSON',
        `printf '{"status":{"token":"${SECRET}'`,
        /^exec plugin PLUGIN: printed \d+ bytes that are no ExecCredential/,
      ],
      ['has no token', `echo '{"status":{"user":"${SECRET}"}}'`, /^exec plugin PLUGIN: printed \d+ bytes that are no ExecCredential/],
      ['complains', `echo 'token ${SECRET} is expired' >&2; exit 3`, /^exec plugin PLUGIN: ended with exit code 3; run it by hand/],
      ['prints without end', `while :; do echo ${SECRET}; done`, /^exec plugin PLUGIN: printed more than 1048576 bytes$/],
    ])('that %s is told of, and what it printed is not', async (_, script, message) => {
      const said = await failureOf(script);
      expect(said).toMatch(message);
      expect(said).not.toContain(SECRET.slice(0, 8));
    });

    it('that hangs is ended within its time, with what it started', async () => {
      // It would take longer than any test may.
      const pid = join(folder, 'plugin-child');
      expect(await failureOf(`sleep 300 & echo $! > ${pid}; wait`, 300)).toBe(
        'exec plugin PLUGIN: gave no credential within 0.3 s, and was ended',
      );
      const child = Number(readFileSync(pid, 'utf8'));
      await eventually(() => expect(() => process.kill(child, 0)).toThrow('ESRCH'));
    });

    it('that does not exist is named', async () => {
      const authenticator = createPluginAuthenticator();
      const user = withOwnPlugin({ name: 'exec', exec: { command: '/nowhere/gauge-login' } });
      await expect(authenticator.applyAuthentication(user, {})).rejects.toThrow(
        'exec plugin /nowhere/gauge-login: there is no such program',
      );
    });

    it('is told that nobody can answer questions, and is asked again when its credential has expired', async () => {
      const count = join(folder, 'asked');
      const plugin = write(
        'counting',
        `#!/bin/sh\necho x >> ${count}\ncase "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 9;; esac\n` +
          `echo '{"status":{"token":"abc","expirationTimestamp":"'$(date -u -d "$AT" +%Y-%m-%dT%H:%M:%SZ)'"}}'\n`,
      );
      chmodSync(plugin, 0o755);
      const asked = async (at: string) => {
        writeFileSync(count, '');
        const authenticator = createPluginAuthenticator();
        const user = withOwnPlugin({ name: 'exec', exec: { command: plugin, env: [{ name: 'AT', value: at }] } });
        for (let times = 0; times < 2; times++) await authenticator.applyAuthentication(user, {});
        return readFileSync(count, 'utf8').length / 2;
      };
      expect([await asked('1 hour'), await asked('1 hour ago')]).toEqual([1, 2]);
    });
  });

  it('allows plain HTTP, as kubectl proxy speaks it', async () => {
    expect(await authorization(write('proxy', config('proxy', '{token: abc}', 'http://127.0.0.1:8001')))).toBe('Bearer abc');
  });
});

describe('isInCluster', () => {
  const account = join(folder, 'serviceaccount');
  write('serviceaccount/token', 'abc');
  write('serviceaccount/ca.crt', 'the CA');
  const tokenOnly = join(folder, 'half');
  write('half/token', 'abc');
  const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const own = 'https://10.96.0.1';
  it.each<[string, string, NodeJS.ProcessEnv, string, boolean]>([
    ['a pod that asks its own server', own, pod, account, true],
    ['a pod whose kubeconfig names its own server', 'https://kubernetes.default.svc', pod, account, true],
    ['the same with the domain of the cluster', 'https://kubernetes.default.svc.cluster.local:443', pod, account, true],
    ['a pod with IPv6', 'https://[fd00::1]:443', { ...pod, KUBERNETES_SERVICE_HOST: 'fd00::1' }, account, true],
    ['a pod of another cluster', 'https://harbour.example.com:6443', pod, account, false],
    ['a pod of a neighbour on the same host', 'https://10.96.0.1:6444', pod, account, false],
    ['a host that is only named alike', 'https://kubernetes.example.com', pod, account, false],
    ['a desk', own, {}, account, false],
    ['a desk with an exported environment', own, pod, join(folder, 'nowhere'), false],
    ['a pod without its CA', own, pod, tokenOnly, false],
  ])('of %s', (_, server, env, files, inside) => {
    expect(isInCluster(new URL(server), env, files)).toBe(inside);
  });
});
