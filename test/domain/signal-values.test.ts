import { describe, expect, it } from 'vitest';
import { SignalRow, SignalSheet } from '../../src/domain/signal-values.ts';

describe('a sheet of signals', () => {
  const sheet = new SignalSheet(new SignalRow(['docks-open', 'tide-high', 'wind']), Float64Array.of(0, Number.NaN, 2.5));

  it.each([
    ['docks-open', 0],
    ['tide-high', undefined],
    ['wind', 2.5],
    ['of nobody', undefined],
  ])('has of %s %s', (name, value) => {
    expect(sheet.get(name)).toBe(value);
    expect(sheet.has(name)).toBe(value !== undefined);
  });

  it('lists what was observed, in its order', () => {
    expect([...sheet]).toEqual([
      ['docks-open', 0],
      ['wind', 2.5],
    ]);
  });
});
