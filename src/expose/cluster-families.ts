import type { SignalDeclaration } from '../domain/signal.ts';
import { ErrorRatios } from './error-ratios.ts';
import { DECLARED_FAMILIES } from './families/list.ts';
import type { ExposedView, Family } from './family.ts';
import { FamilyPrinter, type PrintedFamily } from './family-printer.ts';
import { planFamilies } from './plan.ts';
import { type FamilyHead, joined, labelText, sampleLines } from './render.ts';
import { TerminationCounts } from './termination-counts.ts';
import type { ExporterView, WaitingView } from './view.ts';

const DEFAULT_SERIES_PER_FAMILY = 10_000;

export interface FamiliesOptions {
  readonly signals: readonly SignalDeclaration[];
  /** Those that have a series while they are 0 and never were anything else; default all. */
  readonly askedAtZero?: ReadonlySet<string>;
  /** Series of one family; default 10,000. */
  readonly seriesPerFamily?: number;
  readonly families?: readonly Family[];
  /** Asked while there is no view yet. */
  readonly waiting?: () => WaitingView;
  /** The cluster whose they are, where there are several: each series has it as its first label. */
  readonly cluster?: string;
  /** A family that could not be printed; the others are. */
  readonly onError?: (family: string, error: unknown) => void;
}

/** The families of one cluster, printed from view to view. */
export class ClusterFamilies {
  readonly #options: FamiliesOptions;
  readonly #printers: readonly FamilyPrinter[];
  readonly #terminations = new TerminationCounts();
  readonly #errorRatios = new ErrorRatios();
  readonly #dropped: Map<string, number>;
  #failed = 0;
  #view: ExposedView | undefined;
  #printed: Promise<readonly PrintedFamily[]> | undefined;

  constructor(options: FamiliesOptions) {
    this.#options = options;
    this.#printers = printersOf(options);
    this.#dropped = new Map(this.heads.map(({ name }) => [name, 0]));
  }

  /** What stands before the labels of each series: `cluster="harbour"`, or nothing. */
  get whose(): string {
    return whoseOf(this.#options);
  }

  /** Of all families, in their order; the same for every cluster. */
  get heads(): readonly FamilyHead[] {
    return this.#printers.map(({ head }) => head);
  }

  /** By family: series that its cap left out, counted once per view that was printed. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  /** Families that could not be printed. */
  get failed(): number {
    return this.#failed;
  }

  /** The newest view; undefined before the first. */
  get view(): ExposedView | undefined {
    return this.#view;
  }

  /** Takes the newest view; printed when it is asked for. */
  update(next: ExporterView): void {
    this.#terminations.observe(next.snapshot);
    this.#errorRatios.observe(next.snapshot);
    this.#view = { ...next, terminations: this.#terminations, errorRatios: this.#errorRatios };
    this.#printed = undefined;
  }

  /**
   * The series of each family of `heads`, without the head. One printing serves every reader until the next view.
   * @param pause asked after each family, so that others have their turn.
   */
  print(pause: () => Promise<void> | undefined): Promise<readonly PrintedFamily[]> {
    if (!this.#view) return Promise.resolve(this.#printWaiting());
    this.#printed ??= this.#printView(this.#view, pause);
    return this.#printed;
  }

  async #printView(view: ExposedView, pause: () => Promise<void> | undefined): Promise<readonly PrintedFamily[]> {
    const parts: PrintedFamily[] = [];
    for (const printer of this.#printers) {
      parts.push(this.#printFamily(printer, view));
      await pause();
    }
    return parts;
  }

  #printFamily(printer: FamilyPrinter, view: ExposedView): PrintedFamily {
    const { name } = printer.head;
    try {
      const printed = printer.print(view);
      if (printed.dropped > 0) this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + printed.dropped);
      return printed;
    } catch (error) {
      this.#failed++;
      this.#options.onError?.(name, error);
      return alike('');
    }
  }

  /** Before the first tick: the sources, so that blindness at the start is seen, and alerted on, as blindness later is. */
  #printWaiting(): readonly PrintedFamily[] {
    const { waiting, families = DECLARED_FAMILIES } = this.#options;
    const sources = waiting?.().sources ?? [];
    const printed = new Map(families.map((family) => [family.name, sourceLines(family, sources, this.whose)]));
    return this.heads.map(({ name }) => alike(printed.get(name) ?? ''));
  }
}

function alike(text: string): PrintedFamily {
  const bytes = Buffer.from(text);
  return { text: bytes, openmetrics: bytes, dropped: 0 };
}

function sourceLines(family: Family, sources: WaitingView['sources'], whose: string): string {
  let lines = '';
  family.collectSources?.(sources, (values, value) => {
    lines += sampleLines(family.name, joined(whose, labelText(family.labels, values)), value);
  });
  return lines;
}

function whoseOf({ cluster }: FamiliesOptions): string {
  return cluster === undefined ? '' : labelText(['cluster'], [cluster]);
}

export function printersOf(options: FamiliesOptions): FamilyPrinter[] {
  const limit = options.seriesPerFamily ?? DEFAULT_SERIES_PER_FAMILY;
  return planFamilies(options.families ?? DECLARED_FAMILIES, options.signals, options.askedAtZero).map(
    (plan) => new FamilyPrinter(plan, limit, whoseOf(options)),
  );
}
