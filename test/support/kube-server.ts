import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A scripted API server on a free loopback port: a test says what each request is answered. */
export interface KubeServer {
  readonly url: string;
  /** What createKubeClient needs, without a kubeconfig. */
  readonly kubeConfig: {
    getCurrentCluster(): { server: string };
    applyToHTTPSOptions(options: https.RequestOptions): Promise<void>;
  };
  /** `METHOD path?query` of each request, in order. */
  readonly requests: string[];
  /** Connections accepted since the start. */
  readonly connections: number;
  handler: Handler;
  /** Cuts every connection, as a crash does. */
  cut(): void;
  /** Stops listening and cuts; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startKubeServer(
  handler: Handler,
  options: { tls?: https.ServerOptions; credentials?: (options: https.RequestOptions) => void } = {},
): Promise<KubeServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  let port = 0;
  let server: http.Server;
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const onRequest = (request: IncomingMessage, response: ServerResponse) => {
        requests.push(`${request.method} ${request.url}`);
        api.handler(request, response, new URL(request.url!, 'http://server'));
      };
      server = options.tls ? https.createServer(options.tls, onRequest) : http.createServer(onRequest);
      server.keepAliveTimeout = 60_000;
      server.on('connection', (socket) => {
        connections++;
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => {});
      });
      server.on('error', reject);
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  const api: KubeServer = {
    get url() {
      return `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    },
    kubeConfig: {
      getCurrentCluster: () => ({ server: api.url }),
      async applyToHTTPSOptions(request) {
        options.credentials?.(request);
      },
    },
    requests,
    get connections() {
      return connections;
    },
    handler,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    stop() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        api.cut();
      });
    },
    start: listen,
  };
  await listen();
  return api;
}

export function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function answerStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  answer(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, headers);
}

/** An object of a collection; `spec` and `status` are whatever the test needs. */
export interface KubeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** What goes wrong with the next requests; each is used once. */
export type Fault =
  | { readonly on: 'list' | 'watch'; readonly status: number; readonly reason?: string; readonly headers?: Record<string, string> }
  /** ERROR event inside a watch that answered 200. */
  | { readonly on: 'watch'; readonly event: number }
  | { readonly on: 'list' | 'watch'; readonly body: string }
  /** The connection is cut after this many bytes of the answer. */
  | { readonly on: 'list' | 'watch'; readonly cutAfter: number };

/**
 * One collection as an API server keeps it: list in pages, watch from a resourceVersion over a history, bookmarks, 410 for
 * what the history has forgotten. The true set is `objects`.
 */
export class FakeCollection {
  readonly objects = new Map<string, KubeObject>();
  readonly faults: Fault[] = [];
  readonly kind: string;
  #version = 1;
  #forgotten = 0;
  #history: { version: number; line: string }[] = [];
  readonly #watchers = new Set<ServerResponse>();

  constructor(kind: string) {
    this.kind = kind;
  }

  get version(): number {
    return this.#version;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  set(object: KubeObject): KubeObject {
    const key = keyOf(object);
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = this.#stamp(object);
    this.objects.set(key, stored);
    this.#record(type, stored);
    return stored;
  }

  delete(key: string): void {
    const object = this.objects.get(key);
    if (!object) return;
    this.objects.delete(key);
    this.#record('DELETED', this.#stamp(object));
  }

