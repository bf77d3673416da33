import { observedValue } from '../../domain/observed.ts';
import type { ApiFacts, ApiserverMetrics } from '../../domain/snapshot.ts';
import { type ExposedView, type Family, familyPerApi } from '../family.ts';

type Reading = (metrics: ApiserverMetrics, api: ApiFacts) => number | undefined;

/**
 * What the kube-apiserver says of itself. What rules read stands once per APIService, although most values concern all of them
 * (src/signals/apiserver.ts), so that they join by `apiservice` alone. The rest stands once. Instances are addresses, hence never
 * labels: they are summed, or the worst counts.
 */
export const KUBE_APISERVER_FAMILIES: readonly Family[] = [
  {
    name: 'aggregated_api_apiserver_inflight_requests',
    type: 'gauge',
    help: 'Requests in flight; the busiest instance.',
    labels: [],
    cost: '1',
    collect(view, emit) {
      const inFlight = readings(view).flatMap(({ inflightRequests }) => inflightRequests ?? []);
      if (inFlight.length > 0) emit([], Math.max(...inFlight));
    },
  },
  worst(
    'unavailable',
    'aggregator_unavailable_apiservice: 1 while an instance holds the API unavailable.',
    (m, api) => m.unavailable[api.name],
  ),
  // Replicas do not all count an outage: only the sum over the instances means something.
  summed(
    'unavailable_transitions_total',
    'aggregator_unavailable_apiservice_total over all instances and reasons, 0 where the kube-apiserver has no series yet.',
    (m, api) => m.unavailableTotal[api.name] ?? 0,
  ),
  {
    name: 'aggregated_api_apiserver_instances',
    type: 'gauge',
    help: 'Instances of the kube-apiserver that are known, by whether their metrics could be read at the last reading.',
    labels: ['readable'],
    cost: '2',
    collect(view, emit) {
      const readable = readings(view).length;
      emit(['yes'], readable);
      emit(['no'], view.snapshot.cluster.apiservers.length - readable);
    },
  },
];

function readings(view: ExposedView): ApiserverMetrics[] {
  return view.snapshot.cluster.apiservers.map((apiserver) => observedValue(apiserver.metrics)).filter((metrics) => metrics !== undefined);
}

function values(view: ExposedView, api: ApiFacts, read: Reading): number[] {
  return readings(view)
    .map((metrics) => read(metrics, api))
    .filter((value) => value !== undefined);
}

function summed(name: string, help: string, read: Reading): Family {
  return familyPerApi({
    name: `aggregated_api_apiserver_${name}`,
    type: 'counter',
    help,
    labels: [],
    cost: 'once not 0: APIs',
    beginsAbove: 0,
    collect(api, emit, view) {
      const of = values(view, api, read);
      if (of.length > 0)
        emit(
          [],
          of.reduce((total, value) => total + value, 0),
        );
    },
  });
}

function worst(name: string, help: string, read: Reading): Family {
  return familyPerApi({
    name: `aggregated_api_apiserver_${name}`,
    type: 'gauge',
    help,
    labels: [],
    cost: 'once not 0: APIs',
    beginsAbove: 0,
    collect(api, emit, view) {
      const of = values(view, api, read);
      if (of.length > 0) emit([], Math.max(...of));
    },
  });
}
