import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, printDuration } from '../../src/generate/duration.ts';

describe('durations', () => {
  it.each([
    [0, '0s'],
    [30, '30s'],
    [60, '1m'],
    [90, '1m30s'],
    [3600, '1h'],
    [86_400, '1d'],
    [0.5, '500ms'],
    [67.5, '1m7s500ms'],
  ])('%d seconds print as %s', (seconds, text) => {
    expect(printDuration(seconds)).toBe(text);
  });

  it.each(['', '5', 's', '1.5m', '1s1m', '-1s', '1w', ' 1s', '10 s'])('%j is no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        (milliseconds) => parseDuration(printDuration(milliseconds / 1000)) === milliseconds / 1000,
      ),
    );
  });
});
