import type { SourceStatus } from '../domain/sources.ts';
import type { Logger } from '../source/logger.ts';
import { ruleOf } from '../source/right.ts';
import { type Outcome, statusOf, unauthorised } from '../source/status.ts';
import type { ResourceSpec } from './api.ts';
import type { MalformedObjectError } from './decode.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';
import type { Refusal } from './fields.ts';
import { createRefusalBook, type RefusalBook } from './refusal-book.ts';
import { rightToWatch } from './right.ts';

type Trouble = {
  readonly state: 'unauthorised' | 'forbidden' | 'absent' | 'failed';
  /** Says the same for the same trouble, without ports and counts: one log line each. */
  readonly kind: string;
  readonly message: string;
  readonly since: number;
  /** It was logged as a warning, so its end is worth a line too. */
  readonly warned: boolean;
};

type Watched = Pick<ResourceSpec<unknown>, 'source' | 'path' | 'optional'>;

interface HealthOptions {
  readonly log: Logger;
  readonly staleAfterMs: number;
  /** Whether trouble of this kind is worth a line now, of whatever resource. */
  mayWarn(kind: string, now: number): boolean;
}

/** So many 403 or 401 in a row take away what was allowed before. */
const REFUSALS_BELIEVED = 3;

/** What is known of a cache's own health. One log line when trouble begins or changes, one when it ends. */
export class Health {
  readonly #spec: Watched;
  readonly #options: HealthOptions;
  /** The right that it takes, in words. */
  readonly #rule: string;
  readonly #refused: RefusalBook;
  #synced = false;
  #lastSuccess: number | undefined;
  #trouble: Trouble | undefined;
  #expiredBefore = false;
  #refusals = 0;

  constructor(spec: Watched, options: HealthOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#rule = ruleOf(rightToWatch(spec.path));
    this.#refused = createRefusalBook(spec, options.log);
  }

  get synced(): boolean {
    return this.#synced;
  }

  /** 403 or 401 in a row since the last answer. */
  get refusals(): number {
    return this.#refusals;
  }

  listed(now: number): void {
    this.#synced = true;
    this.#lastSuccess = now;
  }

  answered(now: number): void {
    this.#lastSuccess = now;
    this.#expiredBefore = false;
    this.#refusals = 0;
    if (!this.#trouble) return;
    const { source, path } = this.#spec;
    this.#options.log[this.#trouble.warned ? 'info' : 'debug']({ source, path }, `${path} is watched again`);
    this.#trouble = undefined;
  }

  failed(error: Error, now: number): void {
    if (this.#isEndOfHistory(error)) return;
    const { state, kind } = classify(error);
    if (this.#isNotBelievedYet(state)) return;
    const saidBefore = this.#trouble?.kind === kind && this.#trouble.warned;
    const warned = saidBefore || this.#isWorthAWarning(error, { state, kind }, now);
    const message = state === 'unauthorised' ? unauthorised(error.message).message : error.message;
    const { source, path } = this.#spec;
    if (!saidBefore) this.#options.log[warned ? 'warn' : 'debug']({ source, path, state }, message);
    this.#trouble = { state, kind, message, since: this.#trouble?.state === state ? this.#trouble.since : now, warned };
  }

  /** An object was read; what of it was refused, if anything. */
  read(key: string, refused: readonly Refusal[] | undefined): void {
    this.#refused.read(key, refused);
  }

  /** An object that cannot be read as a whole. */
  unreadable(error: MalformedObjectError): void {
    this.#refused.unreadable(error);
  }

  gone(key: string): void {
    this.#refused.gone(key);
  }

  /** A watch with nothing to tell is healthy however long ago its last event was: only trouble makes it stale. */
  status(now: number): SourceStatus {
    const part = {
      outcome: this.#outcome(),
      lastSuccess: this.#lastSuccess,
      staleAfterMs: this.#options.staleAfterMs,
      failingSince: this.#trouble?.since ?? now,
      refused: this.#refused.total,
    };
    return statusOf(this.#spec.source, part, now);
  }

  #outcome(): Outcome {
    if (!this.#trouble) return { state: this.#synced ? 'ok' : 'pending', message: this.#refused.message() };
    const { state, message } = this.#trouble;
    return state === 'forbidden' ? { state, message, rule: this.#rule } : { state, message };
  }

  /** Once is how a watch's history ends; twice in a row, without an event between, is trouble. */
  #isEndOfHistory(error: Error): boolean {
    if (this.#expiredBefore || !(error instanceof KubeStatusError && error.kind === 'expired')) return false;
    this.#expiredBefore = true;
    return true;
  }

  /** A kube-apiserver that has just started refuses everything until it knows its roles. */
  #isNotBelievedYet(state: Trouble['state']): boolean {
    if (state !== 'forbidden' && state !== 'unauthorised') return false;
    this.#refusals++;
    return this.#refusals < REFUSALS_BELIEVED && this.#synced;
  }

  #isWorthAWarning(error: Error, { state, kind }: Pick<Trouble, 'state' | 'kind'>, now: number): boolean {
    // A watch that is cut is resumed at once: only what stands in the way of that is worth a line.
    if (this.#synced && !this.#trouble && isCut(kind)) return false;
    if (this.#spec.optional === true && state === 'forbidden') return false;
    return !(error instanceof KubeRequestError) || this.#options.mayWarn(kind, now);
  }
}

/** How a connection ends that stood. */
export function isCut(code: string): boolean {
  return code === 'CUT' || code === 'ECONNRESET' || code === 'EPIPE';
}

function classify(error: Error): Pick<Trouble, 'state' | 'kind'> {
  if (error instanceof KubeStatusError) {
    if (error.kind === 'unauthorized') return { state: 'unauthorised', kind: '401' };
    if (error.kind === 'forbidden') return { state: 'forbidden', kind: 'forbidden' };
    if (error.kind === 'not-found') return { state: 'absent', kind: 'absent' };
    return { state: 'failed', kind: String(error.status) };
  }
  return { state: 'failed', kind: error instanceof KubeRequestError ? error.code : error.name };
}
