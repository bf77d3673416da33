import express, { type RequestHandler, type Response, Router } from 'express';
import type { IncidentBook } from '../domain/incident.ts';
import type { Shard } from '../domain/shard.ts';
import { diagnosesAnswer, statusAnswer } from './answers.ts';
import { createEvidenceGuard, type EvidenceMode, isOpen, type ReviewAccess } from './evidence-access.ts';
import type { MetricsPages } from './exposition.ts';
import type { HourBook } from './hour/hour-book.ts';
import { incidentRoutes, shownBook } from './incident-routes.ts';
import { createPages, followPage, type Pages, sendPage } from './live/pages.ts';
import { acceptsGzip, negotiate } from './negotiate.ts';
import { parseFleetQuery } from './page/query.ts';
import { renderRunbookPage } from './page/runbook.ts';
import type { ShownOf } from './page/shell.ts';
import type { ExporterView, WaitingView } from './view.ts';
import type { WebSecurity } from './web-security.ts';
import { incidentWithoutQuotes, withoutQuotes } from './without-quotes.ts';

/** HTML of a cause's runbook, a whole page or a fragment; undefined = no such cause. */
export type Runbook = (cause: string) => string | undefined | Promise<string | undefined>;

/** What is told of one cluster, and to whom. */
export interface ClusterWeb {
  readonly exposition: MetricsPages;
  /** The newest finished tick; undefined before the first. */
  readonly view: () => ExporterView | undefined;
  /** Asked while there is no view: how far the sources are. */
  readonly waiting?: () => WaitingView;
  /** Who may read what quotes log lines; default `open`. */
  readonly evidence?: EvidenceMode;
  /** Asked about bearer tokens where `evidence` is `authenticated`; without it there is basic authentication only. */
  readonly reviewAccess?: ReviewAccess;
  /** Every incident that is remembered; default: none is. */
  readonly incidents?: IncidentBook;
  /** What the pages of the APIs draw, for who keeps it over a restart; default: it begins with the server. */
  readonly hours?: HourBook;
  readonly runbook?: Runbook;
  /** Whose APIs are watched, where several exporters share them out. */
  readonly shard?: Shard;
  /** Where people open the pages of a shard: `{shard}` stands for its number. */
  readonly shardUrl?: string;
  /** Which of several clusters this is. */
  readonly cluster?: ShownOf;
  readonly version: string;
}

/** What stands before everything that says something of a cluster. */
export interface Gate {
  /** Lets through who asks for a host that is ours. */
  readonly knownHost: RequestHandler;
  readonly security: WebSecurity | undefined;
}

export interface ClusterSite {
  readonly routes: RequestHandler;
  readonly pages: Pages;
}

/** Everything that is served of one cluster. @param prefix path under which people see it, without a slash at its end. */
export function createClusterSite(cluster: ClusterWeb, gate: Gate, prefix: string): ClusterSite {
  const shown = { ...cluster, view: shownView(cluster), waiting: waitingOf(cluster), book: shownIncidents(cluster), prefix };
  const pages = createPages(shown);
  const routes = Router();
  // Before authentication: the kubelet has no password, and they say nothing of the cluster.
  routes.use(healthRoutes(() => (cluster.view() ? undefined : 'waiting for the first tick')));
  routes.use(gate.knownHost);
  const { security } = gate;
  if (security) routes.use(whereNotGuarded(cluster, security.authenticate));
  if (cluster.evidence === 'authenticated') routes.use(createEvidenceGuard({ review: cluster.reviewAccess, basic: security }));
  routes.get('/metrics', metricsRoute(cluster.exposition));
  routes.use(answerRoutes(shown));
  routes.use(incidentRoutes({ book: shown.book, pages, shard: cluster.shard }));
  routes.get('/runbooks/:cause', runbookRoute(cluster.runbook, prefix));
  routes.use(pageRoutes(pages, prefix));
  return { routes, pages };
}

