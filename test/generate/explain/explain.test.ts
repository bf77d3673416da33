import { describe, expect, it } from 'vitest';
import { DIAGNOSES_SCHEMA, type Diagnoses } from '../../../src/domain/diagnosis.ts';
import { explain } from '../../../src/generate/explain/explain.ts';
import { unbroken } from '../../../src/generate/explain/rules-ledger.ts';
import { DEFAULT_OPTIONS } from '../../../src/generate/options.ts';
import { SERIES } from '../../../src/generate/series.ts';
import { diagnosis } from '../../expose/view.ts';
import { SMALL_CATALOGUE } from '../small-catalogue.ts';
import { type AskedSeries, type AskedState, askedPrometheus } from '../support/asked-prometheus.ts';

const NOW = 1_790_000_012;
const EVALUATED = 1_790_000_000;
const SCRAPED = EVALUATED - 9;
const TIDES = 'v1.tides.example';
const CLUSTER = { cluster: 'harbour' };

const of = (metric: string, labels: Record<string, string> = {}, value?: number, since?: number): AskedSeries => ({
  labels: { __name__: metric, ...CLUSTER, apiservice: TIDES, ...labels },
  ...(value === undefined ? {} : { value }),
  ...(since === undefined ? {} : { since }),
});
const evidence = (cause: string, id: string, points: number, more: Record<string, string> = {}, since?: number) =>
  of(SERIES.evidence, { cause, evidence: id, says: `It is ${id}.`, ...more }, points, since);

/** An API that errs because of its swell, by the rules and by the exporter. */
const ERRS: readonly AskedSeries[] = [
  of(SERIES.known),
  of(SERIES.symptom, {}, 1, EVALUATED - 300),
  of(SERIES.confidence, { cause: 'heavy-swell' }, 0.81),
  of(SERIES.confidence, { cause: 'unknown' }, 0.12),
  of(SERIES.score, { cause: 'heavy-swell' }, 7),
  of(SERIES.score, { cause: 'unknown' }, 1),
  { labels: { __name__: SERIES.prior, cause: 'heavy-swell', says: 'The swell is too heavy' }, value: -1 },
  evidence('heavy-swell', 'still', -2),
  evidence('heavy-swell', 'high', 4, {}, EVALUATED - 300),
  evidence('heavy-swell', 'grounded', 6, {}, EVALUATED - 60),
  of(SERIES.held, { cause: 'heavy-swell' }, 0.81),
  of(SERIES.leadSince, { cause: 'heavy-swell' }, EVALUATED - 270),
  { labels: { __name__: SERIES.catalogue, catalogue: 'c0ffee' } },
  { labels: { __name__: 'aggregated_api_exporter_catalogue_info', ...CLUSTER, catalogue: 'c0ffee' } },
  of('aggregated_api_info'),
  of('aggregated_api_failing', {}, 1),
  of('aggregated_api_diagnosis', { cause: 'heavy-swell' }, 1),
  of('aggregated_api_diagnosis_confidence', { cause: 'heavy-swell' }, 0.8),
  of('aggregated_api_diagnosis_confidence', { cause: 'unknown' }, 0.13),
];
const without = (...metrics: readonly string[]) => ERRS.filter(({ labels }) => !metrics.includes(labels.__name__!));
const HEALTHY = [
  ...without(
    SERIES.symptom,
    SERIES.confidence,
    SERIES.score,
    SERIES.evidence,
    SERIES.held,
    'aggregated_api_diagnosis',
    'aggregated_api_diagnosis_confidence',
  ),
  of(SERIES.symptom, {}, 0),
  of(SERIES.held, { cause: 'unknown' }, 0),
];

const told = (points: readonly (readonly [id: string, points: number])[]) =>
  points.map(([id, number]) => ({ id, says: `It is ${id}.`, weight: 'strong' as const, points: number, lookBack: false, values: {} }));
