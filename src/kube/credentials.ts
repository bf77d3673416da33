import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../source/logger.ts';
import type { HeaderValues, KubeCredentials } from './api.ts';
import { KubeRequestError } from './errors.ts';

/** The part of KubeConfig that the client needs. */
export interface CredentialSource {
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string | undefined } | null;
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
  getCurrentUser?(): {
    readonly authProvider?: { readonly config?: { readonly tokenFile?: unknown } };
    /** Beside Impersonate-User. */
    readonly impersonation?: HeaderValues;
  } | null;
}

/** Credentials and the connections that were opened with them. */
export interface Identity {
  readonly credentials: KubeCredentials;
  readonly agent: http.Agent;
}

/** Token files and exec plugins are asked again after this time: bound tokens are rotated, client-go re-reads them each minute too. */
const MAX_AGE = 60_000;
/** Longer than an exec plugin is given: whatever else may hang (a login server, a file system). */
const DEADLINE_MS = 35_000;

export interface Identities {
  /** Rejects with KubeRequestError (code CREDENTIALS) when a plugin or a file fails. */
  current(path: string): Promise<Identity>;
  /** Credentials applied anew after a 401; undefined when they are still the same. */
  renewed(path: string): Promise<Identity | undefined>;
  close(): void;
}

export function createIdentities(
  source: CredentialSource,
  { log, deadlineMs = DEADLINE_MS }: { log: Logger; deadlineMs?: number },
): Identities {
  const proxied = source.getCurrentCluster()?.proxyUrl !== undefined;
  const plain = source.getCurrentCluster()?.server.startsWith('http:') ?? false;
  let identity: Identity | undefined;
  let transport = '';
  let appliedAt = 0;
  let applying: Promise<Identity> | undefined;

  const apply = async (path: string): Promise<Identity> => {
    const options: RequestOptions = { headers: {} };
    try {
      await source.applyToHTTPSOptions(options);
      await readTokenFile(source, options);
    } catch (error) {
      // What JSON.parse says of a text quotes the text, and here that may be a credential.
      const why = error instanceof SyntaxError ? 'the answer is no JSON (not shown: it may hold a secret)' : (error as Error).message;
      throw new KubeRequestError('GET', path, 'CREDENTIALS', `credentials can't be had: ${why}`);
    }
    const credentials = credentialsOf(options, source.getCurrentUser?.()?.impersonation);
    const fingerprint = fingerprintOf(credentials);
    if (!identity || fingerprint !== transport) {
      const agent = proxied ? (options.agent as http.Agent) : agentOf(credentials, plain);
      if (identity) {
        log.info({}, 'the client certificate or the cluster’s CA changed: new connections use the new one');
        retire(identity.agent);
      }
      identity = { credentials, agent };
      transport = fingerprint;
    } else identity = { credentials, agent: identity.agent };
    // Real elapsed time, not the injected clock: tokens age by it.
    appliedAt = performance.now();
    return identity;
  };
  const once = (path: string): Promise<Identity> => {
    // While one hangs no other is started: waiting callers are told, and the one that hangs may still end.
    applying ??= apply(path).finally(() => {
      applying = undefined;
    });
    return within(applying, path, deadlineMs);
  };

  return {
    current: (path) => (identity && performance.now() - appliedAt < MAX_AGE ? Promise.resolve(identity) : once(path)),
    async renewed(path) {
      const before = identity;
      const after = await once(path);
      return before &&
        JSON.stringify(before.credentials.headers) === JSON.stringify(after.credentials.headers) &&
        before.agent === after.agent
        ? undefined
        : after;
    },
    close: () => identity?.agent.destroy(),
  };
}

/** @throws KubeRequestError (code CREDENTIALS) when it has not settled in time. */
async function within<T>(promise: Promise<T>, path: string, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = Math.round(milliseconds / 1000);
    timer = setTimeout(
      () => reject(new KubeRequestError('GET', path, 'CREDENTIALS', `credentials can't be had: nobody gave them within ${seconds} s`)),
      milliseconds,
    );
  });
  // Nobody waits for it any more after that: what it rejects with then is nobody's.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** KubeConfig holds on to what it read from a token file for a minute, even when the server refuses it meanwhile. */
async function readTokenFile(source: CredentialSource, options: RequestOptions): Promise<void> {
  const file = source.getCurrentUser?.()?.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return;
  const token = (await readFile(file, 'utf8')).trim();
  if (token !== '') options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
}

/** Running watches keep their connections until they end; idle ones are closed now, and none is kept any more. */
function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function credentialsOf(options: RequestOptions, impersonation: HeaderValues = {}): KubeCredentials {
  const headers: Record<string, string | readonly string[]> = { ...impersonation };
  // A token file may end with a newline, which is no legal header value.
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return {
    ...(options.ca === undefined ? {} : { ca: options.ca as string | Buffer }),
    ...(options.cert === undefined ? {} : { cert: options.cert as string | Buffer }),
    ...(options.key === undefined ? {} : { key: options.key as string | Buffer }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    headers,
  };
}

function fingerprintOf({ ca, cert, key, servername, rejectUnauthorized }: KubeCredentials): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername, String(rejectUnauthorized)]) hash.update(part ?? '').update('\0');
  return hash.digest('base64');
}

function agentOf({ ca, cert, key, servername, rejectUnauthorized }: KubeCredentials, plain: boolean): http.Agent {
  // Watches hold their sockets for minutes, so the number of sockets must not be small.
  const common = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 16 };
  if (plain) return new http.Agent(common);
  // One context for all connections: parsing the CA anew for each costs more than the handshake.
  const secureContext = createSecureContext({ ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) });
  return new https.Agent({ ...common, secureContext, rejectUnauthorized, ...(servername === undefined ? {} : { servername }) });
}
