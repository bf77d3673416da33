import { describe, expect, it } from 'vitest';
import { type Answer, createKept, observedNow, observedOf, refusalOf } from '../../src/source/kept.ts';
import { SILENT } from '../../src/source/logger.ts';
import { statusOf } from '../../src/source/status.ts';
import { NOW } from '../support/healthy.ts';

const STALE_MS = 60_000;
const OK: Answer<string> = { state: 'ok', value: 'tides' };
const FAILED: Answer<string> = { state: 'failed', message: 'GET /tides: 500' };

function keeping() {
  const time = { now: NOW };
  const lines: string[] = [];
  const say = (level: string) => (_: object, line: string) => void lines.push(`${level} ${line}`);
  const kept = createKept<string>({
    what: 'the tides',
    about: { source: 'pods' },
    clock: () => time.now,
    log: { ...SILENT, warn: say('warn'), info: say('info') },
    staleAfterMs: STALE_MS,
  });
  return { kept, time, lines, state: () => statusOf('pods', { ...kept.part(), staleAfterMs: STALE_MS }, time.now).state };
}

describe('what was kept of a reading', () => {
  it.each<[string, Answer<string>[], number, object, string | undefined, string]>([
    ['before the first', [], 0, { state: 'unobserved', why: 'not read yet' }, undefined, 'pending'],
    ['of an answer', [OK], 0, { state: 'observed', value: 'tides' }, 'tides', 'ok'],
    ['of a failure', [FAILED], 0, { state: 'unobserved', why: 'GET /tides: 500' }, undefined, 'failed'],
    ['of a failure after an answer', [OK, FAILED], STALE_MS - 1, { state: 'observed', value: 'tides' }, 'tides', 'ok'],
    ['of failures for too long', [OK, FAILED], STALE_MS, { state: 'unobserved', why: 'GET /tides: 500' }, undefined, 'stale'],
    ['of a 403', [OK, refusalOf(403, 'GET /tides', 'tides: get')], 0, { state: 'forbidden', rule: 'tides: get' }, undefined, 'forbidden'],
    ['of a failure after a 403', [OK, refusalOf(403, 'GET /tides', 'tides: get'), FAILED], 0, { state: 'unobserved' }, undefined, 'ok'],
    ['of a 404', [OK, refusalOf(404, 'GET /tides', 'tides: get')], 0, { state: 'absent' }, undefined, 'absent'],
    ['of a 401', [OK, refusalOf(401, 'GET /tides', 'tides: get')], 0, { state: 'unobserved' }, 'tides', 'unauthorised'],
  ])('%s', (_, answers, later, fact, believed, state) => {
    const { kept, time, state: now } = keeping();
    for (const answer of answers) kept.take(answer);
    time.now += later;
    expect(observedOf(kept)).toMatchObject(fact);
    expect(kept.believed()).toBe(believed);
    expect(now()).toBe(state);
  });

  it('is nothing at once after a failure, where only the last answer counts', () => {
    const { kept } = keeping();
    kept.take(OK);
    kept.take(FAILED);
    expect(observedNow(kept.answer)).toEqual({ state: 'unobserved', why: 'GET /tides: 500' });
  });

  it('is one line when trouble begins, one when it changes, one when it ends', () => {
    const { kept, lines } = keeping();
    const refused = refusalOf(403, 'GET /tides', 'tides: get');
    for (const answer of [OK, OK, FAILED, FAILED, refused, refused, OK, OK]) kept.take(answer);
    expect(lines).toEqual(['warn cannot read the tides', 'info cannot read the tides', 'info the tides can be read again']);
  });

  it('counts what was refused over all readings', () => {
    const { kept } = keeping();
    kept.take({ ...OK, refused: 2 });
    kept.take({ ...OK, refused: 1 });
    expect(kept.part()).toMatchObject({ refused: 3, lastSuccess: NOW });
  });
});