/** As the exporter answers at `NOW`. */
const answer = (differs: Parameters<typeof diagnosis>[0] = {}): Diagnoses => ({
  schema: DIAGNOSES_SCHEMA,
  time: NOW,
  answer: 'diagnosed',
  answers: [],
  diagnoses: [
    diagnosis({
      ...{ apiservice: TIDES, state: 'failing', cause: 'heavy-swell', confidence: 0.8, alternatives: [] },
      evidence: told([
        ['high', 4],
        ['grounded', 6],
        ['still', -2],
      ]),
      ...differs,
    }),
  ],
  examined: [TIDES],
  notSeen: [],
});

const explained = (
  series: readonly AskedSeries[],
  { ask, cluster = {}, ...state }: Partial<AskedState> & { ask?: () => Promise<Diagnoses>; cluster?: Record<string, string> } = {},
) =>
  explain({
    apiservice: TIDES,
    cluster,
    prometheus: askedPrometheus({ series, now: NOW, evaluatedAt: EVALUATED, scrapedAt: SCRAPED, ...state }),
    catalogue: SMALL_CATALOGUE,
    options: DEFAULT_OPTIONS,
    ...(ask && { ask }),
  });

describe('the ledger in the rules', () => {
  it('has what was weighed, strongest first, and since when', async () => {
    const { rules, cluster } = await explained(ERRS);
    expect(cluster).toEqual(CLUSTER);
    expect(rules).toMatchObject({ evaluatedAt: EVALUATED, scrapedAt: SCRAPED, now: NOW, errs: true, errsSince: EVALUATED - 300 });
    expect(rules.verdict).toEqual({ cause: 'heavy-swell', confidence: 0.81, since: EVALUATED - 270 });
    expect(rules.candidates.map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ['heavy-swell', 0.81],
      ['unknown', 0.12],
    ]);
    expect(rules.candidates[0]).toMatchObject({ title: 'The swell is too heavy', score: 7, prior: -1 });
    expect(rules.candidates[0]!.evidence.map(({ id, points, since }) => [id, points, since])).toEqual([
      ['grounded', 6, EVALUATED - 60],
      ['high', 4, EVALUATED - 300],
      ['still', -2, 'before'],
    ]);
  });

  it('says how a piece came to count', async () => {
    const more = [
      evidence('heavy-swell', 'lately', 2, { look_back: 'true' }),
      evidence('heavy-swell', 'superseded-by-fog-bank', -16, { superseded: 'true' }),
      evidence('heavy-swell', 'fog', 2, { inherited: 'true' }),
    ];
    const { rules } = await explained([...ERRS, ...more]);
    expect(Object.fromEntries(rules.candidates[0]!.evidence.map(({ id, how }) => [id, how]))).toEqual({
      grounded: undefined,
      high: undefined,
      still: undefined,
      lately: 'look-back',
      'superseded-by-fog-bank': 'superseded',
      fog: 'inherited',
    });
  });

  it('leaves out evidence that was met at an evaluation before, and is not now', async () => {
    const prometheus = askedPrometheus({ series: ERRS, now: NOW, evaluatedAt: EVALUATED, scrapedAt: SCRAPED });
    const { rules } = await explain({
      apiservice: TIDES,
      cluster: {},
      prometheus: {
        ...prometheus,
        range: async (...asked) =>
          (await prometheus.range(...asked)).map((one) =>
            one.labels.evidence === 'high' ? { ...one, values: one.values.slice(0, -1) } : one,
          ),
      },
      catalogue: SMALL_CATALOGUE,
      options: DEFAULT_OPTIONS,
    });
    expect(rules.candidates[0]!.evidence.map(({ id }) => id)).toEqual(['grounded', 'still']);
  });

  it.each<[string, readonly AskedSeries[], boolean | undefined]>([
    ['does not err', HEALTHY, false],
    ['was not observed', without(SERIES.symptom), undefined],
  ])('tells that it %s', async (_, series, errs) => {
    expect((await explained(series)).rules.errs).toBe(errs);
  });

  it.each<[string, readonly number[], number | 'before' | undefined]>([
    ['each evaluation', [0, 30, 60, 90], 'before'],
    ['the last two', [60, 90], 60],
    ['the last, after a gap', [0, 30, 90], 90],
    ['not the last', [0, 30, 60], undefined],
    ['none', [], undefined],
  ])('counts what is met without a break: %s', (_, times, since) => {
    expect(
      unbroken(
        times.map((at) => ({ at })),
        { from: 0, to: 90, step: 30 },
      ),
    ).toBe(since);
  });
});

