import { constants } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeClient } from '../kube/api.ts';
import { type TrustedTls, trustedWay } from '../kube/token-trust.ts';
import { hostPort, isIp } from '../net/addresses.ts';
import type { AttemptRequest, AttemptRuntime } from '../net/attempt.ts';
import type { AttemptTls } from '../net/connect.ts';
import { createParkedSockets } from '../net/parked-sockets.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Lane } from './lanes.ts';

/** One kube-apiserver as it is addressed: the kube client's server, or an instance of `default/kubernetes`. */
export interface Apiserver {
  /** `host:port` */
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  /** The kube client's own server; it may have a name, a path prefix, and an address that instances may not have. */
  readonly own: boolean;
}

export interface ApiserverRequests {
  readonly own: Apiserver;
  /**
   * A request with the exporter's own credentials, as token-trust.ts allows it: they leave this process only after the
   * server's certificate was verified. `refused` = this instance can't be asked safely.
   */
  prepare(apiserver: Apiserver, path: string, options: PrepareOptions): Promise<AttemptRequest | { readonly refused: string }>;
  /** The credentials were refused (401): they are read anew for the next request. */
  refused(): void;
  /** Closes idle connections to an instance that went. */
  drop(instance: string): void;
  close(): void;
}

export interface PrepareOptions {
  readonly timeoutMs: number;
  readonly maxBody: number;
  /** Use an idle connection if there is one. */
  readonly reuse: boolean;
}

const RESOLVED_LIVES_MS = 30_000;

export function createApiserverRequests(client: KubeClient, runtime: AttemptRuntime): ApiserverRequests {
  const { server } = client;
  const secure = server.protocol === 'https:';
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const port = Number(server.port) || (secure ? 443 : 80);
  const own: Apiserver = { instance: hostPort(host, port), host, port, own: true };
  const prefix = server.pathname.replace(/\/+$/, '');
  const sockets = createParkedSockets();
  const contextOf = createContextCache();
  const resolve = createResolver();
  let anew = false;

  return {
    own,
    async prepare(apiserver, path, { timeoutMs, maxBody, reuse }) {
      const way = await trustedWay(client, { kind: apiserver.own ? 'own-server' : 'apiserver-instance' }, { anew });
      anew = false;
      if ('refused' in way) return way;
      const idle = reuse ? sockets.take(apiserver.instance) : undefined;
      return {
        host: apiserver.host,
        port: apiserver.port,
        path: apiserver.own ? `${prefix}${path}` : path,
        headers: { Accept: 'application/json', ...way.headers },
        timeoutMs,
        maxBody,
        ...runtime,
        lane: 'aggregator' satisfies Lane,
        park: (socket) => sockets.park(apiserver.instance, socket),
        ...(idle && { reuse: idle }),
        ...(!isIp(apiserver.host) && { resolve }),
        ...(way.tls && { tls: tlsOf(way.tls, contextOf(way.tls)) }),
      };
    },
    refused() {
      anew = true;
    },
    drop: (instance) => sockets.drop(instance),
    close: () => sockets.close(),
  };
}

function tlsOf({ servername, rejectUnauthorized, checkServerIdentity }: TrustedTls, context: SecureContext): AttemptTls {
  return {
    context,
    rejectUnauthorized,
    checkIdentity: (certificate) => checkServerIdentity('', certificate),
    ...(servername !== undefined && { servername }),
  };
}

/** Credentials are read again now and then; the context is built again only when they differ. */
function createContextCache(): (tls: TrustedTls) => SecureContext {
  let last: { credentials: TrustedTls; context: SecureContext } | undefined;
  return (credentials) => {
    if (
      last &&
      same(last.credentials.ca, credentials.ca) &&
      same(last.credentials.cert, credentials.cert) &&
      same(last.credentials.key, credentials.key)
    )
      return last.context;
    const { ca, cert, key } = credentials;
    const context = createSecureContext({
      allowPartialTrustChain: true,
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
    last = { credentials, context };
    return context;
  };
}

function same(a: string | Buffer | undefined, b: string | Buffer | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return Buffer.from(a).equals(Buffer.from(b));
}

/** getaddrinfo, as the rest of the process resolves, and remembered: four threads serve all lookups, and queueing there is not DNS. */
function createResolver(clock: Clock = monotonic): (host: string) => Promise<string> {
  const known = new Map<string, { address: string; at: number }>();
  return async (host) => {
    const before = known.get(host);
    if (before && clock() - before.at < RESOLVED_LIVES_MS) return before.address;
    known.delete(host);
    const { address } = await lookup(host, { order: 'ipv4first' });
    known.clear();
    known.set(host, { address, at: clock() });
    return address;
  };
}
