import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { required } from '../domain/required.ts';
import { createDeadline } from '../net/deadline.ts';
import { endpointOf, headOf } from '../net/get.ts';
import type { Logger } from '../source/logger.ts';
import type { KubeClient, KubeCredentials, KubeRequestOptions, KubeResponse } from './api.ts';
import { type CredentialSource, createIdentities, type Identity } from './credentials.ts';
import { KubeRequestError } from './errors.ts';

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

/**
 * The exporter's own client: node:https, one keep-alive agent per identity, HTTP/1.1, so one connection per running watch.
 * Every status resolves; only the absence of an answer rejects. Retry-After is for the caller, who knows what may wait.
 */
export function createKubeClient(kubeConfig: CredentialSource, options: { log: Logger }): KubeClient & { close(): void } {
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) throw new Error('the kubeconfig’s current context names no cluster');
  const server = new URL(cluster.server);
  const identities = createIdentities(kubeConfig, options);

  const reachability = createReachability();

  const send = async (path: string, request: KubeRequestOptions): Promise<Exchange> => {
    const first = await reachability.of(exchange(server, await identities.current(path), path, request));
    if (first.response.statusCode !== 401) return first;
    // An expired token is answered by reading it again; the same token would only be refused again.
    const renewed = await identities.renewed(path);
    if (!renewed) return first;
    first.finish();
    first.response.resume();
    return exchange(server, renewed, path, request);
  };

  return {
    server,
    async request(path, request = {}) {
      const { response, finish } = await send(path, request);
      try {
        return await bodyOf(response, path, request);
      } finally {
        finish();
      }
    },
    async open(path, request = {}) {
      const { response, finish } = await send(path, request);
      // From here on the time is the caller's: only the signal still ends it.
      finish();
      const { signal } = request;
      const onAbort = () => response.destroy();
      signal?.addEventListener('abort', onAbort, { once: true });
      response.on('close', () => {
        signal?.removeEventListener('abort', onAbort);
        // A watch that is cut is often the first to know that the server is gone.
        if (!response.complete && !signal?.aborted) reachability.lost();
      });
      return response;
    },
    async credentials({ anew = false } = {}): Promise<KubeCredentials> {
      if (anew) await identities.renewed('credentials');
      return (await identities.current('credentials')).credentials;
    },
    onReachable: reachability.subscribe,
    close: () => identities.close(),
  };
}

/** Whether the server answers at all: many wait for that at once, and the first who finds it back tells the others. */
function createReachability() {
  const listeners = new Set<() => void>();
  let unreachable = false;
  return {
    lost(): void {
      unreachable = true;
    },
    async of<T>(answer: Promise<T>): Promise<T> {
      try {
        const value = await answer;
        if (unreachable) {
          unreachable = false;
          for (const listener of [...listeners]) listener();
        }
        return value;
      } catch (error) {
        unreachable ||= (error as KubeRequestError).code !== 'ABORTED';
        throw error;
      }
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Exchange {
  readonly response: IncomingMessage;
  /** Ends the request's time limit. */
  finish(): void;
}

/** Until the headers. A request on a kept connection that the server closed meanwhile is sent once more, on a fresh one. */
async function exchange(server: URL, identity: Identity, path: string, options: KubeRequestOptions): Promise<Exchange> {
  const method = options.method ?? 'GET';
  try {
    return await attempt(server, identity, path, options);
  } catch (error) {
    const { staleConnection } = error as { staleConnection?: boolean };
    if (!staleConnection || method !== 'GET') throw error;
    return attempt(server, identity, path, options);
  }
}

async function attempt(server: URL, identity: Identity, path: string, options: KubeRequestOptions): Promise<Exchange> {
  const { method = 'GET', timeoutMs = DEFAULT_TIMEOUT, signal } = options;
  if (signal?.aborted) throw new KubeRequestError(method, path, 'ABORTED', 'was given up');
  const deadline = createDeadline(timeoutMs, signal);
  const failure = (error: Error): KubeRequestError => {
    if (!deadline.signal.aborted) return requestError(method, path, error);
    return new KubeRequestError(method, path, signal?.aborted ? 'ABORTED' : 'TIMEOUT', (deadline.signal.reason as Error).message);
  };
  const request = requestTo(server, identity, path, options);
  try {
    const response = await headOf(request.end(options.body), deadline.signal);
    deadline.signal.addEventListener('abort', () => response.destroy(failure(deadline.signal.reason as Error)), { once: true });
    return { response, finish: deadline.met };
  } catch (error) {
    deadline.met();
    const { code } = error as NodeJS.ErrnoException;
    throw Object.assign(failure(error as Error), { staleConnection: request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') });
  }
}

function requestTo(
  server: URL,
  { agent, credentials }: Identity,
  path: string,
  { method, headers, body }: KubeRequestOptions,
): ClientRequest {
  const { host, port, tls } = endpointOf(server);
  return (tls ? https : http).request({
    host,
    port,
    path: server.pathname.replace(/\/$/, '') + path,
    method: method ?? 'GET',
    agent,
    headers: {
      host: server.host,
      accept: 'application/json',
      'user-agent': 'aggregated-api-exporter',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
      ...credentials.headers,
    },
  });
}

function bodyOf(response: IncomingMessage, path: string, options: KubeRequestOptions): Promise<KubeResponse> {
  const method = options.method ?? 'GET';
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes)
        response.destroy(new KubeRequestError(method, path, 'TOO_LARGE', `the answer is larger than ${maxBytes} bytes`));
      else chunks.push(chunk);
    });
    const status = required(response.statusCode, 'the status of an answer');
    response.on('end', () => resolve({ status, headers: response.headers, body: Buffer.concat(chunks, bytes) }));
    response.on('error', (error) => reject(error instanceof KubeRequestError ? error : requestError(method, path, error)));
    // A destroyed response ends without `end` and, where no error was given, without `error`.
    response.on('close', () => reject(new KubeRequestError(method, path, 'CUT', 'the answer broke off')));
  });
}

export function requestError(method: string, path: string, error: NodeJS.ErrnoException): KubeRequestError {
  if (error instanceof KubeRequestError) return error;
  // Several addresses tried, each with its own error: Node's AggregateError has an empty message.
  const parts = error instanceof AggregateError ? (error.errors as Error[]).map((part) => part.message) : [];
  const words = error.message || parts.join('; ') || error.code || 'failed';
  return new KubeRequestError(method, path, error.code ?? 'UNKNOWN', { words, cause: error });
}
