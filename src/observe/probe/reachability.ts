import type { ProbeResult } from '../../domain/probe.ts';

/**
 * Can pods and Services be reached from here at all? Inside the cluster: yes. From a desk they mostly cannot, and a time-out
 * there says nothing about the API. So, outside, silence of a vantage counts only once anything of that vantage has answered.
 */
export interface Reachability {
  /** True when the result says something about the API. */
  believes(result: ProbeResult): boolean;
}

const SILENCE: readonly ProbeResult['reason'][] = ['connection_timeout', 'host_unreachable'];

export function createReachability(inCluster: boolean): Reachability {
  const answered = new Set<ProbeResult['vantage']>();
  return {
    believes({ vantage, reason }) {
      if (vantage === 'aggregator' || vantage === 'control' || inCluster) return true;
      if (!SILENCE.includes(reason)) answered.add(vantage);
      return answered.has(vantage);
    },
  };
}
