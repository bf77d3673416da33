import { observedValue } from '../../domain/observed.ts';
import type { SignatureCount } from '../../domain/snapshot.ts';
import { type Family, familyPerApi } from '../family.ts';

/** Log lines and other texts. Lines never become labels; signatures have ids. */
export const LOG_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_log_lines_total',
    type: 'counter',
    stability: 'stable',
    help: 'Lines read from the logs of the backend, by severity.',
    labels: ['severity'],
    cost: 'once not 0: APIs × 5',
    beginsAbove: 0,
    collect(api, emit) {
      for (const [severity, count] of Object.entries(observedValue(api.logs)?.lines ?? {})) emit([severity], count);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_log_matches_total',
    type: 'counter',
    stability: 'stable',
    help: 'Log lines of the backend that a signature matched. Only signatures that occurred have a series; docs/signatures.md lists all.',
    labels: ['speaker', 'signature'],
    cost: 'APIs × signatures that occurred',
    collect: (api, emit) => emitMatches(observedValue(api.logs)?.matches ?? [], emit),
  }),
  familyPerApi({
    name: 'aggregated_api_log_lines_dropped_total',
    type: 'counter',
    help: 'Log lines that were not read whole: over the byte budget, truncated at 64 KiB, or lost in a gap that the log API cannot fill.',
    labels: ['reason'],
    cost: 'once not 0: APIs × 3',
    beginsAbove: 0,
    collect(api, emit) {
      for (const [reason, count] of Object.entries(observedValue(api.logs)?.dropped ?? {})) emit([reason], count);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_text_matches_total',
    type: 'counter',
    help: 'Condition messages, event messages and proxy error bodies that a signature matched.',
    labels: ['speaker', 'signature'],
    cost: 'APIs × signatures that occurred',
    collect: (api, emit) => emitMatches(api.textMatches, emit),
  }),
];

function emitMatches(matches: readonly SignatureCount[], emit: (values: readonly string[], value: number) => void): void {
  for (const match of matches) emit([match.speaker, match.signature], match.count);
}
