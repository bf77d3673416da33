import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import type { ApiFacts, LogFacts, SignatureCount } from '../../src/domain/snapshot.ts';
import { API_HOUR_BYTES, ApiHour, MOST_SIGNATURES } from '../../src/expose/hour/api-hour.ts';
import { HourBook } from '../../src/expose/hour/hour-book.ts';
import { LoadHour } from '../../src/expose/hour/load-hour.ts';
import { parseHours } from '../../src/expose/hour/parse-hours.ts';
import { renderApiPage } from '../../src/expose/page/api-page.ts';
import { healthyApi, healthyContainer, healthyPod, healthySnapshot, healthyTally, NOW } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const MINUTE = 60_000;
/** After so many probes, of which some failed; the others took 10 ms each. */
const tally = (attempts: number, failed: number, differs: Partial<ProbeTally> = {}) =>
  healthyTally('aggregator', 'discovery', {
    attempts,
    failures: failed === 0 ? {} : { connection_refused: failed },
    durationBuckets: [0, attempts - failed],
    durationSum: (attempts - failed) * 0.01,
    ...differs,
  });
const probes = (...of: ProbeTally[]) => healthyApi({ probes: of });
const logs = (...matches: (readonly [signature: string, count: number, lastAt: number])[]): ApiFacts =>
  healthyApi({
    logs: observed<LogFacts>({
      lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 },
      matches: matches.map(
        ([signature, count, lastAt]): SignatureCount => ({ signature, speaker: 'aggregated-server', count, lastAt, sample: '' }),
      ),
      dropped: { budget: 0, truncated: 0, gap: 0 },
      unknownTemplates: [],
      lastWords: [],
    }),
  });

/** The hour after each of these at so many minutes from NOW. */
function hour(...ticks: (readonly [minutes: number, api: ApiFacts])[]): ReturnType<ApiHour['minutes']> {
  const book = new ApiHour();
  for (const [minutes, api] of ticks) book.observe(api, NOW + minutes * MINUTE);
  return book.minutes(NOW + (ticks.at(-1)?.[0] ?? 0) * MINUTE);
}
const last = (of: ReturnType<ApiHour['minutes']>) => of.at(-1)!;

describe('probes of a minute', () => {
  it('are what the counters grew by since the last tick', () => {
    const of = hour([0, probes(tally(10, 2))], [1, probes(tally(16, 5))]);
    expect(last(of).vantages.aggregator).toEqual({ attempts: 6, failures: 3, seconds: expect.closeTo(0.01) as number });
    expect(of.at(-2)!.vantages.aggregator).toMatchObject({ attempts: 10, failures: 2 });
  });

  it('of several ticks in a minute are summed', () => {
    expect(last(hour([0, probes(tally(1, 0))], [0.5, probes(tally(3, 1))])).vantages.aggregator).toMatchObject({
      attempts: 3,
      failures: 1,
    });
  });

  it('of a target that began anew count from nothing, and those of a target that is gone take nothing away', () => {
    const other = tally(40, 0, { target: '10.0.0.2:443' });
    expect(last(hour([0, probes(tally(10, 2), other)], [1, probes(tally(3, 1))])).vantages.aggregator).toMatchObject({
      attempts: 3,
      failures: 1,
    });
  });

  it('of which none ended are not observed, which is not "none failed"', () => {
    const { vantages } = last(hour([0, probes(tally(10, 0))], [1, probes(tally(10, 0))]));
    expect(vantages).toEqual({ aggregator: undefined, list: undefined, service: undefined, endpoint: undefined });
  });

  it.each(['service', 'endpoint'] as const)('from %s are its own', (vantage) => {
    expect(last(hour([0, probes(tally(2, 1, { vantage }))])).vantages).toMatchObject({
      [vantage]: { attempts: 2, failures: 1 },
      aggregator: undefined,
    });
  });

  it('of a list through the kube-apiserver are told from discovery', () => {
    expect(last(hour([0, probes(tally(2, 1, { request: 'list' }))])).vantages).toMatchObject({
      list: { failures: 1 },
      aggregator: undefined,
    });
  });

  it('that all failed have no latency', () => {
    expect(last(hour([0, probes(tally(2, 2))])).vantages.aggregator?.seconds).toBeUndefined();
  });
});

