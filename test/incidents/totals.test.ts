import { describe, expect, it } from 'vitest';
import { renderExposition } from '../../src/expose/exposition.ts';
import { countTick, type IncidentCounts, NO_COUNTS } from '../../src/incidents/totals.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { viewOf } from '../expose/view.ts';
import { NAME, Played, type Step } from './ticks.ts';

const LIVE = new Set([NAME]);

/** What the metrics say after these ticks. */
function counted(...steps: Step[]): Record<string, number> {
  const played = new Played();
  let incidents: IncidentCounts = NO_COUNTS;
  for (const step of steps) {
    const [said, differs] = typeof step === 'string' ? [step] : step;
    incidents = countTick(incidents, played.tick(said, differs), LIVE);
  }
  return shown(incidents);
}

function shown(incidents: IncidentCounts): Record<string, number> {
  const text = renderExposition({ ...viewOf(), incidents });
  const seconds = familyOf(text, 'aggregated_api_incident_duration_seconds');
  const of = (entries: Record<string, number>) =>
    Object.entries(entries).filter(([labels]) => !/le="(?:30|60|300|900|3600|14400|259200)"/.test(labels));
  return Object.fromEntries([...Object.entries(familyOf(text, 'aggregated_api_incidents_total')), ...of(seconds)]);
}

const long: Step = ['well', { after: 100 }];

describe('incidents are counted', () => {
  it.each<[string, Step[], Record<string, number>]>([
    ['never where nothing fails', ['well', 'well'], {}],
    ['at 0 while they go on, under each cause that they had', ['well', 'unknown', 'a'], { 'cause="unknown"': 0, 'cause="a"': 0 }],
    ['at 0 until they cannot come back', ['well', 'a', '~a', 'well'], { 'cause="a"': 0 }],
    ['once they cannot', ['well', 'a', '~a', 'well', long, long], { 'cause="a"': 1 }],
    [
      'once, under the cause that was held the longest',
      ['well', 'a', 'b', 'b', 'b', '~b', 'well', long],
      { 'cause="a"': 0, 'cause="b"': 1 },
    ],
    ['each for itself', ['well', 'a', '~a', 'well', long, 'a', '~a', 'well', long], { 'cause="a"': 2 }],
  ])('%s', (_, steps, expected) => {
    const causes = Object.entries(counted(...steps)).filter(([labels]) => labels.startsWith('cause='));
    expect(Object.fromEntries(causes)).toEqual(expected);
  });
});

it('are measured from the first failure to the last end', () => {
  const played = new Played();
  let counts = NO_COUNTS;
  const say = (...steps: Step[]) => {
    for (const step of steps) {
      const [said, differs] = typeof step === 'string' ? [step] : step;
      counts = countTick(counts, played.tick(said, differs), LIVE);
    }
    return counts.durations.get(NAME);
  };
  expect(say('well')).toBeUndefined();
  expect(say('a')).toEqual({ counts: [0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 0 });
  // 50 s, with a pause of 20 s in it.
  expect(say('a', '~a', 'well', 'a', '~a', 'well', long)).toEqual({ counts: [0, 1, 1, 1, 1, 1, 1, 1, 1], sum: 50 });
  // 30 s is in the bucket of 30 s.
  expect(say('a', 'a', 'a', '~a', 'well', long)).toEqual({ counts: [1, 2, 2, 2, 2, 2, 2, 2, 2], sum: 80 });
});

it('are forgotten with their API', () => {
  const counts = countTick(NO_COUNTS, new Played().tick('a'), LIVE);
  expect(shown(counts)).not.toEqual({});
  const after = countTick(counts, { touched: [], settled: [] }, new Set());
  expect(after.causes.size + after.durations.size).toBe(0);
});

it('are the same object while nothing is counted: what is printed is printed once', () => {
  const played = new Played();
  const counts = countTick(NO_COUNTS, played.tick('a'), LIVE);
  expect(countTick(counts, played.tick('a'), LIVE)).toBe(counts);
});
