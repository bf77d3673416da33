import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBasicAuth } from '../../src/expose/basic-auth.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { createWebServer, type WebServer } from '../../src/expose/server.ts';
import { parseWebConfig } from '../../src/expose/web-config.ts';
import { type Authority, createAuthority, type Issued } from '../support/certificates.ts';

const HASH = hashSync('ebb-and-flood', 4);
const NONE = 'none';

describe('the web configuration file', () => {
  it.each<[string, string, object]>([
    ['may be empty', '', {}],
    ['may hold users only', `basic_auth_users: { prometheus: "${HASH}" }`, { users: new Map([['prometheus', HASH]]) }],
    ['may hold no users', 'basic_auth_users: {}', {}],
    [
      'names files relative to itself',
      'tls_server_config: { cert_file: tls/a.crt, key_file: /keys/a.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, min_version: TLS13 }',
      {
        tls: {
          certFile: '/etc/harbour/tls/a.crt',
          keyFile: '/keys/a.key',
          clientCaFile: '/etc/harbour/ca.crt',
          clientAuth: 'RequireAndVerifyClientCert',
          minVersion: 'TLSv1.3',
          maxVersion: 'TLSv1.3',
        },
      },
    ],
  ])('%s', (_, text, expected) => {
    expect(parseWebConfig(text, '/etc/harbour/web.yml')).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown key', 'tls_config: {}', /web\.yml: file: Unrecognized key: "tls_config"/],
    ['a missing key file', 'tls_server_config: { cert_file: a }', /web\.yml: tls_server_config\.key_file:/],
    [
      'an unknown client_auth_type',
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: Maybe }',
      /client_auth_type: .*"NoClientCert"/,
    ],
    [
      'verification without a CA',
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert }',
      /client_ca_file is needed/,
    ],
    ['a plain password', 'basic_auth_users: { prometheus: secret }', /basic_auth_users\.prometheus: a bcrypt hash is allowed/],
    ['no YAML', '{', /web\.yml: not YAML/],
  ])('with %s is refused by name', (_, text, message) => {
    expect(() => parseWebConfig(text, 'web.yml')).toThrow(message);
  });
});

describe('basic authentication', () => {
  const auth = createBasicAuth(new Map([['prometheus', HASH]]));
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each<[string, string | undefined, string]>([
    ['the right password', basic('prometheus:ebb-and-flood'), 'accepted'],
    ['the right password again', basic('prometheus:ebb-and-flood'), 'accepted'],
    ['a wrong password', basic('prometheus:ebb'), 'refused'],
    ['an unknown user', basic('somebody:ebb-and-flood'), 'refused'],
    ['an empty password', basic('prometheus:'), 'refused'],
    ['no colon', basic('prometheus'), 'refused'],
    ['another scheme', 'Bearer x', 'refused'],
    ['nothing', undefined, 'refused'],
    ['a header without an end', `Basic ${'A'.repeat(100_000)}`, 'refused'],
  ])('%s is %s', async (_, header, expected) => {
    expect(await auth.verify(header)).toBe(expected);
  });

  it('lets few guesses wait, and the known password through meanwhile', async () => {
    const guarded = createBasicAuth(new Map([['prometheus', HASH]]));
    await guarded.verify(basic('prometheus:ebb-and-flood'));
    const guesses = Array.from({ length: 50 }, (_, i) => guarded.verify(basic(`prometheus:${i}`)));
    expect(await guarded.verify(basic('prometheus:ebb-and-flood'))).toBe('accepted');
    const verdicts = await Promise.all(guesses);
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(46);
    expect(verdicts).not.toContain('accepted');
  });
});

