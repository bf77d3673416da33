import { compareStates, type SourceName, type SourceState, type SourceStatus } from '../domain/sources.ts';
import { ageOf } from './clock.ts';

/** What the last look at one part of a source brought. */
export type Outcome =
  | { readonly state: 'pending' | 'absent' | 'disabled'; readonly message?: string | undefined }
  /** What is missing although it answers, and the rule that would open that. */
  | { readonly state: 'ok'; readonly message?: string | undefined; readonly rule?: string | undefined }
  | { readonly state: 'unauthorised' | 'failed'; readonly message: string }
  | { readonly state: 'forbidden'; readonly rule: string; readonly message?: string | undefined };

/** One thing that a source reads: a resource type, an instance, a log. */
export interface Part {
  readonly outcome: Outcome;
  /** Unix milliseconds; absent before the first success. */
  readonly lastSuccess?: number | undefined;
  /** How long its last answer is believed, milliseconds; 0 = a failure counts at once. */
  readonly staleAfterMs: number;
  /** Unix milliseconds since when it fails, where that is not its last success: a watch may have had nothing to tell before. */
  readonly failingSince?: number | undefined;
  readonly refused?: number | undefined;
}

/** The words for a 401: nobody can be let in by a rule before he is known. */
export function unauthorised(where: string): { readonly state: 'unauthorised'; readonly message: string } {
  return { state: 'unauthorised', message: `the credentials were refused: ${where}` };
}

/** The one place where the state of a source, or of a part of one, is decided. */
export function statusOf(source: SourceName, part: Part, now: number): SourceStatus {
  const { outcome, lastSuccess, refused } = part;
  return {
    source,
    state: stateOf(part, now),
    ...(lastSuccess !== undefined && { lastSuccess }),
    ...(outcome.message !== undefined && { message: outcome.message }),
    ...('rule' in outcome && outcome.rule !== undefined && { rule: outcome.rule }),
    ...(refused !== undefined && refused > 0 && { refused }),
  };
}

function stateOf({ outcome, lastSuccess, staleAfterMs, failingSince = lastSuccess }: Part, now: number): SourceState {
  const old = failingSince !== undefined && ageOf(failingSince, now) >= staleAfterMs;
  switch (outcome.state) {
    case 'failed':
      if (lastSuccess === undefined || staleAfterMs === 0) return 'failed';
      return old ? 'stale' : 'ok';
    case 'ok':
      return old ? 'stale' : 'ok';
    default:
      return outcome.state;
  }
}

/** Of a source all of whose parts are needed: the worst of them, with the oldest success. */
export function worstOf(source: SourceName, parts: readonly SourceStatus[]): SourceStatus {
  return combined(
    source,
    [...parts].sort((a, b) => compareStates(a.state, b.state)),
  );
}

/**
 * Of a source whose parts tell the same of different things (instances, logs, backends): a refusal of one is told, because a right
 * is missing; else one that answers is enough, and its message tells what the others lack.
 */
export function bestOf(source: SourceName, parts: readonly SourceStatus[]): SourceStatus {
  // The one order, in which an answer comes right behind the refusals.
  const rank = (state: SourceState) => (compareStates(state, 'forbidden') <= 0 ? 0 : state === 'ok' ? 1 : 2);
  return combined(
    source,
    [...parts].sort((a, b) => rank(a.state) - rank(b.state) || compareStates(a.state, b.state)),
  );
}

/** The first part counts. One that has nothing to say leaves room for what another one lacks. */
function combined(source: SourceName, parts: readonly SourceStatus[]): SourceStatus {
  const [first] = parts;
  if (!first) return { source, state: 'pending' };
  const { lastSuccess: _, ...rest } = first;
  const message = first.message ?? parts.find((part) => part.message !== undefined)?.message;
  const successes = parts.flatMap(({ lastSuccess }) => lastSuccess ?? []);
  const refused = parts.reduce((sum, part) => sum + (part.refused ?? 0), 0);
  return {
    ...rest,
    source,
    ...(message !== undefined && { message }),
    ...(successes.length > 0 && { lastSuccess: Math.min(...successes) }),
    ...(refused > 0 && { refused }),
  };
}