describe('states of a minute', () => {
  const ready = (n: number) =>
    healthyApi({ endpoints: observed({ ready: n, notReady: 2 - n, terminating: 0, slices: 1, portServed: true, addresses: [] }) });
  const policy = (verdict: 'admits' | 'blocks') => healthyApi({ policy: observed({ verdict, why: '', selecting: [], notEvaluated: [] }) });

  it('are the worst of it', () => {
    expect(last(hour([0, ready(2)], [0.3, ready(0)], [0.6, ready(1)]))).toMatchObject({ ready: 0, notReady: 2 });
    expect(last(hour([0, policy('blocks')], [0.3, policy('admits')])).policy).toBe('blocks');
    expect(last(hour([0, policy('blocks')], [1, policy('admits')])).policy).toBe('admits');
  });

  it('are not observed where nobody saw them', () => {
    expect(last(hour([0, healthyApi({ endpoints: UNOBSERVED, policy: UNOBSERVED })]))).toMatchObject({
      ready: undefined,
      notReady: undefined,
      policy: undefined,
    });
  });
});

describe('lines in logs', () => {
  const signatures = (of: ReturnType<ApiHour['minutes']>) =>
    of.map((minute) => minute?.signatures.map(({ signature, count }) => `${signature} ${count}`).join()).filter(Boolean);

  it('are counted in the minute of the last of them', () => {
    expect(signatures(hour([0, logs(['torn', 3, NOW])], [1, logs(['torn', 8, NOW + MINUTE])]))).toEqual(['torn 1', 'torn 5']);
    expect(signatures(hour([0, logs()], [1, logs(['torn', 4, NOW + MINUTE])]))).toEqual(['torn 4']);
  });

  it('of before the first look are one, at the time of the last of them', () => {
    expect(signatures(hour([0, logs(['torn', 900, NOW])]))).toEqual(['torn 1']);
    expect(signatures(hour([0, logs(['torn', 900, NOW - 5 * MINUTE])]))).toEqual([]);
  });

  it('are those of the newest kinds only where there are too many', () => {
    const many = Array.from({ length: MOST_SIGNATURES + 5 }, (_, i) => [`kind-${i}`, 1, NOW + i] as const);
    const seen = last(hour([0, logs()], [0.5, logs(...many)])).signatures.map(({ signature }) => signature);
    expect(seen).toHaveLength(MOST_SIGNATURES);
    expect(seen).not.toContain('kind-0');
    expect(seen).toContain(`kind-${MOST_SIGNATURES + 4}`);
  });
});

describe('the ring', () => {
  it('holds an hour and the minute that is not over, and no more', () => {
    const ticks = Array.from({ length: 200 }, (_, i) => [i, probes(tally(i + 1, 0))] as const);
    const of = hour(...ticks);
    expect(of).toHaveLength(61);
    expect(of.every((minute) => minute?.vantages.aggregator?.attempts === 1)).toBe(true);
    expect(of[0]!.at).toBe(NOW + 139 * MINUTE);
  });

  it('knows nothing of minutes in which nobody looked', () => {
    const of = hour([0, probes(tally(1, 0))], [3, probes(tally(2, 0))]);
    expect(of.slice(-4).map((minute) => minute !== undefined)).toEqual([true, false, false, true]);
  });

  it('forgets the future when the clock is set back', () => {
    const book = new ApiHour();
    book.observe(probes(tally(1, 0)), NOW + 10 * MINUTE);
    book.observe(probes(tally(2, 0)), NOW);
    expect(book.minutes(NOW + 10 * MINUTE).filter((minute) => minute !== undefined)).toHaveLength(1);
  });

  it('costs 5 KB of an API at most', () => {
    expect(API_HOUR_BYTES).toBeLessThanOrEqual(5 * 1024);
  });

  it('goes with its API', () => {
    const book = new HourBook();
    book.observe(healthySnapshot());
    expect(book.api('v1.tides.example.com', NOW).at(-1)).toBeDefined();
    book.observe(healthySnapshot({ apis: [] }));
    expect(book.api('v1.tides.example.com', NOW)).toEqual([]);
  });
});

