import { type Config, needsRestart } from '../config.ts';
import type { SelfMetrics } from '../expose/self-metrics.ts';
import type { WebServer } from '../expose/server.ts';
import type { OwnLogger } from './logger.ts';
import type { Observation } from './observation.ts';
import { observingSettings } from './observe-cluster.ts';

export interface Reload {
  /** By which that cluster is watched; as it was, where it is in the configuration no more. */
  configOf(cluster: Pick<Reloaded, 'configIn'>): Config;
  /** Reads the files again. Nothing of a configuration is taken when anything in it, or in the web configuration, is wrong. */
  now(): void;
  /** The web configuration file changed by itself, and was read: well, or not. */
  webConfigRead(good: boolean): void;
}

/** What is watched. */
interface Reloaded {
  readonly observation: Observation;
  /** By which it is watched where that is the configuration; undefined where it is not in it any more. */
  readonly configIn: (config: Config) => Config | undefined;
}

interface ReloadInput {
  readonly config: Config;
  readonly readConfig: () => Config;
  readonly clusters: readonly Reloaded[];
  readonly server: Pick<WebServer, 'reload'>;
  readonly self: SelfMetrics;
  readonly log: OwnLogger;
}

/** What SIGHUP does, as in Prometheus: configuration and web configuration, both or neither. */
export function createReload({ config: first, readConfig, clusters, server, self, log }: ReloadInput): Reload {
  let config = first;
  const observed: Observed[] = clusters.map((cluster) => ({ ...cluster, settings: settingsIn(first, cluster) }));
  const good = { config: true, web: true };
  const told = (): void => self.reloaded(good.config && good.web);
  told();

  function take(): void {
    const read = readConfig();
    const prepared = prepare(observed, read);
    const problem = server.reload();
    if (problem !== undefined) {
      for (const { discard } of prepared) discard();
      throw new Error(problem);
    }
    const restart = needsRestart(config, read);
    for (const { begin } of prepared) begin();
    config = read;
    log.info({}, 'configuration read again');
    if (restart.length > 0) log.warn({ settings: restart }, 'some of the settings that changed need a restart');
    log.level = read.log.level;
  }

  return {
    configOf: ({ configIn }) => configIn(config) ?? configIn(first) ?? first,
    now() {
      try {
        take();
        good.config = true;
      } catch (error) {
        good.config = false;
        log.error(
          { error: error instanceof Error ? error.message : String(error) },
          'the configuration is not usable; the last one stays in force',
        );
      }
      told();
    },
    webConfigRead(wasGood) {
      good.web = wasGood;
      told();
    },
  };
}

function settingsIn(config: Config, { configIn }: Reloaded): string | undefined {
  const own = configIn(config);
  return own && observingSettings(own);
}

interface Observed extends Reloaded {
  /** By which it is observed now. */
  settings: string | undefined;
}

type Prepared = ReturnType<Observation['prepare']>;

/** Of each cluster that would be observed otherwise. @throws Error as `connect` does: then nothing is taken. */
function prepare(observed: readonly Observed[], read: Config): Prepared[] {
  const prepared: Prepared[] = [];
  try {
    for (const cluster of observed) {
      const [own, settings] = [cluster.configIn(read), settingsIn(read, cluster)];
      if (!own || settings === cluster.settings) continue;
      const next = cluster.observation.prepare(own);
      const begin = () => {
        next.begin();
        cluster.settings = settings;
      };
      prepared.push({ begin, discard: next.discard });
    }
    return prepared;
  } catch (error) {
    for (const { discard } of prepared) discard();
    throw error;
  }
}
