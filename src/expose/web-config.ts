import { validateHeaderValue } from 'node:http';
import { dirname, resolve } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import { yamlProblem } from '../files/yaml-problem.ts';

/**
 * The web configuration file of Prometheus's exporter-toolkit (github.com/prometheus/exporter-toolkit v0.20.0, docs/web-configuration.md):
 * TLS, basic authentication, headers, rate limit. Paths are relative to the file. Unknown keys are refused, as there.
 */
export const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'VerifyClientCertIfGiven',
  'RequireAnyClientCert',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];
const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;

/** Go's names of the suites up to TLS 1.2 (crypto/tls.CipherSuites) → OpenSSL's. Those of TLS 1.3 can't be chosen, as there. */
const CIPHERS = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
} as const;
const TLS13_CIPHERS = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const;
const CURVES = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' } as const;

/** The headers that may be set, with the values that are allowed; none listed = any value. */
const HEADERS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    'Strict-Transport-Security': [],
    'X-Content-Type-Options': ['nosniff'],
    'X-Frame-Options': ['deny', 'sameorigin'],
    'X-XSS-Protection': [],
    'Content-Security-Policy': [],
  }),
);

const keysOf = <T extends object>(table: T) => Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

const clientAuth = z.preprocess(
  // The older name, which the toolkit also still takes; empty is the default there.
  (value) => (value === 'RequireClientCert' ? 'RequireAnyClientCert' : value === '' ? undefined : value),
  z.enum(CLIENT_AUTH).default('NoClientCert'),
);
/** Empty is as good as absent, as in Go. */
const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));
/** `X-XSS-Protection: 1` is a number to YAML, and a string to the toolkit. */
const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const tls = z
  .strictObject({
    cert: text,
    key: text,
    client_ca: text,
    cert_file: text,
    key_file: text,
    client_ca_file: text,
    client_auth_type: clientAuth,
    client_allowed_sans: z.array(z.string()).optional(),
    min_version: z.enum(TLS_VERSIONS).default('TLS12'),
    max_version: z.enum(TLS_VERSIONS).default('TLS13'),
    cipher_suites: z.array(z.enum([...keysOf(CIPHERS), ...TLS13_CIPHERS])).default([]),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: z.array(z.enum(keysOf(CURVES))).default([]),
  })
  .refine((of) => of.cert !== undefined || of.cert_file !== undefined, {
    error: 'one of cert and cert_file is needed',
    path: ['cert_file'],
  })
  .refine((of) => of.key !== undefined || of.key_file !== undefined, { error: 'one of key and key_file is needed', path: ['key_file'] })
  .refine(
    (of) => (of.client_ca === undefined && of.client_ca_file === undefined) || of.client_auth_type !== 'NoClientCert',
    'client_ca_file without a client_auth_type asks nobody for a certificate',
  );

const headers = z.record(z.string(), headerValue).superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const allowed = HEADERS.get(name);
    const message = allowed === undefined ? `allowed are ${[...HEADERS.keys()].join(', ')}` : problemWith(name, value, allowed);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

function problemWith(name: string, value: string, allowed: readonly string[]): string | undefined {
  if (allowed.length > 0 && !allowed.includes(value)) return `${JSON.stringify(value)}: allowed are ${allowed.join(', ')}`;
  try {
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    return 'a value without line breaks and control characters is allowed';
  }
}

const schema = z.strictObject({
  tls_server_config: tls.optional(),
  http_server_config: z
    .strictObject({
      /** Taken for the toolkit's sake: HTTP/1.1 is what we speak, and what every client of the toolkit falls back to. */
      http2: z.boolean().default(true),
      headers: headers.default({}),
    })
    .optional(),
  rate_limit: z
    .strictObject({
      interval: z
        .union([z.literal(0).transform(String), z.string()])
        .pipe(z.string().regex(/^(0|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/, 'a duration such as 500ms, 1s or 0 is allowed'))
        .default('0'),
      burst: z.int().min(0).default(0),
    })
    .optional(),
  basic_auth_users: z
    .record(z.string(), z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'a bcrypt hash is allowed ($2y$10$…)'))
    .optional(),
});

export interface WebConfig {
  readonly tls?: TlsSettings;
  /** User → bcrypt hash; undefined = no authentication. */
  readonly users?: ReadonlyMap<string, string>;
  /** Set on every answer, over our own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit?: RateLimit;
}

export interface RateLimit {
  /** Milliseconds after which one more request is allowed. */
  readonly intervalMs: number;
  readonly burst: number;
}

