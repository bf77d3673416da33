import { documentedFamilies } from '../../../src/expose/metrics-doc.ts';
import { BUILT_IN } from '../../../src/generate/built-in.ts';
import { seriesOf } from '../../expose/parse-exposition.ts';
import type { Part } from '../prometheus/support/parts.ts';

/** What a database made of the exporter's series: each as `name{labels}`, labels in order. */
export interface Arrival {
  /** Published, and not there under the same name and labels. */
  readonly missing: readonly string[];
  /** Names that docs/metrics.md does not know, but for what every scrape brings. */
  readonly unknown: readonly string[];
}

/** The names of the target, which a scrape adds. */
const TARGET_LABELS = new Set(['job', 'instance', 'cluster']);
const OF_THE_SCRAPE = /^(up$|scrape_)/;
const OF_THE_PROCESS = /^(process|nodejs)_/;
const DOCUMENTED = new Set(documentedFamilies(BUILT_IN.signals).map(({ name }) => name));

/** @param prefix that relabelling put before each name. */
export async function arrivalOf(published: ReadonlySet<string>, { url }: Part, job: string, prefix = ''): Promise<Arrival> {
  const asked = new URLSearchParams({ 'match[]': `{job="${job}"}` });
  const { data } = (await (await fetch(`${url}/api/v1/series?${asked}`)).json()) as { data: readonly Readonly<Record<string, string>>[] };
  const arrived = data
    .map(({ __name__ = '', ...labels }) => ({ name: __name__.startsWith(prefix) ? __name__.slice(prefix.length) : __name__, labels }))
    .filter(({ name }) => !OF_THE_SCRAPE.test(name));
  const all = new Set(arrived.map(({ name, labels }) => written(name, Object.entries(labels))));
  const names = new Set(arrived.map(({ name }) => name));
  return {
    missing: [...published].filter((series) => !all.has(series)),
    unknown: [...names].filter(
      (name) => !OF_THE_PROCESS.test(name) && ![name, name.replace(/_(bucket|sum|count)$/, '')].some((one) => DOCUMENTED.has(one)),
    ),
  };
}

/** Every series of a page. */
export function publishedIn(page: string): Set<string> {
  return new Set(
    [...seriesOf(page).keys()].map((series) => {
      const [name = '', labels = ''] = series.split(/\{(.*)\}$/s);
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']) => [
        label,
        JSON.parse(`"${value}"`) as string,
      ]);
      return written(name, pairs as [string, string][]);
    }),
  );
}

/** A label without a value is none, to every database. */
function written(name: string, labels: readonly (readonly [string, string])[]): string {
  const own = labels.filter(([label, value]) => !TARGET_LABELS.has(label) && value !== '');
  return `${name}{${own
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .sort()
    .join(',')}}`;
}
