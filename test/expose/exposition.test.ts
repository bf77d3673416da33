import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidacy } from '../../src/domain/candidacy.ts';
import { observed } from '../../src/domain/observed.ts';
import type { Signal } from '../../src/domain/signal.ts';
import { createExposition, renderExposition } from '../../src/expose/exposition.ts';
import { type Family, familyPerApi } from '../../src/expose/family.ts';
import { createSelfMetrics } from '../../src/expose/self-metrics.ts';
import { healthyApi, healthyContainer, healthyPod, healthySnapshot, healthyTally, NOW } from '../support/healthy.ts';
import { familyOf, seriesOf } from './parse-exposition.ts';
import { viewOf } from './view.ts';

const signal = (differs: Partial<Signal>): Signal => ({
  name: 'depth',
  help: 'Depth of the water.',
  kind: 'gauge',
  metric: 'aggregated_api_depth',
  source: 'probes',
  observe: () => undefined,
  ...differs,
});
const API = 'v1.tides.example.com';
const pageText = async (exposition: ReturnType<typeof createExposition>, format: 'text' | 'openmetrics' = 'text') =>
  (await exposition.page(format)).body.toString();

describe('signals', () => {
  it('get a family of their own where none is declared', () => {
    const text = renderExposition(viewOf(healthySnapshot(), { signals: { [API]: { depth: 7.5 } } }), { signals: [signal({})] });
    expect(text).toContain(
      `# HELP aggregated_api_depth Depth of the water.\n# TYPE aggregated_api_depth gauge\naggregated_api_depth{apiservice="${API}"} 7.5\n`,
    );
  });

  it('share a family by their labels', () => {
    const signals = ['ebb', 'flood'].map((phase) =>
      signal({ name: phase, kind: 'counter', metric: 'aggregated_api_tides_total', labels: { phase } }),
    );
    const text = renderExposition(viewOf(healthySnapshot(), { signals: { [API]: { ebb: 1, flood: 2 } } }), { signals });
    expect(text).toContain('# TYPE aggregated_api_tides_total counter\n');
    expect(familyOf(text, 'aggregated_api_tides_total')).toEqual({ 'phase="ebb"': 1, 'phase="flood"': 2 });
  });

  it('that were not observed have no series', () => {
    const text = renderExposition(viewOf(), { signals: [signal({})] });
    expect(text).not.toMatch(/^(# \w+ )?aggregated_api_depth/m);
  });

  it('come from the history too', () => {
    const view = viewOf();
    const round = { ...view.round, derived: new Map([[API, new Map([['depth', 3]])]]) };
    expect(familyOf(renderExposition({ ...view, round }, { signals: [signal({})] }), 'aggregated_api_depth')).toEqual({ '': 3 });
  });

  it('stand once in a declared family, with the value that the criteria read, whatever the order of their labels', () => {
    const failures = signal({
      name: 'refused',
      kind: 'counter',
      metric: 'aggregated_api_probe_failures_total',
      labels: { reason: 'connection_refused', request: 'discovery', vantage: 'service' },
    });
    const text = renderExposition(viewOf(healthySnapshot(), { signals: { [API]: { refused: 42 } } }), { signals: [failures] });
    expect(familyOf(text, 'aggregated_api_probe_failures_total')['vantage="service",request="discovery",reason="connection_refused"']).toBe(
      42,
    );
    expect(seriesOf(text).size).toBe(seriesOf(renderExposition(viewOf())).size + 1);
  });

  describe('that are not asked at 0', () => {
    const depths = async (...values: readonly (number | undefined)[]) => {
      const exposition = createExposition({ signals: [signal({})], askedAtZero: new Set() });
      const printed: (number | undefined)[] = [];
      for (const depth of values) {
        exposition.update(viewOf(healthySnapshot(), { signals: { [API]: depth === undefined ? {} : { depth } } }));
        printed.push(familyOf(await pageText(exposition), 'aggregated_api_depth')['']);
      }
      return printed;
    };

    it('have a series from the first time on that they are something else', async () => {
      expect(await depths(0, 2, 0)).toEqual([undefined, 2, 0]);
    });

    it('keep it while they are not observed for a moment: an older value would stand in its place', async () => {
      expect(await depths(2, undefined, 0)).toEqual([2, undefined, 0]);
    });

    it('keep it when another API comes before theirs, and begin anew when their own had gone', async () => {
      const exposition = createExposition({ signals: [signal({})], askedAtZero: new Set() });
      const seen = async (depth: number, ...names: readonly string[]) => {
        const apis = names.map((name) => healthyApi({ name }));
        exposition.update(viewOf(healthySnapshot({ apis }), { signals: { [API]: { depth } } }));
        return familyOf(await pageText(exposition), 'aggregated_api_depth');
      };
      await seen(2, API);
      expect(await seen(0, 'v1.anchors.example.com', API)).toEqual({ '': 0 });
      await seen(0, 'v1.anchors.example.com');
      expect(await seen(0, 'v1.anchors.example.com', API)).toEqual({});
    });
  });
});

describe('a family that says above what its series begin', () => {
  const page = createExposition({
    signals: [],
    families: [
      {
        name: 'aggregated_api_swell',
        type: 'gauge',
        help: 'Swell.',
        labels: ['buoy'],
        cost: '2',
        beginsAbove: 1,
        collect: ({ snapshot }, emit) => {
          emit(['near'], snapshot.time - NOW);
          emit(['far'], 1);
        },
      },
    ],
  });
  const swell = async (height: number) => {
    page.update(viewOf(healthySnapshot({ time: NOW + height })));
    return Object.fromEntries([...seriesOf(await pageText(page))].filter(([name]) => name.startsWith('aggregated_api_swell')));
  };

  it('has none at it, one above it, and keeps that', async () => {
    expect(await swell(1)).toEqual({});
    expect(await swell(2)).toEqual({ 'aggregated_api_swell{buoy="near"}': '2' });
    expect(await swell(0)).toEqual({ 'aggregated_api_swell{buoy="near"}': '0' });
  });
});

describe('caps', () => {
  const counting = (values: readonly number[]): Family => ({
    name: 'aggregated_api_boats',
    type: 'gauge',
    help: 'Boats.',
    labels: ['berth'],
    cost: 'berths',
    collect(_, emit) {
      for (const [i, value] of values.entries()) emit([`b${i}`], value);
    },
  });
  const render = (values: readonly number[]) =>
    renderExposition(viewOf(), { signals: [], families: [counting(values)], seriesPerFamily: 3 });

  it.each<[string, number[], Record<string, number>, number]>([
    ['at the cap everything stays', [1, 0, 2], { b0: 1, b1: 0, b2: 2 }, 0],
    ['over it, what is 0 goes first', [0, 5, 0, 6], { b0: 0, b1: 5, b3: 6 }, 1],
    ['then the last', [1, 2, 3, 4, 5], { b0: 1, b1: 2, b2: 3 }, 2],
  ])('%s', (_, values, kept, dropped) => {
    const text = render(values);
    expect(familyOf(text, 'aggregated_api_boats')).toEqual(
      Object.fromEntries(Object.entries(kept).map(([berth, value]) => [`berth="${berth}"`, value])),
    );
    expect(familyOf(text, 'aggregated_api_exporter_series_dropped_total')).toEqual({ 'family="aggregated_api_boats"': dropped });
  });

  it('count what they dropped once per tick, however often it is scraped and in whatever format', async () => {
    const exposition = createExposition({ signals: [], families: [counting([1, 2, 3, 4])], seriesPerFamily: 3 });
    const dropped = async () =>
      familyOf(await pageText(exposition), 'aggregated_api_exporter_series_dropped_total')['family="aggregated_api_boats"'];
    exposition.update(viewOf());
    await pageText(exposition, 'openmetrics');
    expect([await dropped(), await dropped()]).toEqual([1, 1]);
    exposition.update(viewOf());
    expect(await dropped()).toBe(2);
  });
});

describe('labels', () => {
  it('are escaped, whatever they hold', () => {
    const naming = (name: string): Family => ({
      name: 'aggregated_api_named',
      type: 'gauge',
      help: 'A name.',
      labels: ['what'],
      cost: '1',
      collect: (_, emit) => emit([name], 1),
    });
    const unescaped = (text: string) => text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', '=', '€', '#') }), (name) => {
        const text = renderExposition(viewOf(), { signals: [], families: [naming(name)] });
        const labels = Object.keys(familyOf(text, 'aggregated_api_named'));
        expect(labels.map((label) => unescaped(label.slice('what="'.length, -1)))).toEqual([name]);
      }),
    );
  });
});

