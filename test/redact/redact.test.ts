import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTED_KINDS, type RedactedKind } from '../../src/redact/kinds.ts';
import { redact, redacted, redactionTotals } from '../../src/redact/redact.ts';
import { classifyText } from '../../src/signatures/classify.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { cpuMs } from '../support/cpu-time.ts';

/** A secret of each shape is built from parts, so that no scanner takes this file for a leak. */
const join = (...parts: readonly string[]) => parts.join('');
const JWT = join('eyJhbGciOiJSUzI1NiIsImtpZCI6', 'IjE3In0.eyJzdWIiOiJ0aWRlcyIsImV4cCI6MX0', '.c2lnbmF0dXJlLW9mLXRpZGVz');
const LINE_OF_KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
const BEGIN = join('-----BEGIN RSA ', 'PRIVATE KEY-----');
const END = join('-----END RSA ', 'PRIVATE KEY-----');

/** Kind, line, what must be gone. */
const HITS: readonly (readonly [RedactedKind, string, string])[] = [
  ['authorization', 'Authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
  ['authorization', 'headers={"Authorization":["Basic dGlkZTpoaWdo"]}', 'dGlkZTpoaWdo'],
  ['authorization', 'msg="request" authorization="Bearer s3cr3tt0k3n"', 's3cr3tt0k3n'],
  ['authorization', 'sent bearer q8Zr41LmXw0 to the server', 'q8Zr41LmXw0'],
  ['authorization', 'curl -H \\"Authorization: Bearer q8Zr41LmXw0\\"', 'q8Zr41LmXw0'],
  ['jwt', `token review of ${JWT} failed`, JWT],
  ['jwt', `cut ${JWT.slice(0, 40)}`, JWT.slice(0, 40)],
  ['jwt', `?access=${JWT}&x=1`, JWT],
  ['access-token', `clone with ${join('ghp', '_0123456789abcdefghijABCDEFGHIJ012345')}`, '0123456789abcdefghij'],
  ['access-token', `clone with ${join('github', '_pat_11ABCDEFG0123456789abc')}`, '11ABCDEFG'],
  ['access-token', `PRIVATE ${join('glpat', '-0123456789abcdefghij')}`, '0123456789abcdefghij'],
  ['access-token', `notify ${join('xoxb', '-012345678901-abcdefABCDEF')}`, '012345678901'],
  ['access-token', `POST https://${join('hooks.slack', '.com/services/T000/B000/abcdefgh01234567')}`, 'abcdefgh01234567'],
  ['cloud-key', `id ${join('AKIA', 'IOSFODNN7EXAMPLE')}`, 'IOSFODNN7EXAMPLE'],
  ['cloud-key', `key ${join('AIza', 'SyA0123456789abcdefghijklmnopqrstuv')}`, 'SyA0123456789'],
  ['cloud-key', `use ${join('ya29', '.a0AfH6SMBx0123456789abcdef')}`, 'a0AfH6SMBx'],
  ['url-credentials', 'dial postgres://tide:h1gh@db.harbour.svc:5432/tides failed', 'h1gh'],
  ['url-credentials', 'redis://:h1gh@cache:6379', 'h1gh'],
  ['url-credentials', 'Get "https://tide:high@gauge.example.com/metrics": EOF', 'tide:high'],
  ['url-credentials', 'open tide:high@tcp(10.0.0.1:3306)/tides: refused', 'tide:high'],
  ['password', 'password=hunter2 user=tide', 'hunter2'],
  ['password', 'level=error db_password="high water" x=1', 'high'],
  ['password', '{"level":"info","clientSecret":"low-water-9","x":1}', 'low-water-9'],
  ['password', '{"config":"{\\"api_key\\":\\"low-water-9\\"}"}', 'low-water-9'],
  ['password', 'args: --token=abcdefgh --v=2', 'abcdefgh'],
  ['password', 'args: --password hunter2 --v=2', 'hunter2'],
  ['password', 'TIDE_DB_PASSWORD=hunter2', 'hunter2'],
  ['password', 'config:\n  password: highwater\n  user: tide', 'highwater'],
  ['password', 'login failed, password: hunter2, try again', 'hunter2'],
  [
    'password',
    `DefaultEndpointsProtocol=https;AccountName=tide;${join('Account', 'Key=abcd/EFGH0123456789abcdefgh==')};x`,
    'EFGH0123456789',
  ],
  ['password', 'GET /tides?sig=abc%2Bdef%3D&se=2026', 'abc%2Bdef'],
  ['password', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
  ['private-key', `${BEGIN}\n${LINE_OF_KEY}\n${LINE_OF_KEY}\nAbc=\n${END}`, LINE_OF_KEY],
  ['private-key', `tls.key: "${BEGIN}\\n${LINE_OF_KEY}\\n${END}\\n"`, LINE_OF_KEY],
  ['private-key', `${BEGIN}\n${LINE_OF_KEY}\n${LINE_OF_KEY}`, LINE_OF_KEY],
  ['private-key', `${LINE_OF_KEY}\n${LINE_OF_KEY}\n${END}\nnext`, LINE_OF_KEY],
  ['private-key', `before\n${LINE_OF_KEY}\n${LINE_OF_KEY}\n${LINE_OF_KEY}`, LINE_OF_KEY],
  ['kubeconfig', 'users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBSU0E=', 'LS0tLS1CRUdJTiBSU0E='],
  ['email', 'mail keeper@harbour.example.com about it', 'keeper@harbour'],
  ['email', 'impersonate tides@project.iam.gserviceaccount.com', 'tides@project'],
];

/** What must stay: it is no secret, and it tells. */
const NEAR_MISSES = [
  'uid 6f0a3a2f-52f2-4c1c-9a3b-1f7c2d41f0aa',
  'image registry.example.com/tide@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'SHA256 Fingerprint=9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15',
  'verifying certificate SN=12, SKID=AB:CD, AKID=EF:01 failed: x509: certificate signed by unknown authority',
  'password is required',
  'token has expired',
  'invalid bearer token, token lookup failed',
  'Unable to authenticate the request: [invalid bearer token, Token has been invalidated]',
  'WWW-Authenticate: Bearer realm="https://auth.example.com/token",service="registry.example.com"',
  'Bearer authentication failed',
  'Basic authentication is not allowed',
  'authorization: RBAC denied',
  '--authorization-mode=Node,RBAC',
  '--token-auth-file=/etc/tides/token --tls-private-key-file=/certs/tls.key',
  'token=/var/run/secrets/kubernetes.io/serviceaccount/token',
  'secret="harbour/tide-serving-cert" not found',
  'Error: secret "tide-serving-cert" not found',
  'secretName: tide-serving-cert',
  'expirationSeconds: 3600, tokenReviews=3',
  'cannot fetch token: Post "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: connect: connection refused',
  'could not refresh token: oauth2: cannot fetch token: 401 Unauthorized',
  'failed to get token: x509: certificate has expired or is not yet valid',
  'password=<nil> token=*** api_key=[REDACTED]',
  'k8s.io/apiserver@v0.36.3/pkg/server/httplog/httplog.go:134',
  '"caller":"v3@v3.6.8/retry_interceptor.go:65"',
  'getty@tty1.service failed',
  'https://10.96.7.7:443/apis/tides.example.com/v1: 401',
  'subject with cn=system:node:node-a is not in the allowed list',
  '-----BEGIN CERTIFICATE----- is missing in ca.crt',
  'compass=north bypass=yes passes=3',
  'keys: 3, key=tide/north',
];

describe('secrets', () => {
  it.each(HITS)('%s: %j', (kind, line, secret) => {
    const { text, cut } = redact(line);
    expect(text).not.toContain(secret);
    expect(text).toContain(`‹redacted: ${kind}›`);
    expect(cut[kind]).toBeGreaterThan(0);
  });

  it('have a line in the table for each kind', () => {
    expect([...new Set(HITS.map(([kind]) => kind))].sort()).toEqual([...REDACTED_KINDS].sort());
  });

  it('leave the words around them', () => {
    expect(redact('dial postgres://tide:h1gh@db:5432/tides: connection refused').text).toBe(
      'dial postgres://‹redacted: url-credentials›@db:5432/tides: connection refused',
    );
    expect(redact('{"password":"hunter2","x":1}').text).toBe('{"password":"‹redacted: password›","x":1}');
  });

  it('are counted, by kind', () => {
    const before = { ...redactionTotals() };
    redacted('password=hunter2 token=abc and keeper@harbour.example.com');
    const after = redactionTotals();
    expect([after.password - before.password, after.email - before.email, after.jwt - before.jwt]).toEqual([2, 1, 0]);
  });
});

describe('what only looks like one', () => {
  it.each(NEAR_MISSES)('stays: %s', (line) => {
    expect(redact(line)).toEqual({ text: line, cut: {} });
  });
});

describe('the words that signatures match on', () => {
  it.each(SIGNATURES.flatMap(({ id, matches }) => matches.map((line) => [id, line] as const)))('stay: %s, %s', (_, line) => {
    expect(classifyText(redact(line).text)?.id).toBe(classifyText(line)?.id);
  });
});

describe('any text', () => {
  const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('');
  const random = (min: number, max: number) =>
    fc.string({ unit: fc.constantFrom(...base64), minLength: min, maxLength: max }).filter((text) => /\d/.test(text) && /[a-z]/.test(text));
  const secret: fc.Arbitrary<readonly [secret: string, line: string]> = random(12, 40).chain((value) =>
    fc
      .constantFrom(
        `password=${value}`,
        `{"token":"${value}"}`,
        `Authorization: Bearer ${value}`,
        `--api-key=${value}`,
        `mysql://tide:${value}@db/x`,
        `${BEGIN}\n${value.padEnd(64, 'A')}\n${END}`,
        `${join('ghp', '_')}${value.padEnd(36, '0')}`,
        `eyJ${value.padEnd(30, 'x')}.eyJ${value}.${value}`,
        `client-key-data: ${value}`,
      )
      .map((line) => [value, line] as const),
  );
  const words = fc.array(
    fc.oneof(
      fc.constantFrom(
        'token',
        'password',
        'Bearer',
        ' ',
        ':',
        '=',
        '"',
        '\\',
        '\n',
        '@',
        '://',
        '/',
        '.',
        '-',
        '‹redacted: password›',
        'eyJ',
        '--',
        BEGIN,
        END,
        'é',
      ),
      fc.string({ maxLength: 12 }),
      fc.constantFrom(...HITS.map(([, line]) => line), ...NEAR_MISSES),
    ),
    { maxLength: 12 },
  );

  it('comes out the same when it is redacted again, and not much longer', () => {
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join('');
        const once = redact(text).text;
        expect(redact(once)).toEqual({ text: once, cut: {} });
        expect(once.length).toBeLessThanOrEqual(8 * text.length + 32);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps no secret, wherever it stands', () => {
    const around = fc.constantFrom('', 'I0105 09:00:13.100000       1 tide.go:7] ', 'line before\n', '{"msg":"x"} ');
    fc.assert(
      fc.property(secret, around, ([value, line], before) => {
        expect(redact(`${before}${line}`).text).not.toContain(value);
      }),
    );
  });

  it.each([
    'eyJ',
    'password=',
    'a@',
    '://',
    ':x@',
    'Bearer ',
    BEGIN,
    `${LINE_OF_KEY}\n`,
    'authorization: ',
    '--token ',
    'token',
    'a.',
    '\\',
    '"',
    'A'.repeat(64),
  ])('takes time that grows with it, not with its square: %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    redact(text.slice(0, 10_000));
    expect(cpuMs(() => redact(text))).toBeLessThan(3000);
  });
});
