import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ApiServiceObject } from '../objects.ts';
import type { Random } from '../random.ts';
import { type DialContext, Dialer, type Progress } from './dialer.ts';
import { deadlineExceeded, GoError, streamError } from './go-errors.ts';
import type { Route } from './resolver.ts';

export interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body?: IncomingMessage;
  /** Milliseconds until the headers of the answer; undefined = the dial and TLS limits only. */
  readonly deadline?: number;
}

interface Exchange {
  readonly api: ApiServiceObject;
  readonly route: Route;
  readonly attempt: Attempt;
  readonly retried: boolean;
}

interface Marked extends Socket {
  used?: boolean;
  generation?: number;
}

/** The parts of Node's agent that we take into our own hands; its types know half of them. */
interface AgentParts {
  createConnection: (options: unknown, done: (error: Error | null, socket?: Socket) => void) => void;
  keepSocketAlive: (socket: Marked) => boolean;
}

interface Pool {
  readonly agent: Agent;
  readonly parts: AgentParts;
  /** Connections of an older generation are closed when their request is done. */
  generation: number;
}

/** Connections of one kube-apiserver to the aggregated servers; kept alive per APIService, as the transport cache does. */
export class Connections {
  readonly #dialer: Dialer;
  readonly #random: Random;
  readonly #pools = new Map<string, Pool>();

  constructor(context: DialContext) {
    this.#dialer = new Dialer(context);
    this.#random = context.random;
  }

  get obstacles(): Dialer['obstacles'] {
    return this.#dialer.obstacles;
  }

  get egress(): Readonly<Dialer['egress']> {
    return this.#dialer.egress;
  }

  /** Resolves with the answer's head. Rejects with GoError. */
  send(api: ApiServiceObject, route: Route, attempt: Attempt): Promise<IncomingMessage> {
    return this.#exchange({ api, route, attempt, retried: false });
  }

  /** Idle connections of the APIService are closed: after failed probes, and when its TLS settings change. */
  closeIdle(name: string): void {
    const pool = this.#pools.get(name);
    if (!pool) return;
    pool.generation += 1;
    for (const sockets of Object.values(pool.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  close(): void {
    this.#dialer.close();
    for (const { agent } of this.#pools.values()) agent.destroy();
  }

  #exchange(exchange: Exchange): Promise<IncomingMessage> {
    const { api, route, attempt } = exchange;
    const progress: Progress = { stage: 'connect' };
    const agent = this.#agentFor(exchange, progress);
    return new Promise((resolve, reject) => {
      const outgoing: ClientRequest = httpsRequest({
        agent,
        // Only names the pool; the dialer knows the way.
        host: api.metadata.name,
        method: attempt.method,
        path: attempt.path,
        headers: { ...attempt.headers, Host: route.shown },
      });
      const timer =
        attempt.deadline === undefined
          ? undefined
          : setTimeout(() => {
              reject(deadlineExceeded(progress.stage, this.#random));
              outgoing.destroy();
            }, attempt.deadline);
      let local = '';
      outgoing.on('socket', (socket: Marked) => {
        if (socket.used) progress.stage = 'headers';
        socket.used = true;
        local = `${socket.localAddress}:${socket.localPort}`;
      });
      outgoing.on('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (isStale(outgoing, error, exchange)) {
          this.closeIdle(api.metadata.name);
          this.#exchange({ ...exchange, retried: true }).then(resolve, reject);
        } else reject(error instanceof GoError ? error : streamError(error, local, route.shown));
      });
      if (attempt.body) attempt.body.pipe(outgoing);
      else outgoing.end();
    });
  }

  /** The agent of the API. It asks for a new connection only when none is idle; it then takes the one that is dialled for this exchange. */
  #agentFor({ api, route }: Exchange, progress: Progress): Agent {
    const { agent, parts, generation } = this.#poolFor(api.metadata.name);
    parts.createConnection = (_options, done) => {
      this.#dialer.dial(api, route, progress).then(
        (socket: Marked) => {
          socket.generation = generation;
          done(null, socket);
        },
        (error: Error) => done(error),
      );
    };
    return agent;
  }

  #poolFor(name: string): Pool {
    const known = this.#pools.get(name);
    if (known) return known;
    const pool = createPool();
    this.#pools.set(name, pool);
    return pool;
  }
}

function createPool(): Pool {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 25, scheduling: 'fifo' });
  const parts = agent as unknown as AgentParts;
  const pool: Pool = { agent, parts, generation: 0 };
  const keep = parts.keepSocketAlive.bind(agent);
  parts.keepSocketAlive = (socket) => socket.generation === pool.generation && keep(socket);
  return pool;
}

/** As net/http has it: a kept connection that the peer had closed meanwhile is no failure of the request. */
function isStale(outgoing: ClientRequest, error: NodeJS.ErrnoException, { attempt, retried }: Exchange): boolean {
  return outgoing.reusedSocket && error.code === 'ECONNRESET' && attempt.body === undefined && !retried;
}
