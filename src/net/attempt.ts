import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Phase } from '../domain/probe.ts';
import type { AttemptTls, Peer } from './connect.ts';
import { exchange } from './exchange.ts';
import type { LoopWatch } from './loop-watch.ts';
import type { AttemptProblem } from './network-errors.ts';
import { errorIn } from './problems.ts';
import type { ResponseHead } from './response-reader.ts';
import type { Slots } from './slots.ts';

/** What all attempts of a process share. */
export interface AttemptRuntime {
  /** Of handshakes. */
  readonly slots: Slots;
  readonly loop: LoopWatch;
  /** Holds for each open attempt a function that ends it, for the end of the process. */
  readonly open: Set<() => void>;
}

export interface AttemptRequest extends AttemptRuntime {
  /** In which it waits for a handshake slot. */
  readonly lane: string;
  /** An IP address, or a name where `resolve` is given. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP, for a kube client that speaks http:// to a local proxy. */
  readonly tls?: AttemptTls;
  readonly path: string;
  /** Host, Connection and User-Agent are added. A list is sent as a line for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
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

/**
 * One request, one deadline, each phase timed. What went wrong on the way is in `problem`. Rejects only where no connection can be
 * begun, with Node's RangeError for a port that no socket has: that is a fault of the caller and says nothing about the other side.
 */
export async function attempt(request: AttemptRequest): Promise<Attempt> {
  if (request.reuse) {
    const reused = await exchange(request, { address: request.host, reused: request.reuse, timeoutMs: request.timeoutMs, phases: {} });
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
  const release = await request.slots.take(request.lane);
  try {
    return await exchange(request, { address, timeoutMs: Math.max(1, request.timeoutMs - spent), phases, onHandshakeEnd: release });
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
  const answer = resolve(host).catch((error: unknown): AttemptProblem => errorIn('resolve', error));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
