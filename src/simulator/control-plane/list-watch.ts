import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../objects.ts';
import type { Collection, Store, WatchEvent } from '../store.ts';
import { keyOf } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { Resource } from './resources.ts';
import { failure, sendFailure, sendJson } from './responses.ts';
import { fieldMatcher, labelMatcher } from './selectors.ts';

/** How lists and watches misbehave; changed while the server runs. */
export interface WatchBehaviour {
  /** How a resource version that is too old is told: as HTTP status or as an ERROR event inside a 200. */
  expiredAs: 'status' | 'event';
  bookmarkMs: number;
  /** Writes each event as two chunks, cut in the middle. */
  splitChunks: boolean;
}

const DEFAULT_WATCH_SECONDS = 1800;

interface Selection {
  readonly namespace: string | undefined;
  readonly matches: (object: KubeObject) => boolean;
}

/** Undefined (and a 400 was sent) when a selector can't be read. */
function selectionOf(query: URLSearchParams, namespace: string | undefined, response: ServerResponse): Selection | undefined {
  try {
    const labels = labelMatcher(query.get('labelSelector') ?? '');
    const fields = fieldMatcher(query.get('fieldSelector') ?? '');
    return {
      namespace,
      matches: (object) =>
        (namespace === undefined || object.metadata.namespace === namespace) && labels(object.metadata.labels ?? {}) && fields(object),
    };
  } catch (error) {
    sendFailure(response, 'BadRequest', (error as Error).message);
    return undefined;
  }
}

export function serveList(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const selection = selectionOf(query, namespace, response);
  if (!selection) return;
  const collection: Collection<KubeObject> = store[resource.collection];
  const token = query.get('continue');
  let after = '';
  let revision = store.revisions.current;
  if (token) {
    const page = readContinue(token);
    if (!page) {
      sendFailure(response, 'BadRequest', 'continue key is not valid');
      return;
    }
    if (collection.since(page.revision) === undefined) {
      sendFailure(
        response,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
      return;
    }
    ({ after, revision } = page);
  }
  const limit = Number(query.get('limit') ?? 0);
  const keyed = collection
    .values()
    .filter(selection.matches)
    .map((object) => ({ key: keyOf(object.metadata), object }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ key }) => key > after);
  const page = limit > 0 ? keyed.slice(0, limit) : keyed;
  const more = keyed.length - page.length;
  const view = resource.view ?? ((object: KubeObject) => object);
  sendJson(response, 200, {
    kind: `${resource.kind}List`,
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
    metadata: {
      resourceVersion: String(revision),
      ...(more > 0 ? { continue: writeContinue(revision, page.at(-1)!.key), remainingItemCount: more } : {}),
    },
    // Items of a list carry neither kind nor apiVersion.
    items: page.map(({ object }) => {
      const { kind: _kind, apiVersion: _apiVersion, ...item } = view(object);
      return item;
    }),
  });
}

export function serveWatch(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  behaviour: WatchBehaviour,
  timers: Timers,
): void {
  const selection = selectionOf(query, namespace, response);
  if (!selection) return;
  const collection: Collection<KubeObject> = store[resource.collection];
  const view = resource.view ?? ((object: KubeObject) => object);
  const asked = query.get('resourceVersion') ?? '';
  const revision = Number(asked || 0);
  const current = store.revisions.current;
  if (revision > current) {
    sendJson(response, 504, { ...failure('Timeout', `Timeout: Too large resource version: ${revision}, current: ${current}`) });
    return;
  }
  const missed = revision === 0 ? initialEvents(collection) : collection.since(revision);
  if (missed === undefined && behaviour.expiredAs === 'status') {
    sendFailure(response, 'Expired', `too old resource version: ${revision} (${current})`);
    return;
  }

  response.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
  response.flushHeaders();
  const write = (event: object) => writeEvent(response, event, behaviour.splitChunks);
  if (missed === undefined) {
    write({ type: 'ERROR', object: failure('Expired', `too old resource version: ${revision} (${current})`) });
    response.end();
    return;
  }
  const pass = (event: WatchEvent) => {
    if (selection.matches(event.object)) write({ type: event.type, object: view(event.object) });
  };
  for (const event of missed) pass(event);

  const bookmark = () =>
    write({
      type: 'BOOKMARK',
      object: {
        kind: resource.kind,
        apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
        metadata: { resourceVersion: String(store.revisions.current), creationTimestamp: null },
      },
    });
  const wantsBookmarks = ['1', 'true'].includes(query.get('allowWatchBookmarks') ?? '');
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_WATCH_SECONDS;
  const stop = [
    collection.subscribe(pass),
    wantsBookmarks ? timers.every(behaviour.bookmarkMs, bookmark) : () => {},
    timers.after(seconds * 1000, () => {
      if (wantsBookmarks) bookmark();
      response.end();
    }),
  ];
  const end = () => {
    for (const release of stop) release();
  };
  response.on('close', end);
  request.on('aborted', end);
}

function initialEvents(collection: Collection<KubeObject>): WatchEvent[] {
  return collection.values().map((object) => ({ type: 'ADDED' as const, object, revision: Number(object.metadata.resourceVersion) }));
}

function writeEvent(response: ServerResponse, event: object, split: boolean): void {
  if (response.writableEnded || response.destroyed) return;
  const line = `${JSON.stringify(event)}\n`;
  if (!split) {
    response.write(line);
    return;
  }
  // Bytes, not characters: the cut may fall inside a multi-byte character, as it does on a network.
  const bytes = Buffer.from(line);
  const cut = bytes.length >> 1;
  response.write(bytes.subarray(0, cut));
  response.write(bytes.subarray(cut));
}

function writeContinue(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ revision, after })).toString('base64url');
}

function readContinue(token: string): { revision: number; after: string } | undefined {
  try {
    const page = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { revision: number; after: string };
    return typeof page.revision === 'number' && typeof page.after === 'string' ? page : undefined;
  } catch {
    return undefined;
  }
}
