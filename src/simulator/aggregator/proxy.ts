import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../control-plane/identities.ts';
import { sendFailure, sendText } from '../control-plane/responses.ts';
import type { ServiceProxy } from '../network/service-proxy.ts';
import { klog, klogStructured } from '../node/klog.ts';
import type { ApiServiceObject } from '../objects.ts';
import { required } from '../required.ts';
import type { Store } from '../store.ts';
import type { Timing } from '../timing.ts';
import type { Attempt, Connections } from './connections.ts';
import { GoError } from './go-errors.ts';
import { type Route, resolveRoute } from './resolver.ts';

export interface ProxyCounters {
  /** apiserver_request_terminations_total by group, component and code. */
  readonly terminations: Map<string, { group: string; component: string; code: string; count: number }>;
  /** apiserver_request_aborts_total by group. */
  readonly aborts: Map<string, number>;
}

/** Hop-by-hop, or about the client's own connection: never passed on. */
const NOT_FORWARDED = new Set(['authorization', 'connection', 'host', 'transfer-encoding', 'content-length', 'upgrade', 'keep-alive']);
const REDIRECT = 'the backend attempted to redirect this request, which is not permitted';

export interface AggregatorProxyContext {
  readonly store: Store;
  readonly proxy: ServiceProxy;
  readonly connections: Connections;
  readonly timing: Timing;
  readonly log: (...lines: string[]) => void;
}

/** One request of an aggregated group, authenticated and authorized. */
export interface AggregatedCall {
  readonly api: ApiServiceObject;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly user: User;
  readonly watch: boolean;
}

/** Handles requests of aggregated groups as kube-aggregator's proxy does, error texts included. */
export class AggregatorProxy {
  readonly counters: ProxyCounters = { terminations: new Map(), aborts: new Map() };
  readonly #context: AggregatorProxyContext;

  constructor(context: AggregatorProxyContext) {
    this.#context = context;
  }

  async handle(call: AggregatedCall): Promise<void> {
    const { api, response } = call;
    if (hasUnreadableBundle(api)) {
      this.#terminated(api, 'aggregator', '500');
      return sendText(response, 500, 'unable to load root certificates: unable to parse bytes as PEM block');
    }
    const route = this.#routeOf(api, response);
    if (!route) return;
    try {
      this.#pass(call, await this.#context.connections.send(api, route, this.#attemptOf(call)));
    } catch (error) {
      const words = error instanceof GoError ? error.message : String(error);
      if (words === 'context deadline exceeded' && !isDiscovery(call.request)) {
        this.#terminated(api, 'apiserver', '504');
        return sendFailure(response, 'Timeout', 'Timeout: request did not complete within the allotted timeout');
      }
      sendText(response, 503, `error trying to reach service: ${words}`);
    }
  }

  #routeOf(api: ApiServiceObject, response: ServerResponse): Route | undefined {
    const { store, proxy, log } = this.#context;
    const condition = api.status.conditions?.find(({ type }) => type === 'Available');
    if (condition?.status !== 'True') {
      this.#unavailable(api, response);
      return undefined;
    }
    try {
      return resolveRoute(store, proxy, api);
    } catch (error) {
      const { namespace, name } = required(api.spec.service, `the Service of ${api.metadata.name}`);
      log(klog('E', 'handler_proxy.go:144', `error resolving ${namespace}/${name}: ${(error as Error).message}`));
      this.#unavailable(api, response);
      return undefined;
    }
  }

  #attemptOf({ request, user, watch }: AggregatedCall): Attempt {
    const { timing } = this.#context;
    const bodiless = request.method === 'GET' || request.method === 'HEAD';
    return {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwardedHeaders(request, user),
      ...(bodiless ? {} : { body: request }),
      ...(watch ? {} : { deadline: isDiscovery(request) ? timing.discoveryTimeout : timing.requestTimeout }),
    };
  }

  #pass({ api, request, response }: AggregatedCall, answer: IncomingMessage): void {
    const status = answer.statusCode ?? 502;
    if (status >= 300 && status < 400 && answer.headers.location) {
      answer.resume();
      sendText(response, 502, REDIRECT);
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(answer.headers).filter(([name]) => !NOT_FORWARDED.has(name) || name === 'content-length'),
    );
    response.writeHead(status, headers as Record<string, string>);
    answer.pipe(response);
    answer.on('error', () => {
      this.#aborted(api, request, response);
      response.destroy();
    });
    response.on('close', () => answer.destroy());
  }

  #aborted(api: ApiServiceObject, request: IncomingMessage, response: ServerResponse): void {
    const { aborts } = this.counters;
    aborts.set(api.spec.group, (aborts.get(api.spec.group) ?? 0) + 1);
    this.#context.log(
      klogStructured('E', 'wrap.go:53', 'Timeout or abort while handling', {
        method: request.method ?? 'GET',
        URI: request.url ?? '',
        auditID: String(response.getHeader('Audit-Id') ?? ''),
      }),
    );
  }

  #unavailable(api: ApiServiceObject, response: ServerResponse): void {
    this.#terminated(api, 'aggregator', '503');
    sendText(response, 503, 'service unavailable');
  }

  #terminated(api: ApiServiceObject, component: string, code: string): void {
    const { terminations } = this.counters;
    const { group } = api.spec;
    const key = `${group} ${component} ${code}`;
    const counter = terminations.get(key) ?? { group, component, code, count: 0 };
    counter.count += 1;
    terminations.set(key, counter);
  }
}

function hasUnreadableBundle({ spec }: ApiServiceObject): boolean {
  return (
    Boolean(spec.caBundle) &&
    !Buffer.from(spec.caBundle ?? '', 'base64')
      .toString('latin1')
      .includes('BEGIN CERTIFICATE')
  );
}

/** /apis/<group>/<version> */
function isDiscovery({ url = '/' }: IncomingMessage): boolean {
  const [path = ''] = url.split('?');
  return path.split('/').filter((part) => part !== '').length === 3;
}

function forwardedHeaders(request: IncomingMessage, user: User): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !NOT_FORWARDED.has(name) && !name.startsWith('x-remote-')) headers[name] = value;
  return {
    ...headers,
    'X-Remote-User': user.name,
    ...(user.uid ? { 'X-Remote-Uid': user.uid } : {}),
    'X-Remote-Group': [...user.groups],
    'X-Forwarded-For': request.socket.remoteAddress ?? '',
    'X-Forwarded-Uri': request.url ?? '',
    'X-Forwarded-Host': request.headers.host ?? '',
    'X-Forwarded-Proto': 'https',
  };
}
