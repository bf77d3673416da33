import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { SourceName, SourceStatus } from '../domain/sources.ts';
import type { Refuse } from './fields.ts';
import type { FieldTree } from './json-fields.ts';

/** The contract between our Kubernetes client and the sources. Implemented by client.ts and cache.ts. */
export interface KubeClient {
  /** e.g. https://10.96.0.1:443 */
  readonly server: URL;
  /**
   * One request with the exporter's own credentials over a keep-alive connection. Resolves for every HTTP status.
   * Rejects with KubeRequestError (network, TLS, time-out) that names the path.
   */
  request(path: string, options?: KubeRequestOptions): Promise<KubeResponse>;
  /** Opens a response for streaming (watch, log follow). The caller consumes or destroys it. */
  open(path: string, options?: KubeRequestOptions): Promise<IncomingMessage>;
  /** TLS and authorization for a direct connection to one kube-apiserver instance (same CA, same token). Never for anything else. `anew` after a 401. */
  credentials(options?: { readonly anew?: boolean }): Promise<KubeCredentials>;
  /** Calls when a request is answered again after one was not. Returns the unsubscribe function. Absent in fakes. */
  onReachable?(listener: () => void): () => void;
}

export interface KubeRequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Default 30 000; for `open` it is the time until the response's headers. */
  readonly timeoutMs?: number;
  /** Bytes of body accepted by `request`; default 64 MiB. */
  readonly maxBytes?: number;
}

export interface KubeResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A header with several values is sent once for each: `a,b` would be one group of that name. */
export type HeaderValues = Readonly<Record<string, string | readonly string[]>>;

export interface KubeCredentials {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
  readonly headers: HeaderValues;
}

/** A list kept true by a watch. */
export interface ResourceSpec<T> {
  readonly source: SourceName;
  /** Collection path, e.g. `/apis/discovery.k8s.io/v1/endpointslices`: the right that it takes is read from it. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** A refusal is as it should be unless somebody wants to know more: no warning, and asked again rarely. */
  readonly optional?: boolean;
  /** metadata.managedFields reaches `project`, which reads the manager and drops the rest. Has no effect where `fields` is set. */
  readonly keepManagers?: boolean;
  /**
   * The fields that `project` reads; all others are cut out of the bytes before they are parsed. For kinds with many objects.
   * metadata's name, namespace, uid and resourceVersion are always there.
   */
  readonly fields?: FieldTree;
  /** Asks for PartialObjectMetadata: neither spec, status nor data is sent. */
  readonly metadataOnly?: boolean;
  /**
   * Raw object (managedFields only when `keepManagers` is set) → the fields we use; undefined drops it. `refuse` is told of values
   * that are not used. @throws UnreadableError (or anything) when nothing can be said of the object: it is kept as not observed.
   */
  project(raw: unknown, refuse?: Refuse): T | undefined;
}

export interface CacheChange<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** `<namespace>/<name>` or `<name>` */
  readonly key: string;
  readonly object: T;
  readonly previous?: T;
  /** False for the objects of the first list: they did not change now. */
  readonly live: boolean;
}

export interface ResourceCache<T> {
  readonly spec: ResourceSpec<T>;
  /** While it runs, later calls do nothing; after its signal has aborted it goes on from where it was. */
  start(signal: AbortSignal): void;
  /** Lists anew soon, e.g. because `project` would keep other objects now. */
  relist(): void;
  /**
   * Objects that are there, but cannot be read as they are now, with the reason in words: nothing is known of them, neither that
   * they are as before nor that they are gone. They are in neither `get` nor `values`.
   */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Called when an object cannot be read any more (`why`), and when such a one that never could be read is gone (no `why`). */
  onUnreadable(listener: (key: string, why: string | undefined) => void): () => void;
  /** The first list has been read completely. */
  readonly synced: boolean;
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
  subscribe(listener: (change: CacheChange<T>) => void): () => void;
  status(now: number): SourceStatus;
}
