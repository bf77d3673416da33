import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVerdictLog } from '../../src/commands/verdict-log.ts';
import type { HeldVerdict } from '../../src/diagnose/held-verdict.ts';
import { diagnosis, viewOf } from '../expose/view.ts';

const NAME = 'v1.tides.example.com';
const T = 1_790_000_000;
const { diagnoses } = viewOf().round;
const DIAGNOSIS = diagnosis();
const failing = (cause = 'connection-refused'): HeldVerdict => ({
  cause,
  category: 'network-connectivity',
  confidence: 0.98765,
  state: 'failing',
  since: T,
});
const recovering = (): HeldVerdict => ({ ...failing(), state: 'recovering', endedAt: T + 90 });
const recovered = (): HeldVerdict => ({ ...failing(), state: 'recovered', endedAt: T + 90 });

/** What was logged; `look` is one round with this verdict on the API, or none; the clock goes on by so many seconds before it. */
function watch() {
  let now = 0;
  const lines: { fields: Record<string, unknown>; msg: string }[] = [];
  const log = createVerdictLog({ info: (fields, msg) => lines.push({ fields: fields as Record<string, unknown>, msg }) }, () => now);
  const look = (verdict?: HeldVerdict, seconds = 5, examined = [NAME], name = NAME) => {
    now += seconds * 1000;
    const own = verdict && verdict.state !== 'recovered' ? [{ ...DIAGNOSIS, apiservice: name, cause: verdict.cause }] : [];
    log.follow({ verdicts: new Map(verdict ? [[name, verdict]] : []), diagnoses: { ...diagnoses, examined, diagnoses: own } });
  };
  return { lines, look, events: () => lines.map(({ fields }) => fields.event) };
}

describe('one line for each', () => {
  it('onset, change of cause, recovery and end', () => {
    const { lines, look } = watch();
    look();
    look(failing('unknown'));
    look(failing('unknown'));
    look(failing());
    look(failing());
    look(recovering());
    look(recovered());
    look();
    const { evidence } = DIAGNOSIS;
    const common = { apiservice: NAME, category: 'network-connectivity', confidence: 0.988, since: '2026-09-21T14:13:20.000Z' };
    const shown = { pattern: DIAGNOSIS.pattern, evidence: evidence.map(({ id }) => id) };
    const ended = { ended: '2026-09-21T14:14:50.000Z', seconds: 90 };
    expect(lines).toEqual([
      { msg: 'an aggregated API fails', fields: { event: 'onset', cause: 'unknown', ...common, ...shown } },
      {
        msg: 'another cause is named for the failure of an aggregated API',
        fields: { event: 'cause-changed', cause: 'connection-refused', before: 'unknown', ...common, ...shown },
      },
      {
        msg: 'nothing errs any more at an aggregated API that failed',
        fields: { event: 'recovering', cause: 'connection-refused', ...common, ...shown, ...ended },
      },
      { msg: 'the failure of an aggregated API is over', fields: { event: 'end', cause: 'connection-refused', ...common, ...ended } },
    ]);
  });

  it.each<[string, (HeldVerdict | undefined)[], string[]]>([
    ['a healthy API', [undefined, undefined], []],
    ['a failure that was over before anybody looked', [recovered(), undefined], []],
    ['a failure that goes on', [failing(), failing(), failing()], ['onset']],
    ['a failure that comes back while it recovers', [failing(), recovering(), failing()], ['onset', 'recovering', 'onset']],
    ['nobody looking any more, which is no end', [failing(), undefined, undefined], ['onset', 'not-observed']],
  ])('%s', (_, verdicts, events) => {
    const watched = watch();
    for (const verdict of verdicts) watched.look(verdict);
    expect(watched.events()).toEqual(events);
  });

  it('an API that is deleted while it fails', () => {
    const { look, events } = watch();
    look(failing());
    look(undefined, 5, []);
    look(undefined, 5, []);
    expect(events()).toEqual(['onset', 'gone']);
  });
});

describe('an API that flaps', () => {
  it('gets six lines at once, then one in two minutes, with what was kept back counted', () => {
    const { lines, look } = watch();
    for (let i = 0; i < 720; i++) look(i % 2 === 0 ? failing() : recovering());
    // An hour: 6 at once, and one in each two minutes of it.
    expect(lines.length).toBeGreaterThanOrEqual(34);
    expect(lines.length).toBeLessThanOrEqual(36);
    const unsaid = lines.reduce((sum, { fields }) => sum + Number(fields.unsaid ?? 0), 0);
    expect(unsaid + lines.length).toBeGreaterThan(700);
  });

  it('takes no line from another', () => {
    const { lines, look } = watch();
    for (let i = 0; i < 100; i++) look(i % 2 === 0 ? failing() : recovering());
    look(failing(), 5, [NAME, 'v1.docks.example.com'], 'v1.docks.example.com');
    expect(lines.at(-1)?.fields.apiservice).toBe('v1.docks.example.com');
  });

  it('is always told as it is in the end, and never in more lines than its budget', () => {
    const state = fc.constantFrom(failing('a'), failing('b'), recovering(), recovered(), undefined);
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 200 }), fc.constantFrom(failing('a'), recovered()), (states, last) => {
        const { lines, look } = watch();
        for (const one of states) look(one, 1);
        expect(lines.length).toBeLessThanOrEqual(6 + states.length / 120);
        for (let i = 0; i < 60; i++) look(last, 10);
        const told = lines.at(-1)?.fields;
        // What was over before it was ever said to fail is not told at all.
        if (last.state === 'failing' || lines.length > 0)
          expect(told).toMatchObject(last.state === 'failing' ? { cause: 'a' } : { event: 'end' });
      }),
    );
  });
});
