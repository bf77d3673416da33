import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { IncidentBook } from '../domain/incident.ts';
import type { Shard } from '../domain/shard.ts';
import { diagnosesAnswer, statusAnswer } from './answers.ts';
import { createConnectionLimit } from './connection-limit.ts';
import { createEvidenceGuard, type EvidenceMode, isOpen, type ReviewAccess } from './evidence-access.ts';
import type { Exposition } from './exposition.ts';
import { hostsOf, prefixOf, withoutPrefix } from './external-url.ts';
import { createHostCheck } from './host-check.ts';
import type { HourBook } from './hour/hour-book.ts';
import { incidentRoutes, shownBook } from './incident-routes.ts';
import { parseListenAddress } from './listen-address.ts';
import { createPages, followPage, type Pages, sendPage } from './live/pages.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';
import { parseFleetQuery } from './page/query.ts';
import { renderRunbookPage } from './page/runbook.ts';
import { CONTENT_SECURITY_POLICY } from './page/shell.ts';
import { CONTENT_TYPES } from './render.ts';
import type { ExporterView, WaitingView } from './view.ts';
import type { WebLogger } from './web-logger.ts';
import type { WebSecurity } from './web-security.ts';
import { incidentWithoutQuotes, withoutQuotes } from './without-quotes.ts';

/** Prometheus scrapes every 15 to 60 s over one connection; Node would close it after 5 s and the scrape after that would fail. */
const KEEP_ALIVE_MS = 75_000;
type Times = Readonly<Record<keyof typeof TIMES, number>>;
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

export interface WebServerOptions {
  readonly exposition: Exposition;
  /** The newest finished tick; undefined before the first. */
  readonly view: () => ExporterView | undefined;
  /** Asked while there is no view: how far the sources are. */
  readonly waiting?: () => WaitingView;
  /** e.g. [':9944', '[::1]:9945']; at least one. */
  readonly listenAddresses: readonly string[];
  /** Path of a web configuration file of the exporter-toolkit: TLS and basic authentication. */
  readonly webConfigFile?: string;
  /** Who may read what quotes log lines; default `open`. */
  readonly evidence?: EvidenceMode;
  /** Asked about bearer tokens where `evidence` is `authenticated`; without it there is basic authentication only. */
  readonly reviewAccess?: ReviewAccess;
  /** Every incident that is remembered; default: none is. */
  readonly incidents?: IncidentBook;
  /** What the pages of the APIs draw, for who keeps it over a restart; default: it begins with the server. */
  readonly hours?: HourBook;
  /** HTML of a cause's runbook, a whole page or a fragment; undefined = no such cause. */
  readonly runbook?: (cause: string) => string | undefined | Promise<string | undefined>;
  /** Milliseconds; for tests. */
  readonly times?: Partial<Times>;
  /** Host names that may be asked for over loopback, beside those of loopback itself. */
  readonly allowedHosts?: readonly string[];
  /** Where people open the pages, e.g. https://ops.example.com/apis; its path stands before every link, and is served with and without it. */
  readonly externalUrl?: string;
  /** Told after each later reading of the web configuration file whether what is in it is what is in force. */
  readonly onWebConfig?: (good: boolean) => void;
  /** Whose APIs are watched, where several exporters share them out. */
  readonly shard?: Shard;
  /** Where people open the pages of a shard: `{shard}` stands for its number. */
  readonly shardUrl?: string;
  readonly version: string;
  readonly log: WebLogger;
}

export interface WebServer {
  /** Where it listens now, e.g. http://127.0.0.1:9944 */
  readonly urls: readonly URL[];
  /** Tells that `view` gives another one: whoever follows a page is sent what changed. */
  published(): void;
  /** Reads the web configuration file again. Returns what is wrong with it; the last good one stays in force then. */
  reload(): string | undefined;
  /** Ends what is running within half a second. */
  close(): Promise<void>;
}

