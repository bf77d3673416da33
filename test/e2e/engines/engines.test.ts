import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import type { Diagnosis } from '../../../src/domain/diagnosis.ts';
import { SERIES } from '../../../src/generate/series.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { until } from '../cluster/harness/process.ts';
import { type Part, query, startExporter, startPrometheus, startVictoriaMetrics } from '../prometheus/support/parts.ts';
import { built } from '../prometheus/support/promtool.ts';
import { apiOf, scenarioOf } from '../prometheus/support/stage.ts';
import { type Arrival, arrivalOf, publishedIn } from './arrival.ts';

/**
 * The same rules over the same exporter, computed by every engine at once: does each name the same cause, and does each page? What
 * differs, and what is done about it, is docs/engines.md.
 */
const SCRAPE = process.env.E2E_SCRAPE ?? '15s';
/** From the injection on; an engine that has not named the cause by then never will. */
const PATIENCE_MS = 480_000;
const CONFIDENCES_APART = 0.02;

const FAULTS: readonly (readonly [name: string, fault: FaultId])[] = [
  ['charts', 'serving-certificate-expired'],
  ['tides', 'selector-matches-no-pods'],
  ['cranes', 'out-of-memory-killed'],
  ['pilots', 'network-policy-blocking'],
  ['manifests', 'service-not-found'],
  ['weather', 'panic'],
];
const WELL = 'berths';
const JOB = 'exporter';
/**
 * The same series once more in Prometheus 3, as somebody may have set it up: it asks for protobuf first and for names that are escaped, and makes
 * native histograms of classic ones. Every name gets a prefix, so that no rule reads them.
 */
const OTHERWISE = {
  job_name: 'otherwise',
  metric_name_escaping_scheme: 'dots',
  scrape_native_histograms: true,
  convert_classic_histograms_to_nhcb: true,
  always_scrape_classic_histograms: true,
  metric_relabel_configs: [{ source_labels: ['__name__'], target_label: '__name__', replacement: 'otherwise_$1' }],
};

interface Engine {
  readonly name: string;
  readonly database: Part;
  /** What it makes of the series that are published. */
  readonly arrivals: readonly ((published: ReadonlySet<string>) => Promise<Arrival>)[];
  /** Firing alerts. */
  readonly alerts: () => Promise<readonly Readonly<Record<string, string>>[]>;
}

const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-engines-'));
const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
let simulator: Simulator;
let exporter: Part;
let engines: readonly Engine[];

/** Seconds from the injection, by engine and API; the exporter is one of the engines. */
const named = new Map<string, number>();
const paged = new Map<string, number>();
const apart = new Map<string, number>();
const wronglyPaged = new Set<string>();
const arrived = new Map<string, readonly Arrival[]>();

beforeAll(async () => {
  const ruleFiles = await rules();
  simulator = await startSimulator({ scenario: scenarioOf([...FAULTS.map(([name]) => ({ name })), { name: WELL }]) });
  ends.push(() => simulator.stop());
  exporter = await startExporter(folder, simulator.kubeconfig, {
    probe: { allow_addresses: ['127.0.0.0/8'], network: 'cluster', interval: '3s' },
    diagnosis: { interval: '3s' },
    apiserver_metrics: { interval: '5s' },
    resources: { interval: '5s', kubelet_token: true },
  });
  ends.push(() => exporter.daemon.stop());
  engines = await startEngines(ruleFiles);
  for (const { name, database } of engines)
    await until(`every API to be seen well by ${name}`, 300, async () => {
      const well = await query(database, `${SERIES.failing} == 0`);
      return well.length === FAULTS.length + 1;
    });
  for (const [name, fault] of FAULTS) await simulator.inject(fault, apiOf(name));
  await watch();
}, 1_500_000);

afterAll(async () => {
  console.log(table());
  for (const end of ends.reverse()) await end();
});

async function rules(): Promise<readonly string[]> {
  const printed = await printAll('rules', { format: 'prometheus', scrapeInterval: SCRAPE });
  return printed
    .flatMap(({ artifacts }) => artifacts)
    .filter(({ path }) => path.startsWith('rules/prometheus/'))
    .map(({ path, content }) => {
      const file = join(folder, path.replaceAll('/', '-'));
      writeFileSync(file, content);
      return file;
    });
}

