import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { DECLARED_FAMILIES } from '../../src/expose/families/list.ts';
import { SELF_FAMILIES } from '../../src/expose/self-metrics.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { printDashboardFiles } from '../../src/generate/dashboards/files.ts';
import { PANELS } from '../../src/generate/dashboards/panel-ids.ts';
import { DEFAULT_OPTIONS, type GenerateOptions } from '../../src/generate/options.ts';
import { SERIES } from '../../src/generate/series.ts';
import { namesIn, syntaxErrors } from './support/syntax.ts';

interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly datasource: { readonly uid: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly mappings?: readonly unknown[] } };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
interface Variable {
  readonly type: string;
  readonly name: string;
  readonly label: string;
  readonly query: string;
  readonly refresh?: number;
  readonly datasource?: { readonly uid: string };
}
interface Annotation {
  readonly name: string;
  readonly expr?: string;
  readonly step?: string;
  readonly target?: { readonly expr: string; readonly interval: string };
  readonly titleFormat?: string;
  readonly textFormat?: string;
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly links: readonly { readonly placement?: string; readonly asDropdown: boolean }[];
}

const files = printDashboardFiles(DEFAULT_OPTIONS, 'json').artifacts.filter((file) => file.path.endsWith('.json'));
const dashboards = files.map((file) => JSON.parse(file.content) as Dashboard);
const each = dashboards.map((dashboard) => [dashboard.uid, dashboard] as const);
const panelsOf = (dashboard: Dashboard) => dashboard.panels.filter((panel) => panel.type !== 'row');
const withoutMacros = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$__interval', '1m');
const expressionsOf = (dashboard: Dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) => panel.targets!.map((target) => target.expr)),
  ...dashboard.annotations.list.flatMap((annotation) => annotation.expr ?? []),
];

/** The rules of grafana/dashboard-linter, by its names. Those that are left out are in dashboards/.lint, with reasons. */
describe.each(each)('%s', (_, dashboard) => {
  it('template-datasource-rule: one data source variable, named datasource', () => {
    const sources = dashboard.templating.list.filter((variable) => variable.type === 'datasource');
    expect(sources.map(({ name, label, query }) => ({ name, label, query }))).toEqual([
      { name: 'datasource', label: 'Data Source', query: 'prometheus' },
    ]);
  });

  it('panel-datasource-rule: every panel and target asks ${datasource}', () => {
    for (const panel of panelsOf(dashboard))
      for (const { datasource } of [panel, ...panel.targets!]) expect(datasource?.uid).toBe('${datasource}');
  });

  it('panel-title-description-rule', () => {
    for (const panel of panelsOf(dashboard)) {
      expect(panel.title).not.toBe('');
      expect(panel.description ?? '', panel.title).toMatch(/\.$/);
    }
  });

  it('panel-units-rule', () => {
    const valid = ['none', 'short', 's', 'percentunit', 'bytes', 'ops'];
    for (const panel of panelsOf(dashboard)) expect(valid, panel.title).toContain(panel.fieldConfig!.defaults.unit);
  });

  it('target-promql-rule: every expression parses', () => {
    for (const expr of expressionsOf(dashboard)) expect(syntaxErrors(withoutMacros(expr)), expr).toEqual([]);
  });

  it('target-rate-interval-rule: rate and increase take $__rate_interval', () => {
    for (const panel of panelsOf(dashboard))
      for (const { expr } of panel.targets!)
        for (const [call] of expr.matchAll(/\b(rate|irate|increase)\((?:[^()]|\([^()]*\))*\)/g))
          expect(call, panel.title).toContain('[$__rate_interval]');
  });

  it('counters are only read through rate or increase', () => {
    for (const expr of expressionsOf(dashboard))
      for (const [, metric] of expr.matchAll(/([a-z_:]+_(?:total|bucket))\b/g))
        expect(expr).toMatch(new RegExp(`(rate|increase)\\(${metric}`));
  });

  it('template-on-time-change-reload-rule: variables are read anew when the time range changes', () => {
    for (const variable of dashboard.templating.list.filter((one) => one.type === 'query')) {
      expect(variable.refresh).toBe(2);
      expect(variable.datasource?.uid).toBe('${datasource}');
      expect(syntaxErrors(variable.query.replace(/^label_values\((.*), \w+\)$/, '$1'))).toEqual([]);
    }
  });

  it('template-uneditable-rule', () => {
    expect(dashboard.editable).toBe(false);
  });

  it('target-required-matchers: every selector is bound to the clusters, but for the whole of an expression that is', () => {
    for (const panel of panelsOf(dashboard))
      for (const { expr } of panel.targets!) expect(expr, panel.title).toContain('cluster=~"$cluster"');
  });

  it('has a stable, short uid, unique panel ids and refIds', () => {
    expect(dashboard.uid).toMatch(/^[a-z-]{1,40}$/);
    const ids = dashboard.panels.map((panel) => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of panelsOf(dashboard))
      expect(panel.targets!.map((target) => target.refId)).toEqual(panel.targets!.map((__, index) => String.fromCharCode(65 + index)));
  });

  it('lays no panel over another', () => {
    const cells = new Set<string>();
    for (const { gridPos, title } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x, title).toBeLessThan(24);
          expect(cells.has(`${x} ${y}`), title).toBe(false);
          cells.add(`${x} ${y}`);
        }
  });

  it('marks each incident from its begin to its end, where it is about APIs', () => {
    const marks = dashboard.annotations.list.filter(({ name }) => name === 'Incidents');
    expect(marks).toHaveLength(dashboard.uid === 'aggregated-api-exporter' ? 0 : 1);
    for (const { expr, titleFormat, textFormat } of marks) {
      // Grafana makes a region of neighbouring samples that are 1; a series of the begin alone would be a moment.
      expect(expr).toMatch(
        /\(max by \(cluster, apiservice, cause, incident\) \(aggregated_api_incident\{[^}]*\} == 1\), "link", "\$1", "incident"/,
      );
      expect(expr).toContain('"${exporter:raw}/incidents/$1"');
      // Grafana knows labels there, and no variables.
      expect([titleFormat, textFormat]).toEqual(['{{apiservice}}: {{cause}}', '{{link}}']);
    }
  });

  it('asks for each annotation as Grafana does now, and as older ones do', () => {
    for (const { expr, step, target } of dashboard.annotations.list) expect(target).toMatchObject({ expr, interval: step });
  });

  it('links to the others where everybody sees it', () => {
    expect(dashboard.links).toHaveLength(1);
    expect(dashboard.links[0]).toMatchObject({ asDropdown: true });
    expect(dashboard.links[0]!.placement).toBeUndefined();
  });

  it('reads only metrics that the exporter, the rules or the process have, and labels that they have', () => {
    const metrics = new Set([
      ...BUILT_IN.signals.map((signal) => signal.metric),
      ...DECLARED_FAMILIES.map((family) => family.name),
      ...SELF_FAMILIES.map((family) => family.name),
      'aggregated_api_exporter_series_dropped_total',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'ALERTS',
      ...Object.values(SERIES),
    ]);
    const labels = new Set([
      ...DECLARED_FAMILIES.flatMap((family) => family.labels),
      ...BUILT_IN.signals.flatMap(({ labels }) => Object.keys(labels ?? {})),
      ...[
        'cluster',
        'apiservice',
        'instance',
        'job',
        'le',
        'cause',
        'category',
        'evidence',
        'alertname',
        'alertstate',
        'severity',
        'family',
        'look_back',
        'page',
        'link',
      ],
    ]);
    for (const expr of expressionsOf(dashboard)) {
      const names = namesIn(withoutMacros(expr));
      expect(names.metrics.map((name) => name.replace(/_(?:bucket|sum)$/, '')).filter((name) => !metrics.has(name))).toEqual([]);
      expect(names.labels.filter((label) => !labels.has(label))).toEqual([]);
    }
  });
});

