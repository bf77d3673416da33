import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import type { Phase } from '../domain/probe.ts';
import { type AttemptTls, open, type Peer, peerOf } from './connect.ts';
import type { HandshakeSlots, Urgency } from './handshake-slots.ts';
import { areCrumbs, LIMITS } from './limits.ts';
import type { LoopWatch } from './loop-watch.ts';
import type { AttemptProblem } from './network-errors.ts';
import { type ResponseHead, ResponseReader } from './response-reader.ts';
import { watchWire } from './wire-watch.ts';

/** What all attempts of a process share. */
export interface AttemptRuntime {
  readonly slots: HandshakeSlots;
  readonly loop: LoopWatch;
  /** Holds for each open attempt a function that ends it, for the end of the process. */
  readonly open: Set<() => void>;
}

export interface AttemptRequest extends AttemptRuntime {
  readonly urgency: Urgency;
  /** An IP address, or a name where `resolve` is given. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP, for a kube client that speaks http:// to a local proxy. */
  readonly tls?: AttemptTls;
  readonly path: string;
  /** Host, Connection and User-Agent are added. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole attempt, not counting the wait for a handshake slot. */
  readonly timeoutMs: number;
  readonly maxBody: number;
  readonly resolve?: (host: string) => Promise<string>;
  /** An open connection to use instead of a new one. */
  readonly reuse?: Socket;
  /** Gets the connection when it can serve another request. */
  readonly park?: (socket: Socket) => void;
}

/** What one attempt saw, not judged yet. Times in seconds. */
export interface Attempt {
  readonly seconds: number;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  readonly connection: 'fresh' | 'reused';
  readonly problem?: AttemptProblem;
  readonly head?: ResponseHead;
  readonly body: Buffer;
  /** The body was cut at our own limit. */
  readonly capped: boolean;
  /** Our own event loop was late meanwhile. */
  readonly disturbed: boolean;
  readonly peer?: Peer;
}

const EMPTY = Buffer.alloc(0);
const ignore = (): void => {};

/**
 * One request, one deadline, each phase timed. What went wrong on the way is in `problem`. Rejects only where no connection can be
 * begun, with Node's RangeError for a port that no socket has: that is a fault of the caller and says nothing about the other side.
 */
export async function attempt(request: AttemptRequest): Promise<Attempt> {
  if (request.reuse) {
    const reused = await exchange(request, request.host, request.reuse, request.timeoutMs, {});
    // The server may close an idle connection at any moment: that says nothing about the API. Ask again on a fresh one.
    const stale = reused.problem && reused.problem.kind !== 'timeout' && !reused.head;
    if (!stale) return reused;
  }
  const started = performance.now();
  let address = request.host;
  const phases: Partial<Record<Phase, number>> = {};
  if (request.resolve) {
    const resolved = await resolveWithin(request.resolve, request.host, request.timeoutMs);
    phases.resolve = (performance.now() - started) / 1000;
    if (typeof resolved !== 'string')
      return { seconds: phases.resolve, phases, connection: 'fresh', problem: resolved, body: EMPTY, capped: false, disturbed: false };
    address = resolved;
  }
  const spent = performance.now() - started;
  const release = await request.slots.take(request.urgency);
  try {
    return await exchange(request, address, undefined, Math.max(1, request.timeoutMs - spent), phases, release);
  } finally {
    release();
  }
}

async function resolveWithin(
  resolve: (host: string) => Promise<string>,
  host: string,
  timeoutMs: number,
): Promise<string | AttemptProblem> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<AttemptProblem>((done) => {
    timer = setTimeout(() => done({ phase: 'resolve', kind: 'timeout', message: `no answer to the lookup of ${host}` }), timeoutMs);
  });
  const answer = resolve(host).catch((error: unknown): AttemptProblem => problemOf('resolve', error));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(phase: Phase, error: unknown): AttemptProblem {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return { phase, kind: 'error', message: text, ...(typeof code === 'string' && { code }) };
}

