import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { runExporter } from './exporter.ts';
import { configFrom, type ServeFlags, withServeFlags } from './flags.ts';
import { createLogger } from './logger.ts';
import { keepMemorySmall } from './memory.ts';
import { observeCluster } from './observe-cluster.ts';
import { startSimulation } from './simulation.ts';

export function registerServe(program: Command): void {
  withServeFlags(
    program
      .command('serve', { isDefault: true })
      .description('observe a cluster, diagnose, and publish metrics and a status page (default)'),
  ).action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  const config = configFrom(flags);
  if (flags['config.check']) {
    process.stdout.write('the configuration is valid\n');
    return;
  }
  keepMemorySmall();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const scenario = wantedScenario(flags);
  if (scenario === undefined) {
    const log = createLogger(config.log);
    await runExporter(observeCluster(flags, config, log), config, log, stop.signal);
    return;
  }
  const why = flags.simulate === undefined ? 'no cluster is configured, so this' : 'this';
  process.stdout.write(
    `aggregated-api-exporter: ${why} serves a simulated cluster, scenario "${scenario}"; see --kubeconfig for a real one\n`,
  );
  const simulation = await startSimulation(scenario);
  stop.signal.addEventListener('abort', () => simulation.stop(), { once: true });
  const simulated = { ...configFrom(flags, flags['config.file'] ?? simulation.configFile) };
  const log = createLogger(simulated.log);
  await runExporter(observeCluster({ ...flags, kubeconfig: simulation.kubeconfig }, simulated, log), simulated, log, stop.signal);
}

/** The scenario to simulate, or undefined when there is a cluster to serve. */
function wantedScenario({ simulate, kubeconfig }: ServeFlags): string | undefined {
  if (simulate !== undefined) return simulate === true ? 'demo' : simulate;
  const inPod = process.env.KUBERNETES_SERVICE_HOST !== undefined;
  const configured = kubeconfig !== undefined || process.env.KUBECONFIG || existsSync(join(homedir(), '.kube', 'config'));
  return configured || inPod ? undefined : 'demo';
}
