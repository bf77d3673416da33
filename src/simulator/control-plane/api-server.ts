import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createAvailabilityController } from '../aggregator/availability.ts';
import { type Connections, createConnections } from '../aggregator/connections.ts';
import { createAggregatorProxy, createProxyCounters } from '../aggregator/proxy.ts';
import type { KeyPair } from '../certificates.ts';
import type { Listener } from '../network/listener.ts';
import type { Network } from '../network/network.ts';
import type { ServiceProxy } from '../network/service-proxy.ts';
import type { PodObject } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { Timing } from '../timing.ts';
import { renderApiserverMetrics } from './apiserver-metrics.ts';
import { type Attributes, type Authorizer, refusal } from './authorization.ts';
import { discoveryDocument } from './discovery.ts';
import { ANONYMOUS, MASTERS, type Tokens, type User } from './identities.ts';
import { serveList, serveWatch, type WatchBehaviour } from './list-watch.ts';
import { createLoad, type Load } from './load.ts';
import { type ContainerLogs, servePodLog } from './pod-logs.ts';
import { type RequestInfo, readRequestInfo, verbOf } from './request-info.ts';
import { findResource, LOCAL_GROUP_VERSIONS } from './resources.ts';
import { readBody, send, sendFailure, sendJson, sendText } from './responses.ts';
import { answerReview } from './reviews.ts';

export const SERVER_VERSION = 'v1.36.3';

export interface ApiServerOptions {
  readonly store: Store;
  readonly network: Network;
  readonly proxy: ServiceProxy;
  readonly tokens: Tokens;
  readonly authorizer: Authorizer;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly random: Random;
  readonly frontProxy: KeyPair;
  readonly watchBehaviour: WatchBehaviour;
  readonly podLogs: (pod: PodObject, container: string) => ContainerLogs | undefined;
  readonly log: (...lines: string[]) => void;
  /** Serving certificate for the address that was found. */
  readonly certificateFor: (host: string) => Promise<KeyPair>;
}

/** One kube-apiserver: authentication, authorization, storage, aggregation, over HTTPS. */
export interface ApiServer {
  readonly host: string;
  readonly port: number;
  readonly load: Load;
  readonly connections: Connections;
  /** Goes down, cutting every connection, and comes back on the same address with fresh counters. */
  restart(downForMs?: number): Promise<void>;
  /** Cuts every client connection, without a word. */
  disconnectAll(): void;
  /** While true, its availability controller stands still: conditions stay what they are. */
  holdConditions(held: boolean): void;
  /** Swallows everything sent to it while true. */
  setUnreachable(unreachable: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Never limited by priority and fairness. */
const EXEMPT = new Set(['/readyz', '/livez', '/healthz']);
const PORT = 6443;

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, network, proxy, tokens, authorizer, timers, timing, random, frontProxy, watchBehaviour, log } = options;
  const load = createLoad();
  const connections = createConnections(network, frontProxy, timing, random);
  let state = freshState();

  function freshState() {
    const counters = createProxyCounters();
    return {
      startedAt: Date.now(),
      counters,
      availability: createAvailabilityController({ store, proxy, connections, timers, timing, log }),
      aggregate: createAggregatorProxy({ store, proxy, connections, timing, counters, log }),
    };
  }