describe('dashboards', () => {
  it('have the panels that alerts link to', () => {
    for (const [name, { uid, panel }] of Object.entries(PANELS))
      expect(
        dashboards.find((one) => one.uid === uid)?.panels.some((one) => one.id === panel),
        name,
      ).toBe(true);
  });

  it('come as ConfigMaps for the sidecar', () => {
    const maps = printDashboardFiles({ ...DEFAULT_OPTIONS, namespace: 'monitoring' }, 'configmap').artifacts.map(
      (file) => load(file.content) as { metadata: { labels: object; namespace: string }; data: Record<string, string> },
    );
    expect(maps).toHaveLength(dashboards.length);
    maps.forEach((map, index) => {
      expect(map.metadata).toMatchObject({ namespace: 'monitoring', labels: { grafana_dashboard: '1' } });
      expect(JSON.parse(Object.values(map.data)[0]!)).toEqual(dashboards[index]);
    });
  });

  describe('lead to the exporter', () => {
    const printed = (options: Partial<GenerateOptions> = {}) =>
      printDashboardFiles({ ...DEFAULT_OPTIONS, ...options }, 'json')
        .artifacts.map(({ content }) => content)
        .join('');

    it('at the address that a variable holds, whoever printed them', () => {
      for (const { templating } of dashboards)
        expect(templating.list.filter(({ type }) => type === 'textbox')).toMatchObject([
          { name: 'exporter', query: DEFAULT_OPTIONS.externalUrl, current: { value: DEFAULT_OPTIONS.externalUrl } },
        ]);
      const links = new Set([...printed().matchAll(/"url": "([^"]*)"/g)].map(([, url]) => url!).filter((url) => !url.startsWith('/d/')));
      expect([...links].sort()).toEqual([
        '${exporter:raw}/apis/${__field.labels.apiservice}',
        '${exporter:raw}/incidents?apiservice=${__field.labels.apiservice}',
        '${exporter:raw}/runbooks/${__field.labels.cause}',
      ]);
    });

    it('and to runbooks that stand elsewhere', () => {
      const elsewhere = printed({ runbookUrl: 'https://wiki.example.com/{page}' });
      expect(elsewhere).toContain('"url": "https://wiki.example.com/${__field.labels.cause}"');
      expect(elsewhere).not.toContain('${exporter:raw}/runbooks');
    });
  });

  it('know no cluster variable where there is no such label', () => {
    const content = printDashboardFiles({ ...DEFAULT_OPTIONS, clusterLabels: [] }, 'json')
      .artifacts.map((file) => file.content)
      .join('');
    expect(content).not.toContain('$cluster');
  });
});
