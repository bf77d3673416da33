import type { Snapshot } from '../../domain/snapshot.ts';
import { ApiHour, type ApiMinute } from './api-hour.ts';
import { LoadHour, type LoadMinute } from './load-hour.ts';

/**
 * The last hour of each API as the page shows it. Beside the history that causes are judged by, because that one holds no latency, no counts
 * of probes and no lines by signature. Filled from the start of the exporter on; what was before is not observed.
 */
export class HourBook {
  readonly #apis = new Map<string, ApiHour>();
  readonly #load = new LoadHour();

  observe({ apis, cluster, time }: Snapshot): void {
    const present = new Set(apis.map(({ name }) => name));
    for (const name of this.#apis.keys()) if (!present.has(name)) this.#apis.delete(name);
    for (const api of apis) {
      let hour = this.#apis.get(api.name);
      if (!hour) {
        hour = new ApiHour();
        this.#apis.set(api.name, hour);
      }
      hour.observe(api, time);
    }
    this.#load.observe(cluster.apiservers, time);
  }

  /** The hour that ends with the minute of `timeMs`, oldest first; undefined = nothing was recorded in that minute. */
  api(apiservice: string, timeMs: number): readonly (ApiMinute | undefined)[] {
    return this.#apis.get(apiservice)?.minutes(timeMs) ?? [];
  }

  load(timeMs: number): readonly (LoadMinute | undefined)[] {
    return this.#load.minutes(timeMs);
  }
}
