/** Milliseconds. */
export interface Timing {
  /** For how long others wait since they last saw the Lease change before they take it. */
  readonly leaseDurationMs: number;
  /** For how long the leader tries to renew it before it stops leading. */
  readonly renewDeadlineMs: number;
  /** Between two tries. */
  readonly retryPeriodMs: number;
}

/** Of kube-controller-manager and kube-scheduler, and the default here. */
export const USUAL_TIMING: Timing = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

/** Those who want the Lease try after the retry period and up to so much of it more, so that they do not ask in step. */
export const JITTER = 1.2;

/** What client-go refuses, in words; and a Lease counts in whole seconds. */
export function timingProblem({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: Timing): string | undefined {
  if (leaseDurationMs % 1000 !== 0) return 'lease_duration: whole seconds are allowed';
  if (leaseDurationMs <= renewDeadlineMs) return 'lease_duration: more than renew_deadline is allowed';
  if (renewDeadlineMs <= JITTER * retryPeriodMs) return `renew_deadline: more than ${JITTER} × retry_period is allowed`;
  return undefined;
}