describe('OpenMetrics', () => {
  const text = renderExposition(viewOf(), { signals: [], format: 'openmetrics' });
  const lines = text.split('\n');

  it('ends with its mark', () => {
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('names counters without _total and info without _info, in the metadata only', () => {
    expect(lines).toContain('# TYPE aggregated_api_probes counter');
    expect(lines).toContain('# TYPE aggregated_api info');
    expect(lines.filter((line) => /^# TYPE \S+_(total|info) /.test(line))).toEqual([]);
    expect(text).toContain('\naggregated_api_probes_total{');
  });

  it('has the same series as the text format', () => {
    expect(seriesOf(text)).toEqual(seriesOf(renderExposition(viewOf())));
  });

  it('says whether this replica leads at the moment of the scrape, not at that of the tick', async () => {
    let leads = true;
    const self = createSelfMetrics({ version: '1' }, { leads: () => leads });
    const exposition = createExposition({ signals: [], self, changesWith: () => String(leads) });
    exposition.update(viewOf(healthySnapshot()));
    const leader = async () => /^aggregated_api_exporter_leader .*/m.exec((await exposition.page('text')).body.toString())?.[0];
    expect(await leader()).toBe('aggregated_api_exporter_leader 1');
    leads = false;
    expect(await leader()).toBe('aggregated_api_exporter_leader 0');
  });

  it('does not spoil the text format after it, as prom-client does', async () => {
    const exposition = createExposition({ signals: [], self: createSelfMetrics({ version: '1' }) });
    exposition.update(viewOf());
    await pageText(exposition, 'openmetrics');
    const after = await pageText(exposition);
    expect(after).toContain('\naggregated_api_probes_total{');
    expect(after).toContain('\nprocess_cpu_user_seconds_total ');
    expect(after).toContain('# TYPE process_cpu_user_seconds_total counter\n');
  });
});

describe('an exemplar', () => {
  const ID = `20260105t090000z-${API}`;
  const failed = (at: number) => ({
    ...healthyTally('aggregator', 'discovery').last,
    ok: false,
    at,
    reason: 'connection_refused' as const,
  });
  const page = async (
    format: 'text' | 'openmetrics',
    { failedAt = NOW, ended, leads, id = ID }: { failedAt?: number; ended?: number; leads?: boolean; id?: string } = {},
  ) => {
    const failures = { connection_refused: 2, connection_timeout: 1 };
    const probes = [healthyTally('aggregator', 'discovery', { attempts: 9, failures, lastFailure: failed(failedAt) })];
    const mark = { apiservice: API, cause: 'unknown', began: NOW / 1000 - 60, ...(ended !== undefined && { ended }) };
    const exposition = createExposition({ signals: [] });
    exposition.update({
      ...viewOf(healthySnapshot({ apis: [healthyApi({ probes })] })),
      incidentMarks: new Map([[id, mark]]),
      ...(leads !== undefined && { replica: { leads } as Candidacy }),
    });
    return pageText(exposition, format);
  };
  const exemplars = (text: string) => [...text.matchAll(/reason="(\w+)"\} \d+( # .*)/g)].map(([, reason, exemplar]) => [reason, exemplar]);

  it('is the incident that goes on, beside the newest failure', async () => {
    expect(exemplars(await page('openmetrics'))).toEqual([['connection_refused', ` # {incident="${ID}"} 1 ${NOW / 1000}`]]);
  });

  it('changes nothing but that', async () => {
    const [text, openmetrics] = [await page('text'), await page('openmetrics')];
    expect(text).not.toContain(' # {');
    expect(seriesOf(openmetrics)).toEqual(seriesOf(text));
  });

  it.each<[string, Parameters<typeof page>[1], number]>([
    ['the failure was at its begin', { failedAt: NOW - 60_000 }, 1],
    ['the failure was before it', { failedAt: NOW - 60_001 }, 0],
    ['it is over', { ended: NOW / 1000 }, 0],
    ['this replica leads', { leads: true }, 1],
    ['another replica leads, whose incidents have other ids', { leads: false }, 0],
    ['its id is as long as OpenMetrics allows', { id: 'i'.repeat(120) }, 1],
    ['its id is longer', { id: 'i'.repeat(121) }, 0],
  ])('where %s: %j', async (_, differs, count) => {
    expect(exemplars(await page('openmetrics', differs))).toHaveLength(count);
  });
});

describe('our own process', () => {
  it('is there before the first tick, with the ticks that it made and what it is', async () => {
    const self = createSelfMetrics({ version: '1.2.3', revision: 'abc' });
    expect(await self.text('text')).not.toContain('aggregated_api_exporter_leader');
    self.observeTick(0.02);
    const text = await pageText(createExposition({ signals: [], self }));
    expect(text).toContain('aggregated_api_exporter_tick_duration_seconds_bucket{le="0.025"} 1\n');
    expect(text).toContain('aggregated_api_exporter_tick_duration_seconds_bucket{le="1.0"} 1\n');
    expect(text).toContain(`aggregated_api_exporter_build_info{version="1.2.3",revision="abc",nodeversion="${process.version}"} 1\n`);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toMatch(/nodejs_active_/);
  });
});

describe('one rendering', () => {
  it('serves every scrape of a tick, compressed once', async () => {
    const exposition = createExposition({ signals: [] });
    exposition.update(viewOf());
    const [first, second] = await Promise.all([exposition.page('text'), exposition.page('text')]);
    expect(second).toBe(first);
    const [a, b] = await Promise.all([first.gzipped(), second.gzipped()]);
    expect(b).toBe(a);
    expect(gunzipSync(a).equals(first.body)).toBe(true);
    exposition.update(viewOf());
    expect(await exposition.page('text')).not.toBe(first);
  });

  it('leaves the others alone when it fails', async () => {
    const bad = familyPerApi({
      name: 'aggregated_api_bad',
      type: 'gauge',
      help: 'Bad.',
      labels: [],
      cost: '1',
      collect() {
        throw new Error('no');
      },
    });
    const good = familyPerApi({
      name: 'aggregated_api_good',
      type: 'gauge',
      help: 'Good.',
      labels: [],
      cost: '1',
      collect: (_, emit) => emit([], 1),
    });
    const errors: string[] = [];
    const exposition = createExposition({ signals: [], families: [bad, good], onError: (family) => errors.push(family) });
    exposition.update(viewOf());
    const text = await pageText(exposition);
    expect(familyOf(text, 'aggregated_api_good')).toEqual({ '': 1 });
    expect(familyOf(text, 'aggregated_api_exporter_families_failed_total')).toEqual({ '': 1 });
    expect(errors).toEqual(['aggregated_api_bad']);
  });
});

describe('what one snapshot cannot say', () => {
  const withContainer = (differs: Parameters<typeof healthyContainer>[0], uid = 'pod-1') =>
    viewOf(healthySnapshot({ apis: [healthyApi({ pods: observed([healthyPod({ uid, containers: [healthyContainer(differs)] })]) })] }));
  const terminations = async (exposition: ReturnType<typeof createExposition>) =>
    Object.fromEntries(
      Object.entries(familyOf(await pageText(exposition), 'aggregated_api_backend_terminations_total'))
        .filter(([, count]) => count > 0)
        .map(([labels, count]) => [/reason="(\w+)"/.exec(labels)![1], count]),
    );

  it('is counted over ticks: terminations by reason', async () => {
    const exposition = createExposition({ signals: [] });
    exposition.update(withContainer({ restarts: 0 }));
    expect(await terminations(exposition)).toEqual({});
    exposition.update(withContainer({ restarts: 1, lastTermination: { reason: 'OOMKilled', exitCode: 137 } }));
    expect(await terminations(exposition)).toEqual({ OOMKilled: 1 });
    exposition.update(withContainer({ restarts: 1, lastTermination: { reason: 'OOMKilled', exitCode: 137 } }));
    exposition.update(withContainer({ restarts: 3, lastTermination: { reason: 'Error', exitCode: 1 } }));
    expect(await terminations(exposition)).toEqual({ OOMKilled: 1, Error: 2 });
    exposition.update(withContainer({ restarts: 0 }, 'pod-2'));
    expect(await terminations(exposition)).toEqual({});
  });

  it('is not forgotten while pods cannot be seen for a moment', async () => {
    const exposition = createExposition({ signals: [] });
    exposition.update(withContainer({ restarts: 1, lastTermination: { reason: 'Weird', exitCode: 3 } }));
    exposition.update(viewOf(healthySnapshot({ apis: [healthyApi({ pods: { state: 'unobserved' } })] })));
    exposition.update(withContainer({ restarts: 1, lastTermination: { reason: 'Weird', exitCode: 3 } }));
    expect(await terminations(exposition)).toEqual({ other: 1 });
  });

  const probed = (seconds: number, tallies: Record<string, [attempts: number, failures: number]>) =>
    viewOf(
      healthySnapshot({
        time: NOW + seconds * 1000,
        apis: [
          healthyApi({
            probes: Object.entries(tallies).map(([target, [attempts, failures]]) =>
              healthyTally('endpoint', 'discovery', { target, attempts, failures: { other: failures } }),
            ),
          }),
        ],
      }),
    );
  const ratio = async (exposition: ReturnType<typeof createExposition>) =>
    familyOf(await pageText(exposition), 'aggregated_api_error_ratio')['vantage="endpoint"'];

  it.each<[string, [number, Record<string, [number, number]>][], number | undefined]>([
    ['of nothing is nothing', [[0, {}]], undefined],
    ['counts from the start', [[0, { a: [10, 5] }]], 0.5],
    [
      'counts what is new',
      [
        [0, { a: [10, 0] }],
        [10, { a: [20, 10] }],
      ],
      0.5,
    ],
    [
      'forgets after five minutes',
      [
        [0, { a: [10, 10] }],
        [299, { a: [20, 10] }],
        [301, { a: [20, 10] }],
      ],
      0,
    ],
    [
      'still counts just before',
      [
        [0, { a: [10, 10] }],
        [299, { a: [20, 10] }],
      ],
      0.5,
    ],
    [
      'takes nothing back when a pod is replaced',
      [
        [0, { a: [10, 10] }],
        [10, { b: [10, 0] }],
      ],
      0.5,
    ],
    [
      'survives a counter that begins again',
      [
        [0, { a: [10, 0] }],
        [10, { a: [2, 2] }],
      ],
      2 / 12,
    ],
  ])('the error ratio %s', async (_, ticks, expected) => {
    const exposition = createExposition({ signals: [] });
    for (const [seconds, tallies] of ticks) {
      exposition.update(probed(seconds, tallies));
      await pageText(exposition);
    }
    if (expected === undefined) expect(await ratio(exposition)).toBeUndefined();
    else expect(await ratio(exposition)).toBeCloseTo(expected, 10);
  });
});