async function startEngines(ruleFiles: readonly string[]): Promise<readonly Engine[]> {
  const static_configs = [{ targets: [new URL(exporter.url).host], labels: { cluster: 'harbour' } }];
  const scrape_configs = [{ job_name: JOB, static_configs }];
  const config = { global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE }, rule_files: ruleFiles, scrape_configs };
  const prometheus = async (
    name: string,
    more: readonly object[] = [],
    command?: Parameters<typeof startPrometheus>[3],
  ): Promise<Engine> => {
    const database = await startPrometheus(folder, name, { ...config, scrape_configs: [...scrape_configs, ...more] }, command);
    ends.push(() => database.daemon.stop());
    const alerts = async () => (await query(database, 'ALERTS{alertstate="firing"}')).map(({ metric }) => metric);
    return { name, database, alerts, arrivals: [(published) => arrivalOf(published, database, JOB)] };
  };
  const old = await prometheus('Prometheus 2.42');
  const exemplars = '--enable-feature=exemplar-storage';
  const plain = await prometheus('Prometheus 3', [{ ...OTHERWISE, static_configs }], [built('prometheus', 'prometheus'), exemplars]);
  const otherwise = (published: ReadonlySet<string>) => arrivalOf(published, plain.database, OTHERWISE.job_name, 'otherwise_');
  const current: Engine = { ...plain, arrivals: [...plain.arrivals, otherwise] };
  const { database, alerts } = await startVictoriaMetrics(
    folder,
    { global: { scrape_interval: SCRAPE }, scrape_configs },
    { program: (name) => built(name, 'victoria-metrics'), ruleFiles, evaluate: SCRAPE },
  );
  ends.push(
    () => database.daemon.stop(),
    () => alerts.daemon.stop(),
  );
  const firing = async () => {
    const { data } = (await (await fetch(`${alerts.url}/api/v1/alerts`)).json()) as {
      data: { alerts: { state: string; name: string; labels: Record<string, string> }[] };
    };
    return data.alerts.filter(({ state }) => state === 'firing').map(({ name, labels }) => ({ ...labels, alertname: name }));
  };
  const arrivals = [(published: ReadonlySet<string>) => arrivalOf(published, database, JOB)];
  return [old, current, { name: 'VictoriaMetrics', database, alerts: firing, arrivals }];
}

/** Until every engine has named every cause and paged for it, or the time is over. */
async function watch(): Promise<void> {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const first = (map: Map<string, number>, engine: string, api: string) => {
    const key = `${engine} ${api}`;
    if (!map.has(key)) map.set(key, seconds());
  };
  const all = (engines.length + 1) * FAULTS.length;
  for (;;) {
    const diagnoses = await diagnosesOf();
    for (const [name, fault] of FAULTS)
      if (diagnoses.some(({ apiservice, cause }) => apiservice === apiOf(name) && cause === fault)) first(named, 'exporter', name);
    for (const engine of engines) {
      const [tops, alerts] = await Promise.all([query(engine.database, `${SERIES.top}`), engine.alerts()]);
      for (const [name, fault] of FAULTS) {
        const matches = (labels: Readonly<Record<string, string>>) => labels.apiservice === apiOf(name) && labels.cause === fault;
        if (tops.some(({ metric }) => matches(metric))) first(named, engine.name, name);
        if (alerts.some((labels) => /^AggregatedAPI(Down|Errors)$/.test(labels.alertname!) && matches(labels)))
          first(paged, engine.name, name);
      }
      for (const { alertname, apiservice } of alerts) if (apiservice === apiOf(WELL)) wronglyPaged.add(`${engine.name}: ${alertname}`);
    }
    if (named.size === all && paged.size === all - FAULTS.length) break;
    if (Date.now() - began > PATIENCE_MS) break;
    await sleep(1000);
  }
  const before = await published();
  await compareConfidences();
  await compareArrivals(before);
}

async function published(): Promise<Set<string>> {
  return publishedIn(await (await fetch(`${exporter.url}/metrics`)).text());
}

/** What was published before and still is has to be everywhere, at the latest after the next scrape. */
async function compareArrivals(before: ReadonlySet<string>): Promise<void> {
  const end = Date.now() + 90_000;
  do {
    const now = await published();
    const stayed = new Set([...before].filter((series) => now.has(series)));
    for (const { name, arrivals } of engines) arrived.set(name, await Promise.all(arrivals.map((arrival) => arrival(stayed))));
    if ([...arrived.values()].every((all) => all.every(({ missing }) => missing.length === 0))) return;
    await sleep(1000);
  } while (Date.now() < end);
}

