import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { KubeClient, KubeCredentials } from '../../src/kube/api.ts';
import type { ApiTarget, TargetChange, Targets } from '../../src/objects/targets.ts';
import { type Authority, createAuthority, type Issued } from '../support/certificates.ts';

/** What aggregated servers answer to discovery of `tides.example.com/v1`. */
export const DISCOVERY = JSON.stringify({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'tides.example.com/v1',
  resources: [
    { name: 'gauges', singularName: 'gauge', namespaced: true, kind: 'Gauge', verbs: ['get', 'list', 'watch'] },
    { name: 'gauges/status', singularName: '', namespaced: true, kind: 'Gauge', verbs: ['get'] },
  ],
});
export const EMPTY_LIST = JSON.stringify({ kind: 'GaugeList', apiVersion: 'tides.example.com/v1', metadata: {}, items: [] });
export const SERVER_NAME = 'tide-gauge.harbour.svc';

export interface Listening {
  readonly port: number;
  /** Headers and path of each request received so far. */
  readonly received: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Before the test ends: then the port refuses. */
  readonly close: () => Promise<void>;
}

/** Servers of one test, all on 127.0.0.1, all closed by `close`. */
export interface Servers {
  /** @param port default: any free one. */
  https(issued: Issued, handler: RequestListener, options?: TlsOptions, port?: number): Promise<Listening>;
  /** @param host default 127.0.0.1; 0.0.0.0 answers on all of 127/8. */
  tcp(onConnection: (socket: Socket) => void, host?: string): Promise<Listening>;
  /** A port on which nothing listens. */
  refusing(): Promise<number>;
  close(): Promise<void>;
}

/** Who signs for the backends, and a certificate of theirs that is right. */
export async function harbourAuthority(): Promise<{ readonly authority: Authority; readonly good: Issued }> {
  const authority = await createAuthority({ name: 'harbour-ca' });
  return { authority, good: await authority.issue({ names: [SERVER_NAME] }) };
}

/** For a beforeEach: servers of the test that begins, and what ends the prober that it starts; both end with the test. */
export function serversOfTest(): { readonly servers: Servers; readonly running: AbortController } {
  const servers = createServers();
  const running = new AbortController();
  onTestFinished(async () => {
    running.abort();
    await servers.close();
  });
  return { servers, running };
}

export function createServers(): Servers {
  const closers: (() => Promise<void>)[] = [];

  const listen = async (server: Server, received: Listening['received'], wanted = 0, host = '127.0.0.1'): Promise<Listening> => {
    const sockets = new Set<Socket>();
    let connections = 0;
    server.on('connection', (socket: Socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((done) => server.listen(wanted, host, done));
    const close = async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    };
    closers.push(close);
    return { port: (server.address() as AddressInfo).port, received, connections: () => connections, close };
  };

  return {
    https(issued, handler, options = {}, port = 0) {
      const received: Listening['received'] = [];
      const server = createHttpsServer({ cert: issued.cert, key: issued.key, ...options }, (request, response) => {
        received.push({ path: request.url ?? '', headers: request.headers });
        handler(request, response);
      });
      server.on('tlsClientError', () => {});
      return listen(server, received, port);
    },
    tcp: (onConnection, host) => listen(createTcpServer(onConnection), [], 0, host),
    async refusing() {
      const server = createTcpServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      await new Promise((done) => server.close(done));
      return port;
    },
    async close() {
      await Promise.all(closers.splice(0).map((close) => close()));
    },
  };
}

/** Answers discovery and lists as a healthy aggregated server does. */
export const healthy: RequestListener = (request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(request.url?.includes('/gauges') ? EMPTY_LIST : DISCOVERY);
};

/** Answers everything with one status and body. */
export function answering(status: number, body: string, type = 'text/plain; charset=utf-8'): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': type });
    response.end(body);
  };
}

/** /readyz answers ok, everything else goes to `handler`. */
export function apiserver(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url === '/readyz') response.end('ok');
    else handler(request, response);
  };
}

/** A kube client that knows its server and its credentials, and nothing else: all that the prober uses. */
export function kubeClient(server: string, credentials: Partial<KubeCredentials>): KubeClient {
  const unused = () => Promise.reject(new Error('the prober asks by itself'));
  return {
    server: new URL(server),
    request: unused,
    open: unused,
    credentials: async () => ({ rejectUnauthorized: true, headers: { Authorization: 'Bearer s3cret-token' }, ...credentials }),
  };
}

/** A healthy APIService's target; nothing is addressed until a test says so. */
export function apiTarget(differs: Partial<ApiTarget> = {}): ApiTarget {
  return {
    name: 'v1.tides.example.com',
    group: 'tides.example.com',
    version: 'v1',
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    insecureSkipTLSVerify: false,
    addresses: [],
    pods: [],
    ...differs,
  };
}

/** Targets that a test changes. */
export function liveTargets(): Targets & { set(target: ApiTarget): void; remove(name: string): void } {
  const known = new Map<string, ApiTarget>();
  const listeners = new Set<(change: TargetChange) => void>();
  const tell = (change: TargetChange) => {
    for (const listener of listeners) listener(change);
  };
  return {
    all: () => [...known.values()],
    get: (name) => known.get(name),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(target) {
      const kind = known.has(target.name) ? 'changed' : 'added';
      known.set(target.name, target);
      tell({ kind, target });
    },
    remove(name) {
      const target = known.get(name)!;
      known.delete(name);
      tell({ kind: 'removed', target });
    },
  };
}

export { eventually } from '../support/eventually.ts';
