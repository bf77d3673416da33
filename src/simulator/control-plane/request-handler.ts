import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AggregatorProxy } from '../aggregator/proxy.ts';
import type { ApiServiceObject, KubeObject, PodObject } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store.ts';
import type { Timers } from '../timers.ts';
import { type Attributes, type Authorizer, refusal } from './authorization.ts';
import { discoveryDocument } from './discovery.ts';
import { ANONYMOUS, MASTERS, type Tokens, type User } from './identities.ts';
import { type Interfere, spoil } from './interference.ts';
import { serveList, serveWatch, type WatchBehaviour } from './list-watch.ts';
import type { Load } from './load.ts';
import { type ContainerLogs, servePodLog } from './pod-logs.ts';
import { type RequestInfo, type ResourceInfo, readRequestInfo, verbOf } from './request-info.ts';
import { findResource, LOCAL_GROUP_VERSIONS, type Resource } from './resources.ts';
import { readBody, send, sendFailure, sendJson, sendText } from './responses.ts';
import { answerReview } from './reviews.ts';

const SERVER_VERSION = 'v1.36.3';

export interface RequestContext {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly authorizer: Authorizer;
  readonly timers: Timers;
  readonly random: Random;
  readonly load: Load;
  readonly watchBehaviour: WatchBehaviour;
  readonly interfere: Interfere;
  readonly podLogs: (pod: PodObject, container: string) => ContainerLogs | undefined;
  /** Of the process that runs now. */
  readonly aggregator: () => AggregatorProxy;
  readonly metrics: () => string;
}

/** A request that was let in. */
interface Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly user: User;
  readonly watch: boolean;
}

/** Never limited by priority and fairness. */
const EXEMPT = new Set(['/readyz', '/livez', '/healthz']);

/** The handler chain of a kube-apiserver: authentication, priority and fairness, authorization, then whoever serves the path. */
export class RequestHandler {
  readonly #context: RequestContext;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { load, timers, authorizer } = this.#context;
    response.setHeader('Audit-Id', randomUUID());
    response.setHeader('X-Kubernetes-Pf-Flowschema-Uid', FLOW_SCHEMA);
    response.setHeader('X-Kubernetes-Pf-Prioritylevel-Uid', PRIORITY_LEVEL);
    const user = this.#authenticate(request);
    if (!user) return sendFailure(response, 'Unauthorized', 'Unauthorized');
    const url = new URL(request.url ?? '/', 'https://kubernetes');
    if (this.#isRejected(user, url.pathname)) {
      load.rejected.add(1);
      return sendText(response, 429, 'Too many requests, please try again later.', { 'Retry-After': '1' });
    }
    const delay = load.delay();
    if (delay > 0) await timers.sleep(delay);
    const info = readRequestInfo(url.pathname);
    const watch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
    const wanted = attributesOf(request.method ?? 'GET', info, watch);
    const interference = this.#context.interfere({ user: user.name, path: url.pathname, watch });
    if (interference && (await spoil(response, interference, (milliseconds) => timers.sleep(milliseconds)))) return;
    if (response.destroyed) return;
    if (!authorizer.allows(user, wanted)) return sendFailure(response, 'Forbidden', refusal(user, wanted));
    await this.#route({ request, response, url, user, watch }, info);
  }

  /** Undefined: the credentials are wrong. None at all is anonymous. */
  #authenticate(request: IncomingMessage): User | undefined {
    const header = request.headers.authorization;
    if (header === undefined) return ANONYMOUS;
    return this.#context.tokens.userOf(/^Bearer (.+)$/.exec(header)?.[1] ?? '');
  }

  #isRejected(user: User, path: string): boolean {
    const { load, random } = this.#context;
    return load.rejectShare > 0 && !user.groups.includes(MASTERS) && !EXEMPT.has(path) && random.chance(load.rejectShare);
  }

  #route(admitted: Admitted, info: RequestInfo): void | Promise<void> {
    const { request, response, url, user, watch } = admitted;
    const path = url.pathname;
    if (this.#serveOwnPath(response, path)) return;
    const api = this.#aggregatedApi(path);
    if (api) return this.#context.aggregator().handle({ api, request, response, user, watch });
    if (info.kind === 'path') {
      const document = discoveryDocument(this.#context.store, path);
      return document ? sendJson(response, 200, document) : sendText(response, 404, '404 page not found');
    }
    if (request.method === 'POST') return this.#serveReview(admitted, info.resource);
    if (request.method !== 'GET')
      return sendFailure(response, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    this.#serveResource(admitted, info);
  }

  #serveOwnPath(response: ServerResponse, path: string): boolean {
    if (EXEMPT.has(path)) sendHealth(response, path, path === '/livez' ? [] : this.#context.load.failingChecks);
    else if (path === '/version') sendJson(response, 200, VERSION);
    else if (path === '/metrics')
      send(response, 200, this.#context.metrics(), { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    else return false;
    return true;
  }

  /** The APIService that a path below /apis belongs to, unless it is served here. */
  #aggregatedApi(path: string): ApiServiceObject | undefined {
    const [, prefix, group, version] = path.split('/');
    if (prefix !== 'apis' || !group || !version || LOCAL_GROUP_VERSIONS.includes(`${group}/${version}`)) return undefined;
    const api = this.#context.store.apiservices.get(`${version}.${group}`);
    return api?.spec.service ? api : undefined;
  }

  async #serveReview({ request, response, user }: Admitted, resource: string): Promise<void> {
    const { authorizer, tokens } = this.#context;
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

  #serveResource(admitted: Admitted, info: ResourceInfo): void {
    const resource = findResource(info.group, info.version, info.resource);
    if (!resource) sendFailure(admitted.response, 'NotFound', 'the server could not find the requested resource');
    else if (info.name === undefined) this.#serveCollection(admitted, resource, info.namespace);
    else this.#serveObject(admitted, resource, info.name, info);
  }

  #serveCollection({ request, response, url, watch }: Admitted, resource: Resource, namespace: string | undefined): void {
    const { store, watchBehaviour, timers } = this.#context;
    const call = { store, resource, namespace, query: url.searchParams, response };
    if (watch) serveWatch({ ...call, request, behaviour: watchBehaviour, timers });
    else serveList(call);
  }

  #serveObject({ response, url }: Admitted, resource: Resource, name: string, { namespace, subresource }: ResourceInfo): void {
    const { store, podLogs } = this.#context;
    const object: KubeObject | undefined = store[resource.collection].get(resource.namespaced ? `${namespace}/${name}` : name);
    if (!object) {
      sendFailure(response, 'NotFound', `${qualified(resource)} "${name}" not found`);
      return;
    }
    if (subresource === 'log' && resource.plural === 'pods') {
      const pod = object as PodObject;
      servePodLog(pod, (container) => podLogs(pod, container), url.searchParams, response);
      return;
    }
    if (subresource !== undefined && subresource !== 'status') {
      sendFailure(response, 'NotFound', 'the server could not find the requested resource');
      return;
    }
    sendJson(response, 200, resource.view ? resource.view(object) : object);
  }
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
