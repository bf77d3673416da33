import { LineSplitter } from '../scan/line-splitter.ts';
import type { Clock } from '../source/clock.ts';
import type { KubeClient, ResourceSpec } from './api.ts';
import { KubeRequestError, statusErrorOfEvent } from './errors.ts';
import { FieldReader } from './json-fields.ts';
import { collectionPath } from './list.ts';
import { consume, refusalOf } from './stream.ts';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchOptions {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Asked anew with each chunk: how long silence is believed. */
  readonly idleMs: () => number;
  /** How long one event may take to arrive. */
  readonly eventMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onOpen: () => void;
  /** The object as bytes that are valid only during the call. */
  readonly onEvent: (type: WatchEventType, bytes: Buffer, start: number, end: number) => void;
  readonly onBookmark: (resourceVersion: string) => void;
}

/** The server ends a watch at the time that was asked for; one that goes on for longer than this beyond it is opened anew. */
const OVERTIME_MS = 30_000;
/** As large as an object may be that we hold in one piece. */
const MAX_EVENT_BYTES = 16 * 2 ** 20;
const TYPE = Buffer.from('type');
const OBJECT = Buffer.from('object');

/**
 * One watch, from its request to its end. Resolves when the server ends it, as it does every few minutes. Rejects with
 * KubeStatusError (status of the answer, or of an ERROR event inside it) or KubeRequestError (cut, idle, not readable: code GARBAGE).
 */
export async function watchOnce(
  client: KubeClient,
  spec: Pick<ResourceSpec<unknown>, 'path' | 'labelSelector' | 'fieldSelector' | 'metadataOnly'>,
  options: WatchOptions,
): Promise<void> {
  const path = collectionPath(spec, {
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    timeoutSeconds: String(options.timeoutSeconds),
  });
  const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
  const response = await client.open(path, { signal: options.signal, ...(spec.metadataOnly ? { headers: { accept } } : {}) });
  if (response.statusCode !== 200) throw await refusalOf(response, spec.path, options.clock);
  options.onOpen();
  const frame = createFrameReader(spec.path, options);
  /** When the event that has not arrived as a whole began to. */
  let begun: number | undefined;
  const lines = new LineSplitter({ maxBytes: MAX_EVENT_BYTES, longer: 'refuse' });
  const onLine = (bytes: Buffer, start: number, end: number): void => {
    begun = undefined;
    if (end > start) frame(bytes, start, end);
  };
  const { eventMs } = options;
  const wholeMs = options.timeoutSeconds * 1000 + OVERTIME_MS;
  await consume(response, spec.path, { idleMs: options.idleMs, wholeMs }, (chunk) => {
    try {
      // What follows the last newline is never read: a frame that the connection's end cut in half has not arrived.
      lines.push(chunk, onLine);
      begun = lines.open ? (begun ?? performance.now()) : undefined;
      if (begun !== undefined && performance.now() - begun > eventMs)
        throw new KubeRequestError('GET', spec.path, 'TIMEOUT', `one event took longer than ${eventMs / 1000} s to arrive`);
    } catch (error) {
      throw (error as Error).name.startsWith('Kube') ? error : garbage(spec.path, (error as Error).message);
    }
  });
}

function createFrameReader(path: string, { onEvent, onBookmark }: WatchOptions): (bytes: Buffer, start: number, end: number) => void {
  const reader = new FieldReader({});
  return (bytes, start, end) => {
    const [typeStart, typeEnd] = reader.range(bytes, start, end, TYPE);
    const [objectStart, objectEnd] = reader.range(bytes, start, end, OBJECT);
    if (typeStart < 0 || objectStart < 0) throw garbage(path, 'a line is no watch event');
    const type = bytes.toString('latin1', typeStart + 1, typeEnd - 1);
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        onEvent(type, bytes, objectStart, objectEnd);
        return;
      case 'BOOKMARK': {
        const bookmark = JSON.parse(bytes.toString('utf8', objectStart, objectEnd)) as { metadata?: { resourceVersion?: unknown } };
        const version = bookmark.metadata?.resourceVersion;
        if (typeof version === 'string' && version !== '') onBookmark(version);
        return;
      }
      case 'ERROR':
        throw statusErrorOfEvent(path, JSON.parse(bytes.toString('utf8', objectStart, objectEnd)));
      default:
        throw garbage(path, `a watch event has the type ${JSON.stringify(type.slice(0, 40))}`);
    }
  };
}

function garbage(path: string, why: string): KubeRequestError {
  return new KubeRequestError('GET', path, 'GARBAGE', `the watch is not readable: ${why}`);
}
