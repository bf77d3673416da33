import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { KubeClient, KubeRequestOptions } from '../../src/kube/api.ts';
import type { Handler } from './kube-server.ts';

export interface MemoryClient extends KubeClient {
  /** Each path that was asked, without its query, in order; a watch as `watch <path>`. */
  readonly asked: string[];
}

/** A client of a scripted API server without a socket between: an answer takes no time but that of the event loop's turns. */
export function memoryClient(handler: Handler, differs: Partial<KubeClient> = {}): MemoryClient {
  const asked: string[] = [];
  const open = (path: string, { signal, method = 'GET' }: KubeRequestOptions = {}) =>
    new Promise<IncomingMessage>((answered, fail) => {
      const url = new URL(path, 'https://192.0.2.2:6443');
      asked.push(`${url.searchParams.has('watch') ? 'watch ' : ''}${url.pathname}`);
      const response = new Answer(answered);
      // One without a listener would end the process.
      response.on('error', () => {});
      const cut = () => {
        response.destroy(new Error('aborted'));
        fail(new Error('aborted'));
      };
      if (signal?.aborted) return cut();
      signal?.addEventListener('abort', cut, { once: true });
      handler({ method, url: path } as IncomingMessage, response as unknown as ServerResponse, url);
    });
  return {
    asked,
    server: new URL('https://192.0.2.2:6443'),
    open,
    async request(path, options) {
      const response = await open(path, options);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) };
    },
    credentials: () => Promise.reject(new Error('this server has no socket')),
    ...differs,
  };
}

/** Both ends of one answer: the handler writes, the client reads. */
class Answer extends PassThrough {
  statusCode = 200;
  headers: Record<string, string> = {};
  readonly #answered: (response: IncomingMessage) => void;

  constructor(answered: (response: IncomingMessage) => void) {
    super();
    this.#answered = answered;
  }

  writeHead(status: number, headers: Record<string, string> = {}): this {
    this.statusCode = status;
    this.headers = headers;
    this.#answered(this as unknown as IncomingMessage);
    return this;
  }

  flushHeaders(): void {}
}
