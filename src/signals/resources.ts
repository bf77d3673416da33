import type { Signal } from '../domain/signal.ts';
import type { ResourceFacts } from '../domain/snapshot.ts';
import { largest, listOf } from './reading.ts';

const most = (name: string, help: string, read: (facts: ResourceFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: `aggregated_api_backend_max_${name.replaceAll('-', '_')}_ratio`,
  source: 'resources',
  observe: (api) => largest((listOf(api.resources) ?? []).map(read)),
});

/** CPU and memory of the backend's containers against their limits: the worst container counts. */
export const RESOURCE_SIGNALS: readonly Signal[] = [
  most(
    'cpu-throttled',
    'Largest share of CFS periods in which a backend container was throttled, 0 to 1.',
    (facts) => facts.cpuThrottledRatio,
  ),
  most('cpu-usage', 'Largest CPU use of a backend container, as a share of its limit.', (facts) => facts.cpuUsageRatio),
  most('memory-usage', 'Largest working set of a backend container, as a share of its limit.', (facts) => facts.memoryUsageRatio),
];