/** @param waitingFor what there is to wait for; undefined = ready. */
export function healthRoutes(waitingFor: () => string | undefined): RequestHandler {
  const routes = Router();
  routes.get('/-/healthy', (_request, response) => void response.type('text').send('healthy\n'));
  routes.get('/-/ready', (_request, response) => {
    const waiting = waitingFor();
    if (waiting === undefined) response.type('text').send('ready\n');
    else response.status(503).type('text').send(`${waiting}\n`);
  });
  return routes;
}

export function metricsRoute(exposition: MetricsPages): RequestHandler {
  return async (request, response) => {
    const { format, contentType } = negotiate(request.headers.accept);
    const page = await exposition.page(format);
    response.set('Content-Type', contentType).set('Vary', 'Accept, Accept-Encoding');
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const body = gzip ? await page.gzipped() : page.body;
    if (gzip) response.set('Content-Encoding', 'gzip');
    response.set('Content-Length', String(body.length)).end(body);
  };
}

export function runbookRoute(runbook: Runbook | undefined, prefix: string): RequestHandler<{ cause: string }> {
  return async (request, response) => {
    const html = await runbook?.(request.params.cause);
    if (html === undefined) response.status(404).type('text').send('no runbook of that name\n');
    else response.type('html').send(renderRunbookPage(request.params.cause, html, prefix));
  };
}

type Shown = Pick<ClusterWeb, 'view' | 'shard' | 'version'> & { readonly waiting: () => WaitingView; readonly prefix: string };

function answerRoutes(shown: Shown): RequestHandler {
  const { view, waiting, shard, version, prefix } = shown;
  const routes = Router();
  routes.get('/api/v1/diagnoses', (request, response) =>
    answer(response, diagnosesAnswer(view(), { waiting, shard }, request.query.apiservice)),
  );
  routes.get('/api/v1/status', (_request, response) => answer(response, statusAnswer(view(), waiting, { version, shard })));
  routes.get('/api/v1/openapi.json', async (_request, response) => {
    // The schemas are loaded by who reads them.
    const { openApiDocument } = await import('./openapi/document.ts');
    response.json(openApiDocument(version, prefix || '/'));
  });
  return routes;
}

function pageRoutes(pages: Pages, prefix: string): RequestHandler {
  const routes = Router();
  routes.get('/', (request, response) => sendPage(request, response, pages.fleet(parseFleetQuery(request.query))));
  routes.get('/live', (request, response) => followPage(pages, request, response));
  // Where the path of a proxy that takes it away is /apis, what is left of /apis/apis/NAME was taken for one that leaves it.
  routes.get(prefix === '/apis' ? ['/apis/:name', '/:name'] : '/apis/:name', async (request, response, next) => {
    const { status, document } = pages.api(String(request.params.name));
    if (status === 404 && !request.path.startsWith('/apis/')) return next();
    await sendPage(request, response.status(status), document);
  });
  return routes;
}

/** A view with evidence has a guard of its own, which asks basic authentication too. */
function whereNotGuarded({ evidence }: ClusterWeb, authenticate: WebSecurity['authenticate']): express.RequestHandler {
  return (request, response, next) => {
    if (evidence === 'authenticated' && !isOpen(request.path)) next();
    else authenticate(request, response, next);
  };
}

/** What the views show: all of it, or what is left without quotations; the latter is made once per tick. */
function shownView({ view, evidence }: ClusterWeb): () => ExporterView | undefined {
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

function shownIncidents({ incidents = NO_INCIDENTS, evidence }: ClusterWeb): IncidentBook {
  return evidence === 'off' ? shownBook(incidents, incidentWithoutQuotes) : incidents;
}

const waitingOf = ({ waiting = () => ({ time: Date.now(), sources: [] }) }: ClusterWeb) => waiting;

function answer(response: Response, { status, body }: { readonly status: number; readonly body: unknown }): void {
  response.status(status).json(body);
}