/** Listens on every address, or rejects with an error that names the address and what to do; nothing is left open then. */
export async function createWebServer(options: WebServerOptions): Promise<WebServer> {
  if (options.listenAddresses.length === 0) throw new Error('no listen address: at least one is needed, e.g. :9944');
  const addresses = options.listenAddresses.map((text) => ({ text, ...parseListenAddress(text) }));
  // Loaded only where it is configured: password hashes and their schema weigh more than the server.
  const security =
    options.webConfigFile === undefined
      ? undefined
      : (await import('./web-security.ts')).createWebSecurity(options.webConfigFile, options.log, options.onWebConfig);
  const pages = createPages({ ...options, view: shownView(options), waiting: waitingOf(options), book: shownIncidents(options) });
  const app = createApp(options, security, pages);
  const limit = createConnectionLimit(MOST_CONNECTIONS);
  const servers: Server[] = [];
  try {
    for (const { text, host, port } of addresses) {
      const server = newServer(app, security, { ...TIMES, ...options.times });
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
    reload: () => security?.reload(),
    published: () => pages.publish(),
    close: async () => {
      pages.live.close();
      await Promise.all(servers.map(closeServer));
    },
  };
}

function newServer(app: express.Express, security: WebSecurity | undefined, times: Times): Server {
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

function createApp(options: WebServerOptions, security: WebSecurity | undefined, pages: Pages): express.Express {
  const waiting = waitingOf(options);
  const prefix = prefixOf(options.externalUrl);
  const shown = shownView(options);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(withoutPrefix(prefix), readOnly, securityHeaders);
  if (security) app.use(security.headers);
  // Before authentication: the kubelet has no password, and they say nothing of the cluster.
  app.get('/-/healthy', (_request, response) => void response.type('text').send('healthy\n'));
  app.get('/-/ready', (_request, response) => {
    if (options.view()) response.type('text').send('ready\n');
    else response.status(503).type('text').send('waiting for the first tick\n');
  });
  app.use(knownHost(options));
  if (security) app.use(whereNotGuarded(options, security.authenticate));
  if (options.evidence === 'authenticated') app.use(createEvidenceGuard({ review: options.reviewAccess, basic: security }));

  app.get('/metrics', async (request, response) => {
    const format = negotiateFormat(request.headers.accept);
    const page = await options.exposition.page(format);
    response.set('Content-Type', CONTENT_TYPES[format]).set('Vary', 'Accept, Accept-Encoding');
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const body = gzip ? await page.gzipped() : page.body;
    if (gzip) response.set('Content-Encoding', 'gzip');
    response.set('Content-Length', String(body.length)).end(body);
  });
  app.get('/api/v1/diagnoses', (request, response) =>
    answer(response, diagnosesAnswer(shown(), { waiting, shard: options.shard }, request.query.apiservice)),
  );
  app.get('/api/v1/status', (_request, response) => answer(response, statusAnswer(shown(), waiting, options)));
  app.get('/api/v1/openapi.json', async (_request, response) => {
    // The schemas are loaded by who reads them.
    const { openApiDocument } = await import('./openapi/document.ts');
    response.json(openApiDocument(options.version, prefix || '/'));
  });
  app.use(incidentRoutes({ book: shownIncidents(options), pages, shard: options.shard }));
  app.get('/runbooks/:cause', async (request, response) => {
    const html = await options.runbook?.(request.params.cause);
    if (html === undefined) response.status(404).type('text').send('no runbook of that name\n');
    else response.type('html').send(renderRunbookPage(request.params.cause, html, prefix));
  });
  app.get('/', (request, response) => sendPage(request, response, pages.fleet(parseFleetQuery(request.query))));
  app.get('/live', (request, response) => followPage(pages, request, response));
  // Where the path of a proxy that takes it away is /apis, what is left of /apis/apis/NAME was taken for one that leaves it.
  app.get(prefix === '/apis' ? ['/apis/:name', '/:name'] : '/apis/:name', async (request, response, next) => {
    const { status, document } = pages.api(String(request.params.name));
    if (status === 404 && !request.path.startsWith('/apis/')) return next();
    await sendPage(request, response.status(status), document);
  });

  app.use((_request: Request, response: Response) => void response.status(404).type('text').send('not found\n'));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    // A malformed URL is the client's fault and names its own status; everything else is ours.
    const status = statusOf(error);
    if (status >= 500)
      options.log.error({ path: request.path, error: error instanceof Error ? error.message : String(error) }, 'cannot answer a request');
    response
      .status(status)
      .type('text')
      .send(status < 500 ? 'bad request\n' : 'internal error\n');
  });
  return app;
}

/** A view with evidence has a guard of its own, which asks basic authentication too. */
function whereNotGuarded({ evidence }: WebServerOptions, authenticate: WebSecurity['authenticate']): express.RequestHandler {
  return (request, response, next) => {
    if (evidence === 'authenticated' && !isOpen(request.path)) next();
    else authenticate(request, response, next);
  };
}

/** What the views show: all of it, or what is left without quotations; the latter is made once per tick. */
function shownView({ view, evidence }: WebServerOptions): () => ExporterView | undefined {
  if (evidence !== 'off') return view;
  let made: { readonly of: ExporterView; readonly shown: ExporterView } | undefined;
  return () => {
    const whole = view();
    if (!whole) return undefined;
    if (made?.of !== whole) made = { of: whole, shown: withoutQuotes(whole) };
    return made.shown;
  };
}

const NO_INCIDENTS: IncidentBook = { list: () => [], get: () => undefined };

function shownIncidents({ incidents = NO_INCIDENTS, evidence }: WebServerOptions): IncidentBook {
  return evidence === 'off' ? shownBook(incidents, incidentWithoutQuotes) : incidents;
}

const waitingOf = ({ waiting = () => ({ time: Date.now(), sources: [] }) }: WebServerOptions) => waiting;

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}

function readOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.method === 'GET' || request.method === 'HEAD') next();
  else response.status(405).set('Allow', 'GET, HEAD').set('Connection', 'close').type('text').send('only GET and HEAD are allowed\n');
}

function knownHost({ allowedHosts = [], externalUrl }: WebServerOptions): express.RequestHandler {
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

function answer(response: Response, { status, body }: { readonly status: number; readonly body: unknown }): void {
  response.status(status).json(body);
}
