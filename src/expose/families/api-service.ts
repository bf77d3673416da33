import { observedValue } from '../../domain/observed.ts';
import { type Family, familyPerApi } from '../family.ts';
import { latestOf } from './latest.ts';

/** Reasons that the kube-apiserver's availability controllers set. Complete: another one is published as `other`. */
export const CONDITION_REASONS = [
  'Passed',
  'ServiceNotFound',
  'ServiceAccessError',
  'ServicePortError',
  'EndpointsNotFound',
  'EndpointsAccessError',
  'MissingEndpoints',
  'FailedDiscoveryCheck',
  'other',
] as const;

/** The APIService object itself. */
export const API_SERVICE_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_info',
    type: 'info',
    help: 'One for each APIService that is served by a Service in the cluster; the labels say what it serves and from where.',
    labels: ['group', 'version', 'backend_namespace', 'backend_service'],
    cost: 'APIs',
    collect: (api, emit) => emit([api.group, api.version, api.backend.namespace, api.backend.service], 1),
  }),
  familyPerApi({
    name: 'aggregated_api_available',
    type: 'gauge',
    help: 'Condition Available of the APIService: 1 True, 0 False; no series while it is Unknown or not visible.',
    labels: [],
    cost: 'APIs',
    collect(api, emit) {
      const condition = observedValue(api.condition);
      if (condition && condition.status !== 'Unknown') emit([], condition.status === 'True' ? 1 : 0);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_condition_reason',
    type: 'gauge',
    help: 'Reason of the condition Available: 1 for the current one, 0 for the others.',
    labels: ['reason'],
    cost: `APIs × ${CONDITION_REASONS.length}`,
    collect(api, emit) {
      const condition = observedValue(api.condition);
      if (!condition) return;
      const current = (CONDITION_REASONS as readonly string[]).includes(condition.reason) ? condition.reason : 'other';
      for (const reason of CONDITION_REASONS) emit([reason], reason === current ? 1 : 0);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_condition_transitions_total',
    type: 'counter',
    help: 'Transitions of the condition Available that were seen, by the status it went to.',
    labels: ['to'],
    cost: 'APIs × 3',
    collect(api, emit) {
      for (const to of ['True', 'False', 'Unknown'] as const) emit([to], api.transitions[to]);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_last_change_timestamp_seconds',
    type: 'gauge',
    help: 'When something that the API depends on was last changed, Unix time, by what was changed; no series before the first change.',
    labels: ['what'],
    cost: 'APIs × at most 8',
    collect(api, emit, view) {
      for (const [what, at] of latestOf([...api.changes, ...view.snapshot.cluster.changes])) emit([what], at / 1000);
    },
  }),
  {
    name: 'aggregated_api_deleted_timestamp_seconds',
    type: 'gauge',
    help: 'When an APIService was deleted while it was broken, Unix time; kept for a day. Deleted ones have no other series.',
    labels: ['apiservice'],
    cost: 'APIs deleted while broken',
    collect(view, emit) {
      for (const api of view.snapshot.apis) if (api.deletedAt !== undefined) emit([api.name], api.deletedAt / 1000);
    },
  },
];
