import { SOURCE_STATES } from '../../domain/sources.ts';
import { type Family, familyPerSource } from '../family.ts';

/** What the exporter itself could see. */
export const EXPORTER_FAMILIES: readonly Family[] = [
  familyPerSource(
    {
      name: 'aggregated_api_exporter_source_up',
      type: 'gauge',
      stability: 'stable',
      help: 'Whether a source of observations answers: 1 it does, 0 it is pending, unauthorised, forbidden, stale or failed; no series while it is switched off.',
    },
    ({ state }) => (SOURCE_STATES[state].blind ? 0 : 1),
  ),
  familyPerSource(
    {
      name: 'aggregated_api_exporter_source_last_success_timestamp_seconds',
      type: 'gauge',
      stability: 'stable',
      help: 'When a source of observations last answered, Unix time; no series before its first answer.',
    },
    ({ lastSuccess }) => (lastSuccess === undefined ? undefined : lastSuccess / 1000),
  ),
  familyPerSource(
    {
      name: 'aggregated_api_exporter_source_forbidden',
      type: 'gauge',
      stability: 'stable',
      help: 'Whether RBAC refuses a source of observations (403); the status page names the rule that opens it.',
    },
    ({ state }) => (state === 'forbidden' ? 1 : 0),
  ),
  familyPerSource(
    {
      name: 'aggregated_api_exporter_source_unauthorised',
      type: 'gauge',
      help: 'Whether a source of observations is refused because our credentials are not known or not valid any more (401); no rule opens it.',
    },
    ({ state }) => (state === 'unauthorised' ? 1 : 0),
  ),
  familyPerSource(
    {
      name: 'aggregated_api_exporter_refused_values_total',
      type: 'counter',
      help: 'Values in objects of the cluster that could not be used (a port that no socket has, a time that is none), each time they were read.',
    },
    ({ refused = 0 }) => refused,
  ),
  {
    name: 'aggregated_api_exporter_apis',
    type: 'gauge',
    help: 'APIServices that are watched; local ones, which the kube-apiserver serves itself, are not.',
    labels: [],
    cost: '1',
    collect: (view, emit) => emit([], view.snapshot.apis.filter((api) => api.deletedAt === undefined).length),
  },
  {
    name: 'aggregated_api_exporter_last_tick_timestamp_seconds',
    type: 'gauge',
    help: 'When the snapshot was taken that all of these series come from, Unix time.',
    labels: [],
    cost: '1',
    collect: (view, emit) => emit([], view.snapshot.time / 1000),
  },
];