describe('which API is explained', () => {
  const elsewhere: AskedSeries = { labels: { ...ERRS[0]!.labels, cluster: 'shore' } };
  it.each<[string, readonly AskedSeries[], Record<string, string>, string]>([
    ['nothing is recorded', [], {}, 'the rules are not loaded, or the exporter is not scraped; verify says which'],
    [
      'it is not known',
      [{ labels: { ...ERRS[0]!.labels, apiservice: 'v1.charts.example' } }],
      {},
      'has no APIService v1.tides.example; there are v1.charts.example on cluster harbour',
    ],
    [
      'two clusters have it',
      [...ERRS, elsewhere],
      {},
      'v1.tides.example is in 2 clusters: name one with --in; there are cluster=harbour, cluster=shore',
    ],
    [
      'that cluster has it not',
      ERRS,
      { cluster: 'shore' },
      'has no APIService v1.tides.example on cluster shore; there are v1.tides.example on cluster harbour',
    ],
  ])('refuses where %s', async (_, series, cluster, words) => {
    await expect(explained(series, { cluster })).rejects.toThrow(words);
  });

  it('takes the cluster that is named', async () => {
    expect((await explained([...ERRS, elsewhere], { cluster: CLUSTER })).cluster).toEqual(CLUSTER);
  });

  it('asks for series without the label where there is none', async () => {
    const bare = ERRS.map(({ labels: { cluster: _, ...labels }, ...one }) => ({ ...one, labels }));
    expect(await explained(bare)).toMatchObject({ cluster: { cluster: '' }, rules: { errs: true } });
  });
});

