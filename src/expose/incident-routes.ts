import { type Request, type Response, Router } from 'express';
import type { Incident, IncidentBook } from '../domain/incident.ts';
import { renderIncidentMarkdown } from '../incidents/report/markdown.ts';
import { incidentsAnswer, readIncidentQuery } from './incident-answers.ts';
import { renderIncidentPage } from './page/incident.ts';
import { type IncidentPageOptions, MOST_LINES, renderIncidentsPage } from './page/incidents.ts';

export interface IncidentRoutes {
  readonly book: IncidentBook;
  readonly page: Omit<IncidentPageOptions, 'now'>;
  /** Unix milliseconds; default the clock. */
  readonly now?: () => number;
}

/** `/incidents`, `/incidents/<id>` as a page and as markdown, and `/api/v1/incidents`. */
export function incidentRoutes({ book, page, now = Date.now }: IncidentRoutes): Router {
  const router = Router();
  const recordingSince = now() / 1000;
  router.get('/api/v1/incidents', (request, response) => {
    const { status, body } = incidentsAnswer({ book, recordingSince }, request.query, now() / 1000);
    response.status(status).json(body);
  });
  router.get('/incidents', (request, response) => {
    const read = readIncidentQuery(request.query, now() / 1000);
    if ('error' in read) return void response.status(400).type('text').send(`${read.error}\n`);
    const incidents = book.list({ ...read.query, limit: MOST_LINES + 1 });
    response.type('html').send(renderIncidentsPage(incidents, read.query, { ...page, now: now() }));
  });
  router.get('/incidents/:id', (request, response) => one(request, response));
  return router;

  function one(request: Request<{ id: string }>, response: Response): void {
    const { id } = request.params;
    const { format = '' } = request.query;
    if (format !== '' && format !== 'markdown' && format !== 'html')
      return void response
        .status(400)
        .type('text')
        .send(`format ${JSON.stringify(format).slice(0, 100)}: markdown or html is allowed\n`);
    // The name of an API may end so, too.
    const found = book.get(id);
    const download = found ? undefined : /^(.+)\.md$/.exec(id)?.[1];
    const incident = found ?? (download === undefined ? undefined : book.get(download));
    if (!incident) return void response.status(404).type('text').send('no incident of that id is remembered\n');
    if (download !== undefined || format === 'markdown') sendMarkdown(response, incident, download !== undefined);
    else response.type('html').send(renderIncidentPage(incident, { ...page, now: now() }));
  }
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
