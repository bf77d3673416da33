import { describe, expect, it } from 'vitest';
import { requiredLiterals } from '../../src/scan/regex/literals.ts';
import { parseRegex, type Regex } from '../../src/scan/regex/parse.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';

/** Whether each text that matches contains one of the literals, whatever the case of its letters. */
function proves(regex: Regex, literals: readonly string[]): boolean {
  const derived = requiredLiterals(regex).sets.some((set) =>
    set.literals.every(({ text }) => literals.some((literal) => text.toLowerCase().includes(literal))),
  );
  if (derived) return true;
  if (regex.kind === 'alternate') return regex.of.every((part) => proves(part, literals));
  return regex.kind === 'concat' && regex.of.some((part) => proves(part, literals));
}

describe('the literals of signatures', () => {
  it.each(SIGNATURES.map((signature) => [signature.id, signature] as const))(
    '%s: each line that matches has one',
    (_, { pattern, literals }) => {
      // A text of some lines is searched by them: a line without one would be missed there, and found in a longer text.
      expect(proves(parseRegex(`(?i)${pattern}`), literals)).toBe(true);
      // Folded as such in any case.
      for (const literal of literals) expect(literal).toMatch(/^[ -@[-~]+$/);
    },
  );

  it('would not be taken on trust', () => {
    const tide = parseRegex('(?i)tide (?:too high|too low)|gauge lost');
    expect(proves(tide, ['tide', 'gauge'])).toBe(true);
    expect(proves(tide, ['too ', 'gauge lost'])).toBe(true);
    expect(proves(tide, ['tide'])).toBe(false);
    expect(proves(tide, ['too high', 'gauge'])).toBe(false);
  });
});
