import type { SignalDeclaration } from '../domain/signal.ts';
import { FAMILIES_FAILED, SERIES_DROPPED } from './exposition.ts';
import { DECLARED_FAMILIES } from './families/list.ts';
import type { Family } from './family.ts';
import { planFamilies } from './plan.ts';
import { SELF_FAMILIES } from './self-metrics.ts';

type Described = Omit<Family, 'collect'>;

const INTRODUCTION = `# Metrics

Generated from the declarations in \`src/signals\` (one series per API) and \`src/expose/families\` (the detail: per pod, vantage, cause); do not edit.

- Served at \`/metrics\` as Prometheus text 0.0.4, or as OpenMetrics 1.0 where the scraper prefers that. gzip where it is accepted.
  [What each scraper asks for and stores](engines.md#how-the-series-arrive).
- In OpenMetrics \`aggregated_api_probe_failures_total\` has an exemplar while an incident goes on: \`incident\`, the id of its page, at the time of the newest failure.
- Every series comes from one finished tick, so they belong together. Probes run on a timer of their own, not at the scrape:
  \`aggregated_api_exporter_last_tick_timestamp_seconds\` says how old the tick is.
- A series of which the column *series* says nothing else is there from the beginning, also at 0. If it is not there it was not observed, which never means 0.
- \`once not 0\`: most of what can happen to an API never does, and costs no series until it first does. From then on the series is there, also at 0.
  Absent means 0 or not observed; for what a rule asks at 0, another series tells which of the two. \`increase\` does not see the first event of such a
  counter: \`(x unless x offset 5m) or increase(x[5m])\` does.
- Series go when their object goes. The exporter remembers which have begun as long as it runs.
- No label is named like a target label of Prometheus, so none arrives as \`exported_…\`.
- A family has at most \`limits.series_per_family\` series (default 10,000). Over it, series that are 0 go first, and
  \`aggregated_api_exporter_series_dropped_total\` counts what went.
- \`process_*\` and \`nodejs_*\` are those of prom-client.
- Name, type and labels of a family that is *stable* stay within a major version; the others are *beta*: [what may change](operations.md#metrics).

"APIs" in the column *series* are the APIServices that a Service in the cluster serves.
`;

const SECTIONS: readonly (readonly [title: string, belongs: (family: Described) => boolean])[] = [
  ['The exporter itself', ({ name }) => name.startsWith('aggregated_api_exporter_')],
  ['The kube-apiserver', ({ name }) => name.startsWith('aggregated_api_apiserver_')],
  ['Diagnosis', ({ name }) => /_(diagnosis|failure|failures|failing|schedule|signature)(_|$)/.test(name)],
  ['Backend', ({ name }) => name.startsWith('aggregated_api_backend_')],
  ['The APIService and its probes', () => true],
];

/** docs/metrics.md: each family once, with its type, labels, meaning and cost in series. */
export function renderMetricsDoc(signals: readonly SignalDeclaration[], askedAtZero?: ReadonlySet<string>): string {
  const families = documentedFamilies(signals, askedAtZero);
  const rest = new Set(families);
  const parts = SECTIONS.map(([title, belongs]) => {
    const own = [...rest].filter(belongs);
    for (const family of own) rest.delete(family);
    return { title, own };
  });
  // What a reader looks for first stands first; the catch-all takes what the others left.
  const text = parts.reverse().map(({ title, own }) => section(title, own));
  return `${INTRODUCTION}\n${text.join('\n')}\n${questions(signals)}`;
}

/** What no rule and no panel reads: who looks for it asks one of these. */
function questions(signals: readonly SignalDeclaration[]): string {
  const lines = signals.flatMap(({ asks, metric, labels = {} }) => {
    if (asks === undefined) return [];
    const matchers = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return [`- ${asks} \`${metric}${matchers.length > 0 ? `{${matchers.join(',')}}` : ''}\``];
  });
  return lines.length === 0 ? '' : `## Questions beside the diagnosis\n\n${lines.join('\n')}\n`;
}

/** Everything that /metrics can hold, process_* and nodejs_* left out. */
export function documentedFamilies(signals: readonly SignalDeclaration[], askedAtZero?: ReadonlySet<string>): Described[] {
  return [
    ...planFamilies(DECLARED_FAMILIES, signals, askedAtZero).map(({ family }) => family),
    SERIES_DROPPED,
    FAMILIES_FAILED,
    ...SELF_FAMILIES,
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function section(title: string, families: readonly Described[]): string {
  const rows = families.map(
    ({ name, type, stability = 'beta', labels, help, cost }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${stability} | ${help.replaceAll('|', '\\|').replaceAll('<', '&lt;')} | ${cost} |`,
  );
  return `## ${title}\n\n| family | type | labels | stability | meaning | series |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
