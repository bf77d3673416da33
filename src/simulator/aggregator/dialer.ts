import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates.ts';
import type { Network } from '../network/network.ts';
import type { ApiServiceObject } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Timing } from '../timing.ts';
import { judgeCertificate } from './certificate-check.ts';
import { dialError, dialTimeout, GoError, type Stage, streamError } from './go-errors.ts';
import type { Route } from './resolver.ts';

/** What stands between one kube-apiserver and the pods, beside what every client meets. */
export interface Obstacle {
  readonly kind: 'drop' | 'error';
  /** The dialer's words, for `error`. */
  readonly words?: string;
}

export interface DialContext {
  readonly network: Network;
  readonly frontProxy: KeyPair;
  readonly timing: Timing;
  readonly random: Random;
}

/** How far a request has come. */
export interface Progress {
  stage: Stage;
}

/** Opens connections of one kube-apiserver to aggregated servers, as Go's net and crypto/tls do. */
export class Dialer {
  /** The first one that stands in the way of the API counts; none = the way is clear. Faults of several APIs stand beside each other. */
  readonly obstacles = new Set<(api: ApiServiceObject) => Obstacle | undefined>();
  /** Counts dial failures of the egress selector. */
  readonly egress = { dialFailures: 0, dials: 0 };
  readonly #context: DialContext;
  readonly #dialing = new Set<Socket>();

  constructor(context: DialContext) {
    this.#context = context;
  }

  /** TCP, TLS and the judgement of the certificate. Rejects with GoError. */
  async dial(api: ApiServiceObject, route: Route, progress: Progress): Promise<TLSSocket> {
    this.egress.dials += 1;
    const tcp = await this.#connect(api, route);
    progress.stage = 'tls';
    return this.#secure(tcp, api, route, progress);
  }

  /** Gives up what is being dialled. */
  close(): void {
    for (const socket of this.#dialing) socket.destroy();
  }

  async #connect(api: ApiServiceObject, route: Route): Promise<Socket> {
    const { network, random } = this.#context;
    const obstacle = this.#obstacleOf(api);
    if (obstacle?.kind === 'error') {
      this.egress.dialFailures += 1;
      throw new GoError(obstacle.words ?? 'proxy error');
    }
    if (route.lookup !== undefined) throw new GoError(`dial tcp: lookup ${route.lookup} on 10.96.0.10:53: no such host`);
    if (route.destinations.length === 0) throw dialError({ code: 'ECONNREFUSED' } as NodeJS.ErrnoException, route.shown);
    return this.#open(obstacle?.kind === 'drop' ? await network.nowhere() : random.pick(route.destinations), route.shown);
  }

  #obstacleOf(api: ApiServiceObject): Obstacle | undefined {
    for (const obstacle of this.obstacles) {
      const found = obstacle(api);
      if (found) return found;
    }
    return undefined;
  }

  #open({ host, port }: { readonly host: string; readonly port: number }, shown: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, noDelay: true });
      this.#dialing.add(socket);
      const give = (error: GoError | undefined) => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => {});
        if (!error) return resolve(socket);
        this.#dialing.delete(socket);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => give(dialTimeout(shown)), this.#context.timing.dialTimeout);
      socket.once('connect', () => give(undefined));
      socket.once('error', (error: NodeJS.ErrnoException) => give(dialError(error, shown)));
      socket.once('close', () => give(dialError({ code: 'ETIMEDOUT' } as NodeJS.ErrnoException, shown)));
    });
  }

  #secure(tcp: Socket, { spec }: ApiServiceObject, route: Route, progress: Progress): Promise<TLSSocket> {
    const { frontProxy, timing } = this.#context;
    const local = `${tcp.localAddress}:${tcp.localPort}`;
    return new Promise((resolve, reject) => {
      const tls = connectTls({
        socket: tcp,
        servername: route.serverName,
        cert: frontProxy.cert,
        key: frontProxy.key,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(spec.caBundle ? { ca: Buffer.from(spec.caBundle, 'base64').toString('utf8') } : {}),
      });
      const give = (error: GoError | undefined) => {
        clearTimeout(timer);
        this.#dialing.delete(tcp);
        if (!error) return resolve(tls);
        tls.destroy();
        tcp.destroy();
        reject(error);
      };
      const timer = setTimeout(() => give(new GoError('net/http: TLS handshake timeout')), timing.tlsTimeout);
      tls.once('error', (error: NodeJS.ErrnoException) => give(streamError(error, local, route.shown)));
      tls.once('secureConnect', () => {
        const wrong = spec.insecureSkipTLSVerify ? undefined : judgeCertificate(tls, route.serverName);
        progress.stage = 'headers';
        give(wrong === undefined ? undefined : new GoError(wrong));
        tls.on('error', () => {});
      });
    });
  }
}
