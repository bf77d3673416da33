import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import { CAUSES } from '../../../src/correlations/list.ts';
import type { Explanation } from '../../../src/generate/explain/explain.ts';
import { causeAlertName } from '../../../src/generate/names.ts';
import { SERIES } from '../../../src/generate/series.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';
import { until } from '../cluster/harness/process.ts';
import { type Part, query, startPrometheus } from './support/parts.ts';
import { run } from './support/promtool.ts';
import { apiOf, type Stage, setStage } from './support/stage.ts';

/** Seconds between two scrapes: an outage is paged after 60 s whatever this is, the rest is quicker. */
const SCRAPE = '5s';
const NAMES = ['tides', 'charts', 'cranes', 'pilots', 'manifests', 'weather', 'berths'] as const;
type Name = (typeof NAMES)[number];

/** Injected all at once, each into an API in a namespace of its own; berths stays well. */
const FAULTS: readonly (readonly [name: Name, fault: FaultId])[] = [
  ['tides', 'selector-matches-no-pods'],
  ['charts', 'serving-certificate-expired'],
  ['cranes', 'out-of-memory-killed'],
  ['pilots', 'network-policy-blocking'],
  ['manifests', 'service-not-found'],
  ['weather', 'panic'],
];

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

let stage: Stage;
const injectedAt = new Map<Name, number>();

const firing = (matchers: string) => query(stage.prometheus, `ALERTS{alertstate="firing", ${matchers}}`);
const alerts = async () => (await (await fetch(`${stage.alertmanager.url}/api/v2/alerts`)).json()) as Alert[];

/** AggregatedAPIDown as Alertmanager has it; it is the page. */
const page = (name: Name, cause: string) =>
  until(`AggregatedAPIDown of ${name} in Alertmanager`, 300, async () =>
    (await alerts()).find(
      ({ labels }) => labels.alertname === 'AggregatedAPIDown' && labels.apiservice === apiOf(name) && labels.cause === cause,
    ),
  );

beforeAll(async () => {
  stage = await setStage({
    scrapeInterval: SCRAPE,
    apis: NAMES.map((name) => ({ name })),
    config: {
      probe: { interval: '3s' },
      diagnosis: { interval: '3s' },
      apiserver_metrics: { interval: '5s' },
      resources: { interval: '5s', kubelet_token: true },
    },
    hurry: (example) => example.replace('group_wait: 30s', 'group_wait: 1s').replace('group_interval: 2m', 'group_interval: 5s'),
  });
  for (const [name, fault] of FAULTS) {
    await stage.simulator.inject(fault, apiOf(name));
    injectedAt.set(name, Date.now());
  }
});

afterAll(() => stage?.stop());

