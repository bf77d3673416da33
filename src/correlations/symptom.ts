import { above, all, any, avg, below, type Criterion, HOUR, increase, last, MINUTE, max, min } from '../domain/criterion.ts';
import type { SignalId } from '../domain/ids.ts';

/**
 * Without this there is no diagnosis: the API erred within the last minute, its probes have been slow for a minute, or one of its
 * replicas fails on.
 * A minute, so that one probe in six that gets lost is enough, and a recovery clears the verdict soon.
 */
export const SYMPTOM: Criterion = any(
  above(max('failing', MINUTE), 0.5),
  // The same by the counter: whoever looks every half minute sees few of the moments at which an API that comes and goes fails.
  above(increase('aggregator-failures', MINUTE), 0.5),
  above(avg('aggregator-seconds', MINUTE), 2),
  above(avg('list-seconds', MINUTE), 2),
  // One of several replicas fails on, and a kube-apiserver that failed may hold a connection to another one for now.
  all(above(last('endpoints-split', 2 * MINUTE), MINUTE), above(max('failing', 15 * MINUTE), 0.5)),
);

/** A direct vantage that has not passed for an hour tells nothing of a recovery: it may be kept away from the backend for ever. */
const failsDirectly = (signal: SignalId): Criterion => all(above(last(signal, MINUTE), 0.01), below(min(signal, HOUR), 0.99));

/** The newest answer, and those of a minute on average: one slow answer after a failure is no second failure. */
const isSlow = (signal: SignalId): Criterion => all(above(last(signal, MINUTE), 2), above(avg(signal, MINUTE), 2));

/**
 * The symptom by the newest observation alone: while it is false every vantage passes, and a verdict is that of the failure that
 * ends. SYMPTOM remembers for a minute, because an API that comes and goes fails although it passes now.
 */
export const SYMPTOM_NOW: Criterion = any(
  above(last('failing', MINUTE), 0.5),
  isSlow('aggregator-seconds'),
  isSlow('list-seconds'),
  failsDirectly('service-failing'),
  failsDirectly('endpoint-failing'),
);

/** Log-odds of `unknown`: what a cause has to beat. The priors of the causes are relative to it. */
export const UNKNOWN_SCORE = 0;

/**
 * Log-odds of the causes that show no evidence, together. An API of which only its failure is seen fails for one of the usual
 * reasons, not for an unknowable one: so it is above `unknown`. How far above was chosen by the reliability table of the known
 * incidents, see docs/accuracy.md.
 */
export const OTHER_SCORE = 1.5;