  bookmark(): void {
    this.send(JSON.stringify({ type: 'BOOKMARK', object: { kind: this.kind, metadata: { resourceVersion: String(this.#version) } } }));
  }

  /** A raw line to every watcher. */
  send(line: string): void {
    for (const watcher of this.#watchers) watcher.write(`${line}\n`);
  }

  /** The last events once more, newest first, as a server that replays does, or one that lags. */
  repeat(count = 1): void {
    for (const { line } of this.#history.slice(-count).reverse()) this.send(line);
  }

  /** Watches from before now are answered 410. */
  forget(): void {
    this.#forgotten = this.#version;
    this.#history = [];
  }

  endWatches(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  cutWatches(halfLine = ''): void {
    for (const watcher of this.#watchers) {
      if (halfLine) watcher.write(halfLine);
      watcher.destroy();
    }
  }

  readonly handle: Handler = (_request, response, url) => {
    const on = url.searchParams.get('watch') ? 'watch' : 'list';
    const index = this.faults.findIndex((fault) => fault.on === on);
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0];
    if (fault && 'status' in fault) return answerStatus(response, fault.status, fault.reason ?? '', `fault ${fault.status}`, fault.headers);
    if (fault && 'body' in fault) return answer(response, 200, fault.body);
    if (fault && 'event' in fault) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: fault.event, reason: 'Expired', message: 'too old' } })}\n`,
      );
      return;
    }
    const cutAfter = fault && 'cutAfter' in fault ? fault.cutAfter : undefined;
    if (on === 'list') this.#list(response, url, cutAfter);
    else this.#watch(response, Number(url.searchParams.get('resourceVersion')), cutAfter);
  };

  #list(response: ServerResponse, url: URL, cutAfter: number | undefined): void {
    const limit = Number(url.searchParams.get('limit') ?? '0') || Number.POSITIVE_INFINITY;
    // The token carries the snapshot, as a real one carries its version.
    const token = url.searchParams.get('continue');
    const [items, version] = token
      ? (JSON.parse(Buffer.from(token, 'base64url').toString()) as [KubeObject[], number])
      : [[...this.objects.values()], this.#version];
    const rest = items.slice(limit);
    const metadata = {
      resourceVersion: String(version),
      ...(rest.length > 0 ? { continue: Buffer.from(JSON.stringify([rest, version])).toString('base64url') } : {}),
    };
    const body = JSON.stringify({ kind: `${this.kind}List`, apiVersion: 'v1', metadata, items: items.slice(0, limit) });
    if (cutAfter === undefined) {
      answer(response, 200, body);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(body.slice(0, cutAfter), () => response.destroy());
  }

  #watch(response: ServerResponse, from: number, cutAfter: number | undefined): void {
    if (from < this.#forgotten) {
      answerStatus(response, 410, 'Expired', `too old resource version: ${from} (${this.#forgotten})`);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const missed = this.#history.filter((event) => event.version > from).map((event) => `${event.line}\n`);
    if (cutAfter !== undefined) {
      response.write(missed.join('').slice(0, cutAfter), () => response.destroy());
      return;
    }
    for (const line of missed) response.write(line);
    this.#watchers.add(response);
    response.on('close', () => this.#watchers.delete(response));
  }

  #stamp(object: KubeObject): KubeObject {
    this.#version++;
    return { ...object, metadata: { uid: `uid-${keyOf(object)}`, ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #record(type: string, object: KubeObject): void {
    const line = JSON.stringify({ type, object });
    this.#history.push({ version: this.#version, line });
    this.send(line);
  }
}

export function keyOf(object: KubeObject): string {
  return object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
}

/** An API server with the collections that a test names; the others exist and are empty. */
export class FakeCluster {
  /** Paths (of a whole group, or of one collection) that RBAC refuses. */
  readonly forbidden = new Set<string>();
  /** Collections that don't exist. */
  readonly absent = new Set<string>();
  version = 'v1.36.3';
  readonly #collections = new Map<string, FakeCollection>();

  collection(path: string): FakeCollection {
    let collection = this.#collections.get(path);
    if (!collection) {
      collection = new FakeCollection('Object');
      this.#collections.set(path, collection);
    }
    return collection;
  }

  readonly handle: Handler = (request, response, url) => {
    const path = url.pathname;
    if (path === '/version') return answer(response, 200, { gitVersion: this.version });
    if (this.forbidden.has(path)) return answerStatus(response, 403, 'Forbidden', `${path} is forbidden`);
    if (this.absent.has(path)) return answer(response, 404, '404 page not found\n');
    this.collection(path).handle(request, response, url);
  };
}
