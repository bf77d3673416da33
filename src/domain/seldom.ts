/**
 * Milliseconds from one restart to the next, from which on restarts are no fault of a server: two days. What is wrong with one shows by the day: a
 * nightly job, a rotation, a leak that fills its limit. Each makes a restart in two days, even if every other night passes without. Reboots of a node and
 * upgrades come no oftener, and each takes the server away for a minute at most: until it listens, its readiness probe is asked again (10 s if nobody set
 * it) and the kube-apiserver has checked it again (30 s; kube-aggregator 1.36 pkg/controllers/status/remote).
 */
export const SELDOM_MS = 48 * 3_600_000;