describe('over a restart', () => {
  /** What a new exporter has, that reads what another one wrote. */
  const again = (book: HourBook): HourBook => {
    const next = new HourBook();
    next.restore(parseHours(JSON.parse(JSON.stringify(book))));
    return next;
  };
  const change = (at: number, summary: string, object = 'Deployment harbour/tide-gauge') => ({
    what: 'rollout' as const,
    at,
    object,
    summary,
  });
  const event = (at: number, count: number) =>
    observed({
      counts: [],
      recent: [{ type: 'Warning' as const, reason: 'Unhealthy', kind: 'Pod', object: 'Pod tide-gauge', message: '', at, count }],
    });
  const restarted = (...restartTimes: number[]) => observed([healthyPod({ containers: [healthyContainer({ restartTimes })] })]);
  /** What the axis shows after a restart between these two. */
  function told(before: Partial<ApiFacts>, after: Partial<ApiFacts>, minutes = 1) {
    const book = new HourBook();
    book.observe(healthySnapshot({ apis: [healthyApi(before)] }));
    const next = again(book);
    const api = healthyApi(after);
    next.observe(healthySnapshot({ time: NOW + minutes * MINUTE, apis: [api] }));
    return next.happenings(api, []).map(({ says, at }) => `${says} at ${(at - NOW) / MINUTE}`);
  }

  it('each minute is what it was, states and lines too', () => {
    const book = new HourBook();
    const at = [0, 1, 2, 5, 6];
    for (const [i, minute] of at.entries())
      book.observe(
        healthySnapshot({
          time: NOW + minute * MINUTE,
          apis: [
            {
              ...logs(['torn', 3 * i, NOW + minute * MINUTE]),
              probes: [tally(10 * i, i), tally(7 * i, 0, { vantage: 'endpoint' })],
              endpoints:
                i === 2 ? UNOBSERVED : observed({ ready: i, notReady: 1, terminating: 0, slices: 1, portServed: true, addresses: [] }),
              policy: i === 3 ? observed({ verdict: 'blocks', why: '', selecting: [], notEvaluated: [] }) : UNOBSERVED,
            },
          ],
        }),
      );
    const before = book.api('v1.tides.example.com', NOW + 6 * MINUTE);
    expect(before.filter((minute) => minute !== undefined)).toHaveLength(at.length);
    expect(again(book).api('v1.tides.example.com', NOW + 6 * MINUTE)).toEqual(before);
    expect(JSON.stringify(again(book))).toBe(JSON.stringify(book));
  });

  it('a line that was counted before is not counted again', () => {
    const book = new HourBook();
    const seen = (api: ApiFacts, minute: number) => healthySnapshot({ time: NOW + minute * MINUTE, apis: [api] });
    book.observe(seen(logs(['torn', 4, NOW]), 0));
    const next = again(book);
    next.observe(seen(logs(['torn', 4, NOW]), 1));
    expect(next.api('v1.tides.example.com', NOW + MINUTE).flatMap((minute) => minute?.signatures ?? [])).toEqual([
      { signature: 'torn', count: 1 },
    ]);
  });

  it.each<[string, Partial<ApiFacts>, Partial<ApiFacts>, string[]]>([
    [
      'is told by who saw it where the other one only finds that it was written',
      { changes: [change(NOW - 5 * MINUTE, 'image changed')] },
      { changes: [change(NOW - 5 * MINUTE + 999, 'was written')] },
      ['rollout: Deployment harbour/tide-gauge, image changed at -5'],
    ],
    [
      'of another object, or another time, is another',
      { changes: [change(NOW - 5 * MINUTE, 'image changed')] },
      { changes: [change(NOW - 5 * MINUTE, 'was written', 'Deployment harbour/quay'), change(NOW - 4 * MINUTE, 'was written')] },
      [
        'rollout: Deployment harbour/tide-gauge, image changed at -5',
        'rollout: Deployment harbour/quay, was written at -5',
        'rollout: Deployment harbour/tide-gauge, was written at -4',
      ],
    ],
    [
      'that nothing shows any more stays: a restart that the pod forgot',
      { pods: restarted(NOW - 9 * MINUTE, NOW - 3 * MINUTE) },
      { pods: restarted(NOW - 3 * MINUTE) },
      ['server in tide-gauge-7c9f8d6b5-abcde restarted at -9', 'server in tide-gauge-7c9f8d6b5-abcde restarted at -3'],
    ],
    [
      'that repeats is where it was last',
      { events: event(NOW - MINUTE, 3) },
      { events: event(NOW, 4) },
      ['Unhealthy: Pod tide-gauge (×4) at 0'],
    ],
    [
      'is known before events are read again',
      { events: event(NOW - MINUTE, 3) },
      { events: UNOBSERVED },
      ['Unhealthy: Pod tide-gauge (×3) at -1'],
    ],
  ])('what happened %s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });

  it('what happened is forgotten after an hour, and where the clock was set back behind it', () => {
    const restart = { pods: restarted(NOW - 3 * MINUTE) };
    const words = 'server in tide-gauge-7c9f8d6b5-abcde restarted at -3';
    expect([told(restart, {}, 57), told(restart, {}, 58)]).toEqual([[words], []]);
    expect([told(restart, {}, -3), told(restart, {}, -4)]).toEqual([[words], []]);
  });

  it('is at most 200 happenings of an API', () => {
    const book = new HourBook();
    const changes = Array.from({ length: 300 }, (_, i) => change(NOW - i * 3000, 'image changed'));
    book.observe(healthySnapshot({ apis: [healthyApi({ changes })] }));
    expect(again(book).happenings(healthyApi(), [])).toHaveLength(200);
  });
});

describe('load of the kube-apiservers', () => {
  const instance = (inflightRatio: number) => ({
    instance: '10.0.0.1:6443',
    metrics: observed({
      unavailable: {},
      unavailableTotal: {},
      terminations: 0,
      aborts: 0,
      rejectedRequests: 0,
      queuedRequests: 0,
      inflightRequests: 1,
      inflightRatio,
    }),
  });
  it('is that of the busiest, in its worst moment', () => {
    const load = new LoadHour();
    load.observe([instance(0.25), instance(0.5)], NOW);
    load.observe([instance(0.125)], NOW + 1000);
    expect(load.minutes(NOW).at(-1)).toEqual({ at: NOW, inflight: 0.5, seconds: undefined, failing: false });
    const again = new LoadHour();
    again.restore(load.toJSON());
    expect(again.minutes(NOW)).toEqual(load.minutes(NOW));
  });
  it('is not observed where no metrics are read', () => {
    const load = new LoadHour();
    load.observe(
      [
        {
          instance: 'x',
          metrics: UNOBSERVED,
          control: healthyTally('control', 'discovery', { last: { ...healthyTally('control').last, ok: false } }),
        },
      ],
      NOW,
    );
    expect(load.minutes(NOW).at(-1)).toEqual({ at: NOW, inflight: undefined, seconds: undefined, failing: true });
  });
});

describe('the hour on the page', () => {
  const at = (minutes: number) => NOW - minutes * MINUTE;
  const api = healthyApi({
    probes: [tally(12, 3)],
    pods: observed([healthyPod({ containers: [healthyContainer({ restartTimes: [at(5), at(90)] })] })]),
    changes: [
      { what: 'rollout', at: at(7), object: 'Deployment harbour/tide-gauge', summary: 'image changed' },
      { what: 'network-policy', at: at(6), object: 'NetworkPolicy harbour/deny', summary: 'was created' },
    ],
    events: observed({
      counts: [],
      recent: [{ type: 'Warning', reason: 'Unhealthy', kind: 'Pod', object: 'Pod tide-gauge', message: '', at: at(4), count: 3 }],
    }),
  });
  const view = viewOf(healthySnapshot({ apis: [api] }), { diagnoses: [diagnosis()] });
  const hours = new HourBook();
  hours.observe(view.snapshot);
  const { document } = renderApiPage(view, 'v1.tides.example.com', hours, { version: '1' })!;
  const lane = (id: string) => new RegExp(`<div id="lane-${id}"[\\s\\S]*?</span></div>`).exec(document)![0];
  const row = (minutes: number) =>
    new RegExp(`<tr id="m${at(minutes) / MINUTE}"[\\s\\S]*?</tr>`).exec(document)![0].replace(/<[^>]*>/g, '|');

  it.each([
    ['aggregator', '3 of 12 failed'],
    ['list', 'not observed'],
    ['restart', '>1<'],
    ['change', '<title>rollout: Deployment harbour/tide-gauge, image changed</title>'],
    ['policy', '<title>network-policy: NetworkPolicy harbour/deny, was created</title>'],
    ['event', '<title>Unhealthy: Pod tide-gauge (×3)</title>'],
    ['ready', '1 now'],
  ])('has the lane %s with %s', (id, expected) => {
    expect(lane(id)).toContain(expected);
  });

  it.each([
    [0, '3 of 12 failed'],
    [4, 'Unhealthy: Pod tide-gauge (×3)'],
    [5, 'server in tide-gauge-7c9f8d6b5-abcde restarted'],
    [6, 'network-policy: NetworkPolicy harbour/deny, was created'],
    [8, 'the failure begins; first evidence of out-of-memory-killed'],
    [20, '|–||–||–||–||–||–||–||'],
  ])('says of the minute %d ago in the table: %s', (minutes, expected) => {
    expect(row(minutes)).toContain(expected);
  });

  it('says since when it is recorded', () => {
    expect(document.replace(/<[^>]*>/g, '')).toContain('Recorded since 2026-01-05 09:00:00; what was before is not known here.');
  });

  it.each<[string, readonly number[], string[], number]>([
    ['each minute: nothing', [0, 1, 2, 3], [], 0],
    ['all but one stretch', [0, 1, 4, 5], ['from 2026-01-05 09:02:00 to 2026-01-05 09:04:00'], 1],
    [
      'only now and then: the newest three, and how many more',
      [0, 2, 4, 6, 8],
      [
        'from 2026-01-05 09:03:00 to 2026-01-05 09:04:00, from 2026-01-05 09:05:00 to 2026-01-05 09:06:00, from 2026-01-05 09:07:00 to 2026-01-05 09:08:00, and 1 more before',
      ],
      4,
    ],
  ])('says of who looked %s', (_, looked, words, drawn) => {
    const book = new HourBook();
    for (const minute of looked) book.observe(healthySnapshot({ time: NOW + minute * MINUTE, apis: [probes(tally(minute + 1, 0))] }));
    const shown = viewOf(healthySnapshot({ time: NOW + looked.at(-1)! * MINUTE, apis: [api] }));
    const printed = renderApiPage(shown, 'v1.tides.example.com', book, { version: '1' })!.document;
    const said = /Not observed (.*?): the exporter did not run then, or did not look\./.exec(printed.replace(/<[^>]*>/g, ''));
    expect(said ? [said[1]] : []).toEqual(words);
    expect(printed.match(/<rect class="gap"/g) ?? []).toHaveLength(drawn);
  });

  it('is at most 8 KB of drawing', () => {
    const drawn = document.slice(document.indexOf('<div class="hour"'), document.indexOf('<details id="hour-table"'));
    expect(drawn.length).toBeLessThan(8 * 1024);
  });
});
