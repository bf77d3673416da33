import type { SourceStatus } from '../../domain/sources.ts';
import type { Logger } from '../source.ts';
import type { ResourceSpec } from './api.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';

type Trouble = {
  readonly state: 'forbidden' | 'absent' | 'failed';
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
  readonly malformedCount: number;
  /** 403 in a row since the last answer. */
  readonly refusals: number;
  listed(now: number): void;
  answered(now: number): void;
  failed(error: Error, now: number): void;
  malformed(message: string): void;
  status(now: number): SourceStatus;
}

export function createHealth(
  spec: Pick<ResourceSpec<unknown>, 'source' | 'path' | 'rule' | 'optional'>,
  { log, staleAfterMs, mayWarn }: { log: Logger; staleAfterMs: number; mayWarn(kind: string, now: number): boolean },
): Health {
  let synced = false;
  let malformedCount = 0;
  let lastSuccess: number | undefined;
  let trouble: Trouble | undefined;
  let expiredBefore = false;
  let refusals = 0;

  const messageOf = (): string | undefined => {
    if (trouble) return trouble.message;
    return malformedCount > 0 ? `${malformedCount} malformed objects of ${spec.path} were dropped` : undefined;
  };
  const stateOf = (now: number): SourceStatus['state'] => {
    if (!trouble) return synced ? 'ok' : 'pending';
    if (trouble.state !== 'failed') return trouble.state;
    if (!synced) return 'failed';
    return now - trouble.since >= staleAfterMs ? 'stale' : 'ok';
  };

  return {
    get synced() {
      return synced;
    },
    get malformedCount() {
      return malformedCount;
    },
    get refusals() {
      return refusals;
    },
    listed(now) {
      synced = true;
      lastSuccess = now;
    },
    answered(now) {
      lastSuccess = now;
      expiredBefore = false;
      refusals = 0;
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
      if (state === 'forbidden' && ++refusals < REFUSALS_BELIEVED && synced) return;
      const before = trouble?.kind === kind ? trouble : undefined;
      // A watch that is cut is resumed at once: only what stands in the way of that is worth a line.
      const cut = synced && !trouble && isCut(kind);
      const expected = spec.optional === true && state === 'forbidden';
      const warned = before?.warned || (!cut && !expected && (!(error instanceof KubeRequestError) || mayWarn(kind, now)));
      if (!before?.warned) log[warned ? 'warn' : 'debug']({ source: spec.source, path: spec.path, state }, error.message);
      trouble = { state, kind, message: error.message, since: trouble?.state === state ? trouble.since : now, warned };
    },
    malformed(message) {
      malformedCount++;
      if (malformedCount === 1) log.warn({ source: spec.source, path: spec.path }, `a malformed object was dropped: ${message}`);
    },
    status(now) {
      const state = stateOf(now);
      const message = messageOf();
      return {
        source: spec.source,
        state,
        ...(lastSuccess === undefined ? {} : { lastSuccess }),
        ...(message === undefined ? {} : { message }),
        ...(state === 'forbidden' ? { rule: spec.rule } : {}),
      };
    },
  };
}

/** So many 403 in a row take away what was allowed before. */
const REFUSALS_BELIEVED = 3;

/** How a connection ends that stood. */
export function isCut(code: string): boolean {
  return code === 'CUT' || code === 'ECONNRESET' || code === 'EPIPE';
}

function classify(error: Error): Pick<Trouble, 'state' | 'kind'> {
  if (error instanceof KubeStatusError) {
    if (error.kind === 'forbidden') return { state: 'forbidden', kind: 'forbidden' };
    if (error.kind === 'not-found') return { state: 'absent', kind: 'absent' };
    return { state: 'failed', kind: String(error.status) };
  }
  return { state: 'failed', kind: error instanceof KubeRequestError ? error.code : error.name };
}
