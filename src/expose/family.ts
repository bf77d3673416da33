import type { Stability } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { SOURCES, type SourceStatus } from '../domain/sources.ts';
import type { ErrorRatios } from './error-ratios.ts';
import type { TerminationCounts } from './termination-counts.ts';
import { type ExporterView, liveApis } from './view.ts';

/** A cumulative histogram: `counts[i]` = observations ≤ `bounds[i]`; the last count is +Inf's, hence one more than bounds. */
export interface HistogramValue {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What the newest increase of a counter belongs to: shown beside it in OpenMetrics alone. */
export interface Exemplar {
  /** The id of an incident. */
  readonly incident: string;
  /** Of that increase, Unix seconds. */
  readonly at: number;
}

/** Values in the order of the family's labels. */
export type Emit = (labelValues: readonly string[], value: number | HistogramValue, exemplar?: Exemplar) => void;

/** What one snapshot cannot say alone: remembered by the exposition from view to view. */
export interface ExposedView extends ExporterView {
  readonly terminations: TerminationCounts;
  readonly errorRatios: ErrorRatios;
}

/** One metric family: all of it is written down here, and docs/metrics.md is printed from it. */
export interface Family {
  /** With prefix and suffix; counters end in _total. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'info';
  /** Default `beta`. */
  readonly stability?: Stability;
  readonly help: string;
  readonly labels: readonly string[];
  /** Series that it costs, as a formula for people, e.g. `APIs × 3`. */
  readonly cost: string;
  /** A series begins with its first value above this, and stays then, whatever its value. Undefined: it begins with its object. */
  readonly beginsAbove?: number;
  collect(view: ExposedView, emit: Emit): void;
  /** Of families that the sources alone tell: they are there from the first second, when there is no view yet. */
  readonly collectSources?: (sources: readonly SourceStatus[], emit: Emit) => void;
}

/** Labels that collide with target labels: through a ServiceMonitor they arrive as exported_…, and rules silently match nothing. */
export const FORBIDDEN_LABELS = [
  'namespace',
  'service',
  'pod',
  'container',
  'endpoint',
  'instance',
  'job',
  'cluster',
  'type',
  'region',
  'zone',
  'env',
  'owner',
  'stage',
] as const;

type PerApi = (api: ApiFacts, emit: Emit, view: ExposedView) => void;

/** A family whose first label is `apiservice`; `collect` gives the values of the others. */
export function familyPerApi(declaration: Omit<Family, 'collect'> & { readonly collect: PerApi }): Family {
  const { collect, ...rest } = declaration;
  return {
    ...rest,
    labels: ['apiservice', ...rest.labels],
    collect(view, emit) {
      for (const api of liveApis(view)) collect(api, (values, value, exemplar) => emit([api.name, ...values], value, exemplar), view);
    },
  };
}

/** A family with one series per source that is not switched off; `read` gives its value, undefined = no series. */
export function familyPerSource(
  declaration: Omit<Family, 'collect' | 'collectSources' | 'labels' | 'cost'>,
  read: (status: SourceStatus) => number | undefined,
): Family {
  const collectSources = (sources: readonly SourceStatus[], emit: Emit): void => {
    for (const status of sources) {
      const value = status.state === 'disabled' ? undefined : read(status);
      if (value !== undefined) emit([status.source], value);
    }
  };
  return {
    ...declaration,
    labels: ['source'],
    cost: String(SOURCES.length),
    collect: (view, emit) => collectSources(view.snapshot.sources, emit),
    collectSources,
  };
}
