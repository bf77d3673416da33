import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Blackhole, openBlackhole } from './blackhole.ts';

/** What a packet to the address meets. `open` = a process listens; `closed` = refused by the kernel; `drop` = swallowed. */
export type Path = 'open' | 'closed' | 'drop';

/** How a new connection is spoilt after it was accepted. */
export type Impairment = { readonly kind: 'reset' } | { readonly kind: 'hang' } | { readonly kind: 'delay'; readonly milliseconds: number };

const RESET_AFTER_MS = 5;

/**
 * A TCP address that can be open, closed or swallowing packets, for real, and change while it is in use.
 * Changes are applied one after the other; `settled()` waits for them.
 */
export class Listener {
  readonly host: string;
  #port: number;
  readonly #serve: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #blackhole: Blackhole | undefined;
  #wanted: Path = 'closed';
  #applied: Path = 'closed';
  #work: Promise<void> = Promise.resolve();
  /** Asked for each new connection; undefined serves it. */
  impair: (() => Impairment | undefined) | undefined;
  onPath: ((path: Path) => void) | undefined;
  /** Whether the packets from an address are lost on their way here. */
  isSevered: (from: string) => boolean = () => false;

  constructor(host: string, port: number, serve: (socket: Socket) => void) {
    this.host = host;
    this.#port = port;
    this.#serve = serve;
  }

  /** 0 until it has been open once, if any free port was asked for. */
  get port(): number {
    return this.#port;
  }

  get path(): Path {
    return this.#wanted;
  }

  /** Rejects when the address is taken. */
  set(path: Path): Promise<void> {
    if (path === this.#wanted) return this.#work;
    this.#wanted = path;
    this.#work = this.#work.catch(() => {}).then(() => this.#apply(this.#wanted));
    // Nobody may be waiting; whoever awaits the returned promise still sees the rejection.
    this.#work.catch(() => {});
    return this.#work;
  }

  settled(): Promise<void> {
    return this.#work;
  }

  cut(how: 'reset' | 'end'): void {
    for (const socket of this.#sockets) {
      if (how === 'end') socket.destroy();
      else socket.resetAndDestroy();
    }
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    await this.set('closed').catch(() => {});
    this.cut('end');
  }

  async #apply(path: Path): Promise<void> {
    if (path === this.#applied) return;
    await this.#unbind(path);
    if (path === 'open') await this.#listen();
    if (path === 'drop') this.#blackhole = await bindPatiently(() => openBlackhole(this.host, this.#port));
    this.#applied = path;
    this.onPath?.(path);
  }

  async #unbind(next: Path): Promise<void> {
    if (this.#server) {
      const closing = this.#server;
      this.#server = undefined;
      // close() waits for the connections; the listening socket itself is gone at once.
      closing.close();
      // Connections survive a firewall, unanswered: whoever serves them asks for the path first.
      if (next !== 'drop') this.cut('reset');
    }
    if (this.#blackhole) {
      this.cut('end');
      await this.#blackhole.close();
      this.#blackhole = undefined;
    }
    this.#applied = 'closed';
  }

  async #listen(): Promise<void> {
    await bindPatiently(async () => {
      const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: this.host, port: this.#port }, resolve);
      });
      this.#server = server;
      this.#port = (server.address() as AddressInfo).port;
    });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    // The kernel has shaken hands already: what can be lost is everything after that.
    if (this.isSevered(socket.remoteAddress ?? '')) return;
    const impairment = this.impair?.();
    if (!impairment) {
      this.#serve(socket);
      return;
    }
    // The peer shall have its connection first.
    if (impairment.kind === 'reset') setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS).unref();
    else if (impairment.kind === 'delay') {
      const timer = setTimeout(() => {
        if (!socket.destroyed) this.#serve(socket);
      }, impairment.milliseconds);
      socket.once('close', () => clearTimeout(timer));
    }
  }
}

/** A port that was just released can take a moment to be free again. */
async function bindPatiently<T>(bind: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await bind();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt >= 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * (attempt + 1)));
    }
  }
}
