import { setTimeout as sleep } from 'node:timers/promises';
import { monotonic } from '../source/clock.ts';
import type { KubeClient } from './api.ts';
import { type BackOff, createBackOff } from './back-off.ts';
import type { CacheTuning } from './cache-tuning.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';
import { type Health, isCut } from './health.ts';

/** What cuts a wait short, or ends it. */
type Excuse = 'cut' | 'expired' | 'reachable';

export interface RetryInput {
  readonly client: KubeClient;
  readonly optional: boolean;
  readonly health: Pick<Health, 'refusals' | 'synced'>;
  readonly tuning: CacheTuning;
  /** 0 to 1. */
  readonly random: () => number;
}

/** How long a watch that failed waits before its next attempt. */
export class Retries {
  readonly #input: RetryInput;
  readonly #backOff: BackOff;
  /** When a wait was last cut short, and why. */
  readonly #excuses = new Map<Excuse, number>();

  constructor(input: RetryInput) {
    const { tuning, random } = input;
    this.#input = input;
    this.#backOff = createBackOff({ firstMs: tuning.firstDelayMs, maxMs: tuning.maxDelayMs, healthyMs: tuning.healthyMs, random });
  }

  /** A watch stands. */
  healthy(): void {
    this.#backOff.healthy(monotonic());
  }

  /** Milliseconds to wait before the next attempt. The health must know of the failure already. */
  delayAfter(error: unknown): number {
    const { tuning } = this.#input;
    const step = this.#backOff.next(monotonic());
    const delay = this.#isExcused(error) ? Math.min(step, this.#spread(tuning.firstDelayMs)) : step;
    if (!(error instanceof KubeStatusError)) return delay;
    return this.#refusedFor(error) ?? Math.max(delay, Math.min(error.retryAfterMs ?? 0, tuning.maxRetryAfterMs));
  }

  /** Ends sooner when the server is back, at a moment of its own so that not all come at once. */
  async wait(ms: number, error: unknown, signal: AbortSignal): Promise<void> {
    const { client, tuning, random } = this.#input;
    const end = new AbortController();
    const stop = () => end.abort();
    signal.addEventListener('abort', stop, { once: true });
    const wake = () => {
      this.#excuses.set('reachable', monotonic());
      setTimeout(stop, tuning.spreadMs * random()).unref();
    };
    const forget = isUnreachable(error) && this.#mayExcuse('reachable') ? client.onReachable?.(wake) : undefined;
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    signal.removeEventListener('abort', stop);
    forget?.();
  }

  /** A missing right or type comes back by an administrator's hand, not within seconds. */
  #refusedFor({ kind }: KubeStatusError): number | undefined {
    const { health, optional, tuning } = this.#input;
    if (kind === 'not-found') return this.#spread(tuning.maxDelayMs);
    if (kind !== 'forbidden') return undefined;
    const { refusals, synced } = health;
    if (synced && refusals <= EARLY_REFUSALS) return this.#spread(tuning.firstDelayMs * 2 ** refusals);
    return this.#spread((optional ? OPTIONAL_DELAYS : 1) * tuning.maxDelayMs);
  }

  /** How watches end in good health too, and what a restarted server answers next: the back-off counts it, but is not waited out. */
  #isExcused(error: unknown): boolean {
    const kind = endOfWatch(error);
    if (kind === undefined || !this.#mayExcuse(kind)) return false;
    this.#excuses.set(kind, monotonic());
    return true;
  }

  #mayExcuse(kind: Excuse): boolean {
    return monotonic() - (this.#excuses.get(kind) ?? Number.NEGATIVE_INFINITY) >= this.#input.tuning.excuseMs;
  }

  /** Half of it fixed, half random, so that many clients spread. */
  #spread(ms: number): number {
    return ms * (0.5 + 0.5 * this.#input.random());
  }
}

/** Longest waits between two attempts at what may well stay refused. */
const OPTIONAL_DELAYS = 10;
/** What was allowed before and is refused is asked for so often with growing waits: the kube-apiserver may just have started. */
const EARLY_REFUSALS = 5;

function endOfWatch(error: unknown): 'cut' | 'expired' | undefined {
  if (error instanceof KubeStatusError) return error.kind === 'expired' ? 'expired' : undefined;
  return error instanceof KubeRequestError && isCut(error.code) ? 'cut' : undefined;
}

function isUnreachable(error: unknown): boolean {
  return error instanceof KubeRequestError && error.code !== 'GARBAGE' && error.code !== 'CREDENTIALS';
}