describe('with a real Prometheus and Alertmanager', () => {
  it.each(FAULTS)('%s: %s is paged with its cause within two minutes', async (name, fault) => {
    const found = await until(`an alert of ${apiOf(name)} with the cause ${fault}`, 300, async () => {
      const [alert] = await firing(`alertname=~"AggregatedAPI(Down|Errors)", apiservice="${apiOf(name)}", cause="${fault}"`);
      return alert;
    });
    console.log(`${fault}: ${found.metric.alertname} fires ${Math.round((Date.now() - injectedAt.get(name)!) / 1000)} s after the fault`);
    expect(found.metric.category).toBe(CAUSES.find((cause) => cause.id === fault)!.category);
  });

  it.each(FAULTS)('%s: the alert of %s itself fires', async (name, fault) => {
    const alert = causeAlertName(fault);
    await until(alert, 300, async () => (await firing(`alertname="${alert}", apiservice="${apiOf(name)}"`)).length === 1);
  });

  it('tells nothing of the API that is well', async () => {
    expect(await query(stage.prometheus, `ALERTS{apiservice="${apiOf('berths')}"}`)).toEqual([]);
  });

  it('says in the alert what a person needs', async () => {
    const alert = await page('tides', 'selector-matches-no-pods');
    expect(alert.annotations.description).toMatch(
      /Most likely cause: [A-Z][^{}]+ \(selector-matches-no-pods\), \d\d % sure\. Evidence: [A-Z][^{}]+\.$/,
    );
    expect(alert.annotations.runbook_url).toMatch(/\/runbooks\/selector-matches-no-pods$/);
    const runbook = await fetch(`${stage.exporter.url}/runbooks/${alert.annotations.runbook_url!.split('/').at(-1)}`);
    expect([runbook.status, await runbook.text()]).toEqual([200, expect.stringContaining('Remedy')]);
  });

  it('evaluates every rule without an error', async () => {
    const answer = (await (await fetch(`${stage.prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { name: string; rules: { name: string; health: string; lastError?: string; labels?: object }[] }[] };
    };
    const bad = answer.data.groups.flatMap((group) => group.rules.filter(({ health }) => health !== 'ok'));
    expect(bad).toEqual([]);
  });

  it('has a series of every recording rule, but for what is recorded only where it holds, or was not observed', async () => {
    const sparse = [SERIES.moment, SERIES.coincidence, SERIES.fact, SERIES.evidence, SERIES.hurt, SERIES.sure] as readonly string[];
    const document = stage.rules.filter(({ path }) => path.startsWith('rules/prometheus/')).map(({ content }) => load(content) as RuleFile);
    const missing: string[] = [];
    for (const { record, labels = {} } of document.flatMap(({ groups }) => groups).flatMap((group) => group.rules)) {
      if (!record || sparse.includes(record)) continue;
      const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      const selector = `${record}{${matchers.join(',')}}`;
      if ((await query(stage.prometheus, `count(${selector})`)).length === 0) missing.push(selector);
    }
    expect(missing).toEqual([]);
  });

  it('shows something on every panel, and each incident on its time axis', async () => {
    const dashboards = (await printAll('dashboards', { format: 'json' })).flatMap(({ artifacts }) => artifacts);
    const empty: string[] = [];
    for (const { content } of dashboards.filter(({ path }) => path.endsWith('.json'))) {
      const { title, panels, annotations } = JSON.parse(content) as {
        title: string;
        panels: { title: string; targets?: { expr: string }[] }[];
        annotations: { list: { name: string; expr: string }[] };
      };
      // The others mark a moment, and most of the time there is none.
      const marks = annotations.list
        .filter(({ name }) => name === 'Incidents')
        .map(({ name, expr }) => ({ title: name, targets: [{ expr }] }));
      for (const panel of [...panels, ...marks])
        for (const { expr } of panel.targets ?? [])
          if ((await query(stage.prometheus, asGrafanaAsks(expr))).length === 0) empty.push(`${title}: ${panel.title}`);
    }
    expect(empty).toEqual([]);
  });

  it('leads from each incident on the time axis to its page, and nowhere where the address of the exporter is not known', async () => {
    const files = (await printAll('dashboards', { format: 'json' })).flatMap(({ artifacts }) => artifacts);
    const { annotations } = JSON.parse(files.find(({ path }) => path.endsWith('aggregated-api-fleet.json'))!.content) as {
      annotations: { list: { name: string; expr: string }[] };
    };
    const { expr } = annotations.list.find(({ name }) => name === 'Incidents')!;
    const marked = async (exporter: string) => (await query(stage.prometheus, asGrafanaAsks(expr, exporter))).map(({ metric }) => metric);
    const marks = await marked(stage.exporter.url);
    expect(marks.map(({ apiservice, cause }) => [apiservice, cause])).toEqual(
      expect.arrayContaining(FAULTS.map(([name, fault]) => [apiOf(name), fault])),
    );
    for (const { incident, cause, link } of marks) {
      const [, address, words] = /^<a href='([^']*)' target='_blank'>([^<]*)<\/a>$/.exec(link!)!;
      expect([address, words]).toEqual([`${stage.exporter.url}/incidents/${incident}`, incident]);
      expect(await (await fetch(address!)).text()).toContain(cause!);
    }
    for (const { incident, link } of await marked('')) expect(link).toBe(incident);
  });
});

function asGrafanaAsks(expr: string, exporter = ''): string {
  return expr
    .replaceAll('$__rate_interval', '3m')
    .replaceAll('$cluster', '.*')
    .replaceAll('="$apiservice"', '=~".+"')
    .replaceAll('${exporter:raw}', exporter);
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly record?: string; readonly labels?: Record<string, string> }[] }[];
}

describe('Alertmanager with the printed example', () => {
  const inhibited = (alertname: string, name: Name) =>
    until(`${alertname} of ${name} to be inhibited`, 300, async () => {
      const alert = (await alerts()).find(
        ({ labels }) => labels.alertname === alertname && (labels.apiservice ?? labels.name) === apiOf(name),
      );
      return alert && alert.status.inhibitedBy.length > 0;
    });

  it('lets the page through', async () => {
    const { status } = await page('tides', 'selector-matches-no-pods');
    expect(status).toMatchObject({ state: 'active', inhibitedBy: [] });
  });

  it('holds back the alert of the cause, which the page names', () => inhibited('AggregatedAPISelectorMatchesNoPods', 'tides'));
  it('holds back errors while it is down', () => inhibited('AggregatedAPIErrors', 'tides'));
  it("holds back the kubernetes-mixin's alert about the same API", () => inhibited('KubeAggregatedAPIErrors', 'tides'));

  it('groups by alert and API, so that a cause that becomes known joins the notification', async () => {
    const groups = (await (await fetch(`${stage.alertmanager.url}/api/v2/alerts/groups`)).json()) as { labels: object; alerts: Alert[] }[];
    const group = groups.find(
      ({ alerts: [first] }) => first?.labels.alertname === 'AggregatedAPIDown' && first.labels.apiservice === apiOf('tides'),
    )!;
    expect(group.labels).toEqual({ alertname: 'AggregatedAPIDown', apiservice: apiOf('tides'), cluster: 'harbour' });
  });
});

const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;

describe('explain', () => {
  const explain = async (...flags: string[]) => {
    const asked = ['--prometheus.url', stage.prometheus.url, '--scrape-interval', SCRAPE, '--apiservice', apiOf('tides'), ...flags];
    const { code, output } = await run(process.execPath, [MAIN, 'explain', ...asked, '-o', 'json']);
    return { code, output, explanation: (code === 2 ? undefined : JSON.parse(output)) as Explanation };
  };

  it.each([['as it was scraped'], ['as it answers']])('finds in the rules what the exporter says, %s', async (how) => {
    const flags = how === 'as it answers' ? ['--exporter.url', stage.exporter.url] : [];
    const { code, explanation } = await until('rules and exporter to agree', 120, async () => {
      const found = await explain(...flags);
      return found.code === 1 && found.explanation.differences.length === 0 && found;
    });
    const { rules, exporter } = explanation;
    expect(code).toBe(1);
    expect([rules.verdict?.cause, exporter.verdict?.cause]).toEqual(['selector-matches-no-pods', 'selector-matches-no-pods']);
    expect(rules.candidates[0]!.evidence[0]).toMatchObject({ points: expect.any(Number), says: expect.stringMatching(/^[A-Z].+\.$/) });
    expect(rules.candidates[0]!.score).toBeCloseTo(
      rules.candidates[0]!.prior + rules.candidates[0]!.evidence.reduce((sum, { points }) => sum + points, 0),
      5,
    );
    expect([rules.catalogue, exporter.catalogue]).toEqual([expect.stringMatching(/^[0-9a-f]{10}$/), rules.catalogue]);
  });
});

describe('verify', () => {
  const verify = (part: Part, ...flags: string[]) =>
    run(process.execPath, [MAIN, 'verify', '--prometheus.url', part.url, '--scrape-interval', SCRAPE, ...flags]);

  it('finds nothing missing in that Prometheus', async () => {
    const { code, output } = await verify(stage.prometheus, '-o', 'json');
    const { findings, warnings } = JSON.parse(output) as {
      findings: { state: string; selector: string; why?: string }[];
      warnings: string[];
    };
    // A machine under load may leave out a scrape or an evaluation.
    expect(warnings.filter((warning) => !/^scraped about|for an evaluation that is due|was last evaluated/.test(warning))).toEqual([]);
    expect(findings.filter(({ state }) => state === 'missing')).toEqual([]);
    expect(code).toBe(0);
  });

  it('says why selectors find nothing: labels that are dropped or renamed, rules that are not loaded', async () => {
    const other = await startPrometheus(stage.folder, 'other', {
      global: { scrape_interval: '1s' },
      scrape_configs: [
        {
          job_name: 'exporter',
          static_configs: [{ targets: [new URL(stage.exporter.url).host], labels: { vantage: 'the shore' } }],
          metric_relabel_configs: [{ action: 'labeldrop', regex: 'points_to' }],
        },
      ],
    });
    try {
      await until('the first scrape', 60, async () => (await query(other, 'aggregated_api_info')).length > 0);
      const { code, output } = await verify(other);
      expect(code).toBe(1);
      expect(output).toContain('the label vantage arrives as exported_vantage: it collides with a label of the target');
      expect(output).toMatch(/has no label points_to: a relabelling drops it/);
      expect(output).toContain(`no series ${SERIES.errs}: the recording rules are not loaded`);
      expect(output).toContain('warning: aggregated_api_info has no label cluster');
    } finally {
      await other.daemon.stop();
    }
  });

  it('says what is wrong as a whole: rules of another catalogue, for another interval, of another cluster, or failing', async () => {
    const rules = join(stage.folder, 'rules-of-another-version.yaml');
    const mark = { record: SERIES.catalogue, expr: 'vector(1)', labels: { catalogue: 'decaf' } };
    const known = { record: SERIES.known, expr: 'max by (apiservice) (aggregated_api_info)', labels: { cluster: 'shore' } };
    const broken = { record: SERIES.errs, expr: 'aggregated_api_info * on (cluster) aggregated_api_probes_total' };
    writeFileSync(rules, JSON.stringify({ groups: [{ name: 'aggregated-api-diagnosis', interval: '1s', rules: [mark, broken, known] }] }));
    const other = await startPrometheus(stage.folder, 'another', {
      global: { scrape_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [
        { job_name: 'exporter', static_configs: [{ targets: [new URL(stage.exporter.url).host], labels: { cluster: 'harbour' } }] },
      ],
    });
    try {
      await until('the first evaluation', 60, async () => (await query(other, SERIES.known)).length > 0);
      const { output } = await verify(other);
      expect(output).toMatch(
        /^warning: the rules that are loaded are of the catalogue of causes decaf, and the exporter weighs [0-9a-f]{10}: /m,
      );
      expect(output).toMatch(/^warning: the rules that are loaded are for a scrape interval of 1s, not 5s: pass --scrape-interval$/m);
      expect(output).toMatch(
        /^warning: the rule apiservice:aggregated_api_errs:bool of aggregated-api-diagnosis fails: found duplicate series/m,
      );
      expect(output).toMatch(/^warning: the rules record series of cluster shore, of which no exporter is \(there is harbour\): /m);
    } finally {
      await other.daemon.stop();
    }
  });

  it('says when the exporter is not scraped at all', async () => {
    const nothing = await startPrometheus(stage.folder, 'nothing', {});
    try {
      const { code, output } = await verify(nothing);
      expect(code).toBe(1);
      expect(output).toContain('warning: the exporter is not scraped');
    } finally {
      await nothing.daemon.stop();
    }
  });

  it('names the URL that does not answer', async () => {
    const gone = { url: 'http://127.0.0.1:9' } as Part;
    const { code, output } = await verify(gone);
    expect([code, output]).toEqual([2, expect.stringContaining('http://127.0.0.1:9/api/v1/query: ')]);
  });
});
