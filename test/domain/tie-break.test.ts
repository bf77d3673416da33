import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { refuseEqualTieBreaks, TIE_BREAK_DECIMALS, tieBreak } from '../../src/domain/tie-break.ts';

describe('the tie-break of a cause', () => {
  it.each([
    ['unknown', 0],
    ['connection-refused', 1.81969e-7],
    ['ebb', 2.03e-8],
    ['spring', 7.9188e-8],
    ['flood', 4.64886e-7],
  ])('of %s is %s for ever: committed rules hold it', (cause, points) => {
    expect(tieBreak(cause)).toBe(points);
  });

  it('is more than nothing, a millionth of a point at most, and printed whole', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        fc.pre(id !== 'unknown');
        const points = tieBreak(id);
        expect(points).toBeGreaterThanOrEqual(1e-12);
        expect(points).toBeLessThan(1.1e-6);
        expect(Number(points.toFixed(TIE_BREAK_DECIMALS))).toBe(points);
      }),
    );
  });

  it('tells all causes of the catalogue apart', () => {
    expect(() => refuseEqualTieBreaks(CAUSES)).not.toThrow();
  });

  it('refuses two that it does not tell apart, by their names', () => {
    expect(() => refuseEqualTieBreaks([{ id: 'ebb' }, { id: 'tide-37' }, { id: 'tide-1262' }])).toThrow(
      'causes tide-37 and tide-1262: their ids have the same tie-break',
    );
  });
});
