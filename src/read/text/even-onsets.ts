const HOUR_MS = 3_600_000;
/** Errors that are nearer to each other are of one failure. */
const ONE_FAILURE_MS = HOUR_MS / 3;
const FEWEST = 3;
/** How far a distance may be from the middle one, as a share of it. */
const MOST_OFF = 0.02;
/** What a clock of a cluster is set to, in parts of an hour. */
const PART_MS = HOUR_MS / 2;

/**
 * Failures begin at even distances of whole half hours, one hour at least: what keeps a schedule does that, and nothing else in a cluster.
 * Retries end below it: client-go's queues wait 1000 s at most (util/workqueue: DefaultControllerRateLimiter), the kubelet's back-off is 5 min
 * (kubelet: MaxContainerBackOff), the check of the kube-apiserver comes each 30 s.
 * @param times of errors, Unix milliseconds, in any order.
 */
export function beginEvenly(times: readonly number[]): boolean {
  const onsets = [...times]
    .sort((a, b) => a - b)
    .filter((time, index, all) => index === 0 || time - (all[index - 1] ?? 0) > ONE_FAILURE_MS);
  if (onsets.length < FEWEST) return false;
  const distances = onsets.slice(1).map((time, index) => time - (onsets[index] ?? 0));
  const middle = [...distances].sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  if (middle < HOUR_MS * (1 - MOST_OFF)) return false;
  const parts = middle / PART_MS;
  const isOnTheClock = Math.abs(parts - Math.round(parts)) * PART_MS <= middle * MOST_OFF;
  return isOnTheClock && distances.every((distance) => Math.abs(distance - middle) <= middle * MOST_OFF);
}
