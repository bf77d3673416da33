import type { ServerResponse } from 'node:http';

/** What a reader of a page is told; markup by the id of its region, ids of regions by that of their list. */
export interface Message {
  /** The tick, Unix milliseconds. */
  readonly at?: number;
  readonly title?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly order?: Readonly<Record<string, readonly string[]>>;
  /** Changes were left out: fetch the page anew. */
  readonly behind?: true;
  /** The page is not there any more. */
  readonly gone?: true;
}

export const GONE: Message = { gone: true };
export const BEHIND: Message = { behind: true };

/** One reader. It holds one message that is being sent and nothing else: what comes meanwhile is dropped, and the reader told so. */
export class Stream {
  readonly #response: ServerResponse;
  #isBehind = false;
  #spokeAt = performance.now();

  constructor(response: ServerResponse, lifeMs: number, onEnd: () => void) {
    this.#response = response;
    const end = setTimeout(() => response.end(), lifeMs);
    response.once('close', () => {
      clearTimeout(end);
      onEnd();
    });
  }

  begin(message: Message): void {
    // no-transform keeps proxies from compressing, and so from holding back; nginx asks by a header of its own.
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.#response.write(`retry: 1000\n${textOf(message)}`);
  }

  send(message: Message): void {
    this.#spokeAt = performance.now();
    // What is still in our own buffer was not taken by the reader's kernel.
    if (this.#response.writableLength > 0) {
      this.#isBehind = true;
      return;
    }
    this.#response.write(textOf(this.#isBehind ? BEHIND : message));
    this.#isBehind = false;
  }

  get silentMs(): number {
    return performance.now() - this.#spokeAt;
  }

  end(): void {
    this.#response.end();
  }
}

/** The id is what the browser says when it comes back after a break. */
function textOf(message: Message): string {
  const id = message.at === undefined ? '' : `id: ${message.at}\n`;
  return `${id}data: ${JSON.stringify(message)}\n\n`;
}
