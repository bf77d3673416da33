import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Held, MOST_CANDIDATES, nextHeld, REMEMBERED, type VerdictTick } from '../../src/diagnose/held-verdict.ts';
import { parseState } from '../../src/diagnose/parse-state.ts';
import type { Candidate } from '../../src/domain/diagnosis.ts';

const candidate = (cause: string, confidence: number): Candidate => ({
  cause,
  category: cause === 'unknown' ? 'unknown' : 'tls-certificate',
  confidence,
  score: 1,
  evidence: [],
});
/** One that another candidate explains away. */
const explained = (cause: string): Candidate => ({
  ...candidate(cause, 0.001),
  evidence: [{ id: 'superseded-by-b', says: '', weight: 'superseded', points: -16, lookBack: false, values: {}, since: START }],
});
/** A tick that errs, with one cause beside `unknown`. */
const errs = (cause: string, confidence: number, differs: Partial<VerdictTick> = {}): Partial<VerdictTick> => ({
  symptom: true,
  errs: true,
  candidates: [candidate(cause, confidence), candidate('unknown', (1 - confidence) / 2)],
  ...differs,
});
/** A tick at which every vantage passes, a moment after a failure; what is left of it looks like another cause. */
const PASSES: Partial<VerdictTick> = { symptom: true, errs: false, candidates: [candidate('pod-probe-failing', 0.9)] };
const WELL: Partial<VerdictTick> = { symptom: false, errs: false };
const BLIND: Partial<VerdictTick> = { symptom: undefined, errs: undefined };

const START = 1_796_000_000;
/** What is said after each tick, ten seconds apart: `cause state since/endedAt`, in seconds after the start. */
function said(ticks: readonly Partial<VerdictTick>[], every = 10): string[] {
  let held: Held | undefined;
  return ticks.map((tick, index) => {
    held = nextHeld(held, { time: START + index * every, symptom: false, errs: false, failures: undefined, candidates: [], ...tick });
    if (!held) return '-';
    const { cause, state, since, endedAt } = held.verdict;
    return `${cause} ${state} ${since - START}/${endedAt === undefined ? '' : endedAt - START}`;
  });
}

