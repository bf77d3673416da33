import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { ClusterFamilies, type FamiliesOptions, printersOf } from './cluster-families.ts';
import { ErrorRatios } from './error-ratios.ts';
import type { ExposedView, Family } from './family.ts';
import type { PrintedFamily } from './family-printer.ts';
import { type FamilyHead, type Format, headerOf, joined, renderEnd, sampleLines } from './render.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { TerminationCounts } from './termination-counts.ts';
import type { ExporterView } from './view.ts';

/** Rendering gives the event loop back after this long: probes are timed on the same one. */
const SLICE_MS = 4;
const compress = promisify(gzip);

export interface PageOptions {
  readonly self?: SelfMetrics;
  /** What the series tell of us beside the view: while its answer is the same, so is the page. */
  readonly changesWith?: () => string;
}

/** What is served at /metrics. One rendering serves every scrape until something in it changes. */
export interface MetricsPages {
  page(format: Format): Promise<ExpositionPage>;
}

export interface Exposition extends MetricsPages {
  /** Takes the newest view; rendered when it is asked for. */
  update(view: ExporterView): void;
}

export interface ExpositionPage {
  readonly body: Buffer;
  /** The same, compressed once for all that ask. */
  gzipped(): Promise<Buffer>;
}

/** The exposition of one cluster. */
export function createExposition(options: FamiliesOptions & PageOptions): Exposition {
  const families = new ClusterFamilies(options);
  return { update: (view) => families.update(view), page: createMetricsPages([families], options).page };
}

/** The series of all these clusters, and our own, under one head for each family. @param clusters at least one. */
export function createMetricsPages(clusters: readonly ClusterFamilies[], { self, changesWith }: PageOptions = {}): MetricsPages {
  const [{ heads }] = clusters as readonly [ClusterFamilies];
  let cache = new Map<string, Promise<ExpositionPage>>();
  let views: readonly (ExposedView | undefined)[] = [];

  async function render(format: Format): Promise<ExpositionPage> {
    const pause = createPause();
    const printed: (readonly PrintedFamily[])[] = [];
    // One after the other: together they would hold the loop as long as all of them take.
    for (const cluster of clusters) printed.push(await cluster.print(pause));
    const parts = heads.flatMap((head, at) =>
      underHead(
        head,
        format,
        printed.map((of) => of[at]?.[format] ?? NOTHING),
      ),
    );
    parts.push(Buffer.from(renderDropped(clusters, format) + renderFailed(clusters, format)));
    parts.push(Buffer.from((await self?.text(format)) ?? ''), Buffer.from(renderEnd(format)));
    return pageOf(Buffer.concat(parts));
  }

  return {
    page(format) {
      const now = clusters.map(({ view }) => view);
      if (now.some((view, at) => view !== views[at])) cache = new Map();
      views = now;
      const key = `${format} ${changesWith?.()}`;
      const known = cache.get(key);
      if (known) return known;
      const page = render(format);
      // Without a view only our own metrics are there, and they should move.
      if (now.every((view) => view !== undefined)) cache.set(key, page);
      page.catch(() => cache.delete(key));
      return page;
    },
  };
}

const NOTHING = Buffer.alloc(0);

/** A family without a series is not there. */
function underHead(head: FamilyHead, format: Format, series: readonly Buffer[]): readonly Buffer[] {
  return series.every(({ length }) => length === 0) ? [] : [Buffer.from(headerOf(head, format)), ...series];
}

/** Lets others have their turn whenever one has lasted its time; undefined while it has not. */
function createPause(): () => Promise<void> | undefined {
  let ends = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < ends) return undefined;
    return nextTurn().then(() => {
      ends = performance.now() + SLICE_MS;
    });
  };
}

/** The exposition of one view alone, without the exporter's own metrics. */
export function renderExposition(view: ExporterView, options: FamiliesOptions & { readonly format?: Format } = { signals: [] }): string {
  const format = options.format ?? 'text';
  const exposed: ExposedView = { ...view, terminations: new TerminationCounts(), errorRatios: new ErrorRatios() };
  exposed.terminations.observe(view.snapshot);
  exposed.errorRatios.observe(view.snapshot);
  const dropped = new Map<string, number>();
  let text = '';
  for (const printer of printersOf(options)) {
    const printed = printer.print(exposed);
    dropped.set(printer.head.name, printed.dropped);
    text += underHead(printer.head, format, [printed[format]]).join('');
  }
  return text + renderDropped([{ whose: '', dropped, failed: 0 }], format) + renderEnd(format);
}

export const SERIES_DROPPED: Omit<Family, 'collect'> = {
  name: 'aggregated_api_exporter_series_dropped_total',
  type: 'counter',
  stability: 'stable',
  help: 'Series that the cap of their family left out, counted once per tick that was scraped.',
  labels: ['family'],
  cost: 'families',
};

export const FAMILIES_FAILED: Omit<Family, 'collect'> = {
  name: 'aggregated_api_exporter_families_failed_total',
  type: 'counter',
  help: 'Families that could not be printed because of a fault in the exporter; the others were.',
  labels: [],
  cost: '1',
};

type Counts = Pick<ClusterFamilies, 'whose' | 'dropped' | 'failed'>;

function renderDropped(clusters: readonly Counts[], format: Format): string {
  const lines = clusters.flatMap(({ whose, dropped }) =>
    [...dropped].map(([family, count]) => sampleLines(SERIES_DROPPED.name, joined(whose, `family="${family}"`), count)),
  );
  return headerOf(SERIES_DROPPED, format) + lines.join('');
}

function renderFailed(clusters: readonly Counts[], format: Format): string {
  return headerOf(FAMILIES_FAILED, format) + clusters.map(({ whose, failed }) => sampleLines(FAMILIES_FAILED.name, whose, failed)).join('');
}

function pageOf(body: Buffer): ExpositionPage {
  let gzipped: Promise<Buffer> | undefined;
  return {
    body,
    // Level 1 in the thread pool: level 6 takes three times as long for a quarter less.
    gzipped: () => (gzipped ??= compress(body, { level: constants.Z_BEST_SPEED })),
  };
}
