import { ABSENT, type Observed, observed, UNOBSERVED } from '../../domain/observed.ts';
import type { LogFacts } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import { bestOf, type Outcome, statusOf } from '../../source/status.ts';
import type { FollowState } from './follower.ts';
import { LogBook } from './log-book.ts';

export const READ_LOGS: Right = { group: '', resources: ['pods/log'], verbs: ['get'] };
const LOGS_RULE = ruleOf(READ_LOGS);
/** A log that was read once and fails for so long is not read any more. */
const STALE_MS = 60_000;

/** Observed once a log was open, be it empty; what was counted stays, although its pods go. */
export function factsOf(states: readonly FollowState[], book: LogBook | undefined, noPods: boolean): Observed<LogFacts> {
  if (states.some(({ kind }) => kind === 'open')) return observed((book ?? new LogBook()).facts());
  if (states.some(({ kind }) => kind === 'forbidden')) return { state: 'forbidden', rule: LOGS_RULE };
  if (book?.wasRead) return observed(book.facts());
  const failure = states.find((state) => state.kind === 'failed' || state.kind === 'unauthorised');
  if (failure && 'message' in failure) return { state: 'unobserved', why: failure.message };
  return noPods ? ABSENT : UNOBSERVED;
}

function outcomeOf(state: FollowState): Outcome {
  switch (state.kind) {
    case 'open':
      return { state: 'ok' };
    case 'pending':
      return { state: 'pending' };
    case 'forbidden':
      return { state: 'forbidden', rule: LOGS_RULE, message: state.message };
    default:
      return { state: state.kind, message: state.message };
  }
}

/** Of all logs together. @param over what is not followed, in words. */
export function statusOfLogs(
  states: readonly FollowState[],
  { now, lastSuccess, over }: { readonly now: number; readonly lastSuccess: number | undefined; readonly over?: string | undefined },
): SourceStatus {
  const outcomes = states.map(outcomeOf);
  if (over !== undefined) outcomes.push({ state: 'ok', message: over });
  return bestOf(
    'logs',
    // An open log may be silent for hours: only one that fails grows stale.
    outcomes.map((outcome) =>
      statusOf('logs', { outcome, lastSuccess, staleAfterMs: STALE_MS, ...(outcome.state === 'ok' && { failingSince: now }) }, now),
    ),
  );
}
