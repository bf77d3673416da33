import { describe, expect, it } from 'vitest';
import { baseRates } from '../../src/diagnose/base-rates.ts';
import { createDiagnostician, type DiagnosticianOptions } from '../../src/diagnose/diagnostician.ts';
import type { PossibleOptions } from '../../src/diagnose/possibilities.ts';
import { victimOf } from '../../src/diagnose/victims.ts';
import { CATEGORIES } from '../../src/domain/category.ts';
import { above } from '../../src/domain/criterion.ts';
import { observed } from '../../src/domain/observed.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { ApiFacts, SignatureCount } from '../../src/domain/snapshot.ts';
import type { BaseRates } from '../../src/domain/victim.ts';
import { healthyApi, healthySnapshot, healthyTally, probeResult } from '../support/healthy.ts';
import { inventCause, last } from '../support/invented.ts';

const said = (...signatures: readonly string[]): Pick<ApiFacts, 'textMatches'> => ({
  textMatches: signatures.map((signature): SignatureCount => ({ signature, speaker: 'client', count: 1, lastAt: 0, sample: '' })),
});
const isFalse = { condition: observed({ status: 'False' as const, reason: 'FailedDiscoveryCheck', message: '' }) };

describe('who speaks', () => {
  it.each<[string, Partial<ApiFacts>, string]>([
    ['a client that waits for its own limiter', said('server-unavailable', 'client-side-throttling'), 'throttled-client'],
    ['an autoscaler that quotes a 503', said('server-unavailable', 'autoscaler-without-metrics'), 'autoscaler'],
    ['helm', said('server-apis-incomplete'), 'discovery'],
    ['kubectl', said('server-unavailable'), 'unavailable'],
    ['kubectl beside the condition', { ...said('server-unavailable'), ...isFalse }, 'unavailable'],
    ['the condition', isFalse, 'condition'],
    [
      'a probe',
      { probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false, reason: 'bad_gateway' }) })] },
      'unavailable',
    ],
    ['nobody whom we know', said('panic-elsewhere'), 'other'],
  ])('%s', (_, differs, expected) => {
    expect(victimOf(healthyApi(differs))).toBe(expected);
  });
});

const RATES: BaseRates = {
  source: 'a drawer',
  all: { 'tls-certificate': 40, 'pod-instability': 30, 'network-policy': 20, unknown: 10 },
  byVictim: { autoscaler: { 'pod-instability': 9, unknown: 1 } },
};
/** One of the ten in which only victims spoke was never explained, smoothed with all. */
const UNTOLD = (1 + 10 * ((10 + 1 / 13) / 101)) / 20;

