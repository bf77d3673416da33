import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../control-plane/identities.ts';
import { sendFailure, sendText } from '../control-plane/responses.ts';
import type { ServiceProxy } from '../network/service-proxy.ts';
import { klog, klogStructured } from '../node/klog.ts';
import type { ApiServiceObject } from '../objects.ts';
import type { Store } from '../store.ts';
import type { Timing } from '../timing.ts';
import type { Connections } from './connections.ts';
import { GoError } from './go-errors.ts';
import { type Route, resolveRoute } from './resolver.ts';

export interface ProxyCounters {
  /** apiserver_request_terminations_total by group, component and code. */
  readonly terminations: Map<string, { group: string; component: string; code: string; count: number }>;
  /** apiserver_request_aborts_total by group. */
  readonly aborts: Map<string, number>;
}

export function createProxyCounters(): ProxyCounters {
  return { terminations: new Map(), aborts: new Map() };
}

/** Hop-by-hop, or about the client's own connection: never passed on. */
const NOT_FORWARDED = new Set(['authorization', 'connection', 'host', 'transfer-encoding', 'content-length', 'upgrade', 'keep-alive']);
const REDIRECT = 'the backend attempted to redirect this request, which is not permitted';

/** Handles requests of aggregated groups as kube-aggregator's proxy does, error texts included. */
export function createAggregatorProxy(options: {
  store: Store;
  proxy: ServiceProxy;
  connections: Connections;
  timing: Timing;
  counters: ProxyCounters;
  log: (...lines: string[]) => void;
}): (api: ApiServiceObject, request: IncomingMessage, response: ServerResponse, user: User, watch: boolean) => Promise<void> {
  const { store, proxy, connections, timing, counters, log } = options;

  function terminated(api: ApiServiceObject, component: string, code: string): void {
    const { group } = api.spec;
    const key = `${group} ${component} ${code}`;
    const counter = counters.terminations.get(key) ?? { group, component, code, count: 0 };
    counter.count += 1;
    counters.terminations.set(key, counter);
  }

  function unavailable(api: ApiServiceObject, response: ServerResponse): void {
    terminated(api, 'aggregator', '503');
    sendText(response, 503, 'service unavailable');
  }

  function routeOf(api: ApiServiceObject, response: ServerResponse): Route | undefined {
    const condition = api.status.conditions?.find(({ type }) => type === 'Available');
    if (condition?.status !== 'True') {
      unavailable(api, response);
      return undefined;
    }
    try {
      return resolveRoute(store, proxy, api);
    } catch (error) {
      const { namespace, name } = api.spec.service!;
      log(klog('E', 'handler_proxy.go:144', `error resolving ${namespace}/${name}: ${(error as Error).message}`));
      unavailable(api, response);
      return undefined;
    }
  }

  return async (api, request, response, user, watch) => {
    if (api.spec.caBundle && !Buffer.from(api.spec.caBundle, 'base64').toString('latin1').includes('BEGIN CERTIFICATE')) {
      terminated(api, 'aggregator', '500');
      return sendText(response, 500, 'unable to load root certificates: unable to parse bytes as PEM block');
    }
    const route = routeOf(api, response);
    if (!route) return;
    const path = request.url ?? '/';
    const discovery =
      path
        .split('?')[0]!
        .split('/')
        .filter((part) => part !== '').length === 3;
    const limit = watch ? undefined : discovery ? timing.discoveryTimeout : timing.requestTimeout;
    try {
      const answer = await connections.send(api, route, {
        method: request.method ?? 'GET',
        path,
        headers: forwardedHeaders(request, user),
        ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { body: request }),
        ...(limit === undefined ? {} : { deadline: limit }),
      });
      pass(api, request, response, answer);
    } catch (error) {
      const words = error instanceof GoError ? error.message : String(error);
      if (words === 'context deadline exceeded' && !discovery) {
        terminated(api, 'apiserver', '504');
        return sendFailure(response, 'Timeout', 'Timeout: request did not complete within the allotted timeout');
      }
      sendText(response, 503, `error trying to reach service: ${words}`);
    }
  };

  function pass(api: ApiServiceObject, request: IncomingMessage, response: ServerResponse, answer: IncomingMessage): void {
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
      counters.aborts.set(api.spec.group, (counters.aborts.get(api.spec.group) ?? 0) + 1);
      log(
        klogStructured('E', 'wrap.go:53', 'Timeout or abort while handling', {
          method: request.method ?? 'GET',
          URI: request.url ?? '',
          auditID: String(response.getHeader('Audit-Id') ?? ''),
        }),
      );
      response.destroy();
    });
    response.on('close', () => answer.destroy());
  }
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
