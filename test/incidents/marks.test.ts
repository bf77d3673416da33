import { describe, expect, it } from 'vitest';
import type { Candidacy } from '../../src/domain/candidacy.ts';
import { renderExposition } from '../../src/expose/exposition.ts';
import { type IncidentMarks, MARKED_AFTER_END, markTick, NO_MARKS } from '../../src/incidents/marks.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { viewOf } from '../expose/view.ts';
import { NAME, Played, START, type Step } from './ticks.ts';

const LIVE = new Set([NAME]);

/** What is marked after these ticks. */
function marked(steps: readonly Step[], isKept = (_: string) => true): IncidentMarks {
  const played = new Played();
  let marks = NO_MARKS;
  let now = START - 10;
  for (const step of steps) {
    const [said, differs] = typeof step === 'string' ? [step] : step;
    now += differs?.after ?? 10;
    marks = markTick(marks, { ...played.tick(said, differs), now, apis: LIVE, isKept });
  }
  return marks;
}

const shown = (marks: IncidentMarks, replica?: Candidacy) =>
  familyOf(renderExposition({ ...viewOf(), incidentMarks: marks, ...(replica && { replica }) }), 'aggregated_api_incident');
const named = (cause: string, at = '090010') => `cause="${cause}",incident="20260105t${at}z-${NAME}"`;

describe('an incident is marked on time axes', () => {
  it.each<[string, Step[], Record<string, number>]>([
    ['never where nothing fails', ['well', 'well'], {}],
    ['by its id while it goes on', ['well', 'a', 'a'], { [named('a')]: 1 }],
    ['while it recovers: it may go on', ['well', 'a', '~a'], { [named('a')]: 1 }],
    ['while nobody can tell', ['well', 'a', 'blind'], { [named('a')]: 1 }],
    ['once, by the cause that it had the longest', ['well', 'a', 'b', 'b', 'b'], { [named('b')]: 1 }],
    ['as one that ended', ['well', 'a', '~a', 'well'], { [named('a')]: 0 }],
    ['as one that ended, for some minutes', ['well', 'a', '~a', 'well', ['well', { after: MARKED_AFTER_END - 11 }]], { [named('a')]: 0 }],
    ['no longer', ['well', 'a', '~a', 'well', ['well', { after: MARKED_AFTER_END + 1 }]], {}],
    ['again when the same failure comes back', ['well', 'a', '~a', 'well', 'a'], { [named('a')]: 1 }],
    ['apart from the one before it', ['well', 'a', '~a', 'well', 'b'], { [named('a')]: 0, [named('b', '090040')]: 1 }],
  ])('%s', (_, steps, expected) => {
    expect(shown(marked(steps))).toEqual(expected);
  });

  it('no longer when its page is gone', () => {
    expect(marked(['well', 'a']).size).toBe(1);
    expect(marked(['well', 'a'], () => false).size).toBe(0);
  });

  it('no longer when its API is gone', () => {
    const before = marked(['well', 'a']);
    expect(markTick(before, { touched: [], now: START, apis: new Set(), isKept: () => true }).size).toBe(0);
  });

  it('by the replica that leads alone: the others have other ids for it', () => {
    const marks = marked(['well', 'a']);
    expect(shown(marks, { identity: 'north', leads: true })).toEqual({ [named('a')]: 1 });
    expect(shown(marks, { identity: 'north', leads: false })).toEqual({});
  });

  it('a hundred times after its end at most: the oldest go first, and none that goes on', () => {
    const [open] = new Played().play('well', 'a').touched.flat();
    const touched = Array.from({ length: 130 }, (_, at) => ({
      ...open!,
      id: `${at}`,
      ...(at >= 10 && { ended: START + (at % 2 === 0 ? at : 200 - at) }),
    }));
    const marks = markTick(NO_MARKS, { touched, now: START + 200, apis: LIVE, isKept: () => true });
    const ended = [...marks.values()].flatMap((mark) => mark.ended ?? []);
    expect(marks.size - ended.length).toBe(10);
    expect(ended).toHaveLength(100);
    const left = touched.flatMap((one) => (one.ended !== undefined && !marks.has(one.id) ? one.ended : []));
    expect(Math.max(...left)).toBeLessThanOrEqual(Math.min(...ended));
  });
});
