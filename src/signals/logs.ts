import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';

/** How gravely the backend logs. What the lines say: signature-matches.ts. */
export const LOG_SIGNALS: readonly Signal[] = [
  {
    name: 'log-fatal-lines',
    help: 'Lines of the severity fatal that the backend logged.',
    kind: 'counter',
    // One of the severities of the family in expose/.
    metric: 'aggregated_api_log_lines_total',
    labels: { severity: 'fatal' },
    source: 'logs',
    observe: (api) => observedValue(api.logs)?.lines.fatal,
  },
];
