import { describe, expect, it } from 'vitest';
import { lengthInWords } from '../../../src/incidents/report/words.ts';
import { incident } from '../incident.ts';
import { START } from '../ticks.ts';

describe('how long it lasted', () => {
  it.each<[number, string]>([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [158, '2 min 38 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h'],
    [3659, '1 h'],
    [3660, '1 h 1 min'],
    [86_399, '23 h 59 min'],
    [86_400, '1 d'],
    [8 * 86_400 + 3 * 3600 + 59, '8 d 3 h'],
  ])('%d s', (seconds, words) => {
    expect(lengthInWords(incident({ ended: START + seconds }))).toBe(words);
  });

  it('of one that goes on, so far as it was seen', () => {
    expect(lengthInWords({ ...incident({ state: 'failing', lastFailing: START + 70 }), ended: undefined } as never)).toBe(
      'at least 1 min 10 s',
    );
  });

  it('of one that ended while nobody looked, at least until it was last seen to fail', () => {
    expect(lengthInWords(incident({ ending: 'while-away', lastFailing: START + 61 }))).toBe('at least 1 min 1 s');
  });
});
