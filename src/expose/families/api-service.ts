import { type Family, familyPerApi } from '../family.ts';

/** The APIService object itself. */
export const API_SERVICE_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_info',
    type: 'info',
    stability: 'stable',
    help: 'One for each APIService that is served by a Service in the cluster; the labels say what it serves and from where.',
    labels: ['group', 'version', 'backend_namespace', 'backend_service'],
    cost: 'APIs',
    collect: (api, emit) => emit([api.group, api.version, api.backend.namespace, api.backend.service], 1),
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
