import type { SignatureId } from '../../../src/domain/ids.ts';
import { observed } from '../../../src/domain/observed.ts';
import type { ProbeTally } from '../../../src/domain/probe.ts';
import type { ApiFacts, ClusterEvent } from '../../../src/domain/snapshot.ts';
import { healthyContainer, healthyPod, healthyTally, NOW, probeResult } from '../../support/healthy.ts';

/** An evicted pod, and a younger one that has run and been ready for so long. */
export const replaced = (seconds: number): Partial<ApiFacts> => ({
  pods: observed([
    healthyPod({
      phase: 'Failed',
      ready: false,
      reason: 'Evicted',
      createdAt: NOW - 90_000,
      containers: [healthyContainer({ running: false })],
    }),
    healthyPod({
      name: 'tide-gauge-7c9f8d6b5-young',
      createdAt: NOW - 60_000,
      containers: [healthyContainer({ startedAt: NOW - seconds * 1000 })],
    }),
  ]),
});
export const THROTTLED = observed([{ pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', cpuThrottledRatio: 0.8 }]);
export const OOM_KILLED = { reason: 'OOMKilled', exitCode: 137, finishedAt: NOW - 60_000 };
export const RESTARTED = { restarts: 1, restartTimes: [NOW - 11_000], startedAt: NOW - 11_000 };
export const answers = (forSeconds: number): Partial<ApiFacts> => ({
  probes: [
    healthyTally('endpoint', 'discovery', { run: { since: NOW - forSeconds * 1000, length: 3, alikeSince: NOW - forSeconds * 1000 } }),
  ],
});

export const pods = (
  differs: Parameters<typeof healthyPod>[0],
  container: Parameters<typeof healthyContainer>[0] = {},
): Partial<ApiFacts> => ({
  pods: observed([healthyPod({ containers: [healthyContainer(container)], ...differs })]),
});
/** A target that failed some time ago, and what it did since. */
export const failed = (reason: 'connection_timeout' | 'forbidden', agoMs: number, since: Partial<ProbeTally> = {}) => {
  const failure = probeResult({ at: NOW - agoMs, ok: false, reason });
  return {
    probes: [healthyTally('aggregator', 'discovery', { last: failure, lastFailure: failure, failures: { [reason]: 1 }, ...since })],
  };
};
export const PASSED_SINCE: Partial<ProbeTally> = { last: probeResult() };
export const REFUSED_SINCE: Partial<ProbeTally> = { last: probeResult({ ok: false, reason: 'connection_refused' }) };
export const back = (reason: 'connection_timeout' | 'forbidden', agoMs: number): Partial<ProbeTally> => ({
  ...PASSED_SINCE,
  recurred: { [reason]: NOW - agoMs },
});
/** Backend addresses, each for so many seconds in its state. */
export const addresses = (...states: readonly (readonly [ok: boolean, forSeconds: number, differs?: Partial<ProbeTally>])[]) => ({
  probes: states.map(([ok, forSeconds, differs], index) =>
    healthyTally('endpoint', 'discovery', {
      target: `10.1.0.${index}:10250`,
      last: probeResult({ vantage: 'endpoint', ok, ...(ok ? {} : { reason: 'server_error' }) }),
      run: { since: NOW - forSeconds * 1000, length: 3, alikeSince: NOW - forSeconds * 1000 },
      ...differs,
    }),
  ),
});
/** An event about a pod counts while not every pod is ready. */
export const unwell = (api: Partial<ApiFacts>, differs: Parameters<typeof healthyPod>[0] = {}): Partial<ApiFacts> => ({
  ...pods({ ready: false, ...differs }),
  ...api,
});
export const event = (reason: string, message: string, agoMs = 0) => ({
  events: observed({
    counts: [{ reason, kind: 'Pod', count: 1 }],
    recent: [{ type: 'Warning', reason, kind: 'Pod', object: 'harbour/tide-gauge-7c9f8d6b5-abcde', message, at: NOW - agoMs, count: 1 }],
  }),
});

/** The pod was not placed, and a minute later there was another event; pods are not visible. */
export const placed = (later: Partial<ClusterEvent>): Partial<ApiFacts> => {
  const failing = { type: 'Warning', reason: 'FailedScheduling', kind: 'Pod', object: 'harbour/tide-gauge-7c9f8d6b5-abcde', count: 1 };
  const event = { ...failing, message: 'Deleted pod: tide-gauge-7c9f8d6b5-abcde', at: NOW, ...later };
  return {
    pods: { state: 'forbidden', rule: 'pods: list, watch' },
    events: observed({ counts: [], recent: [{ ...failing, message: '0/2 nodes are available', at: NOW - 60_000 }, event] }),
  };
};

/** A text that the kubelet wrote, and that this signature matched. */
export const said = (signature: SignatureId, agoMs = 0): Partial<ApiFacts> => ({
  textMatches: [{ signature, speaker: 'kubelet', count: 1, lastAt: NOW - agoMs, sample: '' }],
});
