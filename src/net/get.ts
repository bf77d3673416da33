import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request as send } from 'node:http';
import { createDeadline } from './deadline.ts';
import { LIMITS } from './limits.ts';
import { connectTo, type Endpoint } from './secure-socket.ts';
import { streamBody } from './stream-body.ts';

export interface GetRequest extends Endpoint {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Name and password of a URL, as `name:password`: they are meant for whoever it names. */
  readonly auth?: string;
  /** Until the head of the answer, the connection included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A connection that is used again; absent: one of its own, which ends with the answer. */
  readonly kept?: Agent;
}

/**
 * The answer to one GET, as soon as its head is there. The other end is verified, as `tls` says, before the first byte of the
 * request is written. Whoever asked reads the body (`stream-body.ts`) or destroys the answer. Rejects when no answer comes.
 */
export async function get(request: GetRequest): Promise<IncomingMessage> {
  const deadline = createDeadline(request.timeoutMs, request.signal);
  try {
    if (request.kept) return await headOf(sent(request, { agent: request.kept }), deadline.signal);
    const socket = await connectTo(request, deadline.signal);
    return await headOf(sent(request, { createConnection: () => socket }), deadline.signal).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  } finally {
    deadline.met();
  }
}

/** Where a URL points to; https is verified by the system's roots. */
export function endpointOf({ protocol, hostname, port, username, password }: URL): Endpoint & Pick<GetRequest, 'auth'> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = username === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` };
  if (protocol === 'http:') return { host, port: Number(port || 80), ...auth };
  return { host, port: Number(port || 443), tls: { rejectUnauthorized: true }, ...auth };
}

/** A text of at most `maxBytes`, whatever the status. Rejects when it breaks off, is too large or too slow. */
export async function getText(
  request: GetRequest & { readonly maxBytes: number },
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await get(request);
  const pieces: Uint8Array[] = [];
  await streamBody(response, (piece) => pieces.push(piece), request);
  return { status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') };
}

/** One connection that is kept between two requests, each opened as `get` opens one. */
export function createKeptConnection(endpoint: Endpoint, timeoutMs: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = (_, done) => {
    const deadline = createDeadline(timeoutMs);
    connectTo(endpoint, deadline.signal)
      .finally(() => deadline.met())
      .then(
        (socket) => done?.(null, socket),
        (error: Error) => done?.(error, undefined as never),
      );
    return undefined;
  };
  return agent;
}

function sent({ host, port, path, headers, auth, kept, tls }: GetRequest, way: RequestOptions): ClientRequest {
  const usual = tls ? 443 : 80;
  return send({
    ...way,
    host,
    port,
    path,
    ...(auth !== undefined && { auth }),
    headers: {
      host: `${host.includes(':') ? `[${host}]` : host}${port === usual ? '' : `:${port}`}`,
      'user-agent': 'aggregated-api-exporter',
      connection: kept ? 'keep-alive' : 'close',
      ...headers,
    },
  }).end();
}

/** The answer to a request that was sent, when its head is there; the signal's reason ends the request before that. */
export function headOf(request: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => void request.destroy(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    // Node reads interim responses for ever.
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > LIMITS.interimHeads) request.destroy(new Error(`more than ${LIMITS.interimHeads} interim responses (1xx)`));
    });
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    request.on('error', (error) => {
      settled();
      reject(error);
    });
    request.on('response', (response) => {
      settled();
      // What follows in the same piece of data is parsed all the same.
      if (!request.destroyed) resolve(response);
    });
  });
}
