import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createConnectionLimit } from './connection-limit.ts';
import { parseListenAddress } from './listen-address.ts';
import type { WebSecurity } from './web-security.ts';

/** Prometheus scrapes every 15 to 60 s over one connection; Node would close it after 5 s and the scrape after that would fail. */
const KEEP_ALIVE_MS = 75_000;
export type Times = Readonly<Record<keyof typeof TIMES, number>>;
const TIMES = {
  /** From the first byte of a request (of a new connection: from its begin) to the end of its head. Not counted while a connection rests. */
  headersTimeout: 10_000,
  /** To the end of its body: a GET has none. */
  requestTimeout: 15_000,
  /** Of silence while an answer is being sent; whoever does not read must not hold it. */
  timeout: 30_000,
  /** How often Node looks for the two above. */
  connectionsCheckingInterval: 2_000,
} as const;
/** Of all listeners together. A scraper, a kubelet and some browsers need ten; half of the files that a process may open by the strictest usual limit. */
const MOST_CONNECTIONS = 128;
const CLOSE_GRACE_MS = 500;

export interface Listeners {
  /** Where they listen now, e.g. http://127.0.0.1:9944 */
  readonly urls: readonly URL[];
  /** Ends what is running within half a second. */
  close(): Promise<void>;
}

export interface ListenersInput {
  /** e.g. [':9944', '[::1]:9945']; at least one. */
  readonly addresses: readonly string[];
  readonly app: RequestListener;
  readonly security: WebSecurity | undefined;
  /** Milliseconds; for tests. */
  readonly times?: Partial<Times> | undefined;
}

/** Listens on every address, or rejects with an error that names the address and what to do; nothing is left open then. */
export async function listenOn({ addresses, app, security, times }: ListenersInput): Promise<Listeners> {
  const parsed = addresses.map((text) => ({ text, ...parseListenAddress(text) }));
  const limit = createConnectionLimit(MOST_CONNECTIONS);
  const servers: Server[] = [];
  try {
    for (const { text, host, port } of parsed) {
      const server = newServer(app, security, { ...TIMES, ...times });
      limit.attach(server);
      servers.push(server);
      await listen(server, text, host, port);
    }
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    throw error;
  }
  const scheme = security?.tls ? 'https' : 'http';
  return {
    urls: servers.map((server) => urlOf(server.address() as AddressInfo, scheme)),
    close: async () => void (await Promise.all(servers.map(closeServer))),
  };
}

function newServer(app: RequestListener, security: WebSecurity | undefined, times: Times): Server {
  const server: Server = security?.tls ? createHttpsServer({ ...security.tls, ...times }, app) : createHttpServer({ ...times }, app);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = times.timeout;
  security?.attach(server);
  return server;
}

function listen(server: Server, text: string, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(text, error)));
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

function listenError(text: string, error: NodeJS.ErrnoException): Error {
  return new Error(`cannot listen on ${text}: ${CANNOT_LISTEN.get(error.code ?? '') ?? error.message}`, { cause: error });
}

const CANNOT_LISTEN: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another process listens there already; choose another with --web.listen-address'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['EACCES', 'ports below 1024 need a right that this process does not have'],
  ['ENOTFOUND', 'the host name does not resolve'],
]);

function urlOf(address: AddressInfo, scheme: string): URL {
  const any = address.address === '::' || address.address === '0.0.0.0';
  const host = any ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return new URL(`${scheme}://${host}:${address.port}`);
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
