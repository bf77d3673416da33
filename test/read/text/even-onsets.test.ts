import { describe, expect, it } from 'vitest';
import { beginEvenly } from '../../../src/read/text/even-onsets.ts';

const MINUTE = 60_000;
const at = (...minutes: readonly number[]) => minutes.map((minute) => minute * MINUTE);

describe('failures', () => {
  it.each<[what: string, times: readonly number[], even: boolean]>([
    ['each hour', at(0, 60, 120), true],
    ['each hour, with several errors each', at(0, 1, 2, 60, 61, 120, 122), true],
    ['each day, a minute early or late', at(0, 1441, 2879, 4320), true],
    ['each 90 minutes', at(0, 90, 180, 270), true],
    ['in any order', at(120, 0, 60), true],
    ['twice', at(0, 60), false],
    ['each half hour, as a resync may', at(0, 30, 60, 90), false],
    ['each 70 minutes, which no clock is set to', at(0, 70, 140, 210), false],
    ['with one missing', at(0, 60, 180, 240), false],
    ['at any time', at(0, 95, 140, 400), false],
    ['never', [], false],
  ])('%s', (_, times, even) => {
    expect(beginEvenly(times)).toBe(even);
  });
});