/** PEM text, or a path that holds it. */
export type Pem = { readonly text: string } | { readonly file: string };

export interface TlsSettings {
  readonly cert: Pem;
  readonly key: Pem;
  readonly clientCa?: Pem;
  readonly clientAuth: ClientAuth;
  /** Names of which a client's certificate must have one. */
  readonly allowedSans?: readonly string[];
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** In OpenSSL's words; undefined = the default. */
  readonly ciphers?: string;
  readonly curves?: string;
  readonly honorCipherOrder: boolean;
}

/** Throws an Error that names the file, the key, and what is allowed. */
export function parseWebConfig(text: string, path: string): WebConfig {
  const raw = documentOf(text, path);
  const hidden = pathOfPrototype(raw);
  if (hidden !== undefined) throw new Error(`${path}: ${hidden}: the key __proto__ is not allowed`);
  const result = schema.safeParse(raw);
  if (!result.success) throw new Error(result.error.issues.map((issue) => `${path}: ${describe(issue)}`).join('\n'));
  const { tls_server_config: tls, http_server_config: http, rate_limit: limit, basic_auth_users: users } = result.data;
  const rateLimit = limit && { intervalMs: goMilliseconds(limit.interval), burst: limit.burst };
  return {
    ...(tls && { tls: tlsSettings(tls, dirname(resolve(path))) }),
    ...(users && Object.keys(users).length > 0 && { users: new Map(Object.entries(users)) }),
    headers: Object.fromEntries(Object.entries(http?.headers ?? {}).filter(([, value]) => value !== '')),
    ...(rateLimit && rateLimit.intervalMs > 0 && { rateLimit }),
  };
}

function documentOf(text: string, path: string): unknown {
  try {
    const documents = loadAll(text);
    if (documents.length > 1) throw new Error(`${documents.length} YAML documents: one is allowed`);
    return documents[0] ?? {};
  } catch (error) {
    throw new Error(`${path}: not YAML: ${yamlProblem(error)}`);
  }
}

/** Where a key `__proto__` stands: the schema would pass over it without a word. */
function pathOfPrototype(value: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return path || 'file';
  for (const [key, inner] of Object.entries(value)) {
    const found = pathOfPrototype(inner, path ? `${path}.${key}` : key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
    return `file: Unrecognized key: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; allowed are ${Object.keys(schema.shape).join(', ')}`;
  return `${path || 'file'}: ${issue.message}`;
}

function tlsSettings(of: z.output<typeof tls>, folder: string): TlsSettings {
  const pem = (text: string | undefined, file: string | undefined): Pem | undefined =>
    file !== undefined ? { file: resolve(folder, file) } : text !== undefined ? { text } : undefined;
  const [cert, key, clientCa] = [pem(of.cert, of.cert_file), pem(of.key, of.key_file), pem(of.client_ca, of.client_ca_file)];
  if (!cert || !key) throw new Error('tls_server_config: a certificate and a key are needed');
  const chosen = of.cipher_suites.flatMap((name) => (name in CIPHERS ? [CIPHERS[name as keyof typeof CIPHERS]] : []));
  return {
    cert,
    key,
    ...(clientCa && { clientCa }),
    clientAuth: of.client_auth_type,
    ...(of.client_allowed_sans && { allowedSans: of.client_allowed_sans }),
    minVersion: tlsVersion(of.min_version),
    maxVersion: tlsVersion(of.max_version),
    // Without the suites of TLS 1.3 in the list OpenSSL would switch that version off.
    ...(chosen.length > 0 && { ciphers: [...TLS13_CIPHERS, ...chosen].join(':') }),
    ...(of.curve_preferences.length > 0 && { curves: of.curve_preferences.map((name) => CURVES[name]).join(':') }),
    honorCipherOrder: of.prefer_server_cipher_suites,
  };
}

function tlsVersion(name: (typeof TLS_VERSIONS)[number]): SecureVersion {
  return `TLSv1.${name.at(-1)}`.replace('TLSv1.0', 'TLSv1') as SecureVersion;
}

const GO_UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function goMilliseconds(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(amount) * GO_UNITS[unit as keyof typeof GO_UNITS];
  return total;
}
