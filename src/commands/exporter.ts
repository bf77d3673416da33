import type { Config } from '../config.ts';
import { createDiagnostician, type Diagnostician } from '../diagnose/diagnostician.ts';
import { catalogueId } from '../domain/catalogue-id.ts';
import { seesApis } from '../domain/sources.ts';
import { createExposition, type Exposition } from '../expose/exposition.ts';
import { HourBook } from '../expose/hour/hour-book.ts';
import { createSelfMetrics, type OwnFacts, type SelfMetrics } from '../expose/self-metrics.ts';
import { createWebServer } from '../expose/server.ts';
import type { ExporterView } from '../expose/view.ts';
import { createAccessReviews } from '../kube/access-review.ts';
import { redactionTotals } from '../redact/redact.ts';
import { readSignals } from '../signals/read.ts';
import { ALL_SIGNALS, catalogueOptions, publishedAtZero } from './catalogue-options.ts';
import { type IncidentKeeper, startIncidentKeeper } from './incident-keeper.ts';
import type { OwnLogger } from './logger.ts';
import { createObservation, type Observation } from './observation.ts';
import type { ConnectedObserver, Observing } from './observe-cluster.ts';
import { createReload } from './reload.ts';
import { createReplicas, type Replicas } from './replicas.ts';
import { startStateKeeper } from './state-keeper.ts';
import { startTicking } from './ticker.ts';
import { createSurvivor, handleUncaught } from './uncaught.ts';
import { createVerdictLog } from './verdict-log.ts';

export interface ExporterInput {
  readonly config: Config;
  /** A new observer, not started yet. @throws Error when the configuration names no cluster that can be asked. */
  readonly connect: (config: Config, own: Omit<Observing, 'log'>) => ConnectedObserver;
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
  const replicas = createReplicas({ config, client: () => observation.client(), log });
  const { shard } = config.apis;
  const watchedShard = () => (shard && seesApis(observation.current().sources()) ? shard : undefined);
  const self = ownMetrics(version, { shard: watchedShard, ...(replicas && { leads: replicas.leads }) });
  const observation = createObservation((by) => connect(by, { logHandover: replicas?.logHandover, shard }), config, log);
  const waiting = () => ({ time: Date.now(), sources: observation.current().sources() });
  const letGo = handleUncaught(
    createSurvivor({ log, count: self.uncaught, restart: observation.restart, exit: (code) => process.exit(code) }),
  );
  const exposition = createExposition({
    ...{ signals: ALL_SIGNALS, askedAtZero: publishedAtZero(), self, waiting, seriesPerFamily: config.limits.series_per_family },
    changesWith: () => `${replicas?.leads()} ${watchedShard() !== undefined}`,
  });
  const diagnostician = createDiagnostician(catalogueOptions());
  const keeping = { log, ...(replicas && { mayWrite: replicas.leads }) };
  const hours = new HourBook();
  const keeper = await startStateKeeper({ diagnostician, hours }, config.diagnosis.state_file, keeping);
  const incidents = await startIncidentKeeper(config.incidents, keeping, (memories) => diagnostician.recall(memories));

  let view: ExporterView | undefined;
  const server = await createWebServer({
    ...{ exposition, view: () => view, waiting },
    ...webSettings(config),
    ...(config.web.evidence === 'authenticated' ? { reviewAccess: createAccessReviews(observation.client).review } : {}),
    onWebConfig: (good) => reload.webConfigRead(good),
    // The generator is loaded when the first runbook is read.
    runbook: async (cause) => (await import('../generate/runbook-html.ts')).renderRunbookHtml(cause),
    incidents: incidents.book,
    hours,
    version,
    log,
  });
  log.info({ urls: server.urls.map(String) }, 'listening');

  const reload = createReload({ config, readConfig, observation, server, self, log });
  const publish = createPublisher({ observation, diagnostician, incidents, exposition, self, log, replicas });
  const ticker = startTicking(
    () => {
      view = publish(view);
      server.published();
    },
    () => reload.config().diagnosis.interval,
    log,
  );
  onReload?.(reload.now);
  observation.start(ticker.soon);
  replicas?.start();

  await aborted(stop);
  ticker.stop();
  await Promise.all([keeper.stop(), incidents.stop(), server.close()]);
  // Until here it may be that only the leader writes.
  observation.endReading();
  await replicas?.stop();
  observation.stop();
  letGo();
}

/** What the configuration says of the pages. */
function webSettings({ web, apis }: Config) {
  return {
    listenAddresses: web.listen_addresses,
    ...(web.config_file === undefined ? {} : { webConfigFile: web.config_file }),
    evidence: web.evidence,
    allowedHosts: web.allowed_hosts,
    ...(web.external_url === undefined ? {} : { externalUrl: web.external_url }),
    ...(apis.shard && { shard: apis.shard }),
    ...(web.shard_url === undefined ? {} : { shardUrl: web.shard_url }),
  };
}

function ownMetrics(version: string, facts: OwnFacts): SelfMetrics {
  return createSelfMetrics({ version, catalogue: catalogueId(catalogueOptions()) }, { redactions: redactionTotals, ...facts });
}

interface PublisherInput {
  readonly observation: Observation;
  readonly diagnostician: Diagnostician;
  readonly incidents: Pick<IncidentKeeper, 'observe'>;
  readonly exposition: Exposition;
  readonly self: SelfMetrics;
  readonly log: OwnLogger;
  readonly replicas: Replicas | undefined;
}

/** One tick: snapshot, signals, diagnosis; published, and what is new in it logged. */
function createPublisher({ observation, diagnostician, incidents, exposition, self, log, replicas }: PublisherInput) {
  const verdicts = createVerdictLog(log);
  return (before: ExporterView | undefined): ExporterView | undefined => {
    const observer = observation.current();
    // Before discovery has answered there is nothing to judge, and an empty view would look like a healthy cluster.
    if (!before && !observer.ready()) return undefined;
    const started = performance.now();
    const snapshot = observer.snapshot();
    const values = readSignals(snapshot);
    const round = diagnostician.observe(snapshot, values);
    const view = {
      snapshot,
      signals: values,
      round,
      ...incidents.observe(snapshot, round),
      ...(replicas && { replica: replicas.candidacy() }),
    };
    exposition.update(view);
    self.observeTick((performance.now() - started) / 1000);
    verdicts.follow(round);
    return view;
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
