import { ANOMALIES } from './anomalies/list.ts';
import type { Cluster } from './cluster.ts';
import type { Clear, Fault } from './faults/fault.ts';
import { FAULTS, type FaultId } from './faults/list.ts';
import type { Injector } from './timeline.ts';

const INJECTABLE: ReadonlyMap<string, Pick<Fault, 'inject'>> = new Map([...FAULTS, ...ANOMALIES].map((fault) => [fault.id, fault]));

/** What can be injected, by name: a fault or a benign anomaly. */
export type InjectableId = FaultId | (typeof ANOMALIES)[number]['id'];

export const INJECTABLE_IDS: readonly string[] = [...INJECTABLE.keys()];

export interface Injection {
  readonly fault: string;
  /** Name of the APIService. */
  readonly api: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/** The faults that are in a cluster. */
export class Injections implements Injector {
  readonly #cluster: Cluster;
  readonly #active = new Map<string, Injection & { readonly clear: Clear }>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** @param fault of a scenario it is a text: rejects when none is called that. */
  async inject(fault: string, api: string): Promise<void> {
    const found = INJECTABLE.get(fault);
    if (!found) throw new Error(`fault ${JSON.stringify(fault)}: unknown; there are ${INJECTABLE_IDS.join(', ')}`);
    const key = `${fault} ${api}`;
    if (this.#active.has(key)) throw new Error(`fault ${fault} is already injected for ${api}`);
    const clear = await found.inject(this.#cluster, this.#cluster.api(api));
    this.#active.set(key, { fault, api, since: Date.now(), clear });
  }

  async clear(fault: string, api: string): Promise<void> {
    const key = `${fault} ${api}`;
    const active = this.#active.get(key);
    if (!active) throw new Error(`fault ${fault} is not injected for ${api}`);
    // A server that cannot be started again now is in trouble still.
    await active.clear();
    this.#active.delete(key);
  }

  /** Oldest first. */
  list(): readonly Injection[] {
    return [...this.#active.values()].map(({ fault, api, since }) => ({ fault, api, since }));
  }
}
