import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, describe, expect, it } from 'vitest';
import { inFolder, PROMTOOL, run } from './support/promtool.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const JSONNET = join(execFileSync(BUILD, ['jsonnet'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim(), 'jsonnet');
const ROOT = new URL('../../../', import.meta.url).pathname;

/** A folder into which jsonnet-bundler put the mixin. */
const vendor = mkdtempSync(join(tmpdir(), 'aggregated-api-mixin-'));
afterAll(() => rmSync(vendor, { recursive: true, force: true }));
mkdirSync(join(vendor, 'aggregated-api-exporter'));
for (const part of ['mixin.libsonnet', 'jsonnetfile.json', 'rules', 'dashboards'])
  cpSync(join(ROOT, part), join(vendor, 'aggregated-api-exporter', part), { recursive: true });

interface Group {
  readonly name: string;
  readonly rules: readonly {
    readonly alert?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}
interface Rendered {
  readonly alerts: { readonly groups: readonly Group[] };
  readonly rules: { readonly groups: readonly Group[] };
  readonly dashboards: Readonly<Record<string, unknown>>;
}

async function render(config = '{}'): Promise<Rendered> {
  const mixin = `(import 'aggregated-api-exporter/mixin.libsonnet') + { _config+:: ${config} }`;
  const text = `local mixin = ${mixin}; { alerts: mixin.prometheusAlerts, rules: mixin.prometheusRules, dashboards: mixin.grafanaDashboards }`;
  const { code, output } = await run(JSONNET, ['-J', vendor, '-e', text]);
  expect(code, output.slice(0, 2000)).toBe(0);
  return JSON.parse(output) as Rendered;
}

const printed = (file: string) => (load(readFileSync(join(ROOT, 'rules/prometheus', file), 'utf8')) as { groups: Group[] }).groups;
const byName = (groups: readonly Group[]) => [...groups].sort((a, b) => (a.name < b.name ? -1 : 1));
const alertsOf = ({ alerts }: Rendered) => alerts.groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));

describe('the mixin, rendered by go-jsonnet', () => {
  it('is what generate prints, without a change', async () => {
    const { alerts, rules, dashboards } = await render('{ kubernetesMixinFix: true }');
    const all = readdirSync(join(ROOT, 'rules/prometheus')).flatMap(printed);
    expect(byName([...alerts.groups, ...rules.groups])).toEqual(byName(all));
    const files = readdirSync(join(ROOT, 'dashboards')).filter((file) => file.endsWith('.json'));
    expect(dashboards).toEqual(
      Object.fromEntries(files.map((file) => [file, JSON.parse(readFileSync(join(ROOT, 'dashboards', file), 'utf8'))])),
    );
  });

  it('has alerts among the alerts only, and the replacement of the kubernetes-mixin only where it is asked for', async () => {
    const rendered = await render();
    expect(rendered.rules.groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined))).toEqual([]);
    expect(alertsOf(rendered).map(({ alert }) => alert)).toContain('AggregatedAPIDown');
    expect(alertsOf(rendered).filter(({ alert }) => alert!.startsWith('Kube'))).toEqual([]);
  });

  it('leaves out the alerts of the causes', async () => {
    const names = alertsOf(await render('{ causeAlerts: false }')).map(({ alert }) => alert);
    expect(names).toContain('AggregatedAPIDown');
    expect(names).not.toContain('AggregatedAPIPanic');
  });

  it('leads to where people open the pages, and gives each alert the labels', async () => {
    const config =
      "{ exporterUrl: 'https://apis.example.com', grafanaUrl: 'https://grafana.example.com', alertLabels: { team: 'pilots' } }";
    const rendered = await render(config);
    for (const { alert, labels = {}, annotations = {} } of alertsOf(rendered)) {
      expect([alert, labels.team]).toEqual([alert, 'pilots']);
      expect(labels.severity).toMatch(/./);
      // The alert of an exporter that is gone leads to no page of it.
      const { status_url: page, runbook_url: runbook, dashboard_url: dashboard } = annotations;
      expect([alert, runbook]).toEqual([alert, expect.stringMatching(/^https:\/\/apis\.example\.com\/runbooks\//)]);
      if (alert !== 'AggregatedAPIExporterDown') expect(page).toMatch(/^https:\/\/apis\.example\.com\//);
      expect([alert, dashboard]).toEqual([alert, expect.stringMatching(/^https:\/\/grafana\.example\.com\/d\//)]);
    }
    expect(JSON.stringify(rendered)).not.toContain('monitoring.svc:9944');
  });

  it('is read by promtool', async () => {
    const { alerts, rules } = await render("{ alertLabels: { team: 'pilots' } }");
    const files = { 'alerts.yaml': JSON.stringify(alerts), 'rules.yaml': JSON.stringify(rules) };
    const { code, output } = await inFolder(files, (folder) =>
      run(PROMTOOL, ['check', 'rules', join(folder, 'alerts.yaml'), join(folder, 'rules.yaml')]),
    );
    expect([code, output]).toEqual([0, expect.stringMatching(/SUCCESS: \d+ rules found[\s\S]*SUCCESS: \d+ rules found/)]);
  });
});
