import {
  DIRECT_VANTAGES,
  FAILURE_REASONS,
  PHASES,
  PROBE_DURATION_BUCKETS,
  type ProbeResult,
  type ProbeTally,
  REQUESTS,
  VANTAGES,
  type Vantage,
} from '../../domain/probe.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import { NO_MARKS } from '../../incidents/marks.ts';
import { ERROR_RATIO_WINDOW_SECONDS } from '../error-ratios.ts';
import { type ExposedView, type Family, familyPerApi } from '../family.ts';

/** Seconds. A phase that was never longer explains nothing. */
const NOTABLE_PHASE_SECONDS = 0.05;

/** Our own requests, from each vantage. */
export const PROBE_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_probes_total',
    type: 'counter',
    stability: 'stable',
    help: 'Probes that have ended, by vantage and by what was asked. Probes run on a timer of their own, not at the scrape.',
    labels: ['vantage', 'request'],
    cost: 'APIs × at most 6',
    collect(api, emit) {
      forEachKind(api, (vantage, request, tallies) =>
        emit(
          [vantage, request],
          sum(tallies, (tally) => tally.attempts),
        ),
      );
    },
  }),
  familyPerApi({
    name: 'aggregated_api_probe_failures_total',
    type: 'counter',
    stability: 'stable',
    help: 'Probes that failed, by vantage, by what was asked and by reason; docs/probe-reasons.md says what each reason points to.',
    labels: ['vantage', 'request', 'reason'],
    cost: `once not 0: APIs × at most 6 × ${FAILURE_REASONS.length}`,
    beginsAbove: 0,
    collect(api, emit, view) {
      const incident = goingOn(view, api.name);
      forEachKind(api, (vantage, request, tallies) => {
        const newest = incident && newestFailure(tallies, incident.began);
        // Counts only grow: what no target has counted has not begun.
        for (const reason of FAILURE_REASONS.filter((one) => tallies.some(({ failures }) => failures[one] !== undefined))) {
          const count = sum(tallies, (tally) => tally.failures[reason] ?? 0);
          const belongs = incident && newest?.reason === reason;
          emit([vantage, request, reason], count, belongs ? { incident: incident.id, at: newest.at / 1000 } : undefined);
        }
      });
    },
  }),
  familyPerApi({
    name: 'aggregated_api_probe_duration_seconds',
    type: 'histogram',
    stability: 'stable',
    help: 'Duration of successful probes, by vantage. Probes during which our own event loop was late are left out.',
    labels: ['vantage'],
    cost: `APIs × at most 3 × ${PROBE_DURATION_BUCKETS.length + 3}`,
    collect(api, emit) {
      for (const vantage of VANTAGES) {
        const tallies = api.probes.filter((tally) => tally.vantage === vantage);
        if (tallies.length === 0) continue;
        const counts = [...PROBE_DURATION_BUCKETS, Number.POSITIVE_INFINITY].map((_, i) =>
          sum(tallies, (tally) => tally.durationBuckets[i] ?? 0),
        );
        emit([vantage], { bounds: PROBE_DURATION_BUCKETS, counts, sum: sum(tallies, (tally) => tally.durationSum) });
      }
    },
  }),
  familyPerApi({
    name: 'aggregated_api_probe_phase_seconds',
    type: 'gauge',
    stability: 'stable',
    help: 'Duration of each phase of the newest discovery probe, by vantage; of several targets the slowest. Reused connections have no resolve, connect and tls. A series begins when the phase first took more than 50 ms.',
    labels: ['vantage', 'phase'],
    cost: `once above 0.05: APIs × at most 3 × ${PHASES.length}`,
    beginsAbove: NOTABLE_PHASE_SECONDS,
    collect(api, emit) {
      for (const vantage of VANTAGES) {
        const newest = api.probes.filter((tally) => tally.vantage === vantage && tally.request === 'discovery').map((tally) => tally.last);
        for (const phase of PHASES) {
          const seconds = newest.map((result) => result.phases[phase]).filter((value) => value !== undefined);
          if (seconds.length > 0) emit([vantage, phase], Math.max(...seconds));
        }
      }
    },
  }),
  familyPerApi({
    name: 'aggregated_api_last_probe_timestamp_seconds',
    type: 'gauge',
    help: 'Start of the newest probe, Unix time, by vantage: old means that nothing is being looked at.',
    labels: ['vantage'],
    cost: 'APIs × at most 3',
    collect(api, emit) {
      for (const vantage of VANTAGES) {
        const starts = api.probes.filter((tally) => tally.vantage === vantage).map((tally) => tally.last.at);
        if (starts.length > 0) emit([vantage], Math.max(...starts) / 1000);
      }
    },
  }),
  familyPerApi({
    name: 'aggregated_api_unbelieved_targets',
    type: 'gauge',
    help: 'Direct targets that have not shown to be the backend, by vantage: outside the cluster others may have their addresses. Their results are in no other series, rule or verdict.',
    labels: ['vantage'],
    cost: 'once not 0: APIs × at most 2',
    beginsAbove: 0,
    collect({ probes, unbelieved = [] }, emit) {
      for (const vantage of DIRECT_VANTAGES) {
        const isFrom = (target: { readonly vantage: Vantage }): boolean => target.vantage === vantage;
        const strangers = unbelieved.filter(isFrom).length;
        if (strangers > 0 || probes.some(isFrom)) emit([vantage], strangers);
      }
    },
  }),
  familyPerApi({
    name: 'aggregated_api_error_ratio',
    type: 'gauge',
    stability: 'stable',
    help: `Share of the probes of the last ${ERROR_RATIO_WINDOW_SECONDS / 60} minutes that failed, 0 to 1, by vantage; no series while none was made.`,
    labels: ['vantage'],
    cost: 'APIs × at most 3',
    collect(api, emit, view) {
      for (const vantage of VANTAGES) {
        const ratio = view.errorRatios.of(api.name, vantage);
        if (ratio !== undefined) emit([vantage], ratio);
      }
    },
  }),
];

/** Only kinds that have tallies: a vantage that is not probed has no series, not zeros that look like health. */
function forEachKind(api: ApiFacts, visit: (vantage: Vantage, request: string, tallies: readonly ProbeTally[]) => void): void {
  for (const vantage of VANTAGES)
    for (const request of REQUESTS) {
      const tallies = api.probes.filter((tally) => tally.vantage === vantage && tally.request === request);
      if (tallies.length > 0) visit(vantage, request, tallies);
    }
}

/** The incident of this API that goes on; of several replicas the leader alone tells it, as an id is found on the replica that made it. */
function goingOn(
  { incidentMarks = NO_MARKS, replica }: ExposedView,
  api: string,
): { readonly id: string; readonly began: number } | undefined {
  if (replica?.leads === false) return undefined;
  for (const [id, { apiservice, began, ended }] of incidentMarks) if (apiservice === api && ended === undefined) return { id, began };
  return undefined;
}

/** @param since Unix seconds. */
function newestFailure(tallies: readonly ProbeTally[], since: number): ProbeResult | undefined {
  const failures = tallies.flatMap(({ lastFailure }) => (lastFailure && lastFailure.at >= since * 1000 ? [lastFailure] : []));
  return failures.sort((a, b) => b.at - a.at)[0];
}

function sum(tallies: readonly ProbeTally[], of: (tally: ProbeTally) => number): number {
  let total = 0;
  for (const tally of tallies) total += of(tally);
  return total;
}