describe('base rates', () => {
  const share = (victim: 'autoscaler' | 'condition', category: string) =>
    new Map<string, number>(baseRates(RATES, victim)).get(category) ?? 0;

  it('are shares of all categories', () => {
    const shares = baseRates(RATES, 'autoscaler');
    expect([...shares.keys()]).toEqual([...CATEGORIES]);
    expect([...shares.values()].reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  });

  it('follow the victim where some were counted, and all incidents where none was', () => {
    const ofAll = (count: number) => (count + 1 / 13) / 101;
    const own = (9 + 10 * ofAll(30)) / (20 - 1 - 10 * ofAll(10));
    expect(share('autoscaler', 'pod-instability')).toBeCloseTo(own * (1 - UNTOLD), 12);
    expect(share('condition', 'pod-instability')).toBeCloseTo((ofAll(30) / (1 - ofAll(10))) * (1 - UNTOLD), 12);
  });

  it('leave as much unknown whoever speaks', () => {
    expect([share('autoscaler', 'unknown'), share('condition', 'unknown')]).toEqual([UNTOLD, UNTOLD]);
  });

  it('leave something to what was never counted', () => {
    expect(share('autoscaler', 'software-bug')).toBeGreaterThan(0);
  });
});

describe('an API of which only the failure is seen', () => {
  const signal = (name: string, value: number | undefined): Signal => ({
    name,
    help: name,
    kind: 'gauge',
    metric: `aggregated_api_${name}`,
    source: 'pods',
    observe: () => value,
  });
  const cause = (id: string, category: 'tls-certificate' | 'pod-instability' | 'network-policy' | 'rate-limiting') =>
    inventCause({
      id,
      category,
      part: 'backend',
      title: id,
      summary: '',
      severity: 'warning',
      prior: 0,
      evidence: [{ id: 'seen', when: above(last(id), 0), weight: 'strong', says: 'It is seen.' }],
      remedy: [],
      verify: { command: '', expect: '' },
      references: [],
    });
  const CHECKS = Object.fromEntries(
    CATEGORIES.map((category) => [category, { command: `kubectl get ${category} -n {namespace}`, shows: `signs of ${category}` }]),
  ) as unknown as PossibleOptions['checks'];
  const causes = [
    cause('rust', 'tls-certificate'),
    cause('leak', 'pod-instability'),
    cause('gate', 'network-policy'),
    cause('queue', 'rate-limiting'),
  ];
  /** @param values of the evidence; what is missing was not observed. */
  const diagnosed = (values: Readonly<Record<string, number>> = {}, differs: Partial<DiagnosticianOptions> = {}, asText = true) => {
    const doctor = createDiagnostician({
      causes,
      signals: [signal('failing', 1), ...causes.map(({ id }) => signal(id, values[id]))],
      text: { otherScore: 0, deeper: 0.25 },
      possible: { rates: RATES, checks: CHECKS },
      ...differs,
    });
    const snapshot = healthySnapshot({ apis: [healthyApi(said('server-unavailable'))] });
    const round = doctor.observe(asText ? { ...snapshot, asOf: { words: 'some time', dated: false } } : snapshot);
    return round.diagnoses.diagnoses[0]!;
  };

  it('has three possibilities, each with its share and its check, and no verdict', () => {
    const { cause: verdict, confidence, possibilities, possibleOf } = diagnosed();
    expect(verdict).toBe('unknown');
    expect(confidence).toBeCloseTo(UNTOLD, 12);
    expect(possibilities?.map(({ category }) => category)).toEqual(['tls-certificate', 'pod-instability', 'network-policy']);
    expect(possibilities?.[0]).toMatchObject({ check: 'kubectl get tls-certificate -n harbour', shows: 'signs of tls-certificate' });
    expect(possibleOf).toMatch(/a client that got 503.*100, of a drawer$/);
  });

  it('has them in a cluster too, where the confidence is the rules’', () => {
    const { confidence, possibilities } = diagnosed({}, { otherScore: 1 }, false);
    expect(confidence).toBeCloseTo(1 / (1 + Math.E), 12);
    expect(possibilities).toHaveLength(3);
  });

  it('leaves out a category of which everything was looked at', () => {
    const [first, second] = diagnosed({ rust: 0 }).possibilities ?? [];
    expect(first?.category).toBe('pod-instability');
    expect(second?.category).toBe('network-policy');
    const rates = new Map<string, number>(baseRates(RATES, 'unavailable'));
    const left = ['pod-instability', 'network-policy', 'rate-limiting', 'unknown'].reduce(
      (sum, category) => sum + (rates.get(category) ?? 0),
      0,
    );
    expect(first?.share).toBeCloseTo((rates.get('pod-instability') ?? 0) / left, 12);
  });

  it.each<[string, () => unknown]>([
    ['with a verdict there are none', () => diagnosed({ leak: 1 }).possibilities],
    [
      'nor where nothing was counted',
      () => diagnosed({}, { possible: { rates: { source: '', all: {}, byVictim: {} }, checks: CHECKS } }).possibilities,
    ],
    ['nor where everything was looked at', () => diagnosed({ rust: 0, leak: 0, gate: 0, queue: 0 }).possibilities],
  ])('%s', (_, of) => {
    expect(of()).toBeUndefined();
  });
});
