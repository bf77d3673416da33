import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { SignalDeclaration } from '../domain/signal.ts';
import { ErrorRatios } from './error-ratios.ts';
import { DECLARED_FAMILIES } from './families/list.ts';
import type { ExposedView, Family } from './family.ts';
import { FamilyPrinter } from './family-printer.ts';
import { planFamilies } from './plan.ts';
import { type Format, headerOf, labelText, renderEnd, sampleLines } from './render.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { TerminationCounts } from './termination-counts.ts';
import type { ExporterView, WaitingView } from './view.ts';

export const DEFAULT_SERIES_PER_FAMILY = 10_000;
/** Rendering gives the event loop back after this long: probes are timed on the same one. */
const SLICE_MS = 4;
const compress = promisify(gzip);

export interface ExpositionOptions {
  readonly signals: readonly SignalDeclaration[];
  /** Those that have a series while they are 0 and never were anything else; default all. */
  readonly askedAtZero?: ReadonlySet<string>;
  /** Series of one family; default 10,000. */
  readonly seriesPerFamily?: number;
  readonly families?: readonly Family[];
  readonly self?: SelfMetrics;
  /** Asked while there is no view yet. */
  readonly waiting?: () => WaitingView;
  /** What the series tell of us beside the view: while its answer is the same, so is the page. */
  readonly changesWith?: () => string;
  /** A family that could not be printed; the others are. */
  readonly onError?: (family: string, error: unknown) => void;
}

export interface Exposition {
  /** Takes the newest view; rendered when it is asked for. */
  update(view: ExporterView): void;
  /** The exposition of the newest view. One rendering serves every scrape until the next view. */
  page(format: Format): Promise<ExpositionPage>;
}

export interface ExpositionPage {
  readonly body: Buffer;
  /** The same, compressed once for all that ask. */
  gzipped(): Promise<Buffer>;
}

export function createExposition(options: ExpositionOptions): Exposition {
  const families = options.families ?? DECLARED_FAMILIES;
  const printers = printersOf(options);
  const terminations = new TerminationCounts();
  const errorRatios = new ErrorRatios();
  const dropped = new Map<string, number>(printers.map((printer) => [printer.name, 0]));
  let failed = 0;
  let view: ExposedView | undefined;
  let cache = new Map<string, Promise<ExpositionPage>>();
  let counted: ExposedView | undefined;

  function print(printer: FamilyPrinter, of: ExposedView, format: Format, first: boolean): Buffer {
    try {
      const printed = printer.print(of, format);
      if (first && printed.dropped > 0) dropped.set(printer.name, (dropped.get(printer.name) ?? 0) + printed.dropped);
      return printed.text;
    } catch (error) {
      failed++;
      options.onError?.(printer.name, error);
      return Buffer.alloc(0);
    }
  }

  async function render(of: ExposedView | undefined, format: Format): Promise<ExpositionPage> {
    const parts: Buffer[] = [];
    if (of) {
      const first = counted !== of;
      counted = of;
      let sliceEnds = performance.now() + SLICE_MS;
      for (const printer of printers) {
        parts.push(print(printer, of, format, first));
        if (performance.now() < sliceEnds) continue;
        await nextTurn();
        sliceEnds = performance.now() + SLICE_MS;
      }
    } else if (options.waiting) parts.push(Buffer.from(renderSources(families, options.waiting(), format)));
    parts.push(
      Buffer.from(renderDropped(dropped, format) + headerOf(FAMILIES_FAILED, format) + sampleLines(FAMILIES_FAILED.name, '', failed)),
    );
    parts.push(Buffer.from((await options.self?.text(format)) ?? ''), Buffer.from(renderEnd(format)));
    return pageOf(Buffer.concat(parts));
  }

  return {
    update(next) {
      terminations.observe(next.snapshot);
      errorRatios.observe(next.snapshot);
      view = { ...next, terminations, errorRatios };
      cache = new Map();
    },
    page(format) {
      const key = `${format} ${options.changesWith?.()}`;
      const known = cache.get(key);
      if (known) return known;
      const page = render(view, format);
      // Without a view only our own metrics are there, and they should move.
      if (view) cache.set(key, page);
      page.catch(() => cache.delete(key));
      return page;
    },
  };
}

/** The exposition of one view alone, without the exporter's own metrics. */
export function renderExposition(
  view: ExporterView,
  options: Omit<ExpositionOptions, 'self'> & { readonly format?: Format } = { signals: [] },
): string {
  const format = options.format ?? 'text';
  const exposed: ExposedView = { ...view, terminations: new TerminationCounts(), errorRatios: new ErrorRatios() };
  exposed.terminations.observe(view.snapshot);
  exposed.errorRatios.observe(view.snapshot);
  const dropped = new Map<string, number>();
  let text = '';
  for (const printer of printersOf(options)) {
    const printed = printer.print(exposed, format);
    dropped.set(printer.name, printed.dropped);
    text += printed.text.toString();
  }
  return text + renderDropped(dropped, format) + renderEnd(format);
}

/** Before the first tick: the sources, so that blindness at the start is seen, and alerted on, as blindness later is. */
function renderSources(families: readonly Family[], { sources }: WaitingView, format: Format): string {
  return families
    .map((family) => {
      let lines = '';
      family.collectSources?.(sources, (values, value) => {
        lines += sampleLines(family.name, labelText(family.labels, values), value);
      });
      return lines === '' ? '' : headerOf(family, format) + lines;
    })
    .join('');
}

function printersOf(options: ExpositionOptions): FamilyPrinter[] {
  const limit = options.seriesPerFamily ?? DEFAULT_SERIES_PER_FAMILY;
  return planFamilies(options.families ?? DECLARED_FAMILIES, options.signals, options.askedAtZero).map(
    (plan) => new FamilyPrinter(plan, limit),
  );
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

function renderDropped(dropped: ReadonlyMap<string, number>, format: Format): string {
  const lines = [...dropped].map(([family, count]) => sampleLines(SERIES_DROPPED.name, `family="${family}"`, count));
  return headerOf(SERIES_DROPPED, format) + lines.join('');
}

function pageOf(body: Buffer): ExpositionPage {
  let gzipped: Promise<Buffer> | undefined;
  return {
    body,
    // Level 1 in the thread pool: level 6 takes three times as long for a quarter less.
    gzipped: () => (gzipped ??= compress(body, { level: constants.Z_BEST_SPEED })),
  };
}
