import { describe, expect, it } from 'vitest';
import { SHARDS } from '../../src/generate/exporter-alerts.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { SERIES } from '../../src/generate/series.ts';
import { type Matcher, selectorsOf } from '../../src/generate/verify/selectors.ts';
import { type Finding, type Query, selectorsOfRules, verifyRules } from '../../src/generate/verify/verify.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

type Series = Readonly<Record<string, string>>;

/** Everything that the rules of the small catalogue read, as an exporter and loaded rules give it. */
const ALL: readonly Series[] = [
  { __name__: 'aggregated_api_exporter_build_info', cluster: 'harbour' },
  ...selectorsOfRules(SMALL_CATALOGUE, DEFAULT_OPTIONS).map(({ metric, matchers }) => ({
    __name__: metric,
    cluster: 'harbour',
    ...(metric === SHARDS && { shard: '0', value: '1' }),
    ...Object.fromEntries(
      matchers.filter(({ operator }) => operator.startsWith('=')).map(({ label, value }) => [label, value.split('|')[0]!]),
    ),
  })),
];

function matches(series: Series, { label, operator, value }: Matcher): boolean {
  const found = series[label] ?? '';
  const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
  return operator.startsWith('!') ? !equal : equal;
}

/** A Prometheus that has these series, each for as long as anybody asks. */
function prometheus(
  series: readonly Series[],
  values: Readonly<Record<string, number>> = {},
  scraped = { samples: 60, span: 1770 },
): Query {
  return async (promql) => {
    const [{ metric, matchers }] = selectorsOf(promql) as [ReturnType<typeof selectorsOf>[number]];
    const found = series.filter((one) => one.__name__ === metric && matchers.every((matcher) => matches(one, matcher)));
    const most = /^max by \(([\w, ]+)\)/.exec(promql)?.[1]?.split(', ');
    if (most)
      return found.map(({ value, ...labels }) => ({
        labels: Object.fromEntries(most.map((label) => [label, labels[label] ?? ''])),
        value: Number(value),
      }));
    const by = /^count by \((\w+)\)/.exec(promql)?.[1];
    if (found.length === 0) return [];
    const value = promql.startsWith('max(count_over_time')
      ? scraped.samples
      : promql.startsWith('max(timestamp(')
        ? scraped.span
        : (values[metric] ?? 1);
    return by
      ? [...new Set(found.map((one) => one[by] ?? ''))].map((text) => ({ labels: { [by]: text }, value }))
      : [{ labels: {}, value }];
  };
}

async function reasonsOf(series: readonly Series[], state: Finding['state'], values?: Readonly<Record<string, number>>): Promise<string[]> {
  const { findings } = await verifyRules(prometheus(series, values), SMALL_CATALOGUE, DEFAULT_OPTIONS);
  return findings.filter((finding) => finding.state === state).map(({ selector, why }) => `${selector}: ${why}`);
}

const without = (metric: string) => ALL.filter(({ __name__ }) => __name__ !== metric);
/** As a relabelling leaves it. */
const renamed = (label: string, to: string | undefined) =>
  ALL.map(({ [label]: value, ...rest }) => (value === undefined || to === undefined ? rest : { ...rest, [to]: value }) as Series);

