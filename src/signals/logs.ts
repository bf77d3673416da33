import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { LogFacts } from '../domain/snapshot.ts';
import { total } from './reading.ts';

const lines = (name: string, help: string, read: (facts: LogFacts) => number): Signal => ({
  name,
  help,
  kind: 'counter',
  metric: 'aggregated_api_backend_log_lines_total',
  labels: { which: name.replace(/^log-/, '').replaceAll('-', '_') },
  source: 'logs',
  observe(api) {
    const facts = observedValue(api.logs);
    return facts && read(facts);
  },
});

/** How much the backend logs. What the lines say: signatures.ts. */
export const LOG_SIGNALS: readonly Signal[] = [
  lines('log-lines', 'Lines that the backend logged.', (facts) => total(Object.values(facts.lines)) ?? 0),
  lines(
    'log-error-lines',
    'Lines of the severities error and fatal that the backend logged.',
    (facts) => facts.lines.error + facts.lines.fatal,
  ),
  lines('log-fatal-lines', 'Lines of the severity fatal that the backend logged.', (facts) => facts.lines.fatal),
];
