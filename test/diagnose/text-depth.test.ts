import { describe, expect, it } from 'vitest';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Weighed } from '../../src/diagnose/scoring.ts';
import { asATextShows } from '../../src/diagnose/text-depth.ts';
import { above } from '../../src/domain/criterion.ts';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { TextTime } from '../../src/domain/snapshot.ts';
import type { SourceName } from '../../src/domain/sources.ts';
import { healthyApi, healthySnapshot } from '../support/healthy.ts';
import { inventCause, last } from '../support/invented.ts';

const DEEPER = 0.25;
const SOME_TIME: TextTime = { words: 'some time', dated: false };

/** A piece of evidence whose id names the sources that it was read from: `logs+pods`. */
const entry = (evidence: string, points: number): LedgerEntry => ({
  cause: 'leak',
  evidence,
  when: above(last('wet'), 0),
  points,
  direct: points > 1,
  lookBack: false,
});
const sourcesOf = ({ evidence }: LedgerEntry) => evidence.split('+') as SourceName[];
const weighed = (cause: string, confidence: number, met: readonly LedgerEntry[]): Weighed => ({
  cause,
  category: cause === 'unknown' ? 'unknown' : 'pod-instability',
  met,
  score: 4,
  confidence,
});

describe('what a text shows', () => {
  it.each<[string, readonly LedgerEntry[], number]>([
    ['one line', [entry('logs', 4)], 0.9 * 0.75],
    ['two pieces of evidence of one kind are one', [entry('logs', 4), entry('logs', 2)], 0.9 * 0.75],
    ['a second kind corroborates', [entry('logs', 4), entry('pods', 2)], 0.9 * (1 - 0.25 ** 2)],
    ['a third more so', [entry('logs', 4), entry('pods+events', 4)], 0.9 * (1 - 0.25 ** 3)],
    ['what is so with most causes does not', [entry('logs', 4), entry('pods', 1)], 0.9 * 0.75],
    ['what speaks against does not', [entry('logs', 4), entry('pods', -4)], 0.9 * 0.75],
    ['the error itself does not', [entry('logs', 4), entry('probes', 4)], 0.9 * 0.75],
    ['the error itself is one kind, were it all', [entry('probes', 4)], 0.9 * 0.75],
  ])('%s', (_, met, expected) => {
    const [best, other] = asATextShows([weighed('leak', 0.9, met), weighed('unknown', 0.05, [])], { deeper: DEEPER, sourcesOf });
    expect(best!.confidence).toBeCloseTo(expected, 12);
    expect(other!.confidence).toBeCloseTo((0.05 * expected) / 0.9, 12);
  });

  it('leaves unknown as it is: there is nothing that a deeper cause could explain', () => {
    const all = [weighed('unknown', 0.3, []), weighed('leak', 0.1, [entry('logs', 2)])];
    expect(asATextShows(all, { deeper: DEEPER, sourcesOf })).toEqual(all);
  });
});

describe('a diagnosis', () => {
  const signal = (name: string, source: SourceName, value: number): Signal => ({
    name,
    help: name,
    kind: 'gauge',
    metric: `aggregated_api_${name}`,
    source,
    observe: () => value,
  });
  const leak = inventCause({
    id: 'leak',
    category: 'pod-instability',
    part: 'backend',
    title: 'It leaks',
    summary: '',
    severity: 'warning',
    prior: 0,
    evidence: [{ id: 'wet', when: above(last('wet'), 0), weight: 'strong', says: 'It is wet.' }],
    remedy: [],
    verify: { command: '', expect: '' },
    references: [],
  });
  const diagnosed = (asOf: TextTime | undefined, wet = 1) => {
    const doctor = createDiagnostician({
      causes: [leak],
      signals: [signal('failing', 'probes', 1), signal('wet', 'logs', wet)],
      otherScore: 3,
      text: { otherScore: 1, deeper: DEEPER },
    });
    const snapshot = healthySnapshot({ apis: [healthyApi()] });
    return doctor.observe(asOf ? { ...snapshot, asOf } : snapshot).diagnoses.diagnoses[0]!;
  };
  const share = (other: number) => Math.exp(4) / (Math.exp(4) + Math.exp(other) + 1);

  it('of a cluster is the formula that the rules print', () => {
    expect(diagnosed(undefined).confidence).toBeCloseTo(share(3), 12);
    expect(diagnosed(undefined).deeper).toBeUndefined();
  });

  it('of a text has the shares of texts', () => {
    expect(diagnosed(SOME_TIME).confidence).toBeCloseTo(share(1) * 0.75, 12);
    expect(diagnosed(SOME_TIME).deeper).toBeCloseTo(0.25, 12);
    expect(diagnosed(SOME_TIME, 0)).not.toHaveProperty('deeper');
  });
});
