import { describe, expect, it } from 'vitest';
import { SHARDS } from '../../src/generate/exporter-alerts.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import type { LoadedGroup, Prometheus, Query } from '../../src/generate/prometheus.ts';
import { SERIES } from '../../src/generate/series.ts';
import { selectorsOf } from '../../src/generate/verify/selectors.ts';
import { type Finding, selectorsOfRules, verifyRules } from '../../src/generate/verify/verify.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';
import { matches } from './support/asked-prometheus.ts';

type Series = Readonly<Record<string, string>>;

/** Everything that the rules of the small catalogue read, as an exporter and loaded rules give it. */
const ALL: readonly Series[] = [
  { __name__: 'aggregated_api_exporter_build_info', cluster: 'harbour' },
  { __name__: SERIES.known, cluster: 'harbour' },
  ...selectorsOfRules(SMALL_CATALOGUE, DEFAULT_OPTIONS).map(({ metric, matchers }) => ({
    __name__: metric,
    cluster: 'harbour',
    ...(metric === SHARDS && { shard: '0', value: '1' }),
    ...Object.fromEntries(
      matchers.filter(({ operator }) => operator.startsWith('=')).map(({ label, value }) => [label, value.split('|')[0]!]),
    ),
  })),
];

interface Scene {
  readonly values?: Readonly<Record<string, number>>;
  readonly scraped?: { readonly samples: number; readonly span: number };
  readonly groups?: readonly LoadedGroup[] | Error;
  /** Of the youngest tick that a scrape saw, seconds after that scrape, and how often the tick changed. */
  readonly tick?: { readonly after: number; readonly changes: number };
}

const NOW = 1_790_000_000;
const GROUP: LoadedGroup = { name: 'aggregated-api-diagnosis', interval: 30, evaluationTime: 1, lastEvaluation: NOW - 20, failing: [] };

/** A Prometheus that has these series, each for as long as anybody asks. */
function prometheus(
  series: readonly Series[],
  { values = {}, scraped = { samples: 60, span: 1770 }, groups = [GROUP], tick }: Scene = {},
): Prometheus {
  const query: Query = async (promql) => {
    if (promql === 'vector(time())') return [{ labels: {}, value: NOW }];
    if (promql.includes('last_tick_timestamp'))
      return tick ? [{ labels: {}, value: promql.includes('changes(') ? tick.changes : tick.after }] : [];
    const [{ metric, matchers }] = selectorsOf(promql) as [ReturnType<typeof selectorsOf>[number]];
    const found = series.filter((one) => one.__name__ === metric && matchers.every((matcher) => matches(one, matcher)));
    const most = /^max by \(([\w, ]+)\)/.exec(promql)?.[1]?.split(', ');
    if (most)
      return found.map(({ value, ...labels }) => ({
        labels: Object.fromEntries(most.map((label) => [label, labels[label] ?? ''])),
        value: Number(value),
      }));
    if (found.length === 0) return [];
    if (promql === metric) return found.map((labels) => ({ labels, value: 1 }));
    const by = /^count by \((\w+)\)/.exec(promql)?.[1];
    const value = promql.startsWith('max(count_over_time')
      ? scraped.samples
      : promql.startsWith('max(timestamp(')
        ? scraped.span
        : (values[metric] ?? 1);
    return by
      ? [...new Set(found.map((one) => one[by]))].map((text) => ({ labels: text === undefined ? {} : { [by]: text }, value }))
      : [{ labels: {}, value }];
  };
  return {
    query,
    range: async () => [],
    groups: async () => {
      if (groups instanceof Error) throw groups;
      return groups;
    },
  };
}

async function reasonsOf(series: readonly Series[], state: Finding['state'], values?: Readonly<Record<string, number>>): Promise<string[]> {
  const { findings } = await verifyRules(prometheus(series, values ? { values } : {}), SMALL_CATALOGUE, DEFAULT_OPTIONS);
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
});