/** Connects unless a connection is given, asks, reads, and closes or parks. */
function exchange(
  request: AttemptRequest,
  address: string,
  reused: Socket | undefined,
  timeoutMs: number,
  phases: Partial<Record<Phase, number>>,
  onHandshakeEnd: () => void = ignore,
): Promise<Attempt> {
  return new Promise((resolve) => {
    const started = performance.now();
    // First of all, because it may throw: a timer that was set before would find no socket to end.
    const { socket, wire } = reused ? { socket: reused, wire: reused } : open(address, request.port, request.tls);
    const wasDisturbed = request.loop.begin();
    const reader = new ResponseReader(request.maxBody);
    let phase: Phase = reused ? 'response' : 'connect';
    let phaseStarted = started;
    let peer: Peer | undefined;
    let ended = false;
    let pieces = 0;
    let received = 0;

    const enter = (next: Phase): void => {
      const now = performance.now();
      phases[phase] = (now - phaseStarted) / 1000;
      phaseStarted = now;
      phase = next;
    };

    const finish = (problem?: AttemptProblem): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      endWatch();
      request.open.delete(cancel);
      onHandshakeEnd();
      if (!problem || problem.kind === 'timeout') phases[phase] = (performance.now() - phaseStarted) / 1000;
      // An error after the end is nobody's, but must not be thrown; a kept connection ends here again and again.
      socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
      socket.off('error', ignore).on('error', ignore);
      if (!problem && request.park && reader.state === 'complete' && reader.reusable && !socket.destroyed) parked(request.park, socket);
      else socket.destroy();
      resolve({
        seconds: (phases.resolve ?? 0) + (performance.now() - started) / 1000,
        phases,
        connection: reused ? 'reused' : 'fresh',
        body: reader.body,
        capped: reader.state === 'capped',
        disturbed: wasDisturbed(),
        ...(problem && { problem }),
        ...(reader.head && { head: reader.head }),
        ...(peer && { peer }),
      });
    };

    /** A listener of the socket: what it throws ends this attempt, and nothing else. */
    const within =
      <A extends readonly unknown[]>(step: (...given: A) => void) =>
      (...given: A): void => {
        try {
          step(...given);
        } catch (error) {
          finish(problemOf(phase, error));
        }
      };

    const onData = within((piece: Buffer): void => {
      if (phase === 'response') enter('transfer');
      pieces += 1;
      received += piece.length;
      if (areCrumbs(pieces, received)) {
        finish(beyond(phase, `${pieces} records for ${received} bytes`));
        return;
      }
      const state = reader.push(piece);
      if (state === 'complete' || state === 'capped') finish();
      else if (state === 'invalid') finish({ phase, kind: 'invalid', message: reader.problem ?? 'not an HTTP response' });
    });
    const onEnd = within((): void => {
      if (reader.end() === 'complete') finish();
      else finish({ phase, kind: 'closed', message: closedIn(phase, reader.begun) });
    });
    const onError = (error: Error): void => finish(problemOf(phase, error));
    const cancel = (): void => finish({ phase, kind: 'closed', message: 'the exporter is stopping' });
    request.open.add(cancel);

    const ask = (): void => {
      enter('response');
      socket.write(requestText(request));
    };

    // No body comes before the handshake has ended.
    const allowed = (): number => LIMITS.wireBytes + (phase === 'connect' || phase === 'tls' ? 0 : request.maxBody);
    const endWatch = watchWire(wire, allowed, (bytes, most) => finish(beyond(phase, `${bytes} bytes on the wire, ${most} are allowed`)));
    // A blocked event loop runs due timers before it reads what has arrived: give the reading one turn.
    const timer = setTimeout(
      () => setImmediate(() => finish({ phase, kind: 'timeout', message: timedOutIn(phase, timeoutMs) })),
      timeoutMs,
    );

    // Otherwise the request waits for the acknowledgement of the handshake's last flight: 40 ms that are not the backend's.
    wire.setNoDelay(true);
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onEnd);
    if (reused) {
      socket.write(requestText(request));
      return;
    }
    if (!request.tls) {
      socket.prependOnceListener(
        'connect',
        within(() => {
          onHandshakeEnd();
          ask();
        }),
      );
      return;
    }
    // First of its listeners: Node's own starts the ClientHello, which is our work and not the network's.
    wire.prependOnceListener('connect', () => enter('tls'));
    socket.once(
      'secureConnect',
      within(() => {
        onHandshakeEnd();
        peer = peerOf(socket as TLSSocket);
        ask();
      }),
    );
  });
}

const beyond = (phase: Phase, what: string): AttemptProblem => ({
  phase,
  kind: 'invalid',
  message: `not an answer of an API server: ${what}`,
});

function parked(park: (socket: Socket) => void, socket: Socket): void {
  try {
    park(socket);
  } catch {
    socket.destroy();
  }
}

function requestText({ path, headers = {}, host, port, park }: AttemptRequest): string {
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host.includes(':') ? `[${host}]` : host}:${port}`, 'User-Agent: aggregated-api-exporter'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push(park ? 'Connection: keep-alive' : 'Connection: close', '', '');
  return lines.join('\r\n');
}

function closedIn(phase: Phase, begun: boolean): string {
  if (phase === 'tls') return 'the connection was closed during the TLS handshake';
  return begun ? 'the connection was closed in the middle of the answer' : 'the connection was closed without an answer';
}

const WAITED_FOR: Readonly<Record<Phase, string>> = {
  resolve: 'the name',
  connect: 'the TCP connection',
  tls: 'the TLS handshake',
  response: 'the first byte of an answer',
  transfer: 'the end of the answer',
};

const timedOutIn = (phase: Phase, timeoutMs: number): string =>
  `no progress within ${Math.round(timeoutMs)} ms, waiting for ${WAITED_FOR[phase]}`;
