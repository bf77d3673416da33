import type { ApiFacts, Change, Snapshot } from '../../domain/snapshot.ts';
import { ApiHour, type ApiHourState, type ApiMinute } from './api-hour.ts';
import { changesIn, type HourHappening, happeningsOf, withEarlier } from './happenings.ts';
import { LoadHour, type LoadHourState, type LoadMinute } from './load-hour.ts';
import { MINUTE_MS, WIDTH } from './minute-ring.ts';

/** Of what `toJSON` gives. */
export const HOURS_VERSION = 1;
/** Of one API, and of all together, the newest so many are written. */
export const MOST_HAPPENINGS = 200;

interface Recorded {
  readonly hour: ApiHour;
  /** What happened before a restart, as far as it was written. */
  earlier: readonly HourHappening[];
  /** As it was seen last; the snapshot has it anyway. */
  newest?: ApiFacts;
}

/**
 * The last hour of each API as the page shows it. Beside the history that causes are judged by, because that one holds no latency, no counts
 * of probes and no lines by signature. Filled from the start of the exporter on, or from what an earlier run has written; what was before, and while
 * no exporter ran, is not observed.
 */
export class HourBook {
  #apis = new Map<string, Recorded>();
  #load = new LoadHour();
  #clusterEarlier: readonly HourHappening[] = [];
  #clusterChanges: readonly Change[] = [];

  observe({ apis, cluster, time }: Snapshot): void {
    const present = new Set(apis.map(({ name }) => name));
    for (const name of this.#apis.keys()) if (!present.has(name)) this.#apis.delete(name);
    for (const api of apis) {
      let recorded = this.#apis.get(api.name);
      if (!recorded) {
        recorded = { hour: new ApiHour(), earlier: [] };
        this.#apis.set(api.name, recorded);
      }
      recorded.hour.observe(api, time);
      recorded.newest = api;
      recorded.earlier = within(recorded.earlier, time);
    }
    this.#load.observe(cluster.apiservers, time);
    this.#clusterChanges = cluster.changes;
    this.#clusterEarlier = within(this.#clusterEarlier, time);
  }

  /** The hour that ends with the minute of `timeMs`, oldest first; undefined = nothing was recorded in that minute. */
  api(apiservice: string, timeMs: number): readonly (ApiMinute | undefined)[] {
    return this.#apis.get(apiservice)?.hour.minutes(timeMs) ?? [];
  }

  load(timeMs: number): readonly (LoadMinute | undefined)[] {
    return this.#load.minutes(timeMs);
  }

  /** What a snapshot tells of an API and of all, and what was told before a restart. */
  happenings(api: ApiFacts, changes: readonly Change[]): readonly HourHappening[] {
    const earlier = this.#apis.get(api.name)?.earlier ?? [];
    return [...withEarlier(happeningsOf(api), earlier), ...withEarlier(changesIn(changes), this.#clusterEarlier)];
  }

  toJSON(): HoursState {
    const apis = [...this.#apis].map(([name, { hour, earlier, newest }]) => {
      const state = hour.toJSON();
      return [name, { ...state, happened: newestOf(withEarlier(newest ? happeningsOf(newest) : [], earlier), state) }] as const;
    });
    const load = this.#load.toJSON();
    const happened = withEarlier(changesIn(this.#clusterChanges), this.#clusterEarlier);
    return { version: HOURS_VERSION, apis: Object.fromEntries(apis), load: { ...load, happened: newestOf(happened, load) } };
  }

  /** Goes on from what `toJSON` gave. @throws RangeError when it contradicts itself, and nothing has changed then. */
  restore({ apis, load }: HoursState): void {
    const restored = Object.entries(apis).map(([name, { happened, ...state }]) => {
      const hour = new ApiHour();
      hour.restore(state);
      return [name, { hour, earlier: happened }] as const;
    });
    const restoredLoad = new LoadHour();
    restoredLoad.restore(load);
    this.#apis = new Map(restored);
    this.#load = restoredLoad;
    this.#clusterEarlier = load.happened;
  }
}

/** What an exporter writes, and another one goes on from. */
export interface HoursState {
  readonly version: typeof HOURS_VERSION;
  /** By APIService. */
  readonly apis: Readonly<Record<string, ApiHourState & Happened>>;
  readonly load: LoadHourState & Happened;
}

interface Happened {
  readonly happened: readonly HourHappening[];
}

/** Those of the hour up to then: what lies ahead is of a clock that was set back. */
function within(happened: readonly HourHappening[], timeMs: number): readonly HourHappening[] {
  return happened.length === 0 ? happened : happened.filter(({ at }) => at > timeMs - WIDTH * MINUTE_MS && at <= timeMs);
}

/** Those of the hour that ends with the newest minute. */
function newestOf(happened: readonly HourHappening[], { minutes }: { readonly minutes: readonly number[] }): readonly HourHappening[] {
  const [first = 0, count = 0] = minutes.slice(-2);
  return within(happened, (first + count) * MINUTE_MS).slice(-MOST_HAPPENINGS);
}
