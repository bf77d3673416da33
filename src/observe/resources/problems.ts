import { type Outcome, unauthorised } from '../../source/status.ts';

/** What stood in the way of a reading. */
export interface Problems {
  /** The first, in words. */
  message?: string;
  /** The first rule that would have helped. */
  rule?: string;
  /** Somebody answered 401: he does not know us. */
  unauthorised?: boolean;
}

/** @param refusal of whom was asked; `rule` would open it. */
export function noteProblem(
  problems: Problems,
  { message, refusal, rule }: { readonly message: string; readonly refusal: string | undefined; readonly rule: string },
): void {
  problems.message ??= message;
  if (refusal === 'forbidden') problems.rule ??= rule;
  if (refusal === 'unauthorised') problems.unauthorised = true;
}

/** Of a turn in which nothing was read. */
export function outcomeOf({ message, rule, unauthorised: unknown }: Problems): Outcome {
  // Every kubelet answered, and none knows the containers yet.
  if (message === undefined) return { state: 'pending' };
  if (unknown) return unauthorised(message);
  return rule === undefined ? { state: 'failed', message } : { state: 'forbidden', rule, message };
}
