import { type ClusterSettings, type Config, configOfCluster } from '../config.ts';
import { catalogueId } from '../domain/catalogue-id.ts';
import { createClustersServer } from '../expose/clusters-server.ts';
import { createMetricsPages, type MetricsPages } from '../expose/exposition.ts';
import { createSelfMetrics, type SelfMetrics } from '../expose/self-metrics.ts';
import { createWebServer, type ListenOptions, type WebServer } from '../expose/server.ts';
import { redactionTotals } from '../redact/redact.ts';
import type { Logger } from '../source/logger.ts';
import { catalogueOptions } from './catalogue-options.ts';
import type { OwnLogger } from './logger.ts';
import { createReload } from './reload.ts';
import { startTicking } from './ticker.ts';
import { createTurns } from './turns.ts';
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
export async function runExporter(input: ExporterInput): Promise<void> {
  const { config, log, stop, onReload, readConfig = () => config } = input;
  const clusters = await watchAll(input, (seconds, name) => self.observeTick(seconds, name));
  const self = ownMetrics(clusters);
  const letGo = handleUncaught(createSurvivor({ log, count: self.uncaught, exit: (code) => process.exit(code) }));
  const onWebConfig = (good: boolean) => reload.webConfigRead(good);
  const server = await createServer(config, clusters, self, { ...listenSettings(config), onWebConfig, log });
  log.info({ urls: server.urls.map(String) }, 'listening');

  const reload = createReload({ config, readConfig, clusters, server, self, log });
  const turns = createTurns();
  const running = clusters.map((cluster, at) => {
    const among = clusters.length > 1 ? { turns, phase: at / clusters.length } : undefined;
    const tick = () => {
      cluster.tick();
      server.published(cluster.own.name);
    };
    return { cluster, ticker: startTicking(tick, () => reload.configOf(cluster).diagnosis.interval, cluster.log, among) };
  });
  onReload?.(reload.now);
  const starts = running.map(({ cluster, ticker }, at) => startAfter(at * BETWEEN_STARTS_MS, () => cluster.start(ticker.soon)));

  await aborted(stop);
  for (const start of starts) clearTimeout(start);
  for (const { ticker } of running) ticker.stop();
  await Promise.all([...clusters.map((cluster) => cluster.keep()), server.close()]);
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  letGo();
}

/** What a cluster lists and asks first is most of what it ever does at once. */
const BETWEEN_STARTS_MS = 100;

function startAfter(ms: number, start: () => void): NodeJS.Timeout | undefined {
  if (ms > 0) return setTimeout(start, ms);
  start();
  return undefined;
}

interface WatchedUnder extends WatchedCluster {
  readonly log: Logger;
  /** By which it is watched where that is the configuration; undefined where it is not in it any more. */
  readonly configIn: (config: Config) => Config | undefined;
}

async function watchAll(
  { config, connect, log }: ExporterInput,
  onTick: (seconds: number, name?: string) => void,
): Promise<WatchedUnder[]> {
  if (config.clusters.length === 0) return [{ ...(await watchCluster({ config, connect, log, onTick })), log, configIn: (one) => one }];
  const watched: WatchedUnder[] = [];
  for (const cluster of config.clusters) {
    const { name } = cluster;
    const own = { config: configOfCluster(config, cluster), log: logOf(log, name) };
    const one = await watchCluster({ ...own, cluster, connect, onTick: (seconds) => onTick(seconds, name) });
    watched.push({ ...one, log: own.log, configIn: (read) => configIn(read, name) });
  }
  return watched;
}

function configIn(config: Config, name: string): Config | undefined {
  const cluster = config.clusters.find((one) => one.name === name);
  return cluster && configOfCluster(config, cluster);
}

/** The same log; each line says whose it is. */
function logOf(log: Logger, cluster: ClusterSettings['name']): Logger {
  return {
    debug: (fields, message) => log.debug({ cluster, ...fields }, message),
    info: (fields, message) => log.info({ cluster, ...fields }, message),
    warn: (fields, message) => log.warn({ cluster, ...fields }, message),
    error: (fields, message) => log.error({ cluster, ...fields }, message),
  };
}

const version = () => process.env.AGGREGATED_API_EXPORTER_VERSION ?? 'dev';

/** The generator is loaded when the first runbook is read. */
const runbook = async (cause: string) => (await import('../generate/runbook-html.ts')).renderRunbookHtml(cause);

/** Of one cluster at the root, or of several below a list of them. */
function createServer(config: Config, clusters: readonly WatchedCluster[], self: SelfMetrics, listen: ListenOptions): Promise<WebServer> {
  const common = { runbook, version: version() };
  const [only] = clusters;
  if (only && config.clusters.length === 0)
    return createWebServer({ ...listen, ...common, ...only.web, exposition: metricsOf(clusters, self) });
  return createClustersServer({
    ...{ ...listen, ...common, quotes: config.web.evidence === 'open', exposition: metricsOf(clusters, self) },
    clusters: clusters.map((cluster) => ({
      ...common,
      ...cluster.web,
      name: cluster.own.name ?? '',
      exposition: createMetricsPages([cluster.families]),
    })),
  });
}

/** What the configuration says of the listener. */
function listenSettings({ web }: Config) {
  return {
    listenAddresses: web.listen_addresses,
    ...(web.config_file === undefined ? {} : { webConfigFile: web.config_file }),
    allowedHosts: web.allowed_hosts,
    ...(web.external_url === undefined ? {} : { externalUrl: web.external_url }),
  };
}

function ownMetrics(clusters: readonly WatchedCluster[]): SelfMetrics {
  const [{ leads } = { leads: undefined }] = clusters;
  return createSelfMetrics(
    { version: version(), catalogue: catalogueId(catalogueOptions()) },
    { redactions: redactionTotals, clusters: clusters.map(({ own }) => own), ...(leads && { leads }) },
  );
}

function metricsOf(clusters: readonly WatchedCluster[], self: SelfMetrics): MetricsPages {
  const changesWith = () => clusters.map(({ leads, own }) => `${leads?.()} ${own.shard() !== undefined} ${own.up?.()}`).join(' ');
  return createMetricsPages(
    clusters.map(({ families }) => families),
    { self, changesWith },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
