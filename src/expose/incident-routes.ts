import { type Request, type Response, Router } from 'express';
import type { Incident, IncidentBook } from '../domain/incident.ts';
import type { Shard } from '../domain/shard.ts';
import { renderIncidentMarkdown } from '../incidents/report/markdown.ts';
import { incidentsAnswer } from './incident-answers.ts';
import { type Pages, sendPage } from './live/pages.ts';

export interface IncidentRoutes {
  readonly book: IncidentBook;
  readonly pages: Pages;
  readonly shard?: Shard | undefined;
  /** Unix milliseconds; default the clock. */
  readonly now?: () => number;
}

/** `/incidents`, `/incidents/<id>` as a page and as markdown, and `/api/v1/incidents`. */
export function incidentRoutes({ book, pages, shard, now = Date.now }: IncidentRoutes): Router {
  const router = Router();
  const recordingSince = now() / 1000;
  router.get('/api/v1/incidents', (request, response) => {
    const { status, body } = incidentsAnswer({ book, recordingSince, shard }, request.query, now() / 1000);
    response.status(status).json(body);
  });
  router.get('/incidents', async (request, response) => {
    const page = pages.incidents.list(request.query);
    if ('error' in page) response.status(400).type('text').send(`${page.error}\n`);
    else await sendPage(request, response, page.document);
  });
  router.get('/incidents/:id', (request, response) => one(request, response));
  return router;

  async function one(request: Request<{ id: string }>, response: Response): Promise<void> {
    const { id } = request.params;
    const { format = '' } = request.query;
    if (!FORMATS.includes(String(format))) return refuseFormat(response, format);
    // The name of an API may end so, too.
    const found = book.get(id);
    const download = found ? undefined : /^(.+)\.md$/.exec(id)?.[1];
    const incident = found ?? (download === undefined ? undefined : book.get(download));
    const page = incident && pages.incidents.one(incident.id);
    if (!page) response.status(404).type('text').send('no incident of that id is remembered\n');
    else if (download !== undefined || format === 'markdown') sendMarkdown(response, incident, download !== undefined);
    else await sendPage(request, response, page.document);
  }
}

const FORMATS = ['', 'html', 'markdown'];

function refuseFormat(response: Response, format: unknown): void {
  const said = JSON.stringify(format).slice(0, 100);
  response.status(400).type('text').send(`format ${said}: markdown or html is allowed\n`);
}

function sendMarkdown(response: Response, incident: Incident, asFile: boolean): void {
  response.set('Content-Type', 'text/markdown; charset=utf-8');
  if (asFile) response.set('Content-Disposition', `attachment; filename="${incident.id}.md"`);
  response.send(renderIncidentMarkdown(incident));
}

/** The same book as it is shown to those who may read no quotation. */
export function shownBook(book: IncidentBook, shown: (incident: Incident) => Incident): IncidentBook {
  return {
    list: (query) => book.list(query).map(shown),
    get(id) {
      const incident = book.get(id);
      return incident && shown(incident);
    },
  };
}
