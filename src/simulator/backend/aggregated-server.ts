import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { KeyPair } from '../certificates.ts';
import { send, sendFailure, sendText } from '../control-plane/responses.ts';
import { Authenticator, readRequestHeaderConfig } from './authentication.ts';
import { ALWAYS_ALLOWED, authorize } from './authorization.ts';
import type { BackendRequest, Behaviour } from './behaviour.ts';
import { type ControlPlaneAccess, createDelegation, type Delegation } from './delegation.ts';
import { sendHealth } from './health.ts';
import { answerIntercepted } from './interception.ts';
import { type BackendCounters, createBackendCounters, renderBackendMetrics } from './metrics.ts';
import { ResourceHandler, type ServedGroup } from './resources.ts';

/** What a pod of an aggregated server runs. */
export interface AggregatedServerOptions extends ServedGroup {
  /** As shown in its log: the address that it listens on. */
  readonly port: number;
  readonly serving: KeyPair;
  readonly access: () => ControlPlaneAccess;
  readonly behaviour: () => Behaviour;
  readonly log: (...lines: string[]) => void;
  /** False while a firewall swallows what is sent to it: requests on connections that stand are not answered then. */
  readonly reachable: () => boolean;
  /** How long an answer of delegated authorization is remembered. */
  readonly cacheMs: number;
}

/** A running process. */
export interface AggregatedServer {
  /** A TCP connection arrived. */
  accept(socket: Socket): void;
  readonly counters: BackendCounters;
  stop(): void;
}

/** Starts as k8s.io/apiserver does: reads its authentication configuration first, and ends when it may not. Rejects with StartFailure. */
export async function startAggregatedServer(options: AggregatedServerOptions): Promise<AggregatedServer> {
  const { behaviour, log } = options;
  const delegation = createDelegation(options.access, behaviour, options.cacheMs);
  const counters = createBackendCounters();
  const configured = behaviour().requestHeaderCa === null ? undefined : await readRequestHeaderConfig(delegation);
  const authenticator = new Authenticator({ behaviour, delegation, counters, log, configured });
  const chain = new RequestChain(options, { delegation, counters, authenticator });
  const server = createServerFor(options, authenticator.clientCa);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    chain.handle(request, response).catch((error: unknown) => {
      sendText(response, 500, `Internal Server Error: ${String(error)}`);
    });
  });
  server.on('tlsClientError', () => {
    counters.tlsHandshakeErrors += 1;
  });
  return {
    accept: (socket) => server.emit('connection', socket),
    counters,
    stop() {
      delegation.close();
      server.removeAllListeners('request');
    },
  };
}

function createServerFor(options: AggregatedServerOptions, ca: string | undefined): Server | PlainServer {
  const behaviour = options.behaviour();
  const settings = { keepAliveTimeout: 120_000, requestTimeout: 0 };
  if (behaviour.plainText) return createPlainServer(settings);
  const { cert, key } = behaviour.serving ?? options.serving;
  // Asking for a client certificate without refusing others: kubelet probes and direct clients have none.
  return createServer({ ...settings, cert, key, requestCert: ca !== undefined, rejectUnauthorized: false, ...(ca ? { ca } : {}) });
}

interface ChainParts {
  readonly delegation: Delegation;
  readonly counters: BackendCounters;
  readonly authenticator: Authenticator;
}

/** What a request passes through: authentication, authorization, what the behaviour makes of it, the answer. */
class RequestChain {
  readonly #options: AggregatedServerOptions;
  readonly #parts: ChainParts;
  readonly #resources: ResourceHandler;

  constructor(options: AggregatedServerOptions, parts: ChainParts) {
    this.#options = options;
    this.#parts = parts;
    this.#resources = new ResourceHandler(options);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { reachable, behaviour, log } = this.#options;
    const { counters, delegation, authenticator } = this.#parts;
    if (!reachable()) return; // swallowed: the client runs into its own time-out
    const url = new URL(request.url ?? '/', 'https://backend');
    const path = url.pathname;
    response.on('finish', () => {
      const code = String(response.statusCode);
      counters.requests.set(code, (counters.requests.get(code) ?? 0) + 1);
    });
    const early = behaviour().interceptEarly?.(kindOf(path));
    if (early !== undefined) return answerIntercepted(response, early, log, request);
    const user = await authenticator.authenticate(request);
    if (user === 'refused') return sendFailure(response, 'Unauthorized', 'Unauthorized');
    if (!(await authorize({ delegation, counters, log }, { request, response, path, user }))) return;
    const intercepted = await behaviour().intercept?.({ kind: kindOf(path), path, user });
    if (intercepted !== undefined) return answerIntercepted(response, intercepted, log, request);
    this.#respond(response, path, url.searchParams);
  }

  #respond(response: ServerResponse, path: string, query: URLSearchParams): void {
    const { counters, delegation } = this.#parts;
    const { unready, unhealthy, servedVersions } = this.#options.behaviour();
    if (path === '/livez' || path === '/healthz') sendHealth(response, 'livez', unhealthy);
    else if (path === '/readyz') sendHealth(response, 'readyz', unready ?? unhealthy);
    else if (path === '/metrics')
      send(response, 200, renderBackendMetrics(counters, delegation.counts), { 'Content-Type': 'text/plain; version=0.0.4' });
    else this.#resources.serve(response, path, query, servedVersions);
  }
}

function kindOf(path: string): BackendRequest['kind'] {
  if (ALWAYS_ALLOWED.has(path)) return path === '/metrics' ? 'metrics' : 'health';
  const depth = path.split('/').length - 1;
  if (path.startsWith('/apis')) return depth <= 3 ? 'discovery' : 'list';
  return 'other';
}
