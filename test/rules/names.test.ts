import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { DECLARED_FAMILIES } from '../../src/expose/families/list.ts';
import { SELF_FAMILIES } from '../../src/expose/self-metrics.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { printDashboardFiles } from '../../src/generate/dashboards/files.ts';
import { mixinFix } from '../../src/generate/mixin-fix.ts';
import { DEFAULT_OPTIONS, OTHER_EXPORTERS } from '../../src/generate/options.ts';
import { alertsOf, type RuleBook } from '../../src/generate/rule-book.ts';
import { diagnosisRules } from '../../src/generate/rules.ts';
import { type Selector, selectorsOf } from '../../src/generate/verify/selectors.ts';
import { namesIn, syntaxErrors } from '../generate/support/syntax.ts';

const CLUSTER = 'cluster';
/** Labels that Prometheus itself adds to a scraped series. */
const OF_THE_TARGET = ['instance', 'job'];
/** Series of Prometheus itself, and of Node's process. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  ALERTS: ['alertname', 'alertstate', 'severity', 'apiservice', 'cause', 'category', 'name'],
  process_resident_memory_bytes: [],
  process_cpu_seconds_total: [],
  aggregated_api_exporter_series_dropped_total: ['family'],
};

/** Label names and, where they are known, values by metric. */
type Exported = Map<string, Map<string, Set<string> | 'any'>>;

function exported(book: RuleBook): Exported {
  const found: Exported = new Map();
  const add = (metric: string, label: string, value: string | undefined) => {
    const labels = found.get(metric) ?? new Map<string, Set<string> | 'any'>();
    found.set(metric, labels);
    const values = labels.get(label);
    if (value === undefined || values === 'any') labels.set(label, 'any');
    else labels.set(label, (values ?? new Set()).add(value));
  };
  const families = [...DECLARED_FAMILIES, ...SELF_FAMILIES].flatMap(({ name, type, labels }) =>
    (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map((suffix) => [`${name}${suffix}`, labels] as const),
  );
  for (const [metric, labels] of [...families, ...Object.entries(OTHERS)])
    for (const label of [CLUSTER, ...OF_THE_TARGET, ...labels, ...(metric.endsWith('_bucket') ? ['le'] : [])])
      add(metric, label, undefined);
  for (const { metric, labels } of BUILT_IN.signals)
    for (const [label, value] of [[CLUSTER], ['apiservice'], ...OF_THE_TARGET.map((one) => [one]), ...Object.entries(labels ?? {})])
      add(metric, label!, value);
  for (const rule of book.groups.flatMap((group) => group.rules)) {
    if (rule.kind !== 'record') continue;
    for (const label of [CLUSTER, 'apiservice', ...namesIn(rule.expr).labels]) add(rule.record, label, undefined);
    for (const [label, value] of Object.entries(rule.labels)) add(rule.record, label, value);
    for (const [, label, value] of rule.expr.matchAll(/, "([a-z_]+)", "((?:[^"\\]|\\.)*)", "[a-z_]*", "[^"]*"\n?\)/g))
      add(rule.record, label!, value!.includes('$') ? undefined : value);
    // Rules that read recorded series keep their labels.
    for (const { metric } of selectorsOf(rule.expr).filter((selector) => selector.metric.includes(':')))
      for (const [label, values] of [...(found.get(metric) ?? [])])
        for (const value of values === 'any' ? [undefined] : values) add(rule.record, label, value);
  }
  return found;
}

/** What is wrong with a selector; undefined = its series can exist. */
function complaint({ metric, matchers, text }: Selector, known: Exported): string | undefined {
  const labels = known.get(metric);
  if (!labels) return `${text}: nobody exports ${metric}`;
  for (const { label, operator, value } of matchers) {
    const values = labels.get(label);
    // `look_back=""` asks for series without the label.
    if (!values && value !== '') return `${text}: ${metric} has no label ${label}`;
    if (operator === '=' && values && values !== 'any' && value !== '' && !value.startsWith('$') && !values.has(value))
      return `${text}: no ${metric} has ${label}=${JSON.stringify(value)}`;
  }
  return undefined;
}

const book = diagnosisRules(BUILT_IN, DEFAULT_OPTIONS);
const known = exported(book);
const expressions = book.groups.flatMap((group) => group.rules).map((rule) => rule.expr);

describe('every rule', () => {
  it('parses', () => {
    for (const expr of expressions) expect(syntaxErrors(expr), expr).toEqual([]);
  });

  it('parses with what other exporters know, and with the replacement of the mixin', () => {
    const books = [diagnosisRules(BUILT_IN, { ...DEFAULT_OPTIONS, with: OTHER_EXPORTERS }), mixinFix(DEFAULT_OPTIONS)];
    for (const rule of books.flatMap((one) => one.groups).flatMap((group) => group.rules))
      expect(syntaxErrors(rule.expr), rule.expr).toEqual([]);
  });

  it('names metrics, labels and label values that are exported or recorded', () => {
    const complaints = expressions.flatMap(selectorsOf).flatMap((selector) => complaint(selector, known) ?? []);
    expect([...new Set(complaints)]).toEqual([]);
  });

  it('asks annotations only for series that are recorded', () => {
    const asked = alertsOf(book).flatMap(({ annotations }) =>
      [
        ...Object.values(annotations)
          .join(' ')
          .matchAll(/printf `([^`]+)`/g),
      ].map((match) => match[1]!.replaceAll('%q', '"$x"')),
    );
    expect(asked.length).toBeGreaterThan(0);
    for (const expr of asked) {
      expect(syntaxErrors(expr), expr).toEqual([]);
      expect(selectorsOf(expr).flatMap((selector) => complaint(selector, known) ?? [])).toEqual([]);
    }
  });
});

describe('every panel', () => {
  const dashboards = printDashboardFiles(DEFAULT_OPTIONS, 'json').artifacts.filter(({ path }) => path.endsWith('.json'));

  it.each(dashboards.map(({ path, content }) => [path, content] as const))('of %s names what is exported or recorded', (_, content) => {
    const dashboard = load(content) as { panels: { targets?: { expr: string }[] }[] };
    const asked = dashboard.panels
      .flatMap((panel) => panel.targets ?? [])
      .map(({ expr }) => expr.replaceAll(/\$__(rate_)?interval/g, '5m'));
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.flatMap(selectorsOf).flatMap((selector) => complaint(selector, known) ?? [])).toEqual([]);
  });
});

describe('the check itself', () => {
  it.each([
    ['aggregated_api_nonsense', 'nobody exports'],
    ['aggregated_api_available{pod="x"}', 'has no label pod'],
    ['aggregated_api_signature_strength{points_to="full-moon"}', 'has points_to="full-moon"'],
    ['cause:aggregated_api_prior:points{cause="full-moon"}', 'has cause="full-moon"'],
  ])('refuses %s', (expr, words) => {
    expect(selectorsOf(expr).map((selector) => complaint(selector, known))).toEqual([expect.stringContaining(words)]);
  });
});
