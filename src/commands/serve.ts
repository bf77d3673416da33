import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { kubeConfigFiles } from '../kube/kube-config.ts';
import { SCENARIOS } from '../simulator/scenarios/list.ts';
import { checkConfiguration } from './config-check.ts';
import { serveConfigFrom } from './configuration.ts';
import { type ExporterInput, runExporter } from './exporter.ts';
import { type ServeFlags, withServeFlags } from './flags.ts';
import { createLogger } from './logger.ts';
import { keepMemorySmall } from './memory.ts';
import { observeCluster } from './observe-cluster.ts';
import { listenToSignals } from './process-signals.ts';
import { startSimulation } from './simulation.ts';

export function registerServe(program: Command): void {
  withServeFlags(
    program
      .command('serve', { isDefault: true })
      .description('observe a cluster, diagnose, and publish metrics and a status page (default)'),
  ).action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  checkScenario(flags);
  if (flags['config.check']) {
    await checkConfiguration(flags);
    process.stdout.write('the configuration is valid\n');
    return;
  }
  const config = serveConfigFrom(flags);
  const scenario = wantedScenario(flags, config);
  keepMemorySmall();
  const signals = listenToSignals();
  try {
    if (scenario === undefined) await serveWith(flags, () => serveConfigFrom(flags), config, signals);
    else await simulated(scenario, flags, signals);
  } finally {
    signals.end();
  }
}

type Signals = Pick<ExporterInput, 'stop' | 'onReload'>;

async function simulated(scenario: string, flags: ServeFlags, signals: Signals): Promise<void> {
  const why = flags.simulate === undefined ? 'no cluster is configured, so this' : 'this';
  process.stdout.write(
    `aggregated-api-exporter: ${why} serves a simulated cluster, scenario "${scenario}"; see --kubeconfig for a real one\n`,
  );
  const simulation = await startSimulation(scenario);
  if (signals.stop.aborted) return simulation.stop();
  signals.stop.addEventListener('abort', () => simulation.stop(), { once: true });
  const read = () => serveConfigFrom(flags, flags['config.file'] ?? simulation.configFile);
  await serveWith({ ...flags, kubeconfig: simulation.kubeconfig }, read, read(), signals);
}

async function serveWith(flags: ServeFlags, readConfig: () => Config, config: Config, signals: Signals): Promise<void> {
  const log = createLogger(config.log);
  await runExporter({ ...signals, config, readConfig, log, connect: connectBy(flags) });
}

/** To the cluster that the flags name, or to one of several that the configuration names. */
function connectBy(flags: ServeFlags): ExporterInput['connect'] {
  return (config, own, cluster) => observeCluster(cluster ?? flags, config, own);
}

/** @throws Error when there is no such scenario. */
function checkScenario({ simulate }: ServeFlags): void {
  if (typeof simulate === 'string' && !SCENARIOS.has(simulate))
    throw new Error(`--simulate ${JSON.stringify(simulate)}: no scenario is called so; allowed are ${[...SCENARIOS.keys()].join(', ')}`);
}

/** The scenario to simulate, or undefined when there is a cluster to serve. */
function wantedScenario({ simulate, kubeconfig }: ServeFlags, { clusters }: Config): string | undefined {
  if (simulate !== undefined) return simulate === true ? 'demo' : simulate;
  if (clusters.length > 0) return undefined;
  const inPod = process.env.KUBERNETES_SERVICE_HOST !== undefined;
  return kubeconfig !== undefined || kubeConfigFiles().length > 0 || inPod ? undefined : 'demo';
}
