import type { ResourceFacts } from '../../domain/snapshot.ts';

/** What one reading says of one container: cumulative, as the kubelet counts. */
export interface ContainerUsage {
  cpuSeconds?: number;
  /** Unix milliseconds of the sample; the kubelet measures on a timer of its own. */
  cpuAt?: number;
  periods?: number;
  throttledPeriods?: number;
  memoryBytes?: number;
}

export interface Limits {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
}

/** Ratios from two readings. Without one before, or after a restart of the container, rates are not known. */
export function ratiosOf(
  now: ContainerUsage,
  before: ContainerUsage | undefined,
  limits: Limits,
): Omit<ResourceFacts, 'pod' | 'container'> {
  const throttled = ratio(difference(now.throttledPeriods, before?.throttledPeriods), difference(now.periods, before?.periods));
  const cpu = ratio(difference(now.cpuSeconds, before?.cpuSeconds), seconds(difference(now.cpuAt, before?.cpuAt)));
  return usageRatios({ cpuCores: cpu, memoryBytes: now.memoryBytes, throttled }, limits);
}

/** Shares of the limits; a container without a limit has none, and that is no fault. */
export function usageRatios(
  used: { readonly cpuCores?: number | undefined; readonly memoryBytes?: number | undefined; readonly throttled?: number | undefined },
  limits: Limits,
): Omit<ResourceFacts, 'pod' | 'container'> {
  const cpu = ratio(used.cpuCores, limits.cpuCores);
  const memory = ratio(used.memoryBytes, limits.memoryBytes);
  return {
    ...(used.throttled !== undefined && { cpuThrottledRatio: Math.min(1, used.throttled) }),
    ...(cpu !== undefined && { cpuUsageRatio: cpu }),
    ...(memory !== undefined && { memoryUsageRatio: memory }),
  };
}

function difference(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined || now < before ? undefined : now - before;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
