import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ResourceFacts } from '../domain/snapshot.ts';
import { containersOf, largest, listOf, podsOf } from './reading.ts';

const most = (name: string, help: string, read: (facts: ResourceFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: `aggregated_api_backend_max_${name.replaceAll('-', '_')}_ratio`,
  source: 'resources',
  observe: (api) => (runsNothing(api) ? 0 : largest(readingsOf(api).map(read))),
});

/** What does not run uses nothing. Of a backend without containers nothing can be said: whose use would it be? */
function runsNothing(api: ApiFacts): boolean {
  const containers = containersOf(api) ?? [];
  return containers.length > 0 && !containers.some(({ running }) => running);
}

/** Of pods that run: the last reading of one that is gone stands until the next round. Where pods are not visible, of all. */
function readingsOf(api: ApiFacts): readonly ResourceFacts[] {
  const running = podsOf(api)?.filter(({ containers }) => containers.some((container) => container.running));
  const readings = listOf(api.resources) ?? [];
  return running ? readings.filter(({ pod }) => running.some(({ name }) => name === pod)) : readings;
}

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
