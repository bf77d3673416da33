import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import type { Phase } from '../domain/probe.ts';
import type { Attempt, AttemptRequest } from './attempt.ts';
import { type Opened, open, type Peer, peerOf } from './connect.ts';
import { areCrumbs, LIMITS } from './limits.ts';
import type { AttemptProblem } from './network-errors.ts';
import { PhaseTimes } from './phase-times.ts';
import { beyondLimits, closedByPeer, errorIn, timedOut } from './problems.ts';
import { ResponseReader } from './response-reader.ts';
import { watchWire } from './wire-watch.ts';

/** How this exchange goes about its request. */
export interface ExchangeWay {
  /** An IP address. */
  readonly address: string;
  readonly timeoutMs: number;
  /** Seconds of the phases before; those of this exchange are added. */
  readonly phases: Partial<Record<Phase, number>>;
  /** An open connection; undefined: it connects. */
  readonly reused?: Socket;
  /** Called once or more, when there is no handshake any more. */
  readonly onHandshakeEnd?: () => void;
}

const ignore = (): void => {};

/** Connects unless a connection is given, asks, reads, and closes or parks. Rejects with RangeError for a port that no socket has. */
export function exchange(request: AttemptRequest, way: ExchangeWay): Promise<Attempt> {
  return new Promise((resolve) => new Exchange(request, way, resolve).begin());
}

class Exchange {
  readonly #request: AttemptRequest;
  readonly #way: ExchangeWay;
  readonly #resolve: (seen: Attempt) => void;
  readonly #started: number;
  readonly #socket: Socket;
  readonly #wire: Socket;
  readonly #wasDisturbed: () => boolean;
  readonly #reader: ResponseReader;
  readonly #times: PhaseTimes;
  #peer: Peer | undefined;
  #ended = false;
  /** Of what has arrived: pieces, and their bytes. */
  #pieces = 0;
  #received = 0;
  #timer: NodeJS.Timeout | undefined;
  #endWatch = ignore;

  constructor(request: AttemptRequest, way: ExchangeWay, resolve: (seen: Attempt) => void) {
    this.#request = request;
    this.#way = way;
    this.#resolve = resolve;
    this.#started = performance.now();
    // First of all, because it may throw: a timer that was set before would find no socket to end.
    const { socket, wire } = connectionFor(request, way);
    this.#socket = socket;
    this.#wire = wire;
    this.#wasDisturbed = request.loop.begin();
    this.#reader = new ResponseReader(request.maxBody);
    this.#times = new PhaseTimes(way.reused ? 'response' : 'connect', this.#started, way.phases);
  }

  begin(): void {
    const { timeoutMs } = this.#way;
    this.#request.open.add(this.#cancel);
    this.#endWatch = watchWire(
      this.#wire,
      () => this.#bytesAllowed(),
      (bytes, most) => this.#finish(beyondLimits(this.#times.current, `${bytes} bytes on the wire, ${most} are allowed`)),
    );
    // A blocked event loop runs due timers before it reads what has arrived: give the reading one turn.
    this.#timer = setTimeout(() => setImmediate(() => this.#finish(timedOut(this.#times.current, timeoutMs))), timeoutMs);
    // Otherwise the request waits for the acknowledgement of the handshake's last flight: 40 ms that are not the backend's.
    this.#wire.setNoDelay(true);
    this.#socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onEnd);
    if (this.#way.reused) this.#socket.write(requestText(this.#request));
    else this.#askOnceConnected();
  }

