import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterEvent, EventFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient, ResourceCache } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import type { Backend } from '../../objects/backend.ts';
import { isControlPlaneLeader } from '../../objects/event-changes.ts';
import { createEventLog, type EventLog } from '../../objects/event-log.ts';
import { type EventRecord, eventSpecs } from '../../objects/events.ts';
import { isSystemWarning } from '../../objects/system-events.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import type { Backends } from './backends.ts';
import { concerns, createRememberedPods, type RememberedPods } from './event-concerns.ts';

const HOUR = 3_600_000;

/** Events of the backends and of what all of them stand on. Starts when the backends are known, for before that every event would be nobody's. */
export interface EventWatch {
  /** `ready` resolves when the backends are known as far as they will be. */
  start(signal: AbortSignal, ready: Promise<void>): void;
  status(now: number): SourceStatus;
  facts(api: string): EventFacts;
  /** Warnings of the last hour about what every API stands on. */
  system(): ClusterEvent[];
  forget(api: string): void;
}

interface EventWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tuning?: Partial<CacheTuning>;
  /** Called for each event that is kept, with the APIs that it concerns. */
  readonly onEvent?: (event: EventRecord, apis: readonly string[]) => void;
  /** How soon Events are listed anew for new namespaces, milliseconds. Default 30 000. */
  readonly relistMs?: number;
}

export function createEventWatch(client: KubeClient, backends: Backends, options: EventWatchOptions): EventWatch {
  return new WatchedEvents(client, backends, options);
}

class WatchedEvents implements EventWatch {
  readonly #backends: Backends;
  readonly #options: EventWatchOptions;
  readonly #events: EventLog;
  readonly #remembered: RememberedPods;
  /** Of each API, what decides which events concern it. */
  readonly #identities = new Map<string, string>();
  readonly #core: ResourceCache<EventRecord>;
  readonly #group: ResourceCache<EventRecord>;
  /** The one that is allowed. */
  #used: ResourceCache<EventRecord>;
  #namespaces: ReadonlySet<string> = new Set();
  #relisting: NodeJS.Timeout | undefined;
  #running = false;

  constructor(client: KubeClient, backends: Backends, options: EventWatchOptions) {
    const { clock } = options;
    this.#backends = backends;
    this.#options = options;
    this.#events = createEventLog({ clock });
    this.#remembered = createRememberedPods({ clock });
    const specs = eventSpecs((event) => this.#isKept(event));
    this.#core = createResourceCache(client, specs.core, options);
    this.#group = createResourceCache(client, specs.group, options);
    this.#used = this.#core;
    for (const cache of [this.#core, this.#group])
      cache.subscribe(({ type, object }) => {
        // A deleted Event has only outlived its time on the server.
        if (type === 'deleted') return;
        const apis = this.#concernedBy(object);
        this.#events.record(object, apis);
        options.onEvent?.(object, apis);
      });
    backends.subscribe((changed) => {
      this.#followNamespaces();
      for (const name of changed) this.#follow(name);
    });
  }

  start(signal: AbortSignal, ready: Promise<void>): void {
    this.#run(signal, ready).catch((error: unknown) => this.#options.log.error({ err: error }, 'the event watch ended, which is a bug'));
  }

  status(now: number): SourceStatus {
    const status = this.#core.status(now);
    if (status.state !== 'forbidden' || this.#used === this.#core) return status;
    const other = this.#group.status(now);
    return other.state === 'forbidden' || other.state === 'pending' ? status : other;
  }

  facts(api: string): EventFacts {
    return this.#events.facts(api);
  }

  system(): ClusterEvent[] {
    return this.#events.recent(isSystemWarning);
  }

  forget(api: string): void {
    this.#identities.delete(api);
    this.#remembered.forget(api);
    this.#events.forget(api);
  }

  #isKept(event: EventRecord): boolean {
    const isOfAll = isOfCluster(event) || isSystemWarning(event) || isControlPlaneLeader(event);
    return event.at >= this.#options.clock() - HOUR && (isOfAll || this.#namespaces.has(event.namespace));
  }

  #concernedBy(event: EventRecord): string[] {
    const candidates = isOfCluster(event)
      ? this.#backends.names().flatMap((name) => this.#backends.get(name) ?? [])
      : this.#backends.inNamespace(event.namespace);
    return candidates.filter((backend) => concerns(event, backend, this.#remembered)).map(({ api }) => api.name);
  }

  /** Events of a namespace that was nobody's were dropped unread: they are fetched once, soon, for all new namespaces together. */
  #followNamespaces(): void {
    const now = this.#backends.namespaces();
    const isNew = [...now].some((namespace) => !this.#namespaces.has(namespace));
    this.#namespaces = now;
    if (!isNew || !this.#running) return;
    this.#relisting ??= setTimeout(() => {
      this.#relisting = undefined;
      this.#used.relist();
    }, this.#options.relistMs ?? 30_000);
    this.#relisting.unref();
  }

  #follow(name: string): void {
    const backend = this.#backends.get(name);
    if (!backend) return;
    this.#remembered.see(backend);
    const identity = identityOf(backend);
    if (this.#identities.get(name) === identity) return;
    this.#identities.set(name, identity);
    this.#events.reassign(name, (event) => concerns(event, backend, this.#remembered));
  }

  async #run(signal: AbortSignal, ready: Promise<void>): Promise<void> {
    await ready;
    if (signal.aborted) return;
    this.#namespaces = this.#backends.namespaces();
    signal.addEventListener('abort', () => clearTimeout(this.#relisting), { once: true });
    this.#running = true;
    this.#core.start(signal);
    while (!signal.aborted && !this.#core.synced) {
      if (this.#core.status(this.#options.clock()).state === 'forbidden' && this.#used === this.#core) {
        this.#used = this.#group;
        this.#group.start(signal);
      }
      await sleep(500, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

/** Objects that no namespace has. */
const isOfCluster = ({ kind }: EventRecord): boolean => kind === 'APIService' || kind === 'Node';

function identityOf({ api, workload, pods }: Backend): string {
  return [api.backend.service, workload?.name, ...pods.map(({ name, node }) => `${name}@${node}`)].join();
}
