import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterEvent, EventFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import { createEventLog } from '../../objects/event-log.ts';
import { type EventRecord, eventSpecs } from '../../objects/events.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import type { Backends } from './backends.ts';
import { concerns, createRememberedPods } from './event-concerns.ts';

const HOUR = 3_600_000;

/** Events of the backends and of kube-system. Starts when the backends are known, for before that every event would be nobody's. */
export interface EventWatch {
  /** `ready` resolves when the backends are known as far as they will be. */
  start(signal: AbortSignal, ready: Promise<void>): void;
  status(now: number): SourceStatus;
  facts(api: string): EventFacts;
  /** Warnings of kube-system in the last hour, whomever they concern. */
  system(): ClusterEvent[];
  forget(api: string): void;
}

export function createEventWatch(
  client: KubeClient,
  backends: Backends,
  options: { clock: Clock; log: Logger; tuning?: Partial<CacheTuning>; relistMs?: number },
): EventWatch {
  const { clock, log, relistMs = 30_000 } = options;
  const events = createEventLog({ clock });
  const remembered = createRememberedPods({ clock });
  const identities = new Map<string, string>();
  let namespaces: ReadonlySet<string> = new Set();
  let relisting: NodeJS.Timeout | undefined;
  let running = false;

  const keep = (event: EventRecord): boolean =>
    event.at >= clock() - HOUR &&
    (event.kind === 'APIService' ||
      event.kind === 'Node' ||
      namespaces.has(event.namespace) ||
      (event.namespace === 'kube-system' && event.type === 'Warning'));
  const specs = eventSpecs(keep);
  const core = createResourceCache(client, specs.core, options);
  const group = createResourceCache(client, specs.group, options);
  /** The one that is allowed. */
  let used = core;

  const concerned = (event: EventRecord): string[] => {
    const everywhere = event.kind === 'Node' || event.kind === 'APIService';
    const candidates = everywhere ? backends.names().flatMap((name) => backends.get(name) ?? []) : backends.inNamespace(event.namespace);
    return candidates.filter((backend) => concerns(event, backend, remembered)).map(({ api }) => api.name);
  };
  for (const cache of [core, group])
    cache.subscribe(({ type, object }) => {
      // A deleted Event has only outlived its time on the server.
      if (type !== 'deleted') events.record(object, concerned(object));
    });

  /** Events of a namespace that was nobody's were dropped unread: they are fetched once, soon, for all new namespaces together. */
  const followNamespaces = () => {
    const now = backends.namespaces();
    const isNew = [...now].some((namespace) => !namespaces.has(namespace));
    namespaces = now;
    if (!isNew || !running) return;
    relisting ??= setTimeout(() => {
      relisting = undefined;
      used.relist();
    }, relistMs);
    relisting.unref();
  };
  backends.subscribe((changed) => {
    followNamespaces();
    for (const name of changed) {
      const backend = backends.get(name);
      if (!backend) continue;
      remembered.see(backend);
      const identity = [
        backend.api.backend.service,
        backend.workload?.name,
        ...backend.pods.map(({ name, node }) => `${name}@${node}`),
      ].join();
      if (identities.get(name) === identity) continue;
      identities.set(name, identity);
      events.reassign(name, (event) => concerns(event, backend, remembered));
    }
  });

  const run = async (signal: AbortSignal, ready: Promise<void>): Promise<void> => {
    await ready;
    if (signal.aborted) return;
    namespaces = backends.namespaces();
    signal.addEventListener('abort', () => clearTimeout(relisting), { once: true });
    running = true;
    core.start(signal);
    while (!signal.aborted && !core.synced) {
      if (core.status(clock()).state === 'forbidden' && used === core) {
        used = group;
        group.start(signal);
      }
      await sleep(500, undefined, { signal, ref: false }).catch(() => {});
    }
  };

  return {
    start(signal, ready) {
      run(signal, ready).catch((error: unknown) => log.error({ err: error }, 'the event watch ended, which is a bug'));
    },
    status(now) {
      const status = core.status(now);
      if (status.state !== 'forbidden' || used === core) return status;
      const other = group.status(now);
      return other.state === 'forbidden' || other.state === 'pending' ? status : other;
    },
    facts: (api) => events.facts(api),
    system: () => events.recent((event) => event.namespace === 'kube-system' && event.type === 'Warning'),
    forget(api) {
      identities.delete(api);
      remembered.forget(api);
      events.forget(api);
    },
  };
}
