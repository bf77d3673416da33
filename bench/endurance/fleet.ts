import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { startWatchedExporter, type WatchedExporter } from './exporter-inside.ts';

/** The files of one exporter. */
export interface Home {
  /** Where it writes. */
  readonly dataFolder: string;
  readonly stateFile: string;
  readonly incidentsFile: string;
  /** Rewritten before a SIGHUP. */
  readonly configFile: string;
  /** Another process of the exporter, on the same files. */
  start(env?: NodeJS.ProcessEnv): Promise<WatchedExporter>;
}

/** A cluster, and the files of the first exporter of it. */
export interface Fleet extends Home {
  readonly simulator: Simulator;
  /** Names of the APIs that it began with. */
  readonly residents: readonly string[];
  /** The exporter's rights, as it has them in a healthy cluster. */
  readonly rules: ReturnType<Simulator['rbac']>;
  /** For one more exporter of it. */
  newHome(): Home;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly apis: number;
  readonly seed: number;
  /** Times the cluster's own periods are shortened by. */
  readonly compression: number;
  /** Settings beside those that a simulated cluster needs, as YAML flow mappings by section. */
  readonly settings?: Readonly<Record<'probe' | 'diagnosis' | 'resources' | 'apiserver_metrics', string>>;
}

export const planOf = (name: string, replicas = 1) => ({
  ...{ group: `${name}.example`, version: 'v1', namespace: name, service: name },
  ...{ resource: 'things', kind: 'Thing', replicas },
});

export const apiName = (name: string): string => `v1.${name}.example`;

/** A simulated cluster in this process, with a folder for an exporter of it. The APIs are called quay-0, quay-1, …; each second one has two pods. */
export async function startFleet({ apis, seed, compression, settings }: FleetOptions): Promise<Fleet> {
  const simulator = await startSimulator({
    seed,
    scenario: {
      ...{ name: 'fleet', compression, timeouts: 2, traffic: true },
      ...{ nodes: ['pier-a', 'pier-b', 'pier-c'] },
      apis: Array.from({ length: apis }, (_, index) => planOf(`quay-${index}`, 1 + (index % 2))),
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  let homes = 0;
  const newHome = () => makeHome(join(folder, String(homes++)), simulator.kubeconfig, settings);
  return {
    ...newHome(),
    simulator,
    residents: [...simulator.cluster.apis.keys()],
    rules: simulator.rbac(),
    newHome,
    async stop() {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeHome(folder: string, kubeconfig: string, settings: FleetOptions['settings']): Home {
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder, { recursive: true });
  const stateFile = join(dataFolder, 'state.json');
  const incidentsFile = join(dataFolder, 'incidents.jsonl');
  const configFile = join(folder, 'config.yaml');
  const own = { probe: '', diagnosis: '', resources: '', apiserver_metrics: '', ...settings };
  const lines = [
    `probe: {allow_addresses: ["127.0.0.0/8"], network: cluster${own.probe}}`,
    `diagnosis: {state_file: ${stateFile}${own.diagnosis}}`,
    `resources: {kubelet_token: true${own.resources}}`,
    `apiserver_metrics: {enabled: true${own.apiserver_metrics}}`,
    `incidents: {file: ${incidentsFile}}`,
  ];
  writeFileSync(configFile, `${lines.join('\n')}\n`);
  return {
    ...{ dataFolder, stateFile, incidentsFile, configFile },
    start: (env = {}) => startWatchedExporter(['--kubeconfig', kubeconfig, '--config.file', configFile], { env }),
  };
}
