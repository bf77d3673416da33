import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates.ts';
import type { Network } from '../network/network.ts';
import type { ApiServiceObject } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Timing } from '../timing.ts';
import { judgeCertificate } from './certificate-check.ts';
import { deadlineExceeded, dialError, dialTimeout, GoError, type Stage, streamError } from './go-errors.ts';
import type { Route } from './resolver.ts';

/** What stands between one kube-apiserver and the pods, beside what every client meets. */
export interface Obstacle {
  readonly kind: 'drop' | 'error';
  /** The dialer's words, for `error`. */
  readonly words?: string;
}

export interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body?: IncomingMessage;
  /** Milliseconds until the headers of the answer; undefined = the dial and TLS limits only. */
  readonly deadline?: number;
}

/** Connections of one kube-apiserver to the aggregated servers; kept alive per APIService, as the transport cache does. */
export interface Connections {
  /** Resolves with the answer's head. Rejects with GoError. */
  send(api: ApiServiceObject, route: Route, attempt: Attempt, retried?: boolean): Promise<IncomingMessage>;
  /** Idle connections of the APIService are closed: after failed probes, and when its TLS settings change. */
  closeIdle(name: string): void;
  /** The first one that stands in the way of the API counts; none = the way is clear. Faults of several APIs stand beside each other. */
  readonly obstacles: Set<(api: ApiServiceObject) => Obstacle | undefined>;
  /** Counts dial failures of the egress selector. */
  readonly egress: { dialFailures: number; dials: number };
  close(): void;
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

export function createConnections(network: Network, frontProxy: KeyPair, timing: Timing, random: Random): Connections {
  const pools = new Map<string, Pool>();
  const dialing = new Set<Socket>();

  async function dial(api: ApiServiceObject, route: Route, progress: { stage: Stage }): Promise<TLSSocket> {
    connections.egress.dials += 1;
    const tcp = await connect(api, route);
    progress.stage = 'tls';
    const local = `${tcp.localAddress}:${tcp.localPort}`;
    return new Promise((resolve, reject) => {
      const bundle = api.spec.caBundle ? Buffer.from(api.spec.caBundle, 'base64').toString('utf8') : undefined;
      const tls = connectTls({
        socket: tcp,
        servername: route.serverName,
        cert: frontProxy.cert,
        key: frontProxy.key,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(bundle ? { ca: bundle } : {}),
      });
      const give = (error: GoError | undefined) => {
        clearTimeout(timer);
        dialing.delete(tcp);
        if (!error) return resolve(tls);
        tls.destroy();
        tcp.destroy();
        reject(error);
      };
      const timer = setTimeout(() => give(new GoError('net/http: TLS handshake timeout')), timing.tlsTimeout);
      tls.once('error', (error: NodeJS.ErrnoException) => give(streamError(error, local, route.shown)));
      tls.once('secureConnect', () => {
        const wrong = api.spec.insecureSkipTLSVerify ? undefined : judgeCertificate(tls, route.serverName);
        progress.stage = 'headers';
        give(wrong === undefined ? undefined : new GoError(wrong));
        tls.on('error', () => {});
      });
    });
  }

  function obstacleOf(api: ApiServiceObject): Obstacle | undefined {
    for (const obstacle of connections.obstacles) {
      const found = obstacle(api);
      if (found) return found;
    }
    return undefined;
  }

  async function connect(api: ApiServiceObject, route: Route): Promise<Socket> {
    const obstacle = obstacleOf(api);
    if (obstacle?.kind === 'error') {
      connections.egress.dialFailures += 1;
      throw new GoError(obstacle.words ?? 'proxy error');
    }
    if (route.lookup !== undefined) throw new GoError(`dial tcp: lookup ${route.lookup} on 10.96.0.10:53: no such host`);
    if (route.destinations.length === 0) throw dialError({ code: 'ECONNREFUSED' } as NodeJS.ErrnoException, route.shown);
    const target = obstacle?.kind === 'drop' ? await network.nowhere() : random.pick(route.destinations);
    return new Promise((resolve, reject) => {
      const socket = connectTcp({ host: target.host, port: target.port, noDelay: true });
      dialing.add(socket);
      const give = (error: GoError | undefined) => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => {});
        if (!error) return resolve(socket);
        dialing.delete(socket);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => give(dialTimeout(route.shown)), timing.dialTimeout);
      socket.once('connect', () => give(undefined));
      socket.once('error', (error: NodeJS.ErrnoException) => give(dialError(error, route.shown)));
      socket.once('close', () => give(dialError({ code: 'ETIMEDOUT' } as NodeJS.ErrnoException, route.shown)));
    });
  }

  function poolFor(name: string): Pool {
    let pool = pools.get(name);
    if (!pool) {
      const agent = new Agent({ keepAlive: true, maxFreeSockets: 25, scheduling: 'fifo' });
      const parts = agent as unknown as AgentParts;
      const created: Pool = { agent, parts, generation: 0 };
      const keep = parts.keepSocketAlive.bind(agent);
      parts.keepSocketAlive = (socket) => socket.generation === created.generation && keep(socket);
      pools.set(name, created);
      pool = created;
    }
    return pool;
  }

  const connections: Connections = {
    obstacles: new Set(),
    egress: { dialFailures: 0, dials: 0 },
    send(api, route, attempt, retried = false) {
      const pool = poolFor(api.metadata.name);
      const { agent, parts, generation } = pool;
      const progress: { stage: Stage } = { stage: 'connect' };
      // The agent asks for a new connection only when none is idle; it then takes the one that we made.
      parts.createConnection = (_options, done) => {
        dial(api, route, progress).then(
          (socket: Marked) => {
            socket.generation = generation;
            done(null, socket);
          },
          (error: Error) => done(error),
        );
      };
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
                reject(deadlineExceeded(progress.stage, random));
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
          // As net/http does: a kept connection that the peer had closed meanwhile is no failure of the request.
          const stale = outgoing.reusedSocket && error.code === 'ECONNRESET' && attempt.body === undefined && !retried;
          if (stale) {
            connections.closeIdle(api.metadata.name);
            connections.send(api, route, attempt, true).then(resolve, reject);
          } else reject(error instanceof GoError ? error : streamError(error, local, route.shown));
        });
        if (attempt.body) attempt.body.pipe(outgoing);
        else outgoing.end();
      });
    },
    closeIdle(name) {
      const pool = pools.get(name);
      if (!pool) return;
      pool.generation += 1;
      for (const sockets of Object.values(pool.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    },
    close() {
      for (const socket of dialing) socket.destroy();
      for (const { agent } of pools.values()) agent.destroy();
    },
  };
  return connections;
}
