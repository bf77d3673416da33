import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../../src/domain/probe.ts';
import { createReachability } from '../../../src/observe/probe/reachability.ts';
import { probeResult } from '../../support/healthy.ts';

const failed = (vantage: ProbeResult['vantage'], reason: NonNullable<ProbeResult['reason']>) => probeResult({ vantage, ok: false, reason });

describe('reachability of the direct vantages', () => {
  it('is given inside the cluster', () => {
    const { believes } = createReachability(true);
    expect(believes(failed('endpoint', 'connection_timeout'))).toBe(true);
  });

  it('is learnt outside, for each vantage by itself', () => {
    const { believes } = createReachability(false);
    expect(believes(failed('endpoint', 'connection_timeout'))).toBe(false);
    expect(believes(failed('endpoint', 'host_unreachable'))).toBe(false);
    expect(believes(failed('endpoint', 'connection_refused'))).toBe(true);
    expect(believes(failed('endpoint', 'connection_timeout'))).toBe(true);
    expect(believes(failed('service', 'connection_timeout'))).toBe(false);
    expect(believes(probeResult({ vantage: 'service' }))).toBe(true);
    expect(believes(failed('service', 'host_unreachable'))).toBe(true);
  });

  it('is not asked of the way through the kube-apiserver', () => {
    expect(createReachability(false).believes(failed('aggregator', 'connection_timeout'))).toBe(true);
  });
});
