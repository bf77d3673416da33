import type { SourceStatus } from '../../domain/sources.ts';
import type { CacheChange, KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import { identityOf } from '../../kube/fields.ts';
import { lastWriter, type Writer } from '../../kube/managed-fields.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { worstOf } from '../../source/status.ts';

/** That it changed, and by whom: never its data. */
export interface ConfigMapRecord {
  readonly namespace: string;
  readonly name: string;
  readonly writer: Writer | undefined;
}

const specOf = (namespace: string): ResourceSpec<ConfigMapRecord> => ({
  source: 'config-maps',
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  optional: true,
  metadataOnly: true,
  fields: { metadata: { managedFields: { manager: true, subresource: true, time: true } } },
  project(raw) {
    const { metadata, name, namespace } = identityOf(raw);
    return { namespace, name, writer: lastWriter(metadata.managedFields) };
  },
});

/** ConfigMaps of the backends' namespaces only: in all others they are none of our business. */
export interface ConfigMapWatches {
  /** Watches exactly these namespaces from now on. */
  setNamespaces(namespaces: ReadonlySet<string>, signal: AbortSignal): void;
  status(now: number): SourceStatus;
}

export function createConfigMapWatches(
  client: KubeClient,
  options: {
    clock: Clock;
    log: Logger;
    tuning?: Partial<CacheTuning>;
    onChange(change: CacheChange<ConfigMapRecord>): void;
  },
): ConfigMapWatches {
  const watches = new Map<string, { cache: ResourceCache<ConfigMapRecord>; stop(): void }>();
  let asked = false;
  return {
    setNamespaces(namespaces, signal) {
      asked = true;
      for (const [namespace, watch] of watches)
        if (!namespaces.has(namespace)) {
          watch.stop();
          watches.delete(namespace);
        }
      for (const namespace of namespaces) {
        if (watches.has(namespace)) continue;
        const controller = new AbortController();
        const onAbort = () => {
          controller.abort();
          watches.delete(namespace);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const cache = createResourceCache(client, specOf(namespace), options);
        cache.subscribe(options.onChange);
        cache.start(controller.signal);
        watches.set(namespace, {
          cache,
          stop() {
            signal.removeEventListener('abort', onAbort);
            controller.abort();
          },
        });
      }
    },
    status(now) {
      // No backend, nothing to look at: that is a complete answer.
      if (asked && watches.size === 0) return { source: 'config-maps', state: 'ok', lastSuccess: now };
      return worstOf(
        'config-maps',
        [...watches.values()].map(({ cache }) => cache.status(now)),
      );
    },
  };
}