describe('what is wrong as a whole', () => {
  const warningsOf = async (series: readonly Series[], scene: Scene = {}, differs: Partial<typeof DEFAULT_OPTIONS> = {}) =>
    (await verifyRules(prometheus(series, scene), SMALL_CATALOGUE, { ...DEFAULT_OPTIONS, ...differs })).warnings;
  const first = async (...of: Parameters<typeof warningsOf>) => (await warningsOf(...of)).join('\n');
  const more = (...series: readonly Series[]) => [...ALL, ...series];

  it('is nothing where all is well', async () => {
    expect(await warningsOf(ALL)).toEqual([]);
  });

  it('is another scrape interval', async () => {
    expect(await warningsOf(ALL, { groups: [] }, { scrapeInterval: 15 })).toContainEqual(
      expect.stringMatching(/^scraped about every 30s; the rules are for 15s: pass --scrape-interval$/),
    );
    // Two minutes of scrapes every 15 s are no scrapes every four minutes, and two scrapes are too few to say.
    const young = (samples: number, span: number) =>
      warningsOf(ALL, { scraped: { samples, span }, groups: [{ ...GROUP, interval: 15 }] }, { scrapeInterval: 15 });
    expect(await young(8, 105)).toEqual([]);
    expect(await young(3, 120)).toEqual([]);
    expect(await young(8, 210)).toEqual([expect.stringMatching(/^scraped about every 30s; /)]);
  });

  it('is rules that were loaded for another interval than is asked for', async () => {
    const scraped = { samples: 119, span: 1770 };
    expect(await warningsOf(ALL, { scraped }, { scrapeInterval: 15 })).toEqual([
      'the rules that are loaded are for a scrape interval of 30s, not 15s: pass --scrape-interval',
    ]);
    // The symptoms are evaluated twice per scrape.
    expect(await warningsOf(ALL, { groups: [GROUP, { ...GROUP, name: 'aggregated-api-symptoms', interval: 15 }] })).toEqual([]);
  });

  it.each<[string, NonNullable<Scene['tick']>, RegExp | '']>([
    ['together', { after: -3, changes: 60 }, ''],
    ['together, and a second off', { after: 2, changes: 60 }, ''],
    ['together, the exporter standing still', { after: -90, changes: 0 }, ''],
    ['ahead', { after: 40, changes: 60 }, /^the clock of the exporter is about 40s ahead of Prometheus's: .*NTP/],
    ['behind', { after: -90, changes: 60 }, /^the clock of the exporter is about 1m30s behind Prometheus's: .*NTP/],
  ])("is the exporter's clock: %s", async (_, tick, words) => {
    if (words === '') expect(await warningsOf(ALL, { tick })).toEqual([]);
    else expect(await first(ALL, { tick })).toMatch(words);
  });

  it('is a label of the cluster that is not there, and what it may be called', async () => {
    const bare = renamed('cluster', undefined);
    expect(await first(bare)).toMatch(/^aggregated_api_info has no label cluster: harmless for one cluster; .* --cluster-label$/);
    expect(await first(renamed('cluster', 'site'))).toContain('with --cluster-label; its series have site="harbour"');
  });

  it('is a label of the cluster that only some series have', async () => {
    expect(await first(more({ __name__: 'aggregated_api_info' }))).toContain(
      'some series of aggregated_api_info have the label cluster and some have not',
    );
  });

  it('is a label of the cluster that is another one in what the rules record', async () => {
    const relabelled = ALL.map((one) => (one.__name__ === SERIES.known ? { ...one, cluster: 'eu-harbour' } : one));
    expect(await first(relabelled)).toMatch(
      /^the rules record series of cluster eu-harbour, of which no exporter is \(there is harbour\): cluster is relabelled/,
    );
  });

  it('is a label of the cluster that the scrape puts its own over', async () => {
    const covered = ALL.map((one) => (one.__name__ === 'aggregated_api_info' ? { ...one, exported_cluster: 'shore' } : one));
    expect(await first(covered)).toMatch(
      /^the exporter says the cluster of each API, .* exported_cluster, with shore\): .* honor_labels: true/,
    );
  });

  it('is several clusters that the rules take for one', async () => {
    const two = more({ __name__: 'aggregated_api_info', cluster: 'shore' });
    expect(await first(two, {}, { clusterLabels: [] })).toContain(
      'the APIs of 2 clusters (harbour, shore) count as one: print the rules with --cluster-label cluster',
    );
    expect(await warningsOf(ALL, {}, { clusterLabels: [] })).toEqual([]);
  });

  it.each<[string, Partial<LoadedGroup>, RegExp | '']>([
    ['takes as long as it may', { evaluationTime: 30 }, ''],
    [
      'takes longer than its interval',
      { evaluationTime: 31.2 },
      /^the group aggregated-api-diagnosis takes 31s200ms for an evaluation that is due every 30s/,
    ],
    ['was evaluated lately', { lastEvaluation: NOW - 89 }, ''],
    ['is evaluated no more', { lastEvaluation: NOW - 91 }, /was last evaluated 1m31s ago, and is due every 30s$/],
    [
      'has a rule that fails',
      {
        failing: [
          { rule: 'a:b:c', error: 'many-to-many' },
          { rule: 'd:e:f', error: 'x' },
        ],
      },
      /^the rule a:b:c of aggregated-api-diagnosis fails: many-to-many; and 1 more$/,
    ],
  ])('is a group that %s', async (_, differs, words) => {
    const groups = [{ ...GROUP, ...differs }];
    if (words === '') expect(await warningsOf(ALL, { groups })).toEqual([]);
    else expect(await first(ALL, { groups })).toMatch(words);
    // Of others nothing is said.
    expect(await warningsOf(ALL, { groups: [GROUP, { ...GROUP, ...differs, name: 'kubernetes-apps' }] })).toEqual([]);
  });

  it('is that the groups could not be looked at', async () => {
    expect(await first(ALL, { groups: new Error('http://x/api/v1/rules: 404') })).toBe(
      'not checked whether the rule groups keep their interval: http://x/api/v1/rules: 404',
    );
    expect(await first(ALL, { groups: [] })).toContain('they are evaluated elsewhere');
    expect(await warningsOf(without(SERIES.known), { groups: [] })).toEqual([]);
  });

  it('is rules of another catalogue than the exporter weighs', async () => {
    const exporter = { __name__: 'aggregated_api_exporter_catalogue_info', cluster: 'harbour', catalogue: 'c0ffee' };
    const rules = (catalogue: string) => ({ __name__: SERIES.catalogue, catalogue });
    expect(await warningsOf(more(exporter, rules('c0ffee')))).toEqual([]);
    expect(await first(more(exporter, rules('decaf')))).toBe(
      'the rules that are loaded are of the catalogue of causes decaf, and the exporter weighs c0ffee: their verdicts differ; print the rules anew with the version of the exporter',
    );
    expect(await first(more(exporter))).toContain('they are older than the exporter; print them anew with its version');
  });
});
