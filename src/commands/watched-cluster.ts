import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterSettings, Config } from '../config.ts';
import { createDiagnostician, type Diagnostician } from '../diagnose/diagnostician.ts';
import { reachOf } from '../domain/reach.ts';
import { seesApis } from '../domain/sources.ts';
import { ClusterFamilies } from '../expose/cluster-families.ts';
import type { NamedClusterWeb } from '../expose/clusters-server.ts';
import { HourBook } from '../expose/hour/hour-book.ts';
import { clusterPath } from '../expose/page/clusters.ts';
import type { OwnCluster } from '../expose/self-metrics.ts';
import type { ExporterView } from '../expose/view.ts';
import { createAccessReviews } from '../kube/access-review.ts';
import { readSignals } from '../signals/read.ts';
import type { Logger } from '../source/logger.ts';
import { ALL_SIGNALS, catalogueOptions, publishedAtZero } from './catalogue-options.ts';
import { type IncidentKeeper, startIncidentKeeper } from './incident-keeper.ts';
import { createNodeAgents } from './node-agents.ts';
import { createObservation, type Observation } from './observation.ts';
import type { ConnectedObserver, Observing } from './observe-cluster.ts';
import { connectPatiently } from './patient-connection.ts';
import { createReplicas, type Replicas } from './replicas.ts';
import { startStateKeeper } from './state-keeper.ts';
import { createVerdictLog, type VerdictLog } from './verdict-log.ts';

/**
 * A new observer, not started yet. @throws Error when the configuration names no cluster that can be asked.
 * @param cluster of several; undefined = the one that flags and surroundings name.
 */
export type Connect = (config: Config, own: Observing, cluster?: ClusterSettings) => ConnectedObserver;

export interface WatchedClusterInput {
  /** By which it is watched. */
  readonly config: Config;
  /** Which of several it is. */
  readonly cluster?: ClusterSettings | undefined;
  readonly connect: Connect;
  readonly log: Logger;
  /** Told how long each tick took, seconds. */
  readonly onTick: (seconds: number) => void;
}

/** One cluster, from the observation to what is published of it. */
export interface WatchedCluster {
  readonly observation: Observation;
  readonly families: ClusterFamilies;
  /** What its pages are made of. */
  readonly web: Pick<NamedClusterWeb, 'view' | 'waiting' | 'incidents' | 'hours' | 'evidence' | 'reviewAccess' | 'shard' | 'shardUrl'>;
  /** What our own metrics tell of it. */
  readonly own: OwnCluster & Required<Pick<OwnCluster, 'shard'>>;
  /** Whether we lead; undefined where no leader is elected. */
  readonly leads: (() => boolean) | undefined;
  /** Observes; returns at once. @param onUrgent called when a tick should come soon. */
  start(onUrgent: () => void): void;
  /** Diagnoses and publishes what is seen now. */
  tick(): void;
  /** Writes what is to be kept. No tick may come any more. */
  keep(): Promise<void>;
  /** After that: ends observing, and gives the lead up. */
  stop(): Promise<void>;
}

/** Goes on with what was kept of the cluster. @throws Error as `connect` does, or when nobody says where the Lease is. */
export async function watchCluster(input: WatchedClusterInput): Promise<WatchedCluster> {
  const { config, cluster, log } = input;
  const { shard } = config.apis;
  let ring = (): void => {};
  const agents = createNodeAgents({ config, client: () => observation.client(), log, onChange: () => ring() });
  const replicas = createReplicas({ config, client: () => observation.client(), log });
  const own = { log, logHandover: replicas?.logHandover, agentReports: agents?.reports, shard };
  const observation = createObservation(connecting(input, own), config, log);
  const sources = () => observation.current().sources();
  const waiting = () => ({ time: Date.now(), sources: sources() });
  const families = new ClusterFamilies({
    ...{ signals: ALL_SIGNALS, askedAtZero: publishedAtZero(), waiting, seriesPerFamily: config.limits.series_per_family },
    ...(cluster && { cluster: cluster.name }),
  });
  if (cluster) await makeFolders([config.diagnosis.state_file, config.incidents.file], log);
  const diagnostician = createDiagnostician(catalogueOptions());
  const keeping = { log, ...(replicas && { mayWrite: replicas.leads }) };
  const hours = new HourBook();
  const keeper = await startStateKeeper({ diagnostician, hours }, config.diagnosis.state_file, keeping);
  const incidents = await startIncidentKeeper(config.incidents, keeping, (memories) => diagnostician.recall(memories));
  await agents?.listen();
  const publish = createPublisher({ ...input, observation, diagnostician, incidents, families, replicas });
  let view: ExporterView | undefined;
  return {
    observation,
    families,
    web: {
      ...{ view: () => view, waiting, incidents: incidents.book, hours, evidence: config.web.evidence },
      ...(config.web.evidence === 'authenticated' && { reviewAccess: createAccessReviews(observation.client).review }),
      ...(shard && { shard }),
      ...(config.web.shard_url !== undefined && { shardUrl: shardUrlOf(config.web.shard_url, cluster) }),
    },
    own: {
      ...(cluster && { name: cluster.name, up: () => reachOf(sources()) === 'seen' }),
      shard: () => (shard && seesApis(sources()) ? shard : undefined),
    },
    leads: replicas?.leads,
    start(onUrgent) {
      ring = onUrgent;
      observation.start(onUrgent);
      replicas?.start();
    },
    tick() {
      view = publish(view);
    },
    async keep() {
      await Promise.all([keeper.stop(), incidents.stop(), agents?.close()]);
    },
    async stop() {
      // Until here it may be that only the leader writes.
      observation.endReading();
      await replicas?.stop();
      observation.stop();
    },
  };
}

/** One of several may be missing, and costs the others nothing then. */
function connecting({ connect, cluster, log }: WatchedClusterInput, own: Observing): (config: Config) => ConnectedObserver {
  return (by) => (cluster ? connectPatiently(() => connect(by, own, cluster), log) : connect(by, own));
}

function shardUrlOf(url: string, cluster: ClusterSettings | undefined): string {
  return cluster ? `${url.replace(/\/$/, '')}${clusterPath(cluster.name)}` : url;
}

/** Of a cluster's own files. What cannot be made is told again by who writes there. */
async function makeFolders(files: readonly (string | undefined)[], log: Logger): Promise<void> {
  for (const file of files)
    if (file !== undefined)
      await mkdir(dirname(file), { recursive: true }).catch((error: Error) =>
        log.warn({ file, error: error.message }, 'its folder can not be made'),
      );
}

interface PublisherInput extends Pick<WatchedClusterInput, 'log' | 'onTick'> {
  readonly observation: Observation;
  readonly diagnostician: Diagnostician;
  readonly incidents: Pick<IncidentKeeper, 'observe'>;
  readonly families: ClusterFamilies;
  readonly replicas: Replicas | undefined;
}

/** One tick: snapshot, signals, diagnosis; published, and what is new in it logged. */
function createPublisher({ observation, diagnostician, incidents, families, replicas, log, onTick }: PublisherInput) {
  const verdicts: VerdictLog = createVerdictLog(log);
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
    families.update(view);
    onTick((performance.now() - started) / 1000);
    verdicts.follow(round);
    return view;
  };
}
