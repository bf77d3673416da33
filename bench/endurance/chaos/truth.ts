import { isDeepStrictEqual } from 'node:util';
import type { PodObject } from '../../../src/simulator/objects.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { familyOf, type Series } from './series.ts';

/** What an observer of the cluster must have seen of it, by a name for the reader of a difference. */
type Facts = ReadonlyMap<string, unknown>;

/** As the cluster itself knows it. */
export function trueFacts({ cluster }: Simulator): Facts {
  const facts = new Map<string, unknown>();
  const { store } = cluster;
  const aggregated = store.apiservices.values().filter(({ spec }) => spec.service);
  facts.set('APIs', aggregated.map(({ metadata }) => metadata.name).sort());
  for (const { metadata, spec, status } of aggregated) {
    const api = metadata.name;
    const key = `${spec.service?.namespace}/${spec.service?.name}`;
    const slices = store.endpointslices
      .values()
      .filter((slice) => `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}` === key);
    const selector = store.services.get(key)?.spec.selector ?? {};
    const pods = store.pods
      .values()
      .filter(
        (pod) =>
          pod.metadata.namespace === spec.service?.namespace &&
          Object.entries(selector).every(([label, value]) => pod.metadata.labels?.[label] === value),
      );
    facts.set(`${api}: available`, status?.conditions?.some(({ type, status: now }) => type === 'Available' && now === 'True') ? 1 : 0);
    facts.set(`${api}: ready endpoints`, slices.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions.ready).length);
    facts.set(`${api}: restarts by pod`, pods.flatMap(restartsOf).sort());
  }
  return facts;
}

/** What of a pod tells how often its containers restarted. */
interface Restartable {
  readonly metadata: Pick<PodObject['metadata'], 'name'>;
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
  readonly status: {
    readonly phase: PodObject['status']['phase'];
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
  };
}

/** Each container that has a status, with its restarts; one that waits for its first status has not restarted yet, unless its pod is over. */
export function restartsOf({ metadata, spec, status: { phase, containerStatuses = [] } }: Restartable): string[] {
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  return spec.containers.flatMap(({ name }) => {
    const known = containerStatuses.find((status) => status.name === name);
    return known ? [`${metadata.name} ${known.restartCount}`] : isOver ? [] : [`${metadata.name} 0`];
  });
}

/** As the exporter says it. */
export function seenFacts(series: Series, apis: readonly string[]): Facts {
  const facts = new Map<string, unknown>();
  const one = (name: string, api: string, more: Readonly<Record<string, string>> = {}) =>
    familyOf(series, name).find(
      ({ labels }) => labels['apiservice'] === api && Object.entries(more).every(([label, value]) => labels[label] === value),
    )?.value;
  facts.set(
    'APIs',
    familyOf(series, 'aggregated_api_info')
      .map(({ labels }) => labels['apiservice'])
      .sort(),
  );
  for (const api of apis) {
    facts.set(`${api}: available`, one('aggregated_api_available', api));
    facts.set(`${api}: ready endpoints`, one('aggregated_api_backend_endpoints', api, { state: 'ready' }));
    facts.set(
      `${api}: restarts by pod`,
      familyOf(series, 'aggregated_api_backend_restarts_total')
        .filter(({ labels }) => labels['apiservice'] === api)
        .map(({ labels, value }) => `${labels['backend_pod']} ${value}`)
        .sort(),
    );
  }
  return facts;
}

/** One line for each fact that differs. */
export function differences(truth: Facts, seen: Facts): string[] {
  return [...new Set([...truth.keys(), ...seen.keys()])].flatMap((fact) =>
    isDeepStrictEqual(truth.get(fact), seen.get(fact))
      ? []
      : [`${fact}: ${JSON.stringify(truth.get(fact))} in truth, ${JSON.stringify(seen.get(fact))} seen`],
  );
}

/** What is not well yet in a cluster whose faults are all mended. */
export function unwell(simulator: Simulator): string[] {
  return [...simulator.cluster.apis.values()].flatMap((api) => {
    const available = simulator.cluster.store.apiservices
      .get(api.name)
      ?.status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True');
    // Those that were evicted stay, as what they are.
    const pods = api.pods();
    if (!available) return [`${api.name} is not available`];
    return pods.length === api.plan.replicas && pods.every(({ ready }) => ready) ? [] : [`pods of ${api.name} are not all ready`];
  });
}
