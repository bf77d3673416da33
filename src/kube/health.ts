import type { SourceStatus } from '../domain/sources.ts';
import type { Logger } from '../source/logger.ts';
import { ruleOf } from '../source/right.ts';
import { type Outcome, statusOf, unauthorised } from '../source/status.ts';
import type { ResourceSpec } from './api.ts';
import type { MalformedObjectError } from './decode.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';
import type { Refusal } from './fields.ts';
import { createRefusalBook } from './refusal-book.ts';
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

/** What is known of a cache's own health. One log line when trouble begins or changes, one when it ends. */
export interface Health {
  readonly synced: boolean;
  /** 403 or 401 in a row since the last answer. */
  readonly refusals: number;
  listed(now: number): void;
  answered(now: number): void;
  failed(error: Error, now: number): void;
  /** An object was read; what of it was refused, if anything. */
  read(key: string, refused: readonly Refusal[] | undefined): void;
  /** An object that cannot be read as a whole. */
  unreadable(error: MalformedObjectError): void;
  gone(key: string): void;
  status(now: number): SourceStatus;
}

export function createHealth(
  spec: Pick<ResourceSpec<unknown>, 'source' | 'path' | 'optional'>,
  { log, staleAfterMs, mayWarn }: { log: Logger; staleAfterMs: number; mayWarn(kind: string, now: number): boolean },
): Health {
  const rule = ruleOf(rightToWatch(spec.path));
  let synced = false;
  const refusals = createRefusalBook(spec, log);
  let lastSuccess: number | undefined;
  let trouble: Trouble | undefined;
  let expiredBefore = false;
  let inARow = 0;

  const outcome = (): Outcome => {
    if (!trouble) return { state: synced ? 'ok' : 'pending', message: refusals.message() };
    const { state, message } = trouble;
    return state === 'forbidden' ? { state, message, rule } : { state, message };
  };

  return {
    get synced() {
      return synced;
    },
    get refusals() {
      return inARow;
    },
    listed(now) {
      synced = true;
      lastSuccess = now;
    },
    answered(now) {
      lastSuccess = now;
      expiredBefore = false;
      inARow = 0;
      if (!trouble) return;
      log[trouble.warned ? 'info' : 'debug']({ source: spec.source, path: spec.path }, `${spec.path} is watched again`);
      trouble = undefined;
    },
    failed(error, now) {
      // Once is how a watch's history ends; twice in a row, without an event between, is trouble.
      if (error instanceof KubeStatusError && error.kind === 'expired' && !expiredBefore) {
        expiredBefore = true;
        return;
      }
      const { state, kind } = classify(error);
      // A kube-apiserver that has just started refuses everything until it knows its roles.
      if ((state === 'forbidden' || state === 'unauthorised') && ++inARow < REFUSALS_BELIEVED && synced) return;
      const before = trouble?.kind === kind ? trouble : undefined;
      // A watch that is cut is resumed at once: only what stands in the way of that is worth a line.
      const cut = synced && !trouble && isCut(kind);
      const expected = spec.optional === true && state === 'forbidden';
      const warned = before?.warned || (!cut && !expected && (!(error instanceof KubeRequestError) || mayWarn(kind, now)));
      const message = state === 'unauthorised' ? unauthorised(error.message).message : error.message;
      if (!before?.warned) log[warned ? 'warn' : 'debug']({ source: spec.source, path: spec.path, state }, message);
      trouble = { state, kind, message, since: trouble?.state === state ? trouble.since : now, warned };
    },
    read: refusals.read,
    unreadable: refusals.unreadable,
    gone: refusals.gone,
    // A watch with nothing to tell is healthy however long ago its last event was: only trouble makes it stale.
    status: (now) =>
      statusOf(
        spec.source,
        { outcome: outcome(), lastSuccess, staleAfterMs, failingSince: trouble?.since ?? now, refused: refusals.total },
        now,
      ),
  };
}

/** So many 403 or 401 in a row take away what was allowed before. */
const REFUSALS_BELIEVED = 3;

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
