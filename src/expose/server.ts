import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { type ClusterWeb, createClusterSite, type Gate } from './cluster-routes.ts';
import { hostsOf, prefixOf, withoutPrefix } from './external-url.ts';
import { createHostCheck } from './host-check.ts';
import { listenOn, type Times } from './listener.ts';
import { CONTENT_SECURITY_POLICY } from './page/shell.ts';
import type { WebLogger } from './web-logger.ts';

/** What is of the process, whatever it serves. */
export interface ListenOptions {
  /** e.g. [':9944', '[::1]:9945']; at least one. */
  readonly listenAddresses: readonly string[];
  /** Path of a web configuration file of the exporter-toolkit: TLS and basic authentication. */
  readonly webConfigFile?: string;
  /** Milliseconds; for tests. */
  readonly times?: Partial<Times>;
  /** Host names that may be asked for over loopback, beside those of loopback itself. */
  readonly allowedHosts?: readonly string[];
  /** Where people open the pages, e.g. https://ops.example.com/apis; its path stands before every link, and is served with and without it. */
  readonly externalUrl?: string;
  /** Told after each later reading of the web configuration file whether what is in it is what is in force. */
  readonly onWebConfig?: (good: boolean) => void;
  readonly log: WebLogger;
}

export interface WebServerOptions extends ListenOptions, ClusterWeb {}

export interface WebServer {
  /** Where it listens now, e.g. http://127.0.0.1:9944 */
  readonly urls: readonly URL[];
  /** Tells that `view` gives another one: whoever follows a page is sent what changed. @param cluster of several. */
  published(cluster?: string): void;
  /** Reads the web configuration file again. Returns what is wrong with it; the last good one stays in force then. */
  reload(): string | undefined;
  /** Ends what is running within half a second. */
  close(): Promise<void>;
}

/** What is behind the listeners. */
export interface Served {
  readonly routes: RequestHandler;
  published(cluster?: string): void;
  /** Ends what would stay open. */
  close(): void;
}

/** Listens on every address, or rejects with an error that names the address and what to do; nothing is left open then. */
export function createWebServer(options: WebServerOptions): Promise<WebServer> {
  return serve(options, (gate) => {
    const { routes, pages } = createClusterSite(options, gate, prefixOf(options.externalUrl));
    return { routes, published: () => pages.publish(), close: () => pages.live.close() };
  });
}

/** @param behind makes what is served, with what has to stand before it. */
export async function serve(options: ListenOptions, behind: (gate: Gate) => Served): Promise<WebServer> {
  if (options.listenAddresses.length === 0) throw new Error('no listen address: at least one is needed, e.g. :9944');
  // Loaded only where it is configured: password hashes and their schema weigh more than the server.
  const security =
    options.webConfigFile === undefined
      ? undefined
      : (await import('./web-security.ts')).createWebSecurity(options.webConfigFile, options.log, options.onWebConfig);
  const gate: Gate = { security, knownHost: knownHost(options) };
  const served = behind(gate);
  const { listenAddresses: addresses, times } = options;
  const listeners = await listenOn({ addresses, app: createApp(options, gate, served), security, times });
  return {
    urls: listeners.urls,
    reload: () => security?.reload(),
    published: served.published,
    close: async () => {
      served.close();
      await listeners.close();
    },
  };
}

function createApp({ externalUrl, log }: ListenOptions, { security }: Gate, { routes }: Served): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(withoutPrefix(prefixOf(externalUrl)), readOnly, securityHeaders);
  if (security) app.use(security.headers);
  app.use(routes);
  app.use((_request: Request, response: Response) => void response.status(404).type('text').send('not found\n'));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    // A malformed URL is the client's fault and names its own status; everything else is ours.
    const status = statusOf(error);
    if (status >= 500)
      log.error({ path: request.path, error: error instanceof Error ? error.message : String(error) }, 'cannot answer a request');
    response
      .status(status)
      .type('text')
      .send(status < 500 ? 'bad request\n' : 'internal error\n');
  });
  return app;
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}

function readOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.method === 'GET' || request.method === 'HEAD') next();
  else response.status(405).set('Allow', 'GET, HEAD').set('Connection', 'close').type('text').send('only GET and HEAD are allowed\n');
}

function knownHost({ allowedHosts = [], externalUrl }: ListenOptions): RequestHandler {
  const isKnown = createHostCheck([...allowedHosts, ...hostsOf(externalUrl)], process.env.KUBERNETES_SERVICE_HOST !== undefined);
  return (request, response, next) => {
    if (isKnown(request)) return next();
    const said = `the host ${JSON.stringify(request.headers.host?.slice(0, 100))} is not served over loopback; allow it with web.allowed_hosts\n`;
    response.status(421).type('text').send(said);
  };
}

function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  next();
}