describe('a server with a web configuration', () => {
  let authority: Authority;
  let foreign: Authority;
  let serving: Issued;
  beforeAll(async () => {
    [authority, foreign] = await Promise.all([createAuthority({ name: 'harbour' }), createAuthority({ name: 'elsewhere' })]);
    serving = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  });
  const opened: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function serve(config: string, log: { error?: (message: string) => void } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'web-config-'));
    opened.push(() => rmSync(folder, { recursive: true }));
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write('tls.crt', serving.cert);
    write('tls.key', serving.key);
    write('ca.crt', authority.cert);
    write('web.yml', config);
    const server: WebServer = await createWebServer({
      exposition: createExposition({ signals: [] }),
      view: () => undefined,
      listenAddresses: ['127.0.0.1:0'],
      webConfigFile: join(folder, 'web.yml'),
      version: '1',
      log: { info() {}, warn() {}, error: (fields, message) => log.error?.(`${message}: ${(fields as { error: string }).error}`) },
    });
    opened.push(() => server.close());
    return { url: server.urls[0]!, write };
  }

  const get = (
    url: URL,
    options: RequestOptions = {},
  ): Promise<{ status: number | string; certificate?: PeerCertificate; protocol?: string | null }> =>
    new Promise((resolve) => {
      const sent = request(
        { host: '127.0.0.1', port: url.port, path: '/-/healthy', ca: authority.cert, agent: false, ...options },
        (response) => {
          const socket = response.socket as TLSSocket;
          const seen = { certificate: socket.getPeerCertificate(), protocol: socket.getProtocol() };
          response.resume().on('end', () => resolve({ status: response.statusCode!, ...seen }));
        },
      );
      sent.on('error', () => resolve({ status: NONE }));
      sent.end();
    });

  const TLS = 'tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n';
  const clientAuth = (type: string) => `${TLS}  client_ca_file: ca.crt\n  client_auth_type: ${type}\n`;

  it('speaks TLS 1.2 and later', async () => {
    const { url } = await serve(TLS);
    expect(url.protocol).toBe('https:');
    expect((await get(url)).status).toBe(200);
    expect((await get(url, { maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2');
    expect((await get(url, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).status).toBe(NONE);
  });

  it('speaks the versions that are configured', async () => {
    const { url } = await serve(`${TLS}  min_version: TLS13\n`);
    expect((await get(url, { maxVersion: 'TLSv1.2' })).status).toBe(NONE);
    expect((await get(url)).protocol).toBe('TLSv1.3');
  });

  it.each<[string, number | string, number | string, number | string]>([
    ['NoClientCert', 200, 200, 200],
    ['RequestClientCert', 200, 200, 200],
    ['RequireAnyClientCert', NONE, 200, 200],
    ['VerifyClientCertIfGiven', 200, NONE, 200],
    ['RequireAndVerifyClientCert', NONE, NONE, 200],
  ])('%s answers no certificate with %s, a foreign one with %s, its own with %s', async (type, without, foreignOne, own) => {
    const { url } = await serve(clientAuth(type));
    const [a, b] = await Promise.all([foreign.issue({ usage: 'client' }), authority.issue({ usage: 'client' })]);
    expect((await get(url)).status).toBe(without);
    expect((await get(url, a)).status).toBe(foreignOne);
    expect((await get(url, b)).status).toBe(own);
  });

  it('takes a renewed certificate at the next connection', async () => {
    const { url, write } = await serve(TLS);
    const before = (await get(url)).certificate?.serialNumber;
    const renewed = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
    write('tls.crt', renewed.cert);
    write('tls.key', renewed.key);
    const after = (await get(url)).certificate?.serialNumber;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  it('keeps the last good file while the new one is bad, and says so once', async () => {
    const errors: string[] = [];
    const { url, write } = await serve(TLS, { error: (message) => errors.push(message) });
    write('tls.crt', 'half a certifi');
    expect((await get(url)).status).toBe(200);
    expect((await get(url)).status).toBe(200);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^web configuration is not usable; the last one stays in force: /);
  });

  it('tightens client authentication without a restart', async () => {
    const { url, write } = await serve(TLS);
    write('web.yml', clientAuth('RequireAndVerifyClientCert'));
    expect((await get(url)).status).toBe(NONE);
    expect((await get(url, await authority.issue({ usage: 'client' }))).status).toBe(200);
  });

  it('asks for a password, on every path', async () => {
    const { url } = await serve(`${TLS}basic_auth_users: { prometheus: "${HASH}" }\n`);
    expect((await get(url)).status).toBe(401);
    expect((await get(url, { auth: 'prometheus:ebb-and-flood' })).status).toBe(200);
    expect((await get(url, { path: '/', auth: 'prometheus:wrong' })).status).toBe(401);
  });

  it('takes another password without a restart', async () => {
    const { url, write } = await serve(`${TLS}basic_auth_users: { prometheus: "${HASH}" }\n`);
    expect((await get(url, { auth: 'prometheus:ebb-and-flood' })).status).toBe(200);
    write('web.yml', `${TLS}basic_auth_users: { prometheus: "${hashSync('slack-water', 4)}" }\n`);
    expect((await get(url, { auth: 'prometheus:ebb-and-flood' })).status).toBe(401);
    expect((await get(url, { auth: 'prometheus:slack-water' })).status).toBe(200);
  });

  it('does not start with a file that it cannot use', async () => {
    await expect(serve('tls_server_config: { cert_file: gone.crt, key_file: tls.key }')).rejects.toThrow(/gone\.crt/);
  });
});
