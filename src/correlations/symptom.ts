import { above, any, avg, type Criterion, increase, MINUTE, max } from '../domain/criterion.ts';

/**
 * Without this there is no diagnosis: the API erred within the last minute, or each probe of the last minute was slow.
 * A minute, so that one probe in six that gets lost is enough, and a recovery clears the verdict soon.
 */
export const SYMPTOM: Criterion = any(
  above(max('failing', MINUTE), 0.5),
  // The same by the counter: whoever looks every half minute sees few of the moments at which an API that comes and goes fails.
  above(increase('aggregator-failures', MINUTE), 0.5),
  above(avg('aggregator-seconds', MINUTE), 2),
  above(avg('list-seconds', MINUTE), 2),
);

/** Log-odds of `unknown`: what a cause has to beat. The priors of the causes are relative to it. */
export const UNKNOWN_SCORE = 0;

/**
 * Log-odds of the causes that show no evidence, together. An API of which only its failure is seen fails for one of the usual
 * reasons, not for an unknowable one: so it is above `unknown`. How far above was chosen by the reliability table of the known
 * incidents, see docs/accuracy.md.
 */
export const OTHER_SCORE = 1.5;