  #askOnceConnected(): void {
    if (!this.#request.tls) {
      this.#socket.prependOnceListener(
        'connect',
        this.#within(() => {
          this.#endHandshake();
          this.#ask();
        }),
      );
      return;
    }
    // First of its listeners: Node's own starts the ClientHello, which is our work and not the network's.
    this.#wire.prependOnceListener('connect', () => this.#times.enter('tls'));
    this.#socket.once(
      'secureConnect',
      this.#within(() => {
        this.#endHandshake();
        this.#peer = peerOf(this.#socket as TLSSocket);
        this.#ask();
      }),
    );
  }

  #endHandshake(): void {
    this.#way.onHandshakeEnd?.();
  }

  #ask(): void {
    this.#times.enter('response');
    this.#socket.write(requestText(this.#request));
  }

  readonly #onData = this.#within((piece: Buffer): void => {
    if (this.#times.current === 'response') this.#times.enter('transfer');
    this.#pieces += 1;
    this.#received += piece.length;
    const phase = this.#times.current;
    if (areCrumbs(this.#pieces, this.#received)) {
      this.#finish(beyondLimits(phase, `${this.#pieces} records for ${this.#received} bytes`));
      return;
    }
    const state = this.#reader.push(piece);
    if (state === 'complete' || state === 'capped') this.#finish();
    else if (state === 'invalid') this.#finish({ phase, kind: 'invalid', message: this.#reader.problem ?? 'not an HTTP response' });
  });

  readonly #onEnd = this.#within((): void => {
    if (this.#reader.end() === 'complete') this.#finish();
    else this.#finish(closedByPeer(this.#times.current, this.#reader.begun));
  });

  readonly #onError = (error: Error): void => this.#finish(errorIn(this.#times.current, error));

  readonly #cancel = (): void => this.#finish({ phase: this.#times.current, kind: 'closed', message: 'the exporter is stopping' });

  /** A listener of the socket: what it throws ends this attempt, and nothing else. */
  #within<A extends readonly unknown[]>(step: (...given: A) => void): (...given: A) => void {
    return (...given) => {
      try {
        step(...given);
      } catch (error) {
        this.#finish(errorIn(this.#times.current, error));
      }
    };
  }

  /** No body comes before the handshake has ended. */
  #bytesAllowed(): number {
    const { current } = this.#times;
    return LIMITS.wireBytes + (current === 'connect' || current === 'tls' ? 0 : this.#request.maxBody);
  }

  #finish(problem?: AttemptProblem): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#endWatch();
    this.#request.open.delete(this.#cancel);
    this.#endHandshake();
    if (!problem || problem.kind === 'timeout') this.#times.end();
    this.#letGo(problem === undefined);
    this.#resolve(this.#seen(problem));
  }

  /** @param isAnswered only such a connection can serve another request. */
  #letGo(isAnswered: boolean): void {
    const socket = this.#socket;
    const { park } = this.#request;
    // An error after the end is nobody's, but must not be thrown; a kept connection ends here again and again.
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onEnd);
    socket.off('error', ignore).on('error', ignore);
    if (isAnswered && park && this.#isReusable()) parked(park, socket);
    else socket.destroy();
  }

  #isReusable(): boolean {
    return this.#reader.state === 'complete' && this.#reader.reusable && !this.#socket.destroyed;
  }

  #seen(problem: AttemptProblem | undefined): Attempt {
    const { seconds } = this.#times;
    const reader = this.#reader;
    return {
      seconds: (seconds.resolve ?? 0) + (performance.now() - this.#started) / 1000,
      phases: seconds,
      connection: this.#way.reused ? 'reused' : 'fresh',
      body: reader.body,
      capped: reader.state === 'capped',
      disturbed: this.#wasDisturbed(),
      ...(problem && { problem }),
      ...(reader.head && { head: reader.head }),
      ...(this.#peer && { peer: this.#peer }),
    };
  }
}

function connectionFor({ port, tls }: AttemptRequest, { address, reused }: ExchangeWay): Opened {
  return reused ? { socket: reused, wire: reused } : open(address, port, tls);
}

function parked(park: (socket: Socket) => void, socket: Socket): void {
  try {
    park(socket);
  } catch {
    socket.destroy();
  }
}

function requestText({ path, headers = {}, host, port, park }: AttemptRequest): string {
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host.includes(':') ? `[${host}]` : host}:${port}`, 'User-Agent: aggregated-api-exporter'];
  for (const [name, values] of Object.entries(headers)) for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  lines.push(park ? 'Connection: keep-alive' : 'Connection: close', '', '');
  return lines.join('\r\n');
}