/** Evidence comes and goes; the two are compared when they have come as near as they do within three minutes. */
async function compareConfidences(): Promise<void> {
  const end = Date.now() + 180_000;
  const keys = engines.length * FAULTS.length;
  while (Date.now() < end && ([...apart.values()].some((distance) => distance > CONFIDENCES_APART) || apart.size < keys)) {
    const diagnoses = await diagnosesOf();
    for (const { name: engine, database } of engines) {
      const confidences = await query(database, SERIES.confidence);
      for (const [name, fault] of FAULTS) {
        const own = diagnoses.find(({ apiservice, cause }) => apiservice === apiOf(name) && cause === fault);
        const rules = confidences.find(({ metric }) => metric.apiservice === apiOf(name) && metric.cause === fault);
        if (!own || !rules) continue;
        const key = `${engine} ${name}`;
        apart.set(key, Math.min(apart.get(key) ?? 1, Math.abs(own.confidence - rules.value)));
      }
    }
    await sleep(2000);
  }
}

async function diagnosesOf(): Promise<readonly Diagnosis[]> {
  return ((await (await fetch(`${exporter.url}/api/v1/diagnoses`)).json()) as { diagnoses: Diagnosis[] }).diagnoses;
}

/** Seconds after the exporter's own verdict; what docs/engines.md holds. */
function table(): string {
  const after = (map: Map<string, number>, engine: string, name: string) => {
    const at = map.get(`${engine} ${name}`);
    const own = named.get(`exporter ${name}`);
    return at === undefined || own === undefined ? 'never' : String(at - own);
  };
  const rows = FAULTS.map(([name, fault]) =>
    [
      fault,
      named.get(`exporter ${name}`) ?? 'never',
      ...engines.map(
        ({ name: engine }) =>
          `${after(named, engine, name)} / ${after(paged, engine, name)} / ${apart.get(`${engine} ${name}`)?.toFixed(3) ?? '–'}`,
      ),
    ].join(' | '),
  );
  const head = ['fault', 'exporter s', ...engines.map(({ name }) => `${name}: named s / paged s / confidence apart`)];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows.map((row) => `| ${row} |`)].join('\n');
}

describe.each(['Prometheus 2.42', 'Prometheus 3', 'VictoriaMetrics'])('%s', (engine) => {
  it.each(FAULTS)('%s: names %s, pages with it, and is as sure as the exporter', (name) => {
    const key = `${engine} ${name}`;
    expect({ named: named.has(key), paged: paged.has(key) }).toEqual({ named: true, paged: true });
    expect(apart.get(key)).toBeLessThanOrEqual(CONFIDENCES_APART);
  });

  it('has every series under the name and labels that it was published with, however it scrapes, and no name that is not documented', () => {
    expect(arrived.get(engine)).not.toEqual([]);
    for (const arrival of arrived.get(engine)!) expect(arrival).toEqual({ missing: [], unknown: [] });
  });

  it('says nothing of the API that is well', () => {
    expect([...wronglyPaged].filter((alert) => alert.startsWith(engine))).toEqual([]);
  });
});

describe('Prometheus 3', () => {
  const current = () => engines.find(({ name }) => name === 'Prometheus 3')!.database;

  it('makes native histograms of the classic ones, where it is told to', async () => {
    const counts = await query(current(), 'histogram_count(otherwise_aggregated_api_probe_duration_seconds{vantage="aggregator"})');
    expect(counts.map(({ metric }) => metric.apiservice)).toContain(apiOf(WELL));
  });

  it.each(FAULTS)('%s: has the incident as an exemplar of failed probes, where it keeps exemplars', async (name) => {
    const asked = new URLSearchParams({
      query: `aggregated_api_probe_failures_total{apiservice="${apiOf(name)}"}`,
      start: String(Date.now() / 1000 - 900),
      end: String(Date.now() / 1000),
    });
    const { data } = (await (await fetch(`${current().url}/api/v1/query_exemplars?${asked}`)).json()) as {
      data: { exemplars: { labels: { incident: string } }[] }[];
    };
    const incidents = (await (await fetch(`${exporter.url}/api/v1/incidents?apiservice=${apiOf(name)}`)).json()) as {
      incidents: { id: string }[];
    };
    const known = new Set(incidents.incidents.map(({ id }) => id));
    const shown = new Set(data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.incident)));
    expect([...shown].filter((id) => !known.has(id))).toEqual([]);
    expect(shown.size).toBeGreaterThan(0);
  });
});
