/** One end for everything that belongs to one request. */
export interface Deadline {
  /** Aborts with the reason in words: too late, or given up. */
  readonly signal: AbortSignal;
  /** What was waited for is there. */
  met(): void;
}

/** @param outer whoever asked gives up: what is under way ends at once. */
export function createDeadline(timeoutMs: number, outer?: AbortSignal): Deadline {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const giveUp = (): void => end.abort(new Error('was given up'));
  if (outer?.aborted) giveUp();
  outer?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: end.signal,
    met() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
    },
  };
}
