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
  /** False: none is sent, as by servers that know of none. */
  bookmarks: boolean;
  /** For those that spoil one. */
  readonly open: Set<OpenWatch>;
}

/** A watch of a client, as whoever spoils it sees it. */
export interface OpenWatch {
  readonly resource: string;
  /** `end`: as when its time is up; `cut`: in the middle of a line. */
  close(how: 'end' | 'cut'): void;
  /** The last `count` events once more, oldest first or newest first. */
  repeat(count: number, order: 'oldest-first' | 'newest-first'): void;
  /** Nothing is sent for so long, and then all of it, newest first. */
  hold(milliseconds: number): void;
}

const DEFAULT_WATCH_SECONDS = 1800;

interface Selection {
  readonly namespace: string | undefined;
  readonly matches: (object: KubeObject) => boolean;
}

/** What is listed, by which query, and where the answer goes. */
export interface ListCall {
  readonly store: Store;
  readonly resource: Resource;
  /** Undefined: of all namespaces, or the resource has none. */
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

export interface WatchCall extends ListCall {
  readonly request: IncomingMessage;
  readonly behaviour: WatchBehaviour;
  readonly timers: Timers;
}

/** Undefined (and a 400 was sent) when a selector can't be read. */
function selectionOf({ query, namespace, response }: ListCall): Selection | undefined {
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

/** Where a list goes on. Undefined (and an error was sent) when its token can't be read or is too old. */
function pageStart({ store, query, response }: ListCall, collection: Collection<KubeObject>): Page | undefined {
  const token = query.get('continue');
  if (!token) return { revision: store.revisions.current, after: '' };
  const page = readContinue(token);
  if (!page) {
    sendFailure(response, 'BadRequest', 'continue key is not valid');
    return undefined;
  }
  if (collection.since(page.revision) !== undefined) return page;
  sendFailure(
    response,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
  return undefined;
}

export function serveList(call: ListCall): void {
  const { store, resource, query, response } = call;
  const selection = selectionOf(call);
  if (!selection) return;
  const collection: Collection<KubeObject> = store[resource.collection];
  const start = pageStart(call, collection);
  if (!start) return;
  const limit = Number(query.get('limit') ?? 0);
  const keyed = collection
    .values()
    .filter(selection.matches)
    .map((object) => ({ key: keyOf(object.metadata), object }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ key }) => key > start.after);
  const page = limit > 0 ? keyed.slice(0, limit) : keyed;
  const last = page.at(-1);
  const more = keyed.length - page.length;
  const view = viewOf(resource);
  sendJson(response, 200, {
    kind: `${resource.kind}List`,
    apiVersion: groupVersionOf(resource),
    metadata: {
      resourceVersion: String(start.revision),
      ...(last && more > 0 ? { continue: writeContinue(start.revision, last.key), remainingItemCount: more } : {}),
    },
    // Items of a list carry neither kind nor apiVersion.
    items: page.map(({ object }) => {
      const { kind: _kind, apiVersion: _apiVersion, ...item } = view(object);
      return item;
    }),
  });
}

function viewOf(resource: Resource): (object: KubeObject) => KubeObject {
  return resource.view ?? ((object) => object);
}

function groupVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

export function serveWatch(call: WatchCall): void {
  const { store, resource, query, response, behaviour } = call;
  const selection = selectionOf(call);
  if (!selection) return;
  const collection: Collection<KubeObject> = store[resource.collection];
  const revision = Number(query.get('resourceVersion') || 0);
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
  const write: Write = (event) => writeEvent(response, event, behaviour.splitChunks);
  if (missed === undefined) {
    write({ type: 'ERROR', object: failure('Expired', `too old resource version: ${revision} (${current})`) });
    response.end();
    return;
  }
  const view = viewOf(resource);
  const watch = new ServedWatch(call, write);
  const pass = (event: WatchEvent) => {
    if (selection.matches(event.object)) watch.send({ type: event.type, object: view(event.object) });
  };
  for (const event of missed) pass(event);
  const unsubscribe = collection.subscribe(pass);
  behaviour.open.add(watch);
  // A bookmark comes after what it is about, also where that is held back.
  const stopClock = runWatchClock(call, (event) => watch.send(event));
  const end = () => {
    unsubscribe();
    behaviour.open.delete(watch);
    stopClock();
  };
  response.on('close', end);
  call.request.on('aborted', end);
}

type Write = (event: object) => void;

/** So many events can be repeated. */
const REMEMBERED = 8;

class ServedWatch implements OpenWatch {
  readonly resource: string;
  readonly #call: WatchCall;
  readonly #write: Write;
  readonly #sent: object[] = [];
  #held: object[] | undefined;

  constructor(call: WatchCall, write: Write) {
    this.resource = call.resource.collection;
    this.#call = call;
    this.#write = write;
  }

  send(event: object): void {
    if (this.#held) {
      this.#held.push(event);
      return;
    }
    this.#sent.push(event);
    this.#sent.splice(0, this.#sent.length - REMEMBERED);
    this.#write(event);
  }

  close(how: 'end' | 'cut'): void {
    const { response } = this.#call;
    if (how === 'end') response.end();
    else response.write('{"type":"MODIFIED","obj', () => response.destroy());
  }

  repeat(count: number, order: 'oldest-first' | 'newest-first'): void {
    const events = this.#sent.slice(-count);
    for (const event of order === 'oldest-first' ? events : events.reverse()) this.#write(event);
  }

  hold(milliseconds: number): void {
    if (this.#held) return;
    this.#held = [];
    this.#call.timers.after(milliseconds, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const event of held.reverse()) this.send(event);
      if (held.length > 1) this.#forgetHistory();
    });
  }

  /** Who got the newest event alone, as the connection broke then, must list anew: from its version on the older ones do not come any more. */
  #forgetHistory(): void {
    const { store, resource } = this.#call;
    store.revisions.next();
    (store[resource.collection] as Collection<KubeObject>).compact();
  }
}

/** Bookmarks where they are asked for, and the end of the watch when its time is up. Returns the stop function. */
function runWatchClock({ store, resource, query, response, behaviour, timers }: WatchCall, write: Write): () => void {
  const bookmark = () =>
    write({
      type: 'BOOKMARK',
      object: {
        kind: resource.kind,
        apiVersion: groupVersionOf(resource),
        metadata: { resourceVersion: String(store.revisions.current), creationTimestamp: null },
      },
    });
  const wantsBookmarks = ['1', 'true'].includes(query.get('allowWatchBookmarks') ?? '');
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_WATCH_SECONDS;
  const stopBookmarks = wantsBookmarks
    ? timers.every(behaviour.bookmarkMs, () => {
        if (behaviour.bookmarks) bookmark();
      })
    : () => {};
  const stopTimeout = timers.after(seconds * 1000, () => {
    if (wantsBookmarks && behaviour.bookmarks) bookmark();
    response.end();
  });
  return () => {
    stopBookmarks();
    stopTimeout();
  };
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

/** What a continue token says: the list's own revision, and the key after which it goes on. */
interface Page {
  readonly revision: number;
  readonly after: string;
}

function writeContinue(revision: number, after: string): string {
  const page: Page = { revision, after };
  return Buffer.from(JSON.stringify(page)).toString('base64url');
}

function readContinue(token: string): Page | undefined {
  try {
    const page = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Page;
    return typeof page.revision === 'number' && typeof page.after === 'string' ? page : undefined;
  } catch {
    return undefined;
  }
}
