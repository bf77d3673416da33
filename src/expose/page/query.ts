import { CATEGORIES, type Category } from '../../domain/category.ts';
import { type ApiState, STATES } from './state.ts';

/** What the reader of the fleet wants to see; all of it stands in the URL. */
export interface FleetQuery {
  /** In lower case; empty = all. */
  readonly text: string;
  readonly state: ApiState | '';
  readonly namespace: string;
  readonly category: Category | '';
  readonly sort: SortKey;
  readonly descending: boolean;
}

export const SORT_KEYS = ['worst', 'name', 'state', 'cause', 'sure', 'pattern', 'since'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export const EVERYTHING: FleetQuery = { text: '', state: '', namespace: '', category: '', sort: 'worst', descending: false };

/** `?q=&state=&namespace=&category=&sort=[-]key`. What is not known counts as not said: an old link still opens. */
export function parseFleetQuery(query: Readonly<Record<string, unknown>>): FleetQuery {
  const text = (name: string) => {
    const value = query[name];
    return typeof value === 'string' ? value.slice(0, 253) : '';
  };
  const sort = text('sort');
  const key = sort.replace(/^-/, '');
  return {
    text: text('q').trim().toLowerCase(),
    state: oneOf(STATES, text('state')) ?? '',
    namespace: text('namespace'),
    category: oneOf(CATEGORIES, text('category')) ?? '',
    sort: oneOf(SORT_KEYS, key) ?? 'worst',
    descending: sort.startsWith('-'),
  };
}

function oneOf<T extends string>(values: readonly T[], text: string): T | undefined {
  return values.find((value) => value === text);
}

/** The query as it stands in a link, with another order; empty where nothing is wanted. */
export function searchOf(query: FleetQuery, sort: { readonly key: SortKey; readonly descending: boolean }): string {
  const { text, state, namespace, category } = query;
  const parts: [string, string][] = [
    ['q', text],
    ['state', state],
    ['namespace', namespace],
    ['category', category],
    ['sort', sort.key === 'worst' ? '' : `${sort.descending ? '-' : ''}${sort.key}`],
  ];
  const wanted = parts.filter(([, value]) => value !== '');
  return wanted.length === 0 ? '' : `?${new URLSearchParams(wanted).toString()}`;
}
