/** A dashboard as data: what is shown. How Grafana writes it down is print.ts's business. */
export interface DashboardSpec {
  /** Stable, at most 40 characters: links and bookmarks live on it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Variables after the data source and the clusters. */
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly RowSpec[];
  /** Marks on every panel's time axis. */
  readonly annotations: readonly AnnotationSpec[];
}

export interface AnnotationSpec {
  readonly name: string;
  readonly expr: string;
  /** With labels as {{label}}; Grafana knows no variables there. */
  readonly title: string;
  /** Below the title; HTML that Grafana cleans. */
  readonly text?: string;
}

export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  /** label_values(…) */
  readonly query: string;
  /** Several at once, and `All`. */
  readonly multi: boolean;
}

export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface PanelSpec {
  /** Fixed for panels that alerts link to. */
  readonly id: number;
  readonly kind: 'timeseries' | 'stat' | 'table' | 'state-timeline';
  readonly title: string;
  readonly description: string;
  /** Grafana's unit id. */
  readonly unit: Unit;
  /** In a grid of 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly TargetSpec[];
  readonly min?: number;
  readonly max?: number;
  /** What numbers are called and coloured. */
  readonly states?: readonly { readonly value: number; readonly text: string; readonly color: Color }[];
  /** From that value on it has that colour. */
  readonly steps?: readonly { readonly from: number | null; readonly color: Color }[];
  readonly stacked?: true;
  /** Of a table: columns that say nothing, and names for those that do. */
  readonly columns?: { readonly hide: readonly string[]; readonly rename: Readonly<Record<string, string>> };
  /** Where a series leads to. */
  readonly links?: readonly Link[];
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

export type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'ops' | 'none';
export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text' | 'transparent';

export interface TargetSpec {
  readonly expr: string;
  readonly legend: string;
  /** One moment instead of a range: tables and numbers. */
  readonly instant?: true;
}

export const OK_FAILING = [
  { value: 0, text: 'ok', color: 'green' },
  { value: 1, text: 'failing', color: 'red' },
] as const;

export const SHARE_STEPS = [
  { from: null, color: 'green' },
  { from: 0.01, color: 'yellow' },
  { from: 0.2, color: 'orange' },
  { from: 0.9, color: 'red' },
] as const;

export const CONFIDENCE_STEPS = [
  { from: null, color: 'transparent' },
  { from: 0.05, color: 'blue' },
  { from: 0.3, color: 'purple' },
  { from: 0.6, color: 'red' },
] as const;
