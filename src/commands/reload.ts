import { type Config, needsRestart } from '../config.ts';
import type { SelfMetrics } from '../expose/self-metrics.ts';
import type { WebServer } from '../expose/server.ts';
import type { OwnLogger } from './logger.ts';
import type { Observation } from './observation.ts';
import { observingSettings } from './observe-cluster.ts';

export interface Reload {
  /** The configuration in force. */
  config(): Config;
  /** Reads the files again. Nothing of a configuration is taken when anything in it, or in the web configuration, is wrong. */
  now(): void;
  /** The web configuration file changed by itself, and was read: well, or not. */
  webConfigRead(good: boolean): void;
}

interface ReloadInput {
  readonly config: Config;
  readonly readConfig: () => Config;
  readonly observation: Observation;
  readonly server: Pick<WebServer, 'reload'>;
  readonly self: SelfMetrics;
  readonly log: OwnLogger;
}

/** What SIGHUP does, as in Prometheus: configuration and web configuration, both or neither. */
export function createReload({ config: first, readConfig, observation, server, self, log }: ReloadInput): Reload {
  let config = first;
  let observing = observingSettings(first);
  const good = { config: true, web: true };
  const told = (): void => self.reloaded(good.config && good.web);
  told();

  function take(): void {
    const read = readConfig();
    const wanted = observingSettings(read);
    const prepared = wanted === observing ? undefined : observation.prepare(read);
    const problem = server.reload();
    if (problem !== undefined) {
      prepared?.discard();
      throw new Error(problem);
    }
    const restart = needsRestart(config, read);
    prepared?.begin();
    config = read;
    observing = wanted;
    log.info({}, 'configuration read again');
    if (restart.length > 0) log.warn({ settings: restart }, 'some of the settings that changed need a restart');
    log.level = read.log.level;
  }

  return {
    config: () => config,
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
