import type { IncidentBook } from '../../domain/incident.ts';
import { readIncidentQuery } from '../incident-answers.ts';
import { renderIncidentPage } from '../page/incident.ts';
import { type IncidentPageOptions, MOST_LINES, renderIncidentsPage } from '../page/incidents.ts';
import type { LivePage } from '../page/regions.ts';

/** `/incidents` with its query, or the page of one. */
const PATH = /^\/incidents(?:\/([^/?]+)|(\?.*|))$/;

export const isIncidentPath = (path: string): boolean => PATH.test(path);

type Query = Readonly<Record<string, unknown>>;

export interface IncidentPages {
  /** The list, or what is wrong with the query. */
  list(query: Query): LivePage | { readonly error: string };
  /** Undefined: none of that id is remembered. */
  one(id: string): LivePage | undefined;
  /** By path and query, as the page itself says them. */
  at(path: string): LivePage | undefined;
}

/** Not kept from one reader to the next: there are as many lists as queries. @param options as they are now. */
export function createIncidentPages(book: IncidentBook, options: () => IncidentPageOptions): IncidentPages {
  const pages: IncidentPages = {
    list(query) {
      const now = options();
      const read = readIncidentQuery(query, now.now / 1000);
      if ('error' in read) return read;
      const page = `/incidents${searchIn(query)}`;
      return renderIncidentsPage(book.list({ ...read.query, limit: MOST_LINES + 1 }), { query: read.query, page }, now);
    },
    one(id) {
      const incident = book.get(id);
      return incident && renderIncidentPage(incident, options());
    },
    at(path) {
      const [, id, search = ''] = PATH.exec(path) ?? [];
      if (id !== undefined) return pages.one(decoded(id));
      const page = pages.list(Object.fromEntries(new URLSearchParams(search)));
      return 'error' in page ? undefined : page;
    },
  };
  return pages;
}

/** As it is asked for, so that `24h` stays a day before now. */
function searchIn(query: Query): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Empty where it is none that a browser would send. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
