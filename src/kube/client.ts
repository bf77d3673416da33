import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
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

function attempt(server: URL, identity: Identity, path: string, options: KubeRequestOptions): Promise<Exchange> {
  const method = options.method ?? 'GET';
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT;
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(new KubeRequestError(method, path, 'ABORTED', 'was given up'));
    const request = (server.protocol === 'http:' ? http : https).request({
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (server.protocol === 'http:' ? 80 : 443),
      path: server.pathname.replace(/\/$/, '') + path,
      method,
      agent: identity.agent,
      headers: {
        host: server.host,
        accept: 'application/json',
        'user-agent': 'aggregated-api-exporter',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(options.body) }),
        ...options.headers,
        ...identity.credentials.headers,
      },
    });
    let response: IncomingMessage | undefined;
    let failure: KubeRequestError | undefined;
    const giveUp = (code: string, why: string) => {
      failure = new KubeRequestError(method, path, code, why);
      (response ?? request).destroy(failure);
    };
    const timer = setTimeout(() => giveUp('TIMEOUT', `no answer within ${timeoutMs} ms`), timeoutMs);
    const onAbort = () => giveUp('ABORTED', 'was given up');
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const finish = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    request.on('response', (message) => {
      response = message;
      resolve({ response: message, finish });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      finish();
      const staleConnection = request.reusedSocket && !response && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(Object.assign(failure ?? requestError(method, path, error), { staleConnection }));
    });
    request.end(options.body);
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
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks, bytes) }));
    response.on('error', (error) => reject(error instanceof KubeRequestError ? error : requestError(method, path, error)));
    // A destroyed response ends without `end` and, where no error was given, without `error`.
    response.on('close', () => reject(new KubeRequestError(method, path, 'CUT', 'the answer broke off')));
  });
}

export function requestError(method: string, path: string, error: NodeJS.ErrnoException): KubeRequestError {
  if (error instanceof KubeRequestError) return error;
  // Several addresses tried, each with its own error: Node's AggregateError has an empty message.
  const parts = error instanceof AggregateError ? (error.errors as Error[]).map((part) => part.message) : [];
  const why = error.message || parts.join('; ') || error.code || 'failed';
  return new KubeRequestError(method, path, error.code ?? 'UNKNOWN', why, error);
}
