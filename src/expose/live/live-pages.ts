import type { ServerResponse } from 'node:http';
import type { LivePage } from '../page/regions.ts';
import { underPrefix } from '../page/shell.ts';
import { timeless } from '../page/times.ts';
import { BEHIND, GONE, type Message, Stream } from './stream.ts';

/** Of all pages together. Each is a connection that stays; browsers leave when their tab is hidden. */
export const MOST_STREAMS = 32;
/** So often something is sent, whether or not anything changed: the reader sees by it that we are there, and the server's timeout does not end it. */
const BEAT_MS = 10_000;
/** Then it ends, and the browser comes back by itself: who may read the page is asked anew. */
const LIFE_MS = 300_000;

export interface LivePagesOptions {
  /** A page as it is now; undefined = there is none of that path. */
  readonly render: (page: string) => LivePage | undefined;
  readonly prefix?: string;
  /** Milliseconds; for tests. */
  readonly beatMs?: number;
  readonly lifeMs?: number;
}

export interface LivePages {
  /**
   * Sends what changes on a page from now on, as `text/event-stream` (HTML Living Standard, 9.2). Each message is JSON:
   * `{at, title?, set?: {region: markup}, order?: {list: [region]}}`, or `{behind: true}` = fetch the page anew, or `{gone: true}`. Without a
   * place left it answers 503.
   * @param at the tick that the reader's page shows, Unix milliseconds.
   */
  follow(page: string, at: number, response: ServerResponse): void;
  /** A tick has ended: each page that somebody follows is printed once and compared with what it was. */
  publish(): void;
  readonly streams: number;
  /** Ends every stream. */
  close(): void;
}

interface Followed {
  shown: LivePage | undefined;
  readonly streams: Set<Stream>;
}

/** What changes on the pages that people keep open. A reader that does not read holds one message and nothing else. */
export function createLivePages({ render, prefix = '', beatMs = BEAT_MS, lifeMs = LIFE_MS }: LivePagesOptions): LivePages {
  const pages = new Map<string, Followed>();
  let streams = 0;
  let beat: NodeJS.Timeout | undefined;

  function beatAll(): void {
    for (const { shown, streams: those } of pages.values())
      for (const stream of those) if (stream.silentMs >= beatMs - 50) stream.send(shown ? { at: shown.at } : GONE);
  }

  function leave(page: string, stream: Stream): void {
    const followed = pages.get(page);
    if (!followed?.streams.delete(stream)) return;
    streams--;
    if (followed.streams.size === 0) pages.delete(page);
    if (streams === 0) clearInterval(beat);
  }

  return {
    follow(page, at, response) {
      if (streams >= MOST_STREAMS) {
        response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '60' }).end('too many streams are open\n');
        return;
      }
      const followed = pages.get(page) ?? { shown: render(page), streams: new Set() };
      if (!followed.shown) {
        response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such page\n');
        return;
      }
      pages.set(page, followed);
      const stream = new Stream(response, lifeMs, () => leave(page, stream));
      followed.streams.add(stream);
      if (streams++ === 0) beat = setInterval(beatAll, beatMs);
      stream.begin(at === followed.shown.at ? { at } : BEHIND);
    },
    publish() {
      for (const [page, followed] of pages) {
        const next = render(page);
        const message = next ? changesOf(followed.shown, next, prefix) : GONE;
        followed.shown = next;
        for (const stream of followed.streams) stream.send(message);
      }
    },
    get streams() {
      return streams;
    },
    close() {
      clearInterval(beat);
      for (const { streams: those } of pages.values()) for (const stream of those) stream.end();
    },
  };
}

/** Which regions say something else than before; passing time alone is nothing new. */
export function changesOf(before: LivePage | undefined, next: LivePage, prefix = ''): Message {
  const set = [...next.regions].filter(([id, markup]) => isNews(before?.regions.get(id), markup));
  const order = [...next.lists].filter(([holder, ids]) => before?.lists.get(holder)?.join(' ') !== ids.join(' '));
  return {
    at: next.at,
    ...(before?.title !== next.title && { title: next.title }),
    ...(set.length > 0 && { set: Object.fromEntries(set.map(([id, markup]) => [id, underPrefix(markup, prefix)])) }),
    ...(order.length > 0 && { order: Object.fromEntries(order) }),
  };
}

function isNews(before: string | undefined, now: string): boolean {
  return before === undefined || (before !== now && timeless(before) !== timeless(now));
}
