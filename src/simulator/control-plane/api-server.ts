import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { AvailabilityController } from '../aggregator/availability.ts';
import { Connections } from '../aggregator/connections.ts';
import { AggregatorProxy } from '../aggregator/proxy.ts';
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
import type { Authorizer } from './authorization.ts';
import type { Tokens } from './identities.ts';
import type { Interfere } from './interference.ts';
import type { WatchBehaviour } from './list-watch.ts';
import { createLoad, type Load } from './load.ts';
import type { ContainerLogs } from './pod-logs.ts';
import { RequestHandler } from './request-handler.ts';
import { sendFailure } from './responses.ts';

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
  readonly interfere: Interfere;
  readonly podLogs: (pod: PodObject, container: string) => ContainerLogs | undefined;
  readonly log: (...lines: string[]) => void;
  /** Serving certificate for the address that was found. */
  readonly certificateFor: (host: string) => Promise<KeyPair>;
}

const PORT = 6443;

/** A kube-apiserver that serves on an address of its own. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  let server: Server | undefined;
  const listener = await options.network.listen('control-plane', PORT, (socket) => server?.emit('connection', socket));
  const apiServer = new ApiServer(options, listener);
  const { cert, key } = await options.certificateFor(listener.host);
  server = createServer({ cert, key, keepAliveTimeout: 120_000, requestTimeout: 0, maxHeaderSize: 64 * 1024 });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    apiServer.handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendFailure(response, 'InternalError', `Internal error occurred: ${String(error)}`);
      else response.destroy();
    });
  });
  server.on('tlsClientError', () => {});
  apiServer.start();
  return apiServer;
}

/** What a process of it forgets when it ends. */
interface ProcessState {
  readonly startedAt: number;
  readonly availability: AvailabilityController;
  readonly aggregator: AggregatorProxy;
}

/** One kube-apiserver: authentication, authorization, storage, aggregation. */
export class ApiServer {
  readonly load: Load = createLoad();
  readonly connections: Connections;
  readonly #options: ApiServerOptions;
  readonly #listener: Listener;
  readonly #handler: RequestHandler;
  #state: ProcessState;

  constructor(options: ApiServerOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    this.connections = new Connections(options);
    this.#state = this.#freshState();
    this.#handler = new RequestHandler({
      ...options,
      load: this.load,
      aggregator: () => this.#state.aggregator,
      metrics: () => this.#metrics(),
    });
  }

  get host(): string {
    return this.#listener.host;
  }

  get port(): number {
    return this.#listener.port;
  }

  start(): void {
    this.#state.availability.start();
  }

  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.#handler.handle(request, response);
  }

  /** Goes down, cutting every connection, and comes back on the same address with fresh counters. */
  async restart(downForMs = 200): Promise<void> {
    const { timers } = this.#options;
    this.#state.availability.stop();
    await this.#listener.set('closed');
    await timers.sleep(downForMs);
    if (timers.stopped) return;
    this.#state = this.#freshState();
    await this.#listener.set('open');
    this.#state.availability.start();
  }

  /** Cuts every client connection, without a word. */
  disconnectAll(): void {
    this.#listener.cut('end');
  }

  /** While true, its availability controller stands still: conditions stay what they are. */
  holdConditions(held: boolean): void {
    this.#state.availability.stop();
    if (!held) this.#state.availability.start();
  }

  /** Swallows everything sent to it while true. */
  async setUnreachable(unreachable: boolean): Promise<void> {
    await this.#listener.set(unreachable ? 'drop' : 'open');
  }

  async stop(): Promise<void> {
    this.#state.availability.stop();
    this.connections.close();
    await this.#listener.close();
  }

  #freshState(): ProcessState {
    const { store, proxy, timers, timing, log } = this.#options;
    const { connections } = this;
    return {
      startedAt: Date.now(),
      availability: new AvailabilityController({ store, proxy, connections, timers, timing, log }),
      aggregator: new AggregatorProxy({ store, proxy, connections, timing, log }),
    };
  }

  #metrics(): string {
    const { startedAt, aggregator, availability } = this.#state;
    const { load, connections } = this;
    const { store } = this.#options;
    return renderApiserverMetrics({ store, load, connections, startedAt, proxy: aggregator.counters, availability: availability.counters });
  }
}
