import type { SourceState } from '../../domain/sources.ts';
import type { Family } from '../family.ts';

/** Looked and found nothing there is an answer; everything else that is not `ok` leaves us blind. */
const ANSWERED: readonly SourceState[] = ['ok', 'absent'];

/** What the exporter itself could see. */
export const EXPORTER_FAMILIES: readonly Family[] = [
  {
    name: 'aggregated_api_exporter_source_up',
    type: 'gauge',
    help: 'Whether a source of observations answers: 1 it does, 0 it is pending, forbidden, stale or failed; no series while it is switched off.',
    labels: ['source'],
    cost: '17',
    collect(view, emit) {
      for (const { source, state } of view.snapshot.sources) if (state !== 'disabled') emit([source], ANSWERED.includes(state) ? 1 : 0);
    },
  },
  {
    name: 'aggregated_api_exporter_source_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a source of observations last answered, Unix time; no series before its first answer.',
    labels: ['source'],
    cost: '17',
    collect(view, emit) {
      for (const { source, lastSuccess } of view.snapshot.sources) if (lastSuccess !== undefined) emit([source], lastSuccess / 1000);
    },
  },
  {
    name: 'aggregated_api_exporter_source_forbidden',
    type: 'gauge',
    help: 'Whether RBAC refuses a source of observations; the status page names the rule that opens it.',
    labels: ['source'],
    cost: '17',
    collect(view, emit) {
      for (const { source, state } of view.snapshot.sources) if (state !== 'disabled') emit([source], state === 'forbidden' ? 1 : 0);
    },
  },
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
