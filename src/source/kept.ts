import { ABSENT, type Observed, observed } from '../domain/observed.ts';
import type { SourceName } from '../domain/sources.ts';
import { ageOf, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { type Outcome, type Part, unauthorised } from './status.ts';

/** What one reading of one thing brought. */
export type Answer<T> =
  /** What of it could not be read, in words, and how many objects those were. */
  | { readonly state: 'ok'; readonly value: T; readonly message?: string; readonly refused?: number }
  | Exclude<Outcome, { state: 'ok' | 'pending' | 'absent' | 'disabled' }>
  | { readonly state: 'absent'; readonly message?: string };

/** An HTTP status other than 200, as an answer. @param where what was asked, e.g. `GET /metrics`. */
export function refusalOf(status: number | undefined, where: string, rule: string): Exclude<Answer<never>, { state: 'ok' }> {
  switch (status) {
    case 401:
      return unauthorised(`${where}: 401`);
    case 403:
      return { state: 'forbidden', rule, message: `${where}: 403` };
    case 404:
      return { state: 'absent', message: `${where}: 404` };
    default:
      return { state: 'failed', message: `${where}: ${status}` };
  }
}

/** One thing that is read again and again: the last answer, and the last value while it is believed. */
export interface Kept<T> {
  /** Undefined before the first. */
  readonly answer: Answer<T> | undefined;
  take(answer: Answer<T>): void;
  /** The last value; undefined when there is none, when it is too old, or when we were told since that it is not for us or not there. */
  believed(): T | undefined;
  part(): Omit<Part, 'staleAfterMs'>;
}

/** @param what for the log, e.g. `RoleBindings`: one line when trouble begins or changes, one when it ends. */
export function createKept<T>(options: {
  readonly what: string;
  /** Fields of those lines. */
  readonly about: { readonly source: SourceName; readonly [field: string]: string };
  readonly clock: Clock;
  readonly log: Logger;
  readonly staleAfterMs: number;
}): Kept<T> {
  const { what, about, clock, log, staleAfterMs } = options;
  let last: Answer<T> | undefined;
  let good: { readonly value: T; readonly at: number } | undefined;
  let lastSuccess: number | undefined;
  let refused = 0;

  function note(now: Answer<T>): void {
    const before = last?.state ?? 'ok';
    if (now.state === before) return;
    if (now.state === 'ok') log.info(about, `${what} can be read again`);
    else
      log[now.state === 'forbidden' || now.state === 'absent' ? 'info' : 'warn']({ ...about, error: now.message }, `cannot read ${what}`);
  }

  return {
    get answer() {
      return last;
    },
    take(answer) {
      note(answer);
      last = answer;
      if (answer.state === 'ok') {
        lastSuccess = clock();
        good = { value: answer.value, at: lastSuccess };
        refused += answer.refused ?? 0;
      } else if (answer.state === 'forbidden' || answer.state === 'absent') good = undefined;
    },
    believed: () => (good && ageOf(good.at, clock()) < staleAfterMs ? good.value : undefined),
    part: () => ({ outcome: outcomeOf(last), lastSuccess, refused }),
  };
}

function outcomeOf(answer: Answer<unknown> | undefined): Outcome {
  if (!answer) return { state: 'pending' };
  return answer.state === 'ok' ? { state: 'ok', message: answer.message } : answer;
}

/** A fact by its last answer alone. */
export function observedNow<T>(answer: Answer<T> | undefined): Observed<T> {
  if (!answer) return { state: 'unobserved', why: 'not read yet' };
  switch (answer.state) {
    case 'ok':
      return observed(answer.value);
    case 'forbidden':
      return { state: 'forbidden', rule: answer.rule };
    case 'absent':
      return ABSENT;
    default:
      return { state: 'unobserved', why: answer.message };
  }
}

/** A fact by its last answer, and while that is only a failure, by the last value that is believed. */
export function observedOf<T>(kept: Kept<T>): Observed<T> {
  const value = kept.answer?.state === 'failed' ? kept.believed() : undefined;
  return value === undefined ? observedNow(kept.answer) : observed(value);
}
