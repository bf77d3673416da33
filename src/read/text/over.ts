import { hasYear } from './times.ts';

/** When the errors of an API were, as far as its lines are stamped. */
export interface ErrorTimes {
  /** Unix milliseconds; undefined where no error has a stamp. */
  readonly oldest?: number;
  readonly newest?: number;
  /** Some error has no stamp: nobody knows whether it still stands. */
  readonly timeless: boolean;
  /** Some error is of what the server needs itself: that its discovery answers does not end it. */
  readonly inner: boolean;
}

export const NO_ERRORS: ErrorTimes = { timeless: false, inner: false };

export function withError(times: ErrorTimes, at: number | undefined, inner: boolean): ErrorTimes {
  if (at === undefined) return { ...times, timeless: true, inner: times.inner || inner };
  return {
    ...times,
    oldest: Math.min(at, times.oldest ?? at),
    newest: Math.max(at, times.newest ?? at),
    inner: times.inner || inner,
  };
}

export function merged(all: readonly ErrorTimes[]): ErrorTimes {
  return all.reduce((sum, { oldest, newest, timeless, inner }) => {
    const known = [sum, { oldest, newest }].filter((one) => one.oldest !== undefined && one.newest !== undefined);
    const span =
      known.length === 0
        ? {}
        : { oldest: Math.min(...known.map((one) => one.oldest ?? 0)), newest: Math.max(...known.map((one) => one.newest ?? 0)) };
    return { ...span, timeless: sum.timeless || timeless, inner: sum.inner || inner };
  }, NO_ERRORS);
}

/** When the text shows that an API answered. Unix milliseconds. */
export interface AnswerTimes {
  /** Requests for its resources, in the order of the text. */
  readonly resources: readonly number[];
  /** Its discovery. */
  readonly discovery: readonly number[];
  /** Since when its condition is True. */
  readonly available: number | undefined;
}

/** As long as the exporter waits after a failure before it calls an API well again; what fails at all times fails again within it. */
const QUIET_MS = 60_000;

/**
 * All errors of the text are older than an answer that contradicts them, so they are over. A minute must lie between, or the check of
 * the kube-apiserver itself have turned; and nothing may have answered between two of the errors, since what comes and goes comes again.
 */
export function isOver({ oldest, newest, timeless, inner }: ErrorTimes, { resources, discovery, available }: AnswerTimes): boolean {
  if (timeless || oldest === undefined || newest === undefined) return false;
  const isDatedAlike = (at: number) => hasYear(at) === hasYear(newest);
  const answers = (inner ? resources : [...resources, ...discovery]).filter(isDatedAlike);
  if (answers.some((at) => at > oldest && at < newest)) return false;
  const turned = !inner && available !== undefined && isDatedAlike(available) && available > newest;
  return turned || answers.some((at) => at - newest >= QUIET_MS);
}