describe('beside the exporter', () => {
  it('agrees with what was scraped at that moment', async () => {
    const { exporter, differences, reasons } = await explained(ERRS);
    expect(exporter).toMatchObject({ from: 'metrics', at: EVALUATED, verdict: { cause: 'heavy-swell', confidence: 0.8 } });
    expect([differences, reasons]).toEqual([[], []]);
  });

  it('agrees with its own answer, and with one that has no failure either', async () => {
    const { exporter, differences } = await explained(ERRS, { ask: async () => answer() });
    expect(exporter).toMatchObject({ from: 'exporter', at: NOW, state: 'failing' });
    expect(differences).toEqual([]);
    expect((await explained(HEALTHY, { ask: async () => ({ ...answer(), diagnoses: [] }) })).differences).toEqual([]);
    expect((await explained(HEALTHY)).differences).toEqual([]);
  });

  it.each<[string, Parameters<typeof diagnosis>[0], string]>([
    ['another cause', { cause: 'fog-bank' }, 'The verdict of the rules is heavy-swell, that of the exporter fog-bank.'],
    ['another confidence', { confidence: 0.5 }, 'heavy-swell is 81 % sure by the rules, 50 % by the exporter.'],
    [
      'less evidence',
      {
        evidence: told([
          ['high', 4],
          ['still', -2],
        ]),
      },
      'For heavy-swell the rules alone have grounded (+6): It is grounded.',
    ],
    [
      'more evidence',
      {
        evidence: told([
          ['high', 4],
          ['grounded', 6],
          ['still', -2],
          ['foam', 1],
        ]),
      },
      'For heavy-swell the exporter alone has foam (+1): It is foam.',
    ],
    [
      'other points',
      {
        evidence: told([
          ['high', 2],
          ['grounded', 6],
          ['still', -2],
        ]),
      },
      'high is +4 for heavy-swell by the rules, +2 by the exporter.',
    ],
  ])('says that the exporter has %s', async (_, differs, words) => {
    expect((await explained(ERRS, { ask: async () => answer(differs) })).differences).toContain(words);
  });

  it('allows a difference of a fiftieth, and no more', async () => {
    const at = async (confidence: number) => (await explained(ERRS, { ask: async () => answer({ confidence }) })).differences;
    expect(await at(0.795)).toEqual([]);
    expect(await at(0.785)).toHaveLength(1);
  });

  it('does not call a candidate missing that the exporter lists no more, being less sure', async () => {
    const alternatives = [{ cause: 'unknown', category: 'unknown' as const, confidence: 0.13, score: 1, evidence: [] }];
    const fog = (confidence: number) => [...ERRS, of(SERIES.confidence, { cause: 'fog-bank' }, confidence)];
    const differences = async (confidence: number) =>
      (await explained(fog(confidence), { ask: async () => answer({ alternatives }) })).differences;
    expect(await differences(0.1)).toEqual([]);
    expect(await differences(0.2)).toEqual(['fog-bank is a candidate of the rules alone (20 %).']);
  });

  it('says when only one of them sees a failure', async () => {
    expect((await explained(ERRS, { ask: async () => ({ ...answer(), diagnoses: [] }) })).differences).toEqual([
      'It errs by the rules, and the exporter has no failure of it.',
    ]);
    expect((await explained(HEALTHY, { ask: async () => answer() })).differences).toEqual([
      'It errs by the exporter, and not by the rules.',
    ]);
  });

  it('calls no difference what the exporter tells of a failure that ended a moment ago', async () => {
    const passes = (series: readonly AskedSeries[]) => [
      ...series.filter(({ labels }) => labels.__name__ !== 'aggregated_api_failing'),
      of('aggregated_api_failing', {}, 0),
    ];
    const ended = [...passes(without(SERIES.symptom)), of(SERIES.symptom, {}, 0)];
    expect(await explained(ended)).toMatchObject({ exporter: { state: 'recovering' }, differences: [] });
    expect((await explained(passes(ERRS), { ask: async () => answer({ state: 'recovering' }) })).differences).toEqual([]);
  });

  it('bounds what it lists', async () => {
    const many = Array.from({ length: 30 }, (_, index) => evidence('heavy-swell', `wave-${index}`, 1));
    const { differences } = await explained([...ERRS, ...many], { ask: async () => answer() });
    expect([differences.length, differences.at(-1)]).toEqual([13, 'and 18 more']);
  });

  it.each<[string, readonly AskedSeries[], Partial<AskedState>, RegExp]>([
    [
      'the rules are of another catalogue',
      [...without(SERIES.catalogue), { labels: { __name__: SERIES.catalogue, catalogue: 'decaf' } }],
      {},
      /catalogue decaf, and the exporter weighs c0ffee: print them anew/,
    ],
    ['the rules are older than the mark', without(SERIES.catalogue), {}, /The rules do not say which catalogue/],
    [
      'the exporter is older than the mark',
      without('aggregated_api_exporter_catalogue_info'),
      {},
      /The exporter does not say which catalogue/,
    ],
    ['the rules are a tick behind', ERRS, {}, /verdict is 12s newer than the evaluation of the rules/],
    ['what they saw was scraped before', ERRS, {}, /scraped 9s before they were evaluated/],
    ['they are not evaluated any more', ERRS, { now: EVALUATED + 200 }, /last evaluated 3m20s ago, and are for 30s/],
  ])('gives as a reason that %s', async (_, series, state, words) => {
    const { reasons } = await explained(series, { ...state, ask: async () => answer({ confidence: 0.5 }) });
    expect(reasons.join('\n')).toMatch(words);
    // A reason is given where it holds.
    if (series === ERRS) expect(reasons.join('\n')).not.toMatch(/catalogue/);
  });
});