describe('verifying rules', () => {
  it('is content where everything is found', async () => {
    expect(await reasonsOf(ALL, 'missing')).toEqual([]);
    expect(await reasonsOf(ALL, 'quiet')).toEqual([]);
  });

  it.each<[string, readonly Series[], string]>([
    ['the exporter is not scraped', [], 'aggregated_api_info: the exporter is not scraped'],
    [
      'a metric is dropped',
      without('aggregated_api_info'),
      'aggregated_api_info: no series aggregated_api_info: a metric relabelling drops it, or the exporter is older than the rules',
    ],
    [
      'rules are not loaded',
      without(SERIES.symptom),
      `${SERIES.symptom}: no series ${SERIES.symptom}: the recording rules are not loaded, or fail; look at /rules`,
    ],
    [
      'a label collides',
      renamed('vantage', 'exported_vantage'),
      'the label vantage arrives as exported_vantage: it collides with a label of the target; set honorLabels: true on the ServiceMonitor',
    ],
    ['a label is dropped', renamed('vantage', undefined), 'has no label vantage: a relabelling drops it'],
  ])('says that %s', async (_, series, words) => {
    expect((await reasonsOf(series, 'missing')).join('\n')).toContain(words);
  });

  it('calls quiet what is there only while an API errs', async () => {
    expect(await reasonsOf(without(SERIES.confidence), 'missing')).toEqual([]);
    expect(await reasonsOf(without(SERIES.confidence), 'quiet')).toContain(`${SERIES.confidence}: only while an API errs`);
  });

  it('calls quiet a kind of victims that nobody looked for, and all of them where none is looked for', async () => {
    const impact = 'aggregated_api_impact';
    const seen = ALL.filter(({ __name__, kind }) => __name__ !== impact || kind === 'autoscaler');
    expect(await reasonsOf(seen, 'missing')).toEqual([]);
    expect(await reasonsOf(seen, 'quiet')).toContain(`${impact}{kind="client"}: kind="client" does not occur; there are autoscaler`);
    expect(await reasonsOf(without(impact), 'missing')).toEqual([]);
  });

  it('calls quiet a cause that no API had, and missing a label that its verdict lost', async () => {
    const verdict = { __name__: SERIES.sure, cluster: 'harbour', cause: 'red-tide' };
    const well = [...without(SERIES.sure), verdict];
    const { id } = SMALL_CATALOGUE.causes[0]!;
    const selector = `${SERIES.sure}{cause="${id}"}`;
    expect(await reasonsOf(well, 'missing')).toEqual([]);
    expect(await reasonsOf(well, 'quiet')).toContain(`${selector}: cause="${id}" does not occur; there are red-tide`);
    const { cause: _, ...unlabelled } = verdict;
    expect(await reasonsOf([...without(SERIES.sure), unlabelled], 'missing')).toContain(
      `${selector}: ${SERIES.sure} has no label cause: a relabelling drops it`,
    );
    expect(await reasonsOf(without(SERIES.held), 'missing')).toContain(
      `${SERIES.held}: no series ${SERIES.held}: the recording rules are not loaded, or fail; look at /rules`,
    );
  });

  it('names the source of a signal that was not observed, and how that source is', async () => {
    const signal = SMALL_CATALOGUE.signals.find(({ metric }) => ALL.some(({ __name__ }) => __name__ === metric))!;
    const source = { __name__: 'aggregated_api_exporter_source_up', source: signal.source };
    const gone = ALL.filter(({ __name__ }) => __name__ !== signal.metric && __name__ !== source.__name__);
    const quiet = async (series: readonly Series[], up?: number) =>
      (await reasonsOf(series, 'quiet', up === undefined ? {} : { [source.__name__]: up })).join('\n');
    expect(await quiet(gone)).toContain(`not observed: its source ${signal.source} is switched off`);
    expect(await quiet([...gone, source], 0)).toContain(`its source ${signal.source} does not answer`);
    expect(await quiet([...gone, source], 1)).toContain(
      `its source ${signal.source} answers, but it was never anything but 0, or not seen yet`,
    );
  });

  it.each<[string, readonly (readonly [cluster: string, shard: string, of: string])[], readonly string[]]>([
    [
      'all of three',
      [
        ['harbour', '0', '3'],
        ['harbour', '1', '3'],
        ['harbour', '2', '3'],
      ],
      [],
    ],
    [
      'two of three',
      [
        ['harbour', '0', '3'],
        ['harbour', '2', '3'],
      ],
      [
        'of 3 shards of cluster="harbour" 1 is missing: not scraped, or without a sight of its APIs; the APIs that fall there are not watched',
      ],
    ],
    [
      'one of three, in another cluster',
      [
        ['harbour', '0', '1'],
        ['lighthouse', '1', '3'],
      ],
      [
        'of 3 shards of cluster="lighthouse" 0, 2 are missing: not scraped, or without a sight of its APIs; the APIs that fall there are not watched',
      ],
    ],
    [
      'another number of them',
      [
        ['harbour', '0', '2'],
        ['harbour', '1', '2'],
        ['harbour', '1', '3'],
        ['harbour', '2', '3'],
      ],
      ['the shards of cluster="harbour" count 2 and 3 shards: give all the same --shard i/n'],
    ],
  ])('sees of the shards %s', async (_, shards, warnings) => {
    const series = shards.map(([cluster, shard, value]) => ({ __name__: SHARDS, cluster, shard, value }));
    const others = ALL.filter(({ __name__ }) => __name__ !== SHARDS);
    expect((await verifyRules(prometheus([...others, ...series]), SMALL_CATALOGUE, DEFAULT_OPTIONS)).warnings).toEqual(warnings);
  });

  it('calls shards quiet where nothing is shared out', async () => {
    expect(await reasonsOf(without(SHARDS), 'missing')).toEqual([]);
    expect(await reasonsOf(without(SHARDS), 'quiet')).toContain(`${SHARDS}: only where several exporters share the APIs out`);
  });

  it('warns of another scrape interval, and of a missing cluster label', async () => {
    const warningsOf = async (series: readonly Series[], scrapeInterval = 30) =>
      (await verifyRules(prometheus(series), SMALL_CATALOGUE, { ...DEFAULT_OPTIONS, scrapeInterval })).warnings;
    expect(await warningsOf(ALL)).toEqual([]);
    expect(await warningsOf(ALL, 15)).toEqual([
      expect.stringMatching(/^scraped about every 30s; the rules are for 15s: pass --scrape-interval$/),
    ]);
    // Two minutes of scrapes every 15 s are no scrapes every four minutes, and two scrapes are too few to say.
    const young = async (samples: number, span: number) =>
      (await verifyRules(prometheus(ALL, {}, { samples, span }), SMALL_CATALOGUE, { ...DEFAULT_OPTIONS, scrapeInterval: 15 })).warnings;
    expect(await young(8, 105)).toEqual([]);
    expect(await young(3, 120)).toEqual([]);
    expect(await young(8, 210)).toEqual([expect.stringMatching(/^scraped about every 30s; /)]);
    expect(await warningsOf(renamed('cluster', undefined))).toEqual([expect.stringContaining('aggregated_api_info has no label cluster')]);
  });
});
