import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { loadAll } from 'js-yaml';
import * as z from 'zod';

/**
 * The web configuration file of Prometheus's exporter-toolkit: TLS and basic authentication. Paths are relative to the file.
 * Unknown keys are refused, as there.
 */
const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;

const schema = z.strictObject({
  tls_server_config: z
    .strictObject({
      cert_file: z.string(),
      key_file: z.string(),
      client_auth_type: z.enum(CLIENT_AUTH).default('NoClientCert'),
      client_ca_file: z.string().optional(),
      min_version: z.enum(TLS_VERSIONS).default('TLS12'),
      max_version: z.enum(TLS_VERSIONS).default('TLS13'),
    })
    .refine(
      (tls) => tls.client_ca_file !== undefined || !/Verify/.test(tls.client_auth_type),
      'client_ca_file is needed to verify client certificates',
    )
    .optional(),
  basic_auth_users: z
    .record(z.string(), z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'a bcrypt hash is allowed ($2y$10$…)'))
    .optional(),
});

export interface WebConfig {
  readonly tls?: TlsSettings;
  /** User → bcrypt hash; undefined = no authentication. */
  readonly users?: ReadonlyMap<string, string>;
}

export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
  readonly clientAuth: (typeof CLIENT_AUTH)[number];
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

/** Throws an Error that names the file, the key, and what is allowed. */
export function parseWebConfig(text: string, path: string): WebConfig {
  let raw: unknown;
  try {
    const documents = loadAll(text);
    if (documents.length > 1) throw new Error(`${documents.length} YAML documents: one is allowed`);
    raw = documents[0] ?? {};
  } catch (error) {
    throw new Error(`${path}: not YAML: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
  const result = schema.safeParse(raw);
  if (!result.success)
    throw new Error(result.error.issues.map((issue) => `${path}: ${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'));
  const { tls_server_config: tls, basic_auth_users: users } = result.data;
  const folder = dirname(resolve(path));
  return {
    ...(tls && {
      tls: {
        certFile: resolve(folder, tls.cert_file),
        keyFile: resolve(folder, tls.key_file),
        ...(tls.client_ca_file !== undefined && { clientCaFile: resolve(folder, tls.client_ca_file) }),
        clientAuth: tls.client_auth_type,
        minVersion: tlsVersion(tls.min_version),
        maxVersion: tlsVersion(tls.max_version),
      },
    }),
    ...(users && Object.keys(users).length > 0 && { users: new Map(Object.entries(users)) }),
  };
}

/** What Node's TLS server needs. Throws when a file cannot be read. */
export function tlsOptions(tls: TlsSettings): TlsOptions {
  return {
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    ...(tls.clientCaFile !== undefined && { ca: readFileSync(tls.clientCaFile) }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    requestCert: tls.clientAuth !== 'NoClientCert',
    // Node ends the handshake only where a certificate is both needed and verified; the milder types are judged per request.
    rejectUnauthorized: tls.clientAuth === 'RequireAndVerifyClientCert',
  };
}

/** Changes when one of the files does: cheap enough to ask on each connection. */
export function filesStamp(path: string, config: WebConfig): string {
  const files = [path, config.tls?.certFile, config.tls?.keyFile, config.tls?.clientCaFile].filter((file) => file !== undefined);
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : 'gone';
    })
    .join(' ');
}

function tlsVersion(name: (typeof TLS_VERSIONS)[number]): SecureVersion {
  return `TLSv1.${name.at(-1)}`.replace('TLSv1.0', 'TLSv1') as SecureVersion;
}
