import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
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
    ['may be empty', '', { headers: {} }],
    ['may hold users only', `basic_auth_users: { prometheus: "${HASH}" }`, { headers: {}, users: new Map([['prometheus', HASH]]) }],
    ['may hold no users', 'basic_auth_users: {}', { headers: {} }],
    ['may say HTTP/2, which is not spoken', 'http_server_config: { http2: true }', { headers: {} }],
    [
      'may hold headers; a blank one is none',
      'http_server_config: { headers: { Strict-Transport-Security: max-age=60, X-Frame-Options: sameorigin, X-XSS-Protection: 1, Content-Security-Policy: "" } }',
      { headers: { 'X-XSS-Protection': '1', 'Strict-Transport-Security': 'max-age=60', 'X-Frame-Options': 'sameorigin' } },
    ],
    ['may limit requests', 'rate_limit: { interval: 1m0.5s, burst: 3 }', { headers: {}, rateLimit: { intervalMs: 60_500, burst: 3 } }],
    ['may limit nothing', 'rate_limit: { interval: 0, burst: 3 }', { headers: {} }],
    [
      'names files relative to itself',
      'tls_server_config: { cert_file: tls/a.crt, key_file: /keys/a.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, min_version: TLS13 }',
      {
        headers: {},
        tls: {
          cert: { file: '/etc/harbour/tls/a.crt' },
          key: { file: '/keys/a.key' },
          clientCa: { file: '/etc/harbour/ca.crt' },
          clientAuth: 'RequireAndVerifyClientCert',
          minVersion: 'TLSv1.3',
          maxVersion: 'TLSv1.3',
          honorCipherOrder: true,
        },
      },
    ],
    [
      'may hold certificates itself, and choose suites and curves by the names that Go gives them',
      'tls_server_config: { cert: C, key: K, client_ca: A, client_auth_type: RequireClientCert, client_allowed_sans: [crane], cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256], curve_preferences: [X25519, CurveP256], prefer_server_cipher_suites: false }',
      {
        headers: {},
        tls: {
          cert: { text: 'C' },
          key: { text: 'K' },
          clientCa: { text: 'A' },
          clientAuth: 'RequireAnyClientCert',
          allowedSans: ['crane'],
          minVersion: 'TLSv1.2',
          maxVersion: 'TLSv1.3',
          ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256',
          curves: 'X25519:P-256',
          honorCipherOrder: false,
        },
      },
    ],
  ])('%s', (_, text, expected) => {
    expect(parseWebConfig(text, '/etc/harbour/web.yml')).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    [
      'an unknown key',
      'tls_config: {}',
      /web\.yml: file: Unrecognized key: "tls_config"; allowed are tls_server_config, http_server_config, /,
    ],
    [
      'another header',
      'http_server_config: { headers: { Server: x } }',
      /headers\.Server: allowed are Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy$/,
    ],
    ['another value of a header', 'http_server_config: { headers: { X-Frame-Options: allow } }', /"allow": allowed are deny, sameorigin$/],
    ['a header in two lines', 'http_server_config: { headers: { X-XSS-Protection: "1\\r\\nSet-Cookie: a" } }', /without line breaks/],
    ['a certificate authority that nothing asks for', 'tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }', /asks nobody/],
    ['an unknown suite', 'tls_server_config: { cert_file: a, key_file: b, cipher_suites: [RC4] }', /cipher_suites\.0: .*TLS_ECDHE_RSA/],
    ['an interval without a unit', 'rate_limit: { interval: "5" }', /rate_limit\.interval: a duration/],
    ['a missing key file', 'tls_server_config: { cert_file: a }', /web\.yml: tls_server_config\.key_file:/],
    [
      'an unknown client_auth_type',
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: Maybe }',
      /client_auth_type: .*"NoClientCert"/,
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
    const reads: boolean[] = [];
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
      onWebConfig: (good) => reads.push(good),
      version: '1',
      log: { info() {}, warn() {}, error: (fields, message) => log.error?.(`${message}: ${(fields as { error: string }).error}`) },
    });
    opened.push(() => server.close());
    return { url: server.urls[0]!, write, read: () => reads };
  }

  const get = (
    url: URL,
    options: RequestOptions = {},
  ): Promise<{ status: number | string; certificate?: PeerCertificate; protocol?: string | null; headers?: IncomingHttpHeaders }> =>
    new Promise((resolve) => {
      const sent = request(
        { host: '127.0.0.1', port: url.port, path: '/-/healthy', ca: authority.cert, agent: false, ...options },
        (response) => {
          const socket = response.socket as TLSSocket;
          const seen = { certificate: socket.getPeerCertificate(), protocol: socket.getProtocol(), headers: response.headers };
          response.resume().on('end', () => resolve({ status: response.statusCode!, ...seen }));
        },
      );
      sent.on('error', () => resolve({ status: NONE }));
      sent.end();
    });

  const TLS = 'tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n';
  const clientAuth = (type: string) => `${TLS}${type === 'NoClientCert' ? '' : '  client_ca_file: ca.crt\n'}  client_auth_type: ${type}\n`;

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

  const USERS = `basic_auth_users: { prometheus: "${HASH}" }\n`;
  const PATH = { path: '/metrics' };
  const AUTH = { ...PATH, auth: 'prometheus:ebb-and-flood' };

  it('asks for a password on each path but those of the kubelet', async () => {
    const { url } = await serve(`${TLS}${USERS}`);
    for (const path of ['/', '/metrics', '/api/v1/status', '/runbooks/x', '/nowhere', '/-/healthy/x', '/-/', '/-/ready%2f'])
      expect([path, (await get(url, { path })).status, (await get(url, { path, auth: 'prometheus:wrong' })).status]).toEqual([
        path,
        401,
        401,
      ]);
    expect((await get(url, AUTH)).status).toBe(200);
    expect([(await get(url, { path: '/-/healthy' })).status, (await get(url, { path: '/-/ready' })).status]).toEqual([200, 503]);
  });

  it('takes another password without a restart', async () => {
    const { url, write } = await serve(`${TLS}${USERS}`);
    expect((await get(url, AUTH)).status).toBe(200);
    write('web.yml', `${TLS}basic_auth_users: { prometheus: "${hashSync('slack-water', 4)}" }\n`);
    expect((await get(url, AUTH)).status).toBe(401);
    expect((await get(url, { ...PATH, auth: 'prometheus:slack-water' })).status).toBe(200);
  });

  // As a file is that is written in two steps, cut off anywhere.
  it.each<[string, string]>([
    ['emptied', ''],
    ['only comments', '# nothing\n'],
    ['without its users', TLS],
    ['with no users', `${TLS}basic_auth_users: {}\n`],
    ['with nobody named yet', `${TLS}basic_auth_users:\n`],
    ['with half a password', `${TLS}basic_auth_users: { prometheus: "$2a$04$abc" }\n`],
    ['half written', `${TLS}basic_auth_users: { prometheus: "$2a$04`],
  ])('stays closed when its file is %s, says so, and takes the next good one', async (_, text) => {
    const errors: string[] = [];
    const { url, write, read } = await serve(`${TLS}${USERS}`, { error: (message) => errors.push(message) });
    write('web.yml', text);
    expect([(await get(url, PATH)).status, (await get(url, AUTH)).status]).toEqual([401, 200]);
    expect(errors).toEqual([expect.stringMatching(/^web configuration is not usable; the last one stays in force: .*web\.yml/) as string]);
    expect(read()).toEqual([false]);
    write('web.yml', `${TLS}basic_auth_users: { prometheus: "${HASH}", crane: "${HASH}" }\n`);
    expect((await get(url, { ...PATH, auth: 'crane:ebb-and-flood' })).status).toBe(200);
    expect(read()).toEqual([false, true]);
  });

  it('is never opened to clients without a certificate while it runs', async () => {
    const errors: string[] = [];
    const { url, write } = await serve(clientAuth('RequireAndVerifyClientCert'), { error: (message) => errors.push(message) });
    const own = await authority.issue({ usage: 'client' });
    for (const text of [TLS, clientAuth('VerifyClientCertIfGiven'), '']) {
      write('web.yml', text);
      expect([(await get(url)).status, (await get(url, own)).status]).toEqual([NONE, 200]);
    }
    expect(errors).toHaveLength(3);
    expect(errors[1]).toContain('client_auth_type is VerifyClientCertIfGiven, it was RequireAndVerifyClientCert');
  });

  it('lets in only certificates with an allowed name', async () => {
    const { url } = await serve(`${clientAuth('RequireAndVerifyClientCert')}  client_allowed_sans: [crane, 10.1.2.3]\n`);
    const status = async (of: Parameters<Authority['issue']>[0]) =>
      (await get(url, await authority.issue({ usage: 'client', ...of }))).status;
    expect([await status({ names: ['crane'] }), await status({ ips: ['10.1.2.3'] }), await status({ names: ['cranes'] })]).toEqual([
      200,
      200,
      NONE,
    ]);
  });

  it('sets the headers of its file over its own, and new ones without a restart', async () => {
    const { url, write } = await serve(`${TLS}http_server_config: { headers: { X-Frame-Options: sameorigin } }\n`);
    expect((await get(url)).headers?.['x-frame-options']).toBe('sameorigin');
    write('web.yml', `${TLS}http_server_config: { headers: { Strict-Transport-Security: max-age=60 } }\n`);
    expect((await get(url)).headers).toMatchObject({ 'x-frame-options': 'DENY', 'strict-transport-security': 'max-age=60' });
  });

  it('limits requests, but not those of the kubelet', async () => {
    const { url } = await serve(`${TLS}rate_limit: { interval: 1h, burst: 2 }\n`);
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await get(url, PATH)).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect((await get(url)).status).toBe(200);
  });

  it('holds its certificate in the file itself, and a chosen suite', async () => {
    const pem = (text: string) => JSON.stringify(text);
    const { url } = await serve(
      `tls_server_config: { cert: ${pem(serving.cert)}, key: ${pem(serving.key)}, max_version: TLS12, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384] }\n`,
    );
    expect((await get(url, { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384' })).status).toBe(200);
    expect((await get(url, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256' })).status).toBe(NONE);
  });

  it('does not start with a file that it cannot use', async () => {
    await expect(serve('tls_server_config: { cert_file: gone.crt, key_file: tls.key }')).rejects.toThrow(/gone\.crt/);
  });
});
