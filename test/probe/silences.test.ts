import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/domain/probe.ts';
import { Silences } from '../../src/probe/silences.ts';
import { probeResult } from '../support/healthy.ts';

const KEY = 'v1.tides.example.com endpoint';
const TIMED_OUT: Partial<ProbeResult> = { ok: false, reason: 'connection_timeout' };
const having = (...results: readonly Partial<ProbeResult>[]) => {
  const silences = new Silences();
  for (const result of results) silences.note(KEY, probeResult(result));
  return silences;
};
const times = (n: number, result = TIMED_OUT) => Array.from({ length: n }, () => result);

describe('a target rests', () => {
  it.each<[string, readonly Partial<ProbeResult>[], number | undefined]>([
    ['not before it was asked', [], undefined],
    ['not while it answers', [{}, {}, {}, {}], undefined],
    ['not after two time-outs', times(2), undefined],
    ['twice the interval after three', times(3), 20_000],
    ['four times the interval after four', times(4), 40_000],
    ['then so long that its return is seen within a minute, the time-out included', times(5), 55_000],
    ['no longer, however often', times(2000), 55_000],
    ['not after an answer between', [...times(2), {}, ...times(2)], undefined],
    ['not after a refusal, which is an answer', [...times(3), { ok: false, reason: 'connection_refused' }], undefined],
    ['as before after a failure of our own, which is none', [...times(3), { ok: false, hop: 'us', reason: 'other' }], 20_000],
    ['where TLS gets no answer', times(3, { ok: false, reason: 'tls_timeout' }), 20_000],
    ['where the request gets no answer', times(3, { ok: false, reason: 'response_timeout' }), 20_000],
    ['not where an answer begins and stays away', times(3, { ok: false, reason: 'transfer_timeout' }), undefined],
  ])('%s', (_, results, expected) => {
    expect(having(...results).restMs(KEY, 10_000, 5000)).toBe(expected);
  });

  it('never less than its interval', () => {
    expect(having(...times(9)).restMs(KEY, 54_000, 5000)).toBe(55_000);
    expect(having(...times(9)).restMs(KEY, 55_000, 5000)).toBeUndefined();
  });

  it('no more once it is forgotten', () => {
    const silences = having(...times(3));
    expect([silences.isSilent(KEY), silences.isTired(KEY)]).toEqual([true, true]);
    silences.forget(KEY);
    expect([silences.isSilent(KEY), silences.isTired(KEY)]).toEqual([false, false]);
  });

  it('is silent from the first time-out on, and tired from the third', () => {
    expect([1, 2, 3].map((n) => [having(...times(n)).isSilent(KEY), having(...times(n)).isTired(KEY)])).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
  });
});
