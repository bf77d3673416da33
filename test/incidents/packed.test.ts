import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CourseSlot, Incident } from '../../src/domain/incident.ts';
import { VANTAGES } from '../../src/domain/probe.ts';
import { MOST_SLOTS } from '../../src/incidents/course.ts';
import { type PackedIncident, pack, unpack } from '../../src/incidents/packed.ts';
import { parseIncident } from '../../src/incidents/parse-incident.ts';
import { incident } from './incident.ts';
import { START } from './ticks.ts';

const written = (one: Incident): PackedIncident => JSON.parse(JSON.stringify(pack(one))) as PackedIncident;
const courseOf = (...slots: CourseSlot[]): Incident => incident({ course: { step: 10, slots } });
const slotAt = (after: number, differs: Partial<CourseSlot> = {}): CourseSlot => ({ at: START + after, asked: [], ...differs });
const sampled = (...samples: (string | undefined)[]): Incident =>
  incident({
    evidence: samples.map((sample, i) => ({
      id: `piece-${i}`,
      cause: 'x',
      says: 'so',
      from: START,
      ...(sample !== undefined && { sample }),
    })),
  });

describe('an incident that was packed', () => {
  it.each<[string, Incident]>([
    ['with everything that one can have', incident()],
    ['without a course', (({ course: _, ...rest }) => rest)(incident())],
    ['with a course of nothing yet', courseOf()],
    ['with one slot', courseOf(slotAt(0))],
    ['with slots in which nobody looked between them', courseOf(slotAt(0), slotAt(10, { ready: 0 }), slotAt(70, { ready: 2, lines: 0 }))],
    [
      'asked from one vantage at first, from another then',
      courseOf(
        slotAt(0, { asked: [{ vantage: 'aggregator', asked: 0, failed: 0 }] }),
        slotAt(10, {
          asked: [
            { vantage: 'service', asked: 3, failed: 1 },
            { vantage: 'endpoint', asked: 4, failed: 4 },
          ],
        }),
      ),
    ],
    ['with slots out of order, as of a clock that was set back', courseOf(slotAt(50, { ready: 1 }), slotAt(10, { ready: 2 }))],
    ['with a slot beside the steps', courseOf(slotAt(0), slotAt(7))],
    ['with samples', sampled('one', undefined, 'two', 'one', 'one', 'two')],
  ])('%s is the same again', (_, one) => {
    expect(unpack(written(one))).toEqual(one);
    expect(parseIncident(written(one))).toEqual(one);
  });

  it('is the same again, whatever was measured', () => {
    const measured = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
    const slot = fc.record({
      seconds: measured,
      ready: measured,
      lines: measured,
      inflight: measured,
      asked: fc.subarray([...VANTAGES]),
      gap: fc.integer({ min: 1, max: 3 }),
      failed: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(slot, { maxLength: MOST_SLOTS }), fc.constantFrom(10, 20, 640), (slots, step) => {
        let at = START;
        const course = {
          step,
          slots: slots.map(({ gap, asked, failed, ...values }): CourseSlot => {
            at += gap * step;
            const seen = Object.entries(values).filter(([, value]) => value !== undefined);
            return { at, asked: asked.map((vantage) => ({ vantage, asked: 2, failed })), ...Object.fromEntries(seen) };
          }),
        };
        expect(parseIncident(written(incident({ course })))).toEqual(incident({ course }));
      }),
    );
  });

  it('has a sample once, and a long course in a third of the room', () => {
    expect(written(sampled('one', 'two', 'one')).evidence.map(({ sample }) => sample)).toEqual(['one', 'two', 0]);
    const slots = Array.from({ length: MOST_SLOTS }, (_, i) =>
      slotAt(10 * i, { asked: [{ vantage: 'aggregator', asked: 6 + (i % 2), failed: 6 }], seconds: i / 64, ready: 1, inflight: 0 }),
    );
    expect(JSON.stringify(written(courseOf(...slots)).course).length).toBeLessThan(JSON.stringify(slots).length / 3);
  });

  it.each<[string, object]>([
    ['a sample of a piece that is not there', { evidence: [{ ...written(sampled('one')).evidence[0], sample: 3 }] }],
    ['a sample of a piece that has none', { evidence: [{ ...written(sampled('one')).evidence[0], sample: 0 }] }],
    ['a course with a run that is too long', { course: { step: 10, from: START, at: [0, 2], asked: {}, ready: [1, 3] } }],
    ['a course of more slots than there are', { course: { step: 10, from: START, at: [0, MOST_SLOTS + 1], asked: {} } }],
    ['a course that goes back', { course: { step: 10, from: START, at: [5, 1, 2, 1], asked: {} } }],
    ['a course of steps without length', { course: { step: 0, from: START, at: [], asked: {} } }],
    [
      'a course from a vantage that nobody knows',
      {
        course: {
          step: 10,
          from: START,
          at: [0, 1],
          asked: {
            moon: [
              [1, 1],
              [1, 1],
            ],
          },
        },
      },
    ],
  ])('is none with %s', (_, differs) => {
    expect(parseIncident({ ...written(incident()), ...differs })).toBeUndefined();
  });
});
