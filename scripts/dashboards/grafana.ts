import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { AnnotationQuery, Dashboard, FieldConfigSource, Panel, RowPanel } from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as StateTimelineFields,
  Options as StateTimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type {
  FieldConfig as TableFields,
  Options as TableOptions,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  FieldConfig as TimeseriesFields,
  Options as TimeseriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** As JSON has it: an enumeration of strings is one of the strings. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Json<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Json<T[Key]> }
        : T;

/** Of Prometheus; the schema has none, as each data source brings its own. */
type Query = Omit<Dataquery, '_implementsDataqueryVariant'>;

/** The schema's, and what Prometheus reads beside the query; `expr` and `step` are the query of older ones. */
interface PrintedAnnotation extends Omit<AnnotationQuery, 'target'> {
  target: Query;
  titleFormat: string;
  textFormat?: string;
  expr: string;
  step: string;
}

/** Grafana fills what a panel's options leave out with the defaults of its plugin. */
interface PanelOf<Type extends string, Options, Fields> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  options: Partial<Options>;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    defaults: Omit<FieldConfigSource['defaults'], 'custom'> & { custom?: Partial<Fields> };
  };
  targets: Query[];
}

type PrintedPanel =
  | PanelOf<'timeseries', TimeseriesOptions, TimeseriesFields>
  | PanelOf<'stat', StatOptions, never>
  | PanelOf<'state-timeline', StateTimelineOptions, StateTimelineFields>
  | PanelOf<'table', TableOptions, TableFields>
  | RowPanel;

/** What Grafana's own types (their version is the devDependency's) allow in the JSON of a dashboard with the panels that we print. */
export type GrafanaDashboard = Json<
  Omit<Dashboard, 'panels' | 'annotations'> & { panels: PrintedPanel[]; annotations: { list: PrintedAnnotation[] } }
>;
