import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesText } from '../../src/expose/series-text.ts';

const printing = (text: SeriesText, all: readonly string[]) => text.print(all.map((lines) => ({ lines })));

describe('the series of a family as bytes', () => {
  const series = fc.constantFrom('', 'ebb 1\n', 'ebb 12\n', 'flood{sea="å"} 3\n', 'swell{sea="€"} 0.25\n', 'swell 1\nswell_count 1\n');

  it('are those that are there, whatever was printed before, and what was printed before stays as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.array(series, { maxLength: 4 }), { maxLength: 12 }), (printings) => {
        const text = new SeriesText();
        const made = printings.map((all) => printing(text, all));
        expect(made.map(String)).toEqual(printings.map((all) => all.join('')));
      }),
    );
  });

  it('are the same bytes while they are the same', () => {
    const text = new SeriesText();
    const first = printing(text, ['ebb 1\n', 'flood 2\n']);
    expect(printing(text, ['ebb 1\n', 'flood 2\n'])).toBe(first);
    expect(printing(text, ['ebb 1\n', 'flood 3\n'])).not.toBe(first);
  });
});
