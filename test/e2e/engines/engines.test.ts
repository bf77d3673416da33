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

interface Engine {
  readonly name: string;
  readonly database: Part;
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
  const scrape_configs = [
    { job_name: 'exporter', static_configs: [{ targets: [new URL(exporter.url).host], labels: { cluster: 'harbour' } }] },
  ];
  const config = { global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE }, rule_files: ruleFiles, scrape_configs };
  const prometheus = async (name: string, program?: string): Promise<Engine> => {
    const database = await startPrometheus(folder, name, config, program);
    ends.push(() => database.daemon.stop());
    return { name, database, alerts: async () => (await query(database, 'ALERTS{alertstate="firing"}')).map(({ metric }) => metric) };
  };
  const old = await prometheus('Prometheus 2.42');
  const current = await prometheus('Prometheus 3', built('prometheus', 'prometheus'));
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
  return [old, current, { name: 'VictoriaMetrics', database, alerts: firing }];
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
  await compareConfidences();
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

  it('says nothing of the API that is well', () => {
    expect([...wronglyPaged].filter((alert) => alert.startsWith(engine))).toEqual([]);
  });
});
