import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { KeyPair } from '../../cluster/harness/pki.ts';

/** What it does with a CONNECT. */
export type Manner =
  | { readonly does: 'connects' }
  /** Without an agent konnectivity's server answers so: with a status, its words and the end. */
  | Answer
  /** As it does when the agent can not dial. */
  | { readonly does: 'closes'; readonly only?: string }
  /** Passes each answer on after so many milliseconds. */
  | { readonly does: 'connects late'; readonly afterMs: number }
  | { readonly does: 'says nothing' };

export interface Answer {
  readonly does: 'answers';
  readonly status: string;
  /** Default: `HTTP/1.1`. Konnectivity's server said `HTTP/0.0` of a dial that failed until it mapped errors to statuses (pkg/server/server.go). */
  readonly version?: string;
  /** Only of this address; absent: of each. */
  readonly only?: string;
}

export type Place = { readonly host: string; readonly port: number } | { readonly socket: string };

/** A proxy of HTTP CONNECT, as konnectivity's server is one to a kube-apiserver: over TLS at an address, or plainly at a Unix socket. */
export class ConnectProxy {
  manner: Manner = { does: 'connects' };
  readonly #place: Place;
  readonly #identity: KeyPair | undefined;
  readonly #open = new Set<Socket>();
  #server: Server | undefined;

  constructor(place: Place, identity?: KeyPair) {
    this.#place = place;
    this.#identity = identity;
  }

  async start(): Promise<void> {
    const take = (client: Socket) => this.#take(client);
    const server = this.#identity
      ? createTlsServer({ cert: readFileSync(this.#identity.certFile), key: readFileSync(this.#identity.keyFile) }, take)
      : createServer(take);
    // A client that leaves within its handshake is no fault of ours.
    server.on('tlsClientError', () => undefined);
    const place = this.#place;
    if ('socket' in place) rmSync(place.socket, { force: true });
    await new Promise<void>((resolve) => {
      if ('socket' in place) server.listen(place.socket, resolve);
      else server.listen(place.port, place.host, resolve);
    });
    if ('socket' in place) chmodSync(place.socket, 0o777);
    this.#server = server;
  }

  /** Nobody listens any more, and what stood is cut. */
  async stop(): Promise<void> {
    this.cut();
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
    if ('socket' in this.#place && existsSync(this.#place.socket)) rmSync(this.#place.socket);
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #take(client: Socket): void {
    this.#keep(client);
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      client.off('data', read);
      client.pause();
      const [, host = '', port = ''] = /^CONNECT \[?([^\]\s]+?)\]?:(\d+) /.exec(head) ?? [];
      this.#answer(client, host, Number(port));
    };
    client.on('data', read);
  }

  #answer(client: Socket, host: string, port: number): void {
    const { manner } = this;
    if (manner.does === 'says nothing') return;
    const isMeant = !('only' in manner) || manner.only === host;
    if (manner.does === 'closes' && isMeant) {
      client.destroy();
      return;
    }
    if (manner.does === 'answers' && isMeant) {
      client.end(`${manner.version ?? 'HTTP/1.1'} ${manner.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const delayMs = manner.does === 'connects late' ? manner.afterMs : 0;
    setTimeout(() => this.#join(client, host, port), delayMs);
  }

  #join(client: Socket, host: string, port: number): void {
    const upstream = connect({ host, port }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
      client.resume();
    });
    this.#keep(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }
}
