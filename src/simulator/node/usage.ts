import { Flow } from '../control-plane/load.ts';

/** What a container uses, as cAdvisor counts it. */
export interface Usage {
  readonly cpuLimitCores: number;
  readonly memoryLimitBytes: number;
  readonly cpuSeconds: Flow;
  readonly periods: Flow;
  readonly throttledPeriods: Flow;
  readonly throttledSeconds: Flow;
  workingSetBytes: number;
  oomEvents: number;
  readonly startedAt: number;
}

/** CFS periods last 100 ms. */
const PERIODS_PER_SECOND = 10;
const CALM = { cpu: 0.08, memory: 0.35 } as const;

export function createUsage(limits: { cpuCores: number; memoryBytes: number }): Usage {
  return {
    cpuLimitCores: limits.cpuCores,
    memoryLimitBytes: limits.memoryBytes,
    cpuSeconds: new Flow(limits.cpuCores * CALM.cpu),
    periods: new Flow(PERIODS_PER_SECOND),
    throttledPeriods: new Flow(0),
    throttledSeconds: new Flow(0),
    workingSetBytes: Math.round(limits.memoryBytes * CALM.memory),
    oomEvents: 0,
    startedAt: Date.now(),
  };
}

/** Shares of the limits, 0 to 1; left out = calm. */
export function setUsage(usage: Usage, shares: { cpu?: number; throttled?: number; memory?: number }): void {
  usage.cpuSeconds.rate = usage.cpuLimitCores * (shares.cpu ?? CALM.cpu);
  usage.throttledPeriods.rate = PERIODS_PER_SECOND * (shares.throttled ?? 0);
  usage.throttledSeconds.rate = (shares.throttled ?? 0) * 0.5;
  usage.workingSetBytes = Math.round(usage.memoryLimitBytes * (shares.memory ?? CALM.memory));
}
