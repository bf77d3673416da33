import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { IncidentBook } from '../../domain/incident.ts';
import type { Shard } from '../../domain/shard.ts';
import { HourBook } from '../hour/hour-book.ts';
import { acceptsGzip } from '../negotiate.ts';
import { renderApiPage, renderUnknownApi } from '../page/api-page.ts';
import { apiPath } from '../page/fleet.ts';
import { renderFleetPage, renderWaitingPage } from '../page/page.ts';
import { type FleetQuery, searchOf } from '../page/query.ts';
import type { LivePage } from '../page/regions.ts';
import { type ShownOf, titleOf } from '../page/shell.ts';
import type { ExporterView, WaitingView } from '../view.ts';
import { createIncidentPages, decoded, type IncidentPages, isIncidentPath } from './incident-pages.ts';
import { createLivePages, type LivePages } from './live-pages.ts';

const compress = promisify(gzip);

export interface PagesOptions {
  readonly view: () => ExporterView | undefined;
  readonly waiting: () => WaitingView;
  readonly book: IncidentBook;
  /** The hour that the pages show; default: it begins now. */
  readonly hours?: HourBook;
  readonly version: string;
  /** Path under which people see the pages, without a slash at its end; default none. */
  readonly prefix?: string;
  /** Which of several clusters they are about. */
  readonly cluster?: ShownOf;
  readonly shard?: Shard;
  readonly shardUrl?: string;
}

/** The pages that are followed. Those about the cluster are printed once per tick however many look at them. */
export interface Pages {
  fleet(query: FleetQuery): string;
  /** The page of one API, with 200; or that there is none, with 404. */
  api(name: string): { readonly status: 200 | 404; readonly document: string };
  readonly incidents: Pick<IncidentPages, 'list' | 'one'>;
  readonly live: LivePages;
  /** Takes the newest view up: into the hour that the pages show, and to who follows them. */
  publish(): void;
}

export function createPages({
  view,
  waiting,
  book,
  hours = new HourBook(),
  version,
  prefix = '',
  cluster,
  shard,
  shardUrl,
}: PagesOptions): Pages {
  const options = { version, prefix, cluster, ...(shard && { shard }), ...(shardUrl !== undefined && { shardUrl }) };
  const began = Date.now();
  let recorded: ExporterView | undefined;
  let printed: { readonly of: ExporterView; readonly pages: Map<string, LivePage> } | undefined;

  /** At most one page for each API and one for all of them, until the next tick. */
  function pageOf(path: string): LivePage | undefined {
    const now = view();
    if (!now) return undefined;
    if (printed?.of !== now) printed = { of: now, pages: new Map() };
    const known = printed.pages.get(path);
    if (known) return known;
    const page = path === '/' ? renderFleetPage(now, options) : renderApiPage(now, nameIn(path), hours, options);
    if (page) printed.pages.set(path, page);
    return page;
  }

  // Incidents are there before the first tick, too: those of an earlier run.
  const incidents = createIncidentPages(book, () => ({ ...options, now: view()?.snapshot.time ?? began }));
  const render = (path: string): LivePage | undefined => {
    const page = isIncidentPath(path) ? incidents.at(path) : pageOf(path);
    return page && { ...page, title: titleOf(page.title, cluster) };
  };
  const live = createLivePages({ render, prefix });
  return {
    live,
    fleet(query) {
      const now = view();
      if (!now) return renderWaitingPage(waiting(), options);
      const isAll = searchOf(query, { key: query.sort, descending: query.descending }) === '';
      return (isAll ? pageOf('/') : undefined)?.document ?? renderFleetPage(now, options, query).document;
    },
    api(name) {
      if (!view()) return { status: 200, document: renderWaitingPage(waiting(), options) };
      const page = pageOf(apiPath(name));
      return page ? { status: 200, document: page.document } : { status: 404, document: renderUnknownApi(name.slice(0, 253), options) };
    },
    incidents,
    publish() {
      const now = view();
      if (!now || now === recorded) return;
      recorded = now;
      hours.observe(now.snapshot);
      live.publish();
    },
  };
}

const API_PAGE = /^\/apis\/([^/]+)$/;

const nameIn = (path: string): string => decoded(API_PAGE.exec(path)?.[1] ?? '');

/** GET /live?page=/, /apis/NAME, /incidents?… or /incidents/ID, and at=TICK: what changes on that page. A reader that comes back says what it has seen last by `Last-Event-ID`. */
export function followPage(pages: Pages, request: Request, response: Response): void {
  const { page, at } = request.query;
  const path = pathOf(typeof page === 'string' ? page : '');
  if (request.method === 'HEAD') response.type('text/event-stream').end();
  else pages.live.follow(path, Number(request.headers['last-event-id'] ?? at), response);
}

function pathOf(page: string): string {
  return page === '/' || isIncidentPath(page) ? page : apiPath(nameIn(page));
}

/** Compressed where the client takes it: a fleet of 200 is a tenth of its size then. */
export async function sendPage(request: Request, response: Response, document: string): Promise<void> {
  response.type('html').set('Vary', 'Accept-Encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) return void response.send(document);
  const body = await compress(document);
  response.set({ 'Content-Encoding': 'gzip', 'Content-Length': String(body.length) }).end(body);
}
