import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { type BasicAuth, createBasicAuth } from './basic-auth.ts';
import type { WebLogger } from './server.ts';
import { filesStamp, parseWebConfig, tlsOptions, type WebConfig } from './web-config.ts';

export interface WebSecurity {
  /** As at start; undefined = plain HTTP. Switching TLS on or off needs a restart, new certificates don't. */
  readonly tls: TlsOptions | undefined;
  /** Rotated files are taken at the next connection. */
  attach(server: Server): void;
  authenticate(request: IncomingMessage, response: ServerResponse, next: () => void): void;
}

/** Throws when the file is not valid at start. Later, a bad file is logged once and the last good one stays. */
export function createWebSecurity(path: string, log: WebLogger): WebSecurity {
  let config: WebConfig = parseWebConfig(read(path), path);
  let options = config.tls && tlsOptions(config.tls);
  let auth: BasicAuth | undefined = config.users && createBasicAuth(config.users);
  let stamp = filesStamp(path, config);
  const startedWithTls = options !== undefined;
  const servers: HttpsServer[] = [];

  function refresh(): void {
    const now = filesStamp(path, config);
    if (now === stamp) return;
    stamp = now;
    try {
      const next = parseWebConfig(read(path), path);
      const nextOptions = next.tls && tlsOptions(next.tls);
      if ((nextOptions !== undefined) !== startedWithTls) throw new Error(`${path}: switching TLS on or off needs a restart`);
      if (nextOptions) for (const server of servers) applyTls(server, nextOptions);
      if (!sameUsers(next.users, config.users)) auth = next.users && createBasicAuth(next.users);
      config = next;
      options = nextOptions;
      stamp = filesStamp(path, config);
      log.info({ file: path }, 'web configuration read again');
    } catch (error) {
      log.error({ file: path, error: messageOf(error) }, 'web configuration is not usable; the last one stays in force');
    }
  }

  return {
    tls: options,
    attach(server) {
      if (startedWithTls) servers.push(server as HttpsServer);
      server.prependListener('connection', refresh);
      server.on('secureConnection', (socket: TLSSocket) => judgeClient(socket, config));
    },
    authenticate(_request, response, next) {
      refresh();
      if (!auth) return next();
      auth.verify(_request.headers.authorization).then(
        (verdict) => (verdict === 'accepted' ? next() : refuse(response, verdict)),
        () => refuse(response, 'refused'),
      );
    },
  };
}

function applyTls(server: HttpsServer, options: TlsOptions): void {
  server.setSecureContext(options);
  // The context does not hold these two; Node's server reads them from itself on each connection.
  Object.assign(server, { requestCert: options.requestCert, rejectUnauthorized: options.rejectUnauthorized });
}

/** The client_auth_types between "none" and "verified" that Node has no option for. */
function judgeClient(socket: TLSSocket, config: WebConfig): void {
  const type = config.tls?.clientAuth;
  const given = Object.keys(socket.getPeerCertificate()).length > 0;
  const refused = (type === 'RequireAnyClientCert' && !given) || (type === 'VerifyClientCertIfGiven' && given && !socket.authorized);
  if (refused) (socket as Socket).destroy();
}

function refuse(response: ServerResponse, verdict: 'refused' | 'busy'): void {
  if (verdict === 'busy') response.writeHead(429, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('too many attempts\n');
  else
    response
      .writeHead(401, { 'Content-Type': 'text/plain', 'WWW-Authenticate': 'Basic realm="aggregated-api-exporter", charset="UTF-8"' })
      .end('unauthorized\n');
}

function sameUsers(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
  return JSON.stringify([...(a ?? [])]) === JSON.stringify([...(b ?? [])]);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the web configuration ${path}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
