import { describe, expect, it } from 'vitest';
import { LineTemplates } from '../../../src/observe/logs/line-templates.ts';
import { emptyHeader, readLineHeader } from '../../../src/signatures/line-header.ts';

function templatesOf(lines: readonly string[], at: (index: number) => number = () => 0): LineTemplates {
  const templates = new LineTemplates();
  for (const [index, line] of lines.entries()) {
    const bytes = Buffer.from(`..${line}..`);
    const header = emptyHeader();
    readLineHeader(bytes, 2, bytes.length - 2, header);
    templates.add(bytes, 2, bytes.length - 2, header, at(index));
  }
  return templates;
}

describe('unknown error lines', () => {
  it.each([
    ['numbers', ['took 17ms for 3 of 9', 'took 8ms for 1 of 2'], 'took … for … of …'],
    ['addresses', ['dial 10.1.2.3:443 again', 'dial 192.0.2.7:6443 again'], 'dial ….….….…:… again'],
    ['names of pods', ['pod tides-7c9f8d6b5-abc12 lost', 'pod tides-5d4c7b9f8-xyz99 lost'], 'pod tides-…-… lost'],
    [
      'times and threads',
      ['E0105 09:00:00.000000       1 tide.go:7] lost', 'E0106 10:00:00.000000      17 tide.go:8] lost'],
      'tide.go: lost',
    ],
    ['what is quoted', ['gauge "north" stuck', 'gauge "south by west" stuck'], 'gauge "…" stuck'],
  ])('are one template but for %s', (_, lines, template) => {
    expect(templatesOf(lines).facts()).toEqual([{ template, count: lines.length, sample: lines[0], lastAt: 0 }]);
  });

  it.each([
    ['words', ['tide is high', 'tide is low']],
    ['an open quote', ['gauge "north', 'gauge "south']],
    ['source files', ['E0105 09:00:00.000000       1 tide.go:7] lost', 'E0105 09:00:00.000000       1 gauge.go:7] lost']],
    ['punctuation', ['tide: high', 'tide; high']],
  ])('are two templates for other %s', (_, lines) => {
    expect(templatesOf(lines).facts()).toHaveLength(2);
  });

  const letters = (index: number) => [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

  it('are at most fifty, and none is lost from the count', () => {
    const facts = templatesOf(Array.from({ length: 1000 }, (_, index) => `tide ${letters(index)} is wrong`)).facts();
    expect(facts).toHaveLength(50);
    expect(facts.find(({ template }) => template === '…')?.count).toBe(951);
  });

  it('make place for new ones when they are not seen any more', () => {
    const minutes = (index: number) => (index < 60 ? 0 : 16 * 60_000);
    const facts = templatesOf(
      Array.from({ length: 70 }, (_, index) => `tide ${letters(index)} is wrong`),
      minutes,
    ).facts();
    expect(facts).toHaveLength(50);
    expect(facts.map(({ template }) => template)).toContain(`tide ${letters(69)} is wrong`);
    expect(facts.reduce((sum, { count }) => sum + count, 0)).toBe(70);
  });
});