  let server: Server | undefined;
  const listener: Listener = await network.listen('control-plane', PORT, (socket) => server?.emit('connection', socket));
  const { cert, key } = await options.certificateFor(listener.host);
  server = createServer({ cert, key, keepAliveTimeout: 120_000, requestTimeout: 0, maxHeaderSize: 64 * 1024 });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendFailure(response, 'InternalError', `Internal error occurred: ${String(error)}`);
      else response.destroy();
    });
  });
  server.on('tlsClientError', () => {});

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Audit-Id', randomUUID());
    response.setHeader('X-Kubernetes-Pf-Flowschema-Uid', FLOW_SCHEMA);
    response.setHeader('X-Kubernetes-Pf-Prioritylevel-Uid', PRIORITY_LEVEL);
    const user = authenticate(request);
    if (!user) return sendFailure(response, 'Unauthorized', 'Unauthorized');
    const url = new URL(request.url ?? '/', 'https://kubernetes');
    const path = url.pathname;
    if (rejected(user, path)) {
      load.rejected.add(1);
      return sendText(response, 429, 'Too many requests, please try again later.', { 'Retry-After': '1' });
    }
    const delay = load.delay();
    if (delay > 0) await timers.sleep(delay);
    if (response.destroyed) return;
    const info = readRequestInfo(path);
    const watch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
    const wanted = attributesOf(request.method ?? 'GET', info, watch);
    if (!authorizer.allows(user, wanted)) return sendFailure(response, 'Forbidden', refusal(user, wanted));
    await route(request, response, url, info, user, watch);
  }

  /** Undefined: the credentials are wrong. None at all is anonymous. */
  function authenticate(request: IncomingMessage): User | undefined {
    const header = request.headers.authorization;
    if (header === undefined) return ANONYMOUS;
    return tokens.userOf(/^Bearer (.+)$/.exec(header)?.[1] ?? '');
  }

  function rejected(user: User, path: string): boolean {
    return load.rejectShare > 0 && !user.groups.includes(MASTERS) && !EXEMPT.has(path) && random.chance(load.rejectShare);
  }

  function route(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    info: RequestInfo,
    user: User,
    watch: boolean,
  ): void | Promise<void> {
    const path = url.pathname;
    if (serveOwnPath(response, path)) return;
    const api = aggregatedApi(path);
    if (api) return state.aggregate(api, request, response, user, watch);
    if (info.kind === 'path') {
      const document = discoveryDocument(store, path);
      return document ? sendJson(response, 200, document) : sendText(response, 404, '404 page not found');
    }
    if (request.method === 'POST') return serveReview(request, response, info.resource, user);
    if (request.method !== 'GET')
      return sendFailure(response, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    serveObject(request, response, url, info, watch);
  }

  function serveOwnPath(response: ServerResponse, path: string): boolean {
    if (EXEMPT.has(path)) sendHealth(response, path, path === '/livez' ? [] : load.failingChecks);
    else if (path === '/version') sendJson(response, 200, VERSION);
    else if (path === '/metrics') send(response, 200, metrics(), { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    else return false;
    return true;
  }

  function metrics(): string {
    const { startedAt, counters, availability } = state;
    return renderApiserverMetrics({ store, load, connections, startedAt, proxy: counters, availability: availability.counters });
  }

  /** The APIService that a path below /apis belongs to, unless it is served here. */
  function aggregatedApi(path: string) {
    const [, prefix, group, version] = path.split('/');
    if (prefix !== 'apis' || !group || !version || LOCAL_GROUP_VERSIONS.includes(`${group}/${version}`)) return undefined;
    const api = store.apiservices.get(`${version}.${group}`);
    return api?.spec.service ? api : undefined;
  }

  async function serveReview(request: IncomingMessage, response: ServerResponse, resource: string, user: User): Promise<void> {
    let body: { spec?: unknown };
    try {
      body = JSON.parse(await readBody(request)) as { spec?: unknown };
    } catch (error) {
      return sendFailure(response, 'BadRequest', `the object provided is unrecognized: ${(error as Error).message}`);
    }
    const answer = answerReview(resource, body, user, { authorizer, tokens });
    if (!answer) return sendFailure(response, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    sendJson(response, 201, answer);
  }

  function serveObject(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    info: Extract<RequestInfo, { kind: 'resource' }>,
    watch: boolean,
  ): void {
    const resource = findResource(info.group, info.version, info.resource);
    if (!resource) {
      sendFailure(response, 'NotFound', 'the server could not find the requested resource');
      return;
    }
    const { namespace, name, subresource } = info;
    if (name === undefined) {
      if (watch) serveWatch(store, resource, namespace, url.searchParams, request, response, watchBehaviour, timers);
      else serveList(store, resource, namespace, url.searchParams, response);
      return;
    }
    const object = store[resource.collection].get(resource.namespaced ? `${namespace}/${name}` : name);
    if (!object) {
      sendFailure(response, 'NotFound', `${qualified(resource)} "${name}" not found`);
      return;
    }
    if (subresource === 'log' && resource.plural === 'pods') {
      const pod = object as PodObject;
      servePodLog(pod, (container) => options.podLogs(pod, container), url.searchParams, response);
      return;
    }
    if (subresource !== undefined && subresource !== 'status') {
      sendFailure(response, 'NotFound', 'the server could not find the requested resource');
      return;
    }
    sendJson(response, 200, resource.view ? resource.view(object) : object);
  }

  state.availability.start();
  return {
    host: listener.host,
    port: listener.port,
    load,
    connections,
    async restart(downForMs = 200) {
      state.availability.stop();
      await listener.set('closed');
      await timers.sleep(downForMs);
      if (timers.stopped) return;
      state = freshState();
      await listener.set('open');
      state.availability.start();
    },
    disconnectAll: () => listener.cut('end'),
    holdConditions(held) {
      state.availability.stop();
      if (!held) state.availability.start();
    },
    async setUnreachable(unreachable) {
      await listener.set(unreachable ? 'drop' : 'open');
    },
    async stop() {
      state.availability.stop();
      connections.close();
      await listener.close();
    },
  };
}

const FLOW_SCHEMA = '5a2f8c1e-6d3b-4f7a-9c0e-2b1d4e6f8a90';
const PRIORITY_LEVEL = 'c3d9e7b1-0f4a-4d2c-8b6e-7a5f3c1d9e20';

const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: SERVER_VERSION,
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-05T00:00:00Z',
  goVersion: 'go1.26.0',
  compiler: 'gc',
  platform: 'linux/amd64',
};

function attributesOf(method: string, info: RequestInfo, watch: boolean): Attributes {
  const verb = verbOf(method, info, watch);
  if (info.kind === 'path') return { verb, path: info.path };
  const resource = info.subresource ? `${info.resource}/${info.subresource}` : info.resource;
  return { verb, group: info.group, resource, namespace: info.namespace, name: info.name };
}

function qualified(resource: { plural: string; group: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function sendHealth(response: ServerResponse, path: string, failing: readonly string[]): void {
  if (failing.length === 0) {
    send(response, 200, 'ok', { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
    return;
  }
  const lines = [
    '[+]ping ok',
    '[+]log ok',
    ...failing.map((check) => `[-]${check} failed: reason withheld`),
    `${path.slice(1)} check failed`,
  ];
  sendText(response, 500, lines.join('\n'));
}
