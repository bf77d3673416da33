/** Loaded only by the command that prints dashboards: the SDK is large, and the exporter never needs it. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { GenerateOptions } from '../options.ts';
import { EXPORTER_VARIABLE } from './exporter-links.ts';
import { select } from './matchers.ts';
import type { AnnotationSpec, DashboardSpec, PanelSpec, TargetSpec } from './panel.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const TAG = 'aggregated-api';
const ANNOTATION_STEP = '30s';

/** Classic dashboard JSON, which sidecars and file provisioning of every current Grafana take. */
export function printDashboard(spec: DashboardSpec, options: GenerateOptions): string {
  return `${JSON.stringify(mended(built(spec, options)), null, 2)}\n`;
}

function built(spec: DashboardSpec, options: GenerateOptions): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([
      datasourceVariable(),
      ...clusterVariables(options),
      ...spec.variables.map(({ name, label, query, multi }) => queryVariable(name, label, query, multi)),
      exporterVariable(options),
    ])
    .link(
      new DashboardLinkBuilder('Aggregated APIs')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const annotation of spec.annotations) builder.annotation(annotationQuery(annotation));
  let y = 0;
  spec.rows.forEach((row, index) => {
    builder.withRow(new RowBuilder(row.title).id(1000 + index).gridPos({ x: 0, y, w: 24, h: 1 }));
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      if (x + panel.width > 24) {
        x = 0;
        y += height;
        height = 0;
      }
      builder.withPanel(panelBuilder(panel).gridPos({ x, y, w: panel.width, h: panel.height }));
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  });
  return builder.build();
}

function annotationQuery({ name, expr, title, text }: AnnotationSpec): AnnotationQueryBuilder {
  const builder = new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .hide(false)
    .iconColor('purple')
    .expr(expr)
    .titleFormat(title)
    .step(ANNOTATION_STEP)
    // The query of an annotation in Grafana's schema; `expr` and `step` beside it are what older ones read.
    .target(new DataqueryBuilder().refId('Anno').expr(expr).interval(ANNOTATION_STEP));
  return text === undefined ? builder : builder.textFormat(text);
}

function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label('Data Source')
    .type('prometheus')
    .current({ selected: true, text: 'default', value: 'default' });
}

function clusterVariables(options: GenerateOptions): QueryVariableBuilder[] {
  return options.clusterLabels.map((label) =>
    queryVariable(label, label.charAt(0).toUpperCase() + label.slice(1), `label_values(${select('aggregated_api_info')}, ${label})`, true),
  );
}

function exporterVariable({ externalUrl }: GenerateOptions): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(EXPORTER_VARIABLE)
    .label('Exporter')
    .description('Address of the pages of the exporter, as a browser opens it: links lead there.')
    .defaultValue(externalUrl)
    .current({ selected: true, text: externalUrl, value: externalUrl });
}

function queryVariable(name: string, label: string, query: string, multi: boolean): QueryVariableBuilder {
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(multi);
  // Also where the label does not exist: one cluster, one Prometheus.
  return multi ? variable.includeAll(true).allValue('.*').current({ selected: true, text: 'All', value: '$__all' }) : variable;
}

type AnyPanelBuilder = TimeseriesBuilder | StatBuilder | TableBuilder | StateTimelineBuilder;

function panelBuilder(spec: PanelSpec): AnyPanelBuilder {
  const builder = styled(spec)
    .id(spec.id)
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .unit(spec.unit)
    .targets(spec.targets.map((target, index) => targetBuilder(target, index, spec)));
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.states)
    builder.mappings([
      {
        type: MappingType.ValueToText,
        options: Object.fromEntries(spec.states.map(({ value, text, color }, index) => [String(value), { text, color, index }])),
      },
    ]);
  if (spec.steps) {
    builder.thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(spec.steps.map(({ from, color }) => ({ value: from, color }))),
    );
    builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  }
  if (spec.links) builder.dataLinks(spec.links.map(({ title, url }) => new DashboardLinkBuilder(title).url(url).targetBlank(true)));
  return builder;
}

function styled(spec: PanelSpec): AnyPanelBuilder {
  const legend = new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .showLegend(true)
    .calcs([]);
  switch (spec.kind) {
    case 'timeseries': {
      const builder = new TimeseriesBuilder()
        .drawStyle(GraphDrawStyle.Line)
        .fillOpacity(spec.stacked ? 40 : 10)
        .showPoints(VisibilityMode.Never)
        .legend(legend)
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
      return spec.stacked ? builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : builder;
    }
    case 'stat':
      return new StatBuilder().reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
    case 'state-timeline':
      return new StateTimelineBuilder()
        .showValue(VisibilityMode.Auto)
        .rowHeight(0.9)
        .mergeValues(true)
        .fillOpacity(80)
        .legend(
          new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(false).calcs([]),
        );
    case 'table':
      return spec.columns
        ? new TableBuilder().withTransformation({
            id: 'organize',
            options: {
              excludeByName: Object.fromEntries(spec.columns.hide.map((name) => [name, true])),
              indexByName: {},
              renameByName: spec.columns.rename,
            },
          })
        : new TableBuilder();
  }
}

function targetBuilder({ expr, legend, instant }: TargetSpec, index: number, panel: PanelSpec): cog.Builder<cog.Dataquery> {
  const builder = new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .expr(expr)
    .legendFormat(legend)
    .datasource(DATASOURCE);
  if (panel.kind === 'table') return builder.instant().format('table' as never);
  return instant ? builder.instant() : builder.range();
}

const ONLY_OF_INTERVALS: ReadonlySet<string> = new Set(['auto', 'auto_min', 'auto_count']);

/**
 * Without what the SDK writes and Grafana's schema does not know (`npm run check:types` compares): of each variable what only intervals have, and
 * a footer, which tables have no more. And with links and annotations where everybody sees them: the SDK puts them into a menu of Grafana 12.
 */
function mended(dashboard: Dashboard): unknown {
  const complete = { ...dashboard, annotations: { list: [], ...dashboard.annotations } };
  return JSON.parse(
    JSON.stringify(complete, (key, value: unknown) => {
      const unknown = ONLY_OF_INTERVALS.has(key) || key === 'footer' || (key === 'placement' && value === 'inControlsMenu');
      return unknown ? undefined : value;
    }),
  );
}
