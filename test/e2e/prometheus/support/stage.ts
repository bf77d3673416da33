import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { printAll } from '../../../../src/commands/generate.ts';
import type { Artifact } from '../../../../src/generate/formats/rule-formats.ts';
import { SERIES } from '../../../../src/generate/series.ts';
import type { ScenarioInput } from '../../../../src/simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../../../src/simulator/simulator.ts';
import { until } from '../../cluster/harness/process.ts';
import { type Part, query, startAlertmanager, startExporter, startPrometheus } from './parts.ts';

/** A simulated cluster, the bundled exporter, and a Prometheus and an Alertmanager with everything that is generated for them. */
export interface Stage {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly exporter: Part;
  readonly prometheus: Part;
  readonly alertmanager: Part;
  readonly rules: readonly Artifact[];
  stop(): Promise<void>;
}

export interface StagePlan {
  /** Of the rules and of Prometheus. */
  readonly scrapeInterval: string;
  /** Each API `v1.<name>.example` has a namespace of its own. */
  readonly apis: readonly { readonly name: string; readonly replicas?: number }[];
  /** Configuration of the exporter. */
  readonly config?: Record<string, object>;
  /** Changes the printed example, so that a test need not wait as long as people want to. */
  readonly hurry?: (alertmanagerConfig: string) => string;
}

export const apiOf = (name: string): string => `v1.${name}.example`;

/** Resolves when every API has been seen well. */
export async function setStage({ scrapeInterval, apis, config = {}, hurry = (text) => text }: StagePlan): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-proof-'));
  const ends: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.reverse()) await end();
  };
  const ending = (part: Part): Part => {
    ends.push(() => part.daemon.stop());
    return part;
  };
  try {
    const rules = await rulesIn(folder, scrapeInterval);
    const simulator = await startSimulator({ scenario: scenarioOf(apis) });
    ends.push(() => simulator.stop());
    const probe = { allow_addresses: ['127.0.0.0/8'], network: 'cluster', ...config.probe };
    const exporter = ending(await startExporter(folder, simulator.kubeconfig, { ...config, probe }));
    const example = rules.find(({ path }) => path.endsWith('alertmanager.yaml'))!.content;
    const alertmanager = ending(await startAlertmanager(folder, untold(hurry(example))));
    const prometheus = ending(
      await startPrometheus(folder, 'prometheus', prometheusConfig(folder, scrapeInterval, simulator, exporter, alertmanager)),
    );
    await until('every API to be seen well', 240, async () => (await query(prometheus, `${SERIES.failing} == 0`)).length === apis.length);
    return { folder, simulator, exporter, prometheus, alertmanager, rules, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Without receivers: what notifications say, and to whom, is test/e2e/prometheus/alertmanager.test.ts. */
const untold = (example: string): string =>
  JSON.stringify({ ...(load(example) as object), templates: [], receivers: [{ name: 'on-call' }] });

/** Ours, the replacement of the mixin's two alerts, and the mixin's own two, renamed `Stock…`. */
async function rulesIn(folder: string, scrapeInterval: string): Promise<readonly Artifact[]> {
  const printed = [
    ...(await printAll('rules', { format: 'prometheus', scrapeInterval, mixinFix: true })),
    ...(await printAll('rule-tests', { scrapeInterval })),
  ];
  const rules = printed.flatMap(({ artifacts }) => artifacts);
  for (const { path, content } of rules) writeFileSync(join(folder, path.replaceAll('/', '-')), content);
  return rules;
}

/** Each in a namespace of its own, in a cluster whose time runs ten times as fast. */
export function scenarioOf(apis: StagePlan['apis']): ScenarioInput {
  return {
    name: 'proof',
    compression: 10,
    nodes: ['quay-a', 'quay-b'],
    apis: apis.map(({ name, replicas = 1 }) => ({
      group: `${name}.example`,
      version: 'v1',
      namespace: name,
      service: `${name}-server`,
      resource: name,
      kind: 'Thing',
      replicas,
    })),
  };
}

function prometheusConfig(folder: string, scrapeInterval: string, simulator: Simulator, exporter: Part, alertmanager: Part): object {
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, simulator.ca);
  const labels = { cluster: 'harbour' };
  return {
    global: { scrape_interval: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: [join(folder, 'rules-prometheus-*.yaml'), join(folder, 'rules-tests-stock-*.yaml')],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
    scrape_configs: [
      { job_name: 'exporter', static_configs: [{ targets: [new URL(exporter.url).host], labels }] },
      {
        job_name: 'kube-apiserver',
        scheme: 'https',
        tls_config: { ca_file: ca },
        authorization: { credentials: simulator.token('admin') },
        static_configs: [{ targets: [simulator.server.host], labels }],
      },
    ],
  };
}