describe('a verdict', () => {
  it.each<[string, Partial<VerdictTick>[], string[]]>([
    ['is not there while nothing fails', [WELL, WELL], ['-', '-']],
    ['follows the evidence of each tick while it fails', [errs('a', 0.9), errs('b', 0.8)], ['a failing 0/', 'b failing 0/']],
    [
      'names nothing that is less likely than all others together',
      [errs('a', 0.49), errs('a', 0.5), errs('unknown', 0.9)],
      ['unknown failing 0/', 'a failing 0/', 'unknown failing 0/'],
    ],
    [
      'is recovering after two ticks that pass, since the first of them, and takes no new cause',
      [errs('a', 0.9), PASSES, PASSES, PASSES],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10', 'a recovering 0/10'],
    ],
    [
      'is failing still when one tick passes',
      [errs('a', 0.9), PASSES, errs('a', 0.9), PASSES, PASSES],
      ['a failing 0/', 'a failing 0/', 'a failing 0/', 'a failing 0/', 'a recovering 0/30'],
    ],
    [
      'is recovered when the symptom is over',
      [errs('a', 0.9), PASSES, PASSES, WELL, WELL],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10', 'a recovered 0/10', 'a recovered 0/10'],
    ],
    [
      'goes on when the same failure comes back before it has recovered',
      [errs('a', 0.9), PASSES, PASSES, errs('a', 0.9)],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10', 'a failing 0/'],
    ],
    [
      'is of a new failure when another one comes before it has recovered',
      [errs('a', 0.9), PASSES, PASSES, errs('b', 0.9)],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10', 'b failing 30/'],
    ],
    [
      'keeps a cause that led for a minute for 20 s when the evidence leaves it',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), errs('b', 0.9), errs('a', 0.2), errs('b', 0.9)],
      [...Array.from({ length: 9 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'keeps it for a third of the time that it led, where that is less',
      [...Array.from({ length: 4 }, () => errs('a', 0.9)), errs('b', 0.9), errs('b', 0.9)],
      [...Array.from({ length: 5 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'stays through a fault whose evidence comes and goes',
      [...Array.from({ length: 4 }, () => errs('a', 0.9)), errs('b', 0.9), errs('a', 0.9), errs('b', 0.9), errs('a', 0.9)],
      Array.from({ length: 8 }, () => 'a failing 0/'),
    ],
    [
      'gives way at once to a cause that explains it',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), errs('b', 0.9, { candidates: [candidate('b', 0.9), explained('a')] })],
      [...Array.from({ length: 7 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'ends as the cause that was kept: what a mend looks like is none',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), errs('b', 0.9), PASSES, PASSES],
      [...Array.from({ length: 9 }, () => 'a failing 0/'), 'a recovering 0/80'],
    ],
    [
      'is not kept for a failure that began anew',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), PASSES, PASSES, errs('b', 0.9)],
      [...Array.from({ length: 8 }, () => 'a failing 0/'), 'a recovering 0/70', 'b failing 90/'],
    ],
    [
      'gives a new failure nothing of an earlier one',
      [errs('a', 0.9), PASSES, PASSES, WELL, errs('b', 0.4), errs('b', 0.9)],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10', 'a recovered 0/10', 'unknown failing 40/', 'b failing 40/'],
    ],
    [
      'sees a failure between two ticks by its count',
      [errs('a', 0.9, { failures: 1 }), { ...PASSES, failures: 1 }, { ...PASSES, failures: 2 }, { ...PASSES, failures: 2 }],
      ['a failing 0/', 'a failing 0/', 'pod-probe-failing failing 0/', 'pod-probe-failing failing 0/'],
    ],
    [
      'takes a restart of the counter for no failure',
      [errs('a', 0.9, { failures: 9 }), { ...PASSES, failures: 0 }, PASSES],
      ['a failing 0/', 'a failing 0/', 'a recovering 0/10'],
    ],
    [
      'takes what is not observed for no recovery',
      [errs('a', 0.9), errs('b', 0.9, { errs: undefined }), errs('b', 0.9, { errs: undefined })],
      ['a failing 0/', 'b failing 0/', 'b failing 0/'],
    ],
    [
      'is kept for 20 s and no longer, however long its cause led',
      [...Array.from({ length: 13 }, () => errs('a', 0.9)), errs('b', 0.9), errs('b', 0.9), errs('b', 0.9)],
      [...Array.from({ length: 15 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'is not kept for what another cause led before it',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), errs('b', 0.9), errs('b', 0.9), errs('b', 0.9), errs('c', 0.9)],
      [...Array.from({ length: 9 }, () => 'a failing 0/'), 'b failing 0/', 'c failing 0/'],
    ],
    [
      'is not kept for what it led before a tick that passed',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), PASSES, errs('a', 0.9), errs('b', 0.9)],
      [...Array.from({ length: 9 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'is not kept beyond a tick that passed',
      [...Array.from({ length: 7 }, () => errs('a', 0.9)), PASSES, errs('b', 0.9)],
      [...Array.from({ length: 8 }, () => 'a failing 0/'), 'b failing 0/'],
    ],
    [
      'has ended with the first tick that passed, were it one alone',
      [errs('a', 0.9), PASSES, WELL],
      ['a failing 0/', 'a failing 0/', 'a recovered 0/10'],
    ],
    ['is dropped when nobody looks: that is no recovery', [errs('a', 0.9), BLIND, WELL], ['a failing 0/', '-', '-']],
    ['is there for a failure that was over when it was first seen', [PASSES], ['pod-probe-failing failing 0/']],
  ])('%s', (_, ticks, expected) => {
    expect(said(ticks)).toEqual(expected);
  });

  it('is remembered for a quarter of an hour after the last failure, not longer', () => {
    const every = REMEMBERED / 3;
    expect(said([errs('a', 0.9), WELL, WELL, WELL, WELL, WELL], every)).toEqual([
      'a failing 0/',
      'a recovered 0/300',
      'a recovered 0/300',
      'a recovered 0/300',
      'a recovered 0/300',
      '-',
    ]);
  });

  it.each<[string, readonly Candidate[], number]>([
    ['as sure as it is itself', [candidate('a', 0.4), candidate('b', 0.3), candidate('unknown', 0.2)], 0.2],
    ['as sure as it is itself, where it is the best', [candidate('unknown', 0.7), candidate('a', 0.3)], 0.7],
    ['not sure at all where it was not weighed', [candidate('a', 0.4)], 0],
  ])('on an unknown cause is %s', (_, candidates, confidence) => {
    const { verdict } = nextHeld(undefined, { time: START, symptom: true, errs: true, failures: undefined, candidates })!;
    expect(verdict).toMatchObject({ cause: 'unknown', category: 'unknown', confidence });
  });

  it('holds the six best candidates', () => {
    const candidates = Array.from({ length: 9 }, (_, i) => candidate(`c${i}`, (9 - i) / 45));
    expect(nextHeld(undefined, { time: START, symptom: true, errs: true, failures: undefined, candidates })!.candidates).toEqual(
      candidates.slice(0, 6),
    );
  });

  it('shows what a kept cause was based on, not what speaks for another', () => {
    let held: Held | undefined;
    for (let tick = 0; tick <= 7; tick++) {
      const { symptom, errs: now, candidates = [] } = errs(tick < 7 ? 'a' : 'b', 0.9);
      held = nextHeld(held, { time: START + tick * 10, symptom, errs: now, failures: undefined, candidates });
    }
    expect(held).toMatchObject({ kept: true, leads: { since: START, until: START + 60 } });
    expect(held?.candidates.map(({ cause }) => cause)).toEqual(['a', 'unknown']);
  });

  it('keeps a bounded number of candidates, and survives its own state', () => {
    const tick = fc.record({
      symptom: fc.constantFrom(true, false, undefined),
      errs: fc.constantFrom(true, false, undefined),
      failures: fc.option(fc.nat(5), { nil: undefined }),
      candidates: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'unknown'), fc.float({ min: 0, max: 1, noNaN: true })), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(tick, { maxLength: 30 }), (ticks) => {
        let held: Held | undefined;
        let restored: Held | undefined;
        ticks.forEach(({ candidates, ...one }, index) => {
          const next = {
            ...one,
            time: START + index * 10,
            candidates: candidates.map(([cause, confidence]) => candidate(cause, confidence)),
          };
          held = nextHeld(held, next);
          restored = nextHeld(restored, next);
          expect(restored).toEqual(held);
          const state = { version: 2, history: { names: [], apis: {} }, episodes: {}, ledger: {}, held: held ? { api: held } : {} };
          restored = parseState(JSON.stringify(state)).held.api;
          expect(held?.candidates.length ?? 0).toBeLessThanOrEqual(MOST_CANDIDATES);
          if (held?.verdict.state === 'failing' && held.calm === 0 && held.verdict.cause !== 'unknown')
            expect(held.verdict.confidence).toBeGreaterThanOrEqual(0.5);
          if (held) expect(held.verdict.endedAt === undefined).toBe(held.verdict.state === 'failing');
        });
      }),
    );
  });
});
