import { askedAtZero } from '../../../../src/correlations/zeros.ts';
import { HOUR } from '../../../../src/domain/criterion.ts';
import { ledgerOf } from '../../../../src/domain/ledger.ts';
import { type Catalogue, signalNamed } from '../../../../src/generate/catalogue.ts';
import { printDuration } from '../../../../src/generate/duration.ts';
import { printYaml } from '../../../../src/generate/formats/plain-rule.ts';
import { printRules } from '../../../../src/generate/formats/rule-formats.ts';
import { DEFAULT_OPTIONS, type GenerateOptions } from '../../../../src/generate/options.ts';
import { diagnosisGroup } from '../../../../src/generate/recording-rules.ts';
import { SERIES } from '../../../../src/generate/series.ts';
import { evaluate } from './evaluator.ts';
import type { History } from './histories.ts';
import { inFolder, run } from './promtool.ts';
import { observable, published } from './published.ts';

const APISERVICE = 'v1.tides.example.com';
/** How far two confidences may be apart. */
const TOLERANCE = 1e-6;

/** What promtool's engine holds at most for one query. */
const MAX_SAMPLES = 10_000;

/** The sum of the scores holds all evidence and priors three times; `tracks` holds six subqueries over an hour. */
function historiesPerTest(catalogue: Catalogue, step: number): number {
  const points = ledgerOf(catalogue.causes).length + catalogue.causes.length + 1;
  return Math.max(1, Math.floor(MAX_SAMPLES / Math.max(3 * points, (6 * HOUR) / step)));
}

/**
 * Both readers over the same histories: one cluster per history. The evaluator's confidences are fed in as series; expressions
 * then find every difference, and a difference has the history's number as its cluster.
 * @returns promtool's complaint; empty when they agree.
 */
export async function disagreement(promtool: string, histories: readonly History[], catalogue: Catalogue): Promise<string> {
  const { step } = histories[0]!;
  const options: GenerateOptions = { ...DEFAULT_OPTIONS, scrapeInterval: step };
  const book = { groups: [diagnosisGroup(catalogue, options)], notes: [] };
  // Long ones together: a test takes as long as its longest.
  const sorted = histories.map((history) => observable(history, catalogue)).sort((a, b) => a.steps - b.steps);
  const perTest = historiesPerTest(catalogue, step);
  const batches = Array.from({ length: Math.ceil(histories.length / perTest) }, (_, batch) =>
    testOf(sorted, batch * perTest, perTest, catalogue),
  );
  const test = { rule_files: ['rules.yaml'], evaluation_interval: printDuration(step), tests: batches };
  const rules = printRules(book, 'prometheus', { name: 'rules', options: options })[0]!.content;
  return inFolder({ 'rules.yaml': rules, 'test.yaml': printYaml(test) }, async (folder) => {
    const { code, output } = await run(promtool, ['test', 'rules', 'test.yaml'], folder);
    return code === 0 ? '' : output;
  });
}

const LEVEL = 'cluster, apiservice, cause';
const DIFFERENCES = [
  `abs(${SERIES.confidence} - on (${LEVEL}) expected_confidence) > ${TOLERANCE}`,
  `expected_confidence unless on (${LEVEL}) ${SERIES.confidence}`,
  `${SERIES.confidence} unless on (${LEVEL}) expected_confidence`,
  `${SERIES.top} unless on (${LEVEL}) expected_top`,
  `expected_top unless on (${LEVEL}) ${SERIES.top}`,
  `count by (cluster, apiservice) (${SERIES.top}) > 1`,
];

function testOf(all: readonly History[], first: number, count: number, catalogue: Catalogue): Record<string, unknown> {
  const histories = all.slice(first, first + count);
  const steps = Math.max(...histories.map((history) => history.steps));
  return {
    interval: printDuration(histories[0]!.step),
    input_series: histories.flatMap((history, index) => seriesOf(history, first + index, steps, catalogue)),
    promql_expr_test: DIFFERENCES.map((expr) => ({ expr, eval_time: printDuration((steps - 1) * histories[0]!.step), exp_samples: [] })),
  };
}

/** All histories end at the same step: shorter ones begin later. */
function seriesOf(history: History, index: number, steps: number, catalogue: Catalogue): { series: string; values: string }[] {
  const cluster = `history-${index}-${history.aimedAt}`;
  const shift = steps - history.steps;
  const candidates = evaluate(shifted(history, shift), catalogue);
  const expected = candidates.map(({ cause, confidence }) => ({
    series: `expected_confidence{cluster="${cluster}", apiservice="${APISERVICE}", cause="${cause}"}`,
    values: `_x${steps - 1} ${confidence}`,
  }));
  const [top] = candidates;
  if (top)
    expected.push({
      series: `expected_top{cluster="${cluster}", apiservice="${APISERVICE}", cause="${top.cause}"}`,
      values: `_x${steps - 1} 1`,
    });
  const asked = askedAtZero(catalogue, catalogue.signals);
  const signals = [...history.signals].map(([name, values]) => {
    const { metric, labels } = signalNamed(catalogue, name);
    const matchers = Object.entries({ cluster, apiservice: APISERVICE, ...labels }).map(
      ([label, value]) => `${label}=${JSON.stringify(value)}`,
    );
    return {
      series: `${metric}{${matchers.join(', ')}}`,
      values: `${shift > 0 ? `_x${shift} ` : ''}${printValues(published(name, values, asked))}`,
    };
  });
  return [
    ...expected,
    ...signals,
    { series: `aggregated_api_info{cluster="${cluster}", apiservice="${APISERVICE}"}`, values: `1x${steps - 1}` },
  ];
}

/** Timestamps are absolute: they move with the history. */
function shifted(history: History, shift: number): History {
  if (shift === 0) return history;
  const signals = new Map([...history.signals].map(([name, values]) => [name, [...Array<number>(shift).fill(Number.NaN), ...values]]));
  return { ...history, steps: history.steps + shift, signals };
}

/** Runs of equal values are shortened. Not observed = a series that went, which Prometheus marks as stale. */
function printValues(values: readonly number[]): string {
  const runs: { value: number; count: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && Object.is(last.value, value)) last.count++;
    else runs.push({ value, count: 1 });
  }
  return runs
    .map(({ value, count }) =>
      Number.isNaN(value) ? Array<string>(count).fill('stale').join(' ') : count === 1 ? `${value}` : `${value}x${count - 1}`,
    )
    .join(' ');
}
