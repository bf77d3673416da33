import { describe, expect, it } from 'vitest';
import { compareStates, SOURCE_STATES, type SourceState, type SourceStatus } from '../../src/domain/sources.ts';
import { bestOf, type Outcome, type Part, statusOf, unauthorised, worstOf } from '../../src/source/status.ts';
import { NOW } from '../support/healthy.ts';

const MINUTE = 60_000;
const FAILED: Outcome = { state: 'failed', message: 'GET /p: 500' };

describe('one part', () => {
  const part = (outcome: Outcome, differs: Partial<Part> = {}): Part => ({ outcome, staleAfterMs: MINUTE, ...differs });

  it.each<[string, Part, Partial<SourceStatus>]>([
    ['has not answered yet', part({ state: 'pending' }), { state: 'pending' }],
    ['answers', part({ state: 'ok' }, { lastSuccess: NOW }), { state: 'ok', lastSuccess: NOW }],
    ['answered a moment before it would be too long ago', part({ state: 'ok' }, { lastSuccess: NOW - MINUTE + 1 }), { state: 'ok' }],
    ['answered too long ago', part({ state: 'ok' }, { lastSuccess: NOW - MINUTE }), { state: 'stale' }],
    ['failed from the start', part(FAILED), { state: 'failed', message: 'GET /p: 500' }],
    ['fails since a moment', part(FAILED, { lastSuccess: NOW - MINUTE + 1 }), { state: 'ok', message: 'GET /p: 500' }],
    ['fails for as long as it is believed', part(FAILED, { lastSuccess: NOW - MINUTE }), { state: 'stale', message: 'GET /p: 500' }],
    ['fails, and is not believed at all', part(FAILED, { lastSuccess: NOW, staleAfterMs: 0 }), { state: 'failed' }],
    [
      'had nothing to tell for an hour, then fails',
      part(FAILED, { lastSuccess: NOW - 60 * MINUTE, failingSince: NOW - 1 }),
      { state: 'ok' },
    ],
    // An hour of "ok" it would be otherwise, until the clock has caught up.
    ['failed before our clock was set back', part(FAILED, { lastSuccess: NOW + 60 * MINUTE }), { state: 'stale' }],
    ['answered a second ahead of us, as clocks differ', part({ state: 'ok' }, { lastSuccess: NOW + 1000 }), { state: 'ok' }],
    ['may not be read', part({ state: 'forbidden', rule: 'p: get' }, { lastSuccess: NOW }), { state: 'forbidden', rule: 'p: get' }],
    [
      'does not know us',
      part(unauthorised('GET /p: 401'), { lastSuccess: NOW }),
      { state: 'unauthorised', message: 'the credentials were refused: GET /p: 401' },
    ],
    ['is not there', part({ state: 'absent' }, { lastSuccess: NOW }), { state: 'absent' }],
    ['is switched off', part({ state: 'disabled' }), { state: 'disabled' }],
    ['refused values', part({ state: 'ok' }, { lastSuccess: NOW, refused: 3 }), { state: 'ok', refused: 3 }],
  ])('that %s', (_, given, told) => expect(statusOf('pods', given, NOW)).toMatchObject({ source: 'pods', ...told }));
});

const STATES = Object.keys(SOURCE_STATES) as SourceState[];
const in_ = (state: SourceState, differs: Partial<SourceStatus> = {}): SourceStatus => ({ source: 'pods', state, ...differs });

describe('several parts', () => {
  it('have one order of states, worst first', () => {
    expect([...STATES].reverse().sort(compareStates)).toEqual([
      'unauthorised',
      'forbidden',
      'failed',
      'stale',
      'pending',
      'absent',
      'ok',
      'disabled',
    ]);
  });

  it.each(STATES.flatMap((a) => STATES.map((b) => [a, b] as const)))('that are all needed: %s and %s are as the worse one', (a, b) => {
    expect(worstOf('pods', [in_(a), in_(b)]).state).toBe(compareStates(a, b) <= 0 ? a : b);
  });

  it.each<[SourceState, SourceState, SourceState]>([
    ['ok', 'failed', 'ok'],
    ['ok', 'stale', 'ok'],
    ['ok', 'pending', 'ok'],
    ['ok', 'forbidden', 'forbidden'],
    ['ok', 'unauthorised', 'unauthorised'],
    ['absent', 'failed', 'failed'],
    ['absent', 'absent', 'absent'],
  ])('of which one is enough: %s and %s are %s', (a, b, told) => {
    expect(bestOf('pods', [in_(a), in_(b)]).state).toBe(told);
    expect(bestOf('pods', [in_(b), in_(a)]).state).toBe(told);
  });

  it('tell what the others lack, the oldest success, and all that was refused', () => {
    const parts = [in_('ok', { lastSuccess: 20, refused: 1 }), in_('failed', { lastSuccess: 10, message: 'GET /q: 500', refused: 2 })];
    expect(bestOf('logs', parts)).toEqual({ source: 'logs', state: 'ok', lastSuccess: 10, message: 'GET /q: 500', refused: 3 });
  });

  it('of which there is none have not answered', () => expect(worstOf('pods', [])).toEqual({ source: 'pods', state: 'pending' }));
});
