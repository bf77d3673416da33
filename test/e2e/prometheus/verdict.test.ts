import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../../src/generate/built-in.ts';
import { printYaml } from '../../../src/generate/formats/plain-rule.ts';
import { printRules } from '../../../src/generate/formats/rule-formats.ts';
import { DEFAULT_OPTIONS, type GenerateOptions } from '../../../src/generate/options.ts';
import { selectorOf } from '../../../src/generate/promql.ts';
import { diagnosisGroup } from '../../../src/generate/recording-rules.ts';
import { SERIES } from '../../../src/generate/series.ts';
import { symptomGroup, symptomInterval } from '../../../src/generate/symptom-alerts.ts';
import { currentPromtool, inFolder, run } from './support/promtool.ts';
import { APISERVICE, type Sequence, STEP, sequences, stepsOf, type Told, tell } from './support/sequences.ts';

const OPTIONS: GenerateOptions = { ...DEFAULT_OPTIONS, scrapeInterval: STEP };
const SEQUENCES = Number(process.env.VERDICT_SEQUENCES ?? 12);
const SEED = Number(process.env.VERDICT_SEED ?? 20_261_128);
/** promtool's engine holds 10,000 samples for one query, and the sum of the scores holds all evidence three times. */
const PER_TEST = 3;
/** Symptoms are evaluated twice per scrape. */
const EVALUATED = symptomInterval(OPTIONS);
/**
 * Ticks for which a verdict may linger: two evaluations, and one more. An evaluation between two scrapes sees the older one again, so a cause
 * has led for up to an evaluation longer there than in the exporter, which keeps it for a third of that time at most.
 */
const LINGERS = Math.ceil((3 * EVALUATED) / STEP);

const SYMPTOMS = 'AggregatedAPI(Down|Errors|Flapping|Slow)';
const NAMED = `ALERTS{alertstate="firing", alertname=~"${SYMPTOMS}", cause!="unknown"}`;

/** One cluster per sequence. */
async function complaints(
  told: readonly Told[],
  further: readonly { expr: string; exp_samples: readonly unknown[] }[] = [],
): Promise<string> {
  const steps = Math.max(...told.map((one) => one.steps));
  const groups = [diagnosisGroup(BUILT_IN, OPTIONS), symptomGroup(BUILT_IN, OPTIONS)];
  const rules = printRules({ groups, notes: [] }, 'prometheus', { name: 'rules', options: OPTIONS });
  const over = `[${steps * STEP}s:${EVALUATED}s]`;
  const never = [
    `count_over_time((${NAMED} unless on (cluster, cause) allowed)${over})`,
    `count_over_time((${SERIES.verdict}{cause!="unknown"} < 0.5)${over})`,
    `count_over_time((count by (cluster, apiservice, alertname) (ALERTS{alertstate="firing", alertname=~"${SYMPTOMS}"}) > 1)${over})`,
  ];
  const test = {
    rule_files: rules.map((_, index) => `rules-${index}.yaml`),
    evaluation_interval: `${EVALUATED}s`,
    group_eval_order: groups.map(({ name }) => name),
    tests: [
      {
        interval: `${STEP}s`,
        input_series: told.flatMap((one, index) => seriesOf(one, `sequence-${index}`)),
        promql_expr_test: [...never.map((expr) => ({ expr, exp_samples: [] })), ...further].map((one) => ({
          ...one,
          eval_time: `${(steps - 1) * STEP}s`,
        })),
      },
    ],
  };
  const files = Object.fromEntries(rules.map(({ content }, index) => [`rules-${index}.yaml`, content]));
  return inFolder({ ...files, 'test.yaml': printYaml(test) }, async (folder) => {
    const { code, output } = await run(currentPromtool(), ['test', 'rules', 'test.yaml'], folder);
    return code === 0 ? '' : output;
  });
}

function seriesOf(told: Told, cluster: string): { series: string; values: string }[] {
  const of = (metric: string, labels: Readonly<Record<string, string>>, values: readonly (number | undefined)[]) => ({
    series: selectorOf({ metric, labels: { cluster, apiservice: APISERVICE, ...labels } }),
    values: values.map((value, step) => value ?? (step > 0 && values[step - 1] !== undefined ? 'stale' : '_')).join(' '),
  });
  const allowed = new Set(told.verdicts);
  return [
    of(
      'aggregated_api_info',
      {},
      told.verdicts.map(() => 1),
    ),
    of('aggregated_api_probes_total', { vantage: 'aggregator' }, told.attempts),
    ...[...told.signals].map(([{ metric, labels }, values]) => of(metric, labels ?? {}, values)),
    ...[...allowed].map((cause) =>
      of(
        'allowed',
        { cause },
        told.verdicts.map((_, step) => (told.verdicts.slice(Math.max(0, step - LINGERS), step + 1).includes(cause) ? 1 : undefined)),
      ),
    ),
  ];
}

const batches = (all: readonly Sequence[]) =>
  Array.from({ length: Math.ceil(all.length / PER_TEST) }, (_, index) => all.slice(index * PER_TEST, (index + 1) * PER_TEST)).map(together);

function together(some: readonly Sequence[]): Told[] {
  const steps = Math.max(...some.map(stepsOf));
  return some.map((sequence) => tell(sequence, steps));
}

describe('the cause that a firing alert carries', () => {
  const told = batches(fc.sample(sequences, { numRuns: SEQUENCES, seed: SEED }));

  it.each(told.map((some) => [some.map(({ title }) => title).join('; then '), some] as const))(
    'is the verdict of the exporter at that moment or of the three evaluations before, or unknown: %s',
    async (_, some) => {
      expect(await complaints(some)).toBe('');
    },
  );

  it('is that of the second failure when another one was over a minute before it', async () => {
    const told = tell({
      faults: [
        { cause: 'apiserver-overloaded', healthyBefore: 0, ticks: 4 },
        { cause: 'serving-certificate-expired', healthyBefore: 6, ticks: 30 },
      ],
    });
    expect([...new Set(told.verdicts)]).toEqual(['unknown', 'apiserver-overloaded', 'serving-certificate-expired']);
    const down = 'ALERTS{alertstate="firing", alertname="AggregatedAPIDown"}';
    const everDown = `count by (cause) (count_over_time(${down}[${told.steps * STEP}s]))`;
    expect(
      await complaints([told], [{ expr: everDown, exp_samples: [{ labels: '{cause="serving-certificate-expired"}', value: 1 }] }]),
    ).toBe('');
  });
});
