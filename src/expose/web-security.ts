import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { readBoundedFile } from '../files/bounded-file.ts';
import { type BasicAuth, createBasicAuth } from './basic-auth.ts';
import { createRateLimit, type RateLimiter } from './rate-limit.ts';
import { parseWebConfig, type WebConfig } from './web-config.ts';
import type { WebLogger } from './web-logger.ts';
import { filesStamp, isAllowed, openedBy, tlsOptions } from './web-tls.ts';

export interface WebSecurity {
  /** As at start; undefined = plain HTTP. Switching TLS on or off needs a restart, new certificates don't. */
  readonly tls: TlsOptions | undefined;
  /** Rotated files are taken at the next connection. */
  attach(server: Server): void;
  /** Headers of the file, set over our own. */
  readonly headers: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Has it users? Without, `authenticate` lets everybody through. */
  users(): boolean;
  readonly authenticate: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Reads the files now, changed or not. Returns what is wrong with them; the last good ones stay in force then. */
  reload(): string | undefined;
}

interface InForce {
  readonly config: WebConfig;
  readonly options: TlsOptions | undefined;
  readonly auth: BasicAuth | undefined;
  readonly limit: RateLimiter | undefined;
}

/**
 * Throws when the file is not valid at start. Later, a bad file is logged once and the last good one stays: also a file that is valid but
 * would let in who was kept out (emptied, cut off at a line's end), since whoever writes a file in two steps shows us the first one.
 * @param onRead told after each reading whether what is in the file is what is in force.
 */
export function createWebSecurity(path: string, log: WebLogger, onRead: (good: boolean) => void = () => {}): WebSecurity {
  let now = inForce(readWebConfig(path));
  let stamp = filesStamp(path, now.config);
  const servers: HttpsServer[] = [];
  const startedWithTls = now.options !== undefined;

  function take(): void {
    const config = readWebConfig(path);
    const opened = openedBy(now.config, config);
    if (opened !== undefined) throw new Error(`${path}: ${opened}: to open what was closed needs a restart`);
    const next = inForce(config, now);
    if ((next.options !== undefined) !== startedWithTls) throw new Error(`${path}: switching TLS on or off needs a restart`);
    if (next.options) for (const server of servers) applyTls(server, next.options);
    now = next;
    stamp = filesStamp(path, config);
  }

  function read(): string | undefined {
    try {
      take();
      log.info({ file: path }, 'web configuration read again');
      onRead(true);
      return undefined;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.error({ file: path, error: problem }, 'web configuration is not usable; the last one stays in force');
      onRead(false);
      return problem;
    }
  }

  function refresh(): void {
    const seen = filesStamp(path, now.config);
    if (seen === stamp) return;
    stamp = seen;
    read();
  }

  return {
    tls: now.options,
    attach(server) {
      if (startedWithTls) servers.push(server as HttpsServer);
      server.prependListener('connection', refresh);
      server.on('secureConnection', (socket: TLSSocket) => {
        if (!isAllowed(socket, now.config.tls)) socket.destroy();
      });
    },
    headers(_request, response, next) {
      refresh();
      for (const [name, value] of Object.entries(now.config.headers)) response.setHeader(name, value);
      next();
    },
    users: () => now.auth !== undefined,
    authenticate(request, response, next) {
      if (now.limit && !now.limit.allow()) return refuse(response, 'busy');
      if (!now.auth) return next();
      now.auth.verify(request.headers.authorization).then(
        (verdict) => (verdict === 'accepted' ? next() : refuse(response, verdict)),
        () => refuse(response, 'refused'),
      );
    },
    reload: read,
  };
}

/** Reads and checks the file and everything that it names. Throws an Error that names the file, the key, and what is allowed. */
export function checkWebConfig(path: string): WebConfig {
  const config = readWebConfig(path);
  inForce(config);
  return config;
}

function readWebConfig(path: string): WebConfig {
  let text: string;
  try {
    text = readBoundedFile(path);
  } catch (error) {
    throw new Error(`cannot read the web configuration ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseWebConfig(text, path);
}

/** What remembers passwords and requests goes on where its part of the file is as it was. */
function inForce(config: WebConfig, before?: InForce): InForce {
  const same = (part: (of: WebConfig) => unknown) =>
    before !== undefined && JSON.stringify(part(before.config)) === JSON.stringify(part(config));
  const { users, rateLimit } = config;
  return {
    config,
    options: config.tls && tlsOptions(config.tls),
    auth: same((of) => [...(of.users ?? [])]) ? before?.auth : users && createBasicAuth(users),
    limit: same((of) => of.rateLimit) ? before?.limit : rateLimit && createRateLimit(rateLimit),
  };
}

function applyTls(server: HttpsServer, options: TlsOptions): void {
  server.setSecureContext(options);
  // The context does not hold these two; Node's server reads them from itself on each connection.
  Object.assign(server, { requestCert: options.requestCert, rejectUnauthorized: options.rejectUnauthorized });
}

function refuse(response: ServerResponse, verdict: 'refused' | 'busy'): void {
  if (verdict === 'busy') response.writeHead(429, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('too many requests\n');
  else
    response
      .writeHead(401, { 'Content-Type': 'text/plain', 'WWW-Authenticate': 'Basic realm="aggregated-api-exporter", charset="UTF-8"' })
      .end('unauthorized\n');
}
