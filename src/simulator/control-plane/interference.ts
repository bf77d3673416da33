import type { ServerResponse } from 'node:http';
import { sendFailure, sendText } from './responses.ts';

/** A request that was let in, as whoever spoils answers sees it. */
export interface SpoilableRequest {
  readonly user: string;
  readonly path: string;
  readonly watch: boolean;
}

/**
 * What becomes of one request instead of its answer, or of the answer on its way. `refuse`: a Status of that code; `busy`: 429 with Retry-After, of seconds;
 * `late`: it waits; `silent`: no answer for so long, then the connection breaks; `cut`: the connection breaks after so many bytes; `short`: the answer ends there
 * as if it were whole; `garbage`: 200 with HTML, as of a proxy in between.
 */
export type Interference =
  | { readonly kind: 'refuse'; readonly reason: 'InternalError' | 'ServiceUnavailable' | 'Expired' | 'Timeout' }
  | { readonly kind: 'busy'; readonly retryAfter: number }
  | { readonly kind: 'late' | 'silent'; readonly milliseconds: number }
  | { readonly kind: 'cut' | 'short'; readonly bytes: number }
  | { readonly kind: 'garbage' };

export type Interfere = (request: SpoilableRequest) => Interference | undefined;

const PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n';

/** True: the request has had its answer, or will never have one. */
export async function spoil(
  response: ServerResponse,
  interference: Interference,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<boolean> {
  switch (interference.kind) {
    case 'refuse':
      sendFailure(response, interference.reason, 'the request was spoilt on purpose');
      return true;
    case 'busy':
      sendText(response, 429, 'Too many requests, please try again later.', { 'Retry-After': String(interference.retryAfter) });
      return true;
    case 'garbage':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
      return true;
    case 'late':
      await sleep(interference.milliseconds);
      return false;
    case 'silent':
      await sleep(interference.milliseconds);
      response.destroy();
      return true;
    default:
      limit(response, interference.bytes, interference.kind === 'cut' ? () => response.destroy() : undefined);
      return false;
  }
}

/** Lets so many bytes of the body through. @param cut how it ends then; without it the answer ends as a whole one does. */
function limit(response: ServerResponse, bytes: number, cut: (() => void) | undefined): void {
  const write = response.write.bind(response) as (chunk: Buffer, done?: () => void) => boolean;
  const end = response.end.bind(response) as () => ServerResponse;
  let left = bytes;
  let over = false;
  const pass = (chunk: unknown): boolean => {
    if (over || chunk === undefined || chunk === null || typeof chunk === 'function') return !over;
    const content = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string);
    const part = content.subarray(0, left);
    left -= part.length;
    over = part.length < content.length;
    if (over) {
      if (part.length === 0) finish();
      else write(part, finish);
    } else write(part);
    return !over;
  };
  const finish = () => {
    if (cut) cut();
    else end();
  };
  // A length that is announced would tell the client that something is missing.
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...rest: unknown[]) => writeHead(status, ...rest.map(withoutLength));
  response.write = ((chunk: unknown) => pass(chunk)) as typeof response.write;
  response.end = ((chunk?: unknown) => {
    if (pass(chunk)) end();
    return response;
  }) as typeof response.end;
}

function withoutLength(argument: unknown): unknown {
  if (argument === null || typeof argument !== 'object') return argument;
  return Object.fromEntries(Object.entries(argument).filter(([name]) => name.toLowerCase() !== 'content-length'));
}
