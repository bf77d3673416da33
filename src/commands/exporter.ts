import type { Config } from '../config.ts';
import { catalogueId } from '../domain/catalogue-id.ts';
import { createMetricsPages, type MetricsPages } from '../expose/exposition.ts';
import { createSelfMetrics, type OwnFacts, type SelfMetrics } from '../expose/self-metrics.ts';
import { createWebServer } from '../expose/server.ts';
import { redactionTotals } from '../redact/redact.ts';
import { catalogueOptions } from './catalogue-options.ts';
import type { OwnLogger } from './logger.ts';
import { createReload } from './reload.ts';
import { startTicking } from './ticker.ts';
import { createSurvivor, handleUncaught } from './uncaught.ts';
import { type Connect, type WatchedCluster, watchCluster } from './watched-cluster.ts';

export interface ExporterInput {
  readonly config: Config;
  readonly connect: Connect;
  readonly log: OwnLogger;
  readonly stop: AbortSignal;
  /** Calls the listener whenever the configuration is to be read again. */
  readonly onReload?: (listener: () => void) => void;
  /** The configuration as it is now. @throws Error that lists everything that is wrong. */
  readonly readConfig?: () => Config;
}

/** Observes, diagnoses and publishes until the signal aborts. Resolves when everything is closed. */
export async function runExporter({ config, connect, log, stop, onReload, readConfig = () => config }: ExporterInput): Promise<void> {
  const version = process.env.AGGREGATED_API_EXPORTER_VERSION ?? 'dev';
  const cluster = await watchCluster({ config, connect, log, onTick: (seconds) => self.observeTick(seconds) });
  const self = ownMetrics(version, { shard: cluster.watchedShard, ...(cluster.leads && { leads: cluster.leads }) });
  const letGo = handleUncaught(createSurvivor({ log, count: self.uncaught, exit: (code) => process.exit(code) }));
  const server = await createWebServer({
    ...cluster.web,
    ...webSettings(config),
    exposition: metricsOf(cluster, self),
    onWebConfig: (good) => reload.webConfigRead(good),
    // The generator is loaded when the first runbook is read.
    runbook: async (cause) => (await import('../generate/runbook-html.ts')).renderRunbookHtml(cause),
    version,
    log,
  });
  log.info({ urls: server.urls.map(String) }, 'listening');

  const reload = createReload({ config, readConfig, observation: cluster.observation, server, self, log });
  const ticker = startTicking(
    () => {
      cluster.tick();
      server.published();
    },
    () => reload.config().diagnosis.interval,
    log,
  );
  onReload?.(reload.now);
  cluster.start(ticker.soon);

  await aborted(stop);
  ticker.stop();
  await Promise.all([cluster.keep(), server.close()]);
  await cluster.stop();
  letGo();
}

/** What the configuration says of the listener. */
function webSettings({ web }: Config) {
  return {
    listenAddresses: web.listen_addresses,
    ...(web.config_file === undefined ? {} : { webConfigFile: web.config_file }),
    allowedHosts: web.allowed_hosts,
    ...(web.external_url === undefined ? {} : { externalUrl: web.external_url }),
  };
}

function ownMetrics(version: string, facts: OwnFacts): SelfMetrics {
  return createSelfMetrics({ version, catalogue: catalogueId(catalogueOptions()) }, { redactions: redactionTotals, ...facts });
}

function metricsOf({ families, leads, watchedShard }: WatchedCluster, self: SelfMetrics): MetricsPages {
  return createMetricsPages([families], { self, changesWith: () => `${leads?.()} ${watchedShard() !== undefined}` });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
