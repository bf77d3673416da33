import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterEvent, ClusterFacts } from '../domain/snapshot.ts';
import { componentOf, SYSTEM_COMPONENTS, type SystemComponentName } from '../domain/system-components.ts';
import { count, hostOf, isRecentEvent, listOf, nodeNamesOf } from './reading.ts';

type Keep = (event: ClusterEvent, api: ApiFacts, cluster: ClusterFacts) => boolean;

const EVICTED: ReadonlySet<string> = new Set(['Evicted', 'EvictionThresholdMet', 'Preempted']);

/** Warnings of the last ten minutes that stand, of those that concern the API. */
function standing(api: ApiFacts, cluster: ClusterFacts, time: number, keep: Keep): readonly ClusterEvent[] | undefined {
  const recent = listOf(cluster.systemEvents);
  return recent?.filter((event) => event.over !== true && isRecentEvent(event, time) && keep(event, api, cluster));
}

const systemSignal = (about: string, help: string, keep: Keep): Signal => ({
  name: `system-${about}`,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_system_warnings',
  familyHelp:
    'Warnings of the last ten minutes about what the API stands on, by what they are about; none once their pod is ready or gone.',
  labels: { about: about.replaceAll('-', '_') },
  source: 'events',
  quote(api, cluster, time) {
    const newest = standing(api, cluster, time, keep)?.at(-1);
    return newest && { text: `${newest.reason} ${newest.object}: ${newest.message}`, from: 'events' };
  },
  observe(api, cluster, time) {
    const warnings = standing(api, cluster, time, keep);
    return warnings && count(warnings, () => true);
  },
});

const aboutComponent =
  (component: SystemComponentName): Keep =>
  (event, api, cluster) =>
    componentOf(event) === component && (!SYSTEM_COMPONENTS[component].ofNode || isOnTheWay(event, api, cluster));

/** Of an agent of one node only that of the backend's and of the kube-apiservers' matters; where either is not known, each may. */
function isOnTheWay({ node }: ClusterEvent, api: ApiFacts, cluster: ClusterFacts): boolean {
  if (node === undefined) return true;
  const hosts = nodeNamesOf(api);
  const nodes = observedValue(cluster.nodes);
  if (!hosts || hosts.size === 0 || !nodes) return true;
  const apiservers = new Set(cluster.apiservers.map(({ instance }) => hostOf(instance)));
  return hosts.has(node) || nodes.some(({ name, addresses }) => name === node && addresses.some((address) => apiservers.has(address)));
}

/** What the API stands on, and whether the events of kube-system and of the CNI's namespaces complain about it. */
export const SYSTEM_EVENT_SIGNALS: readonly Signal[] = [
  ...(Object.keys(SYSTEM_COMPONENTS) as SystemComponentName[]).map((component) => {
    const { words, ofNode } = SYSTEM_COMPONENTS[component];
    const where = ofNode ? ', on nodes of the backend or of a kube-apiserver' : '';
    return systemSignal(component, `Warnings of the last ten minutes about ${words}${where}.`, aboutComponent(component));
  }),
  systemSignal(
    'evicted',
    'Warnings of the last ten minutes that a pod of the system was evicted from a node of the backend.',
    (event, api) => EVICTED.has(event.reason) && event.node !== undefined && nodeNamesOf(api)?.has(event.node) === true,
  ),
];
