import { FAILURE_REASONS, type FailureReason, type ProbeResult, type ProbeTally, type Vantage } from '../domain/probe.ts';
import { isRecent, largest, RECENT_FAILURE_MS } from './reading.ts';

/** What the targets of one API have done for how long, and which of them differ. */

export type Pick = (tally: ProbeTally) => boolean;

export const from =
  (vantage: Vantage): Pick =>
  (tally) =>
    tally.vantage === vantage;

/** Share of the targets whose last probe failed. Undefined when nothing was probed from there. */
export function failingShare(tallies: readonly ProbeTally[], pick: Pick): number | undefined {
  let all = 0;
  let failing = 0;
  for (const tally of tallies) {
    if (!pick(tally)) continue;
    all++;
    if (!tally.last.ok) failing++;
  }
  return all === 0 ? undefined : failing / all;
}

/** It came back after something else, the last time within a minute: one pass does not end an intermittent fault. */
const recurs = ({ recurred }: ProbeTally, reason: FailureReason, time: number): boolean =>
  isRecent(recurred?.[reason], time, RECENT_FAILURE_MS);

/** The newest outcome of the target, and what recurs there: another answer ends the one before. */
export function failsWith(tally: ProbeTally, reason: FailureReason, time: number): boolean {
  return (!tally.last.ok && (tally.last.reason ?? 'other') === reason) || recurs(tally, reason, time);
}

const isSteady = (tally: ProbeTally, time: number): boolean => !FAILURE_REASONS.some((reason) => recurs(tally, reason, time));

/** Since when the outcome has been the same, pass or failure. A target that never failed has passed since we look. */
const unchangedSince = ({ run, last, lastOk, lastFailure }: ProbeTally): number => run?.since ?? (last.ok ? lastFailure?.at : lastOk) ?? 0;

/** For how long each target has passed, seconds: 0 while one fails or comes and goes. */
export function passingSeconds(kept: readonly ProbeTally[], time: number): number | undefined {
  if (kept.length === 0) return undefined;
  if (!kept.every((tally) => tally.last.ok && isSteady(tally, time))) return 0;
  return secondsSince(largest(kept.map(unchangedSince)), time);
}

/** A failure is steady after so many in a row: lost packets hit a target now and then. */
const IN_A_ROW = 3;
/** Of new connections that were waited for in vain: in 5 s each has sent its SYN three times (RFC 6298, after 1 s and 2 s more). */
const DIALS_IN_A_ROW = 2;

const isSteadyFailure = ({ run, last }: ProbeTally): boolean =>
  run === undefined || run.length >= (last.reason === 'connection_timeout' ? DIALS_IN_A_ROW : IN_A_ROW);

/** For how long the same targets have passed and the same have failed, seconds: 0 while they agree, or while one comes and goes. */
export function splitSeconds(tallies: readonly ProbeTally[], pick: Pick, time: number): number | undefined {
  const kept = tallies.filter(pick);
  if (kept.length === 0) return undefined;
  const failing = kept.filter(({ last }) => !last.ok);
  const steady = failing.every(isSteadyFailure) && kept.every((tally) => !tally.last.ok || isSteady(tally, time));
  if (failing.length === 0 || failing.length === kept.length || !steady) return 0;
  return secondsSince(largest(kept.map(unchangedSince)), time);
}

/** What a lost packet looks like to who waits for it. */
const TIMED_OUT: ReadonlySet<FailureReason> = new Set([
  'connection_timeout',
  'tls_timeout',
  'response_timeout',
  'transfer_timeout',
  'gateway_timeout',
]);

/** It timed out within the last minute and has passed since, or comes back to that. Where packets vanish altogether neither happens. */
export function timesOutByTurns(tally: ProbeTally, time: number): boolean {
  const { last, lastFailure } = tally;
  if ([...TIMED_OUT].some((reason) => recurs(tally, reason, time))) return true;
  if (!last.ok || !lastFailure || isBeforeBackend(lastFailure)) return false;
  const endedAt = lastFailure.at + lastFailure.seconds * 1000;
  return TIMED_OUT.has(lastFailure.reason ?? 'other') && isRecent(endedAt, time, RECENT_FAILURE_MS);
}

/** It came no further than the kube-apiserver: that says nothing of the way behind it. */
const isBeforeBackend = ({ hop }: ProbeResult): boolean => hop === 'us' || hop === 'kube-apiserver';

/**
 * Those of which one that fails by turns says that packets get lost. Of several backend addresses each new connection to the ClusterIP, or
 * through the kube-apiserver, goes to another one: with one of them cut off these fail by turns too, and the addresses alone tell.
 */
export function tallyingLoss(tallies: readonly ProbeTally[]): readonly ProbeTally[] {
  const addresses = tallies.filter(from('endpoint'));
  return addresses.length > 1 ? addresses : tallies.filter(({ vantage }) => vantage !== 'control');
}

/**
 * How long after each backend address had begun to pass the ClusterIP still failed, seconds, by its newest probe: what it answered before
 * they passed says nothing. 0 while it answers, or while an address fails or comes and goes. Undefined where one of the two is not probed.
 */
export function serviceAloneSeconds(tallies: readonly ProbeTally[], time: number): number | undefined {
  const [service] = tallies.filter(from('service'));
  const addresses = tallies.filter(from('endpoint'));
  if (!service || addresses.length === 0) return undefined;
  const isAlone = !service.last.ok && addresses.every((tally) => tally.last.ok && isSteady(tally, time));
  if (!isAlone) return 0;
  return secondsSince(largest([service, ...addresses].map(unchangedSince)), service.last.at + service.last.seconds * 1000);
}

/** All addresses of one IP family fail, and all of the other pass: the backend is there, and one way to it is not. */
export function familiesDisagree(tallies: readonly ProbeTally[]): boolean | undefined {
  const addresses = tallies.filter(from('endpoint'));
  if (addresses.length === 0) return undefined;
  const six = addresses.filter(({ target }) => isIPv6(target));
  const four = addresses.filter(({ target }) => !isIPv6(target));
  if (six.length === 0 || four.length === 0) return false;
  const [ofSix, ofFour] = [six, four].map((own) => failingShare(own, () => true));
  return (ofSix === 0 && ofFour === 1) || (ofSix === 1 && ofFour === 0);
}

/** `[address]:port` */
const isIPv6 = (target: string): boolean => target.startsWith('[');

/** Longer says no more, and a value that stands still costs nothing to remember. */
const LONG_SECONDS = 600;

const secondsSince = (since: number | undefined, time: number): number | undefined =>
  since === undefined ? undefined : Math.min(LONG_SECONDS, Math.max(0, time - since) / 1000);

/** Some targets pass while others fail: one answer of last probes that is split. */
export function areSplit(tallies: readonly ProbeTally[], pick: Pick): boolean | undefined {
  const share = failingShare(tallies, pick);
  return share === undefined ? undefined : share > 0 && share < 1;
}
