import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../../src/scan/matcher.ts';
import { PatternError } from '../../../src/scan/pattern.ts';
import { re2Test } from '../../../src/scan/re2.ts';
import { lineText, regexText } from '../support.ts';

function matches(pattern: string, line: string): boolean {
  const bytes = Buffer.from(`..${line}..`);
  return createMatcher({ id: 'x', pattern, fallback: re2Test }).test(bytes, 2, bytes.length - 2);
}

describe('automaton', () => {
  it.each([
    ['abc', 'xxabcxx', true],
    ['abc', 'xxabxcxx', false],
    ['^abc', 'xabc', false],
    ['^abc$', 'abc', true],
    ['abc$', 'abcd', false],
    ['', '', true],
    ['^$', 'a', false],
    ['a.c', 'aéc', true],
    ['a.c', 'a😀c', true],
    ['a..c', 'aéc', false],
    ['(?i)kelvin', '\u212aELVIN', true],
    ['kelvin', '\u212aelvin', false],
    ['(?i)[^k]x', '\u212ax', false],
    ['\\bEOF\\b', 'got EOF.', true],
    ['\\bEOF\\b', 'geofence EOFS', false],
    ['\\Bof', 'geof', true],
    ['\\d{3}', 'a12b345', true],
    ['x{2,3}y', 'xy', false],
    ['(?i)É', 'é', true],
    ['\\p{Greek}', 'αβ', true],
    ['[[:upper:]]{2}', 'abCD', true],
    ['a(?i)b|c', 'C', true],
    ['(?:(?i)b)|c', 'C', false],
    ['(?-i:A)', 'a', false],
    ['(a*)*b', 'aaab', true],
    ['\\Qa.b\\E+', 'a.bbb', true],
    ['[\\]-a]', '^', true],
    ['{,2}', 'a{,2}b', true],
  ])('%s on %j is %s', (pattern, line, expected) => {
    expect(matches(pattern, line)).toBe(expected);
    expect(RE2JS.compile(pattern).test(line)).toBe(expected);
  });

  it.each(['a**', '(', '[a', 'a{1001}', '\\8', '(?<n', '(?=a)', '\\', 'x{3,2}', '[b-a]', '(a{500}){500}'])('refuses %s', (pattern) => {
    expect(() => createMatcher({ id: 'mine', pattern, fallback: re2Test })).toThrow(PatternError);
    expect(() => createMatcher({ id: 'mine', pattern, fallback: re2Test })).toThrow(/"mine"/);
  });

  it.each([
    ['a class of its own', '\\p{Greek}'],
    ['folding outside ASCII', '(?i)É'],
    ['too many instructions', 'ab'.repeat(10_001)],
    ['what is no syntax', '('],
  ])('refuses %s, where it has no fallback', (_, pattern) => {
    const judge = () => createMatcher({ id: 'mine', pattern }).test(Buffer.from('aé'), 0, 3);
    expect(judge).toThrow(PatternError);
    expect(judge).toThrow(/"mine"/);
  });

  it('agrees with RE2 on any pattern and line', () => {
    fc.assert(
      fc.property(regexText, fc.array(lineText, { minLength: 1, maxLength: 6 }), (pattern, lines) => {
        const reference = RE2JS.compile(pattern);
        const matcher = createMatcher({ id: 'x', pattern, fallback: re2Test });
        for (const line of lines) {
          const bytes = Buffer.from(line);
          expect([pattern, line, matcher.test(bytes, 0, bytes.length)]).toEqual([pattern, line, reference.test(line)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with RE2 on bytes that are not UTF-8', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('^.{3}$', 'a.c', '[^a]b', '\\x{fffd}', '.*c$', '\\Wb'),
        fc.array(fc.constantFrom(0x61, 0x62, 0x63, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0xf0, 0x90, 0xf4, 0xff), { maxLength: 8 }),
        (pattern, list) => {
          const bytes = Buffer.from(list);
          expect(createMatcher({ id: 'x', pattern, fallback: re2Test }).test(bytes, 0, bytes.length)).toBe(
            RE2JS.compile(pattern).test(bytes.toString('utf8')),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('forgets states instead of growing, and still agrees', () => {
    const pattern = 'a.{12}b';
    const matcher = createMatcher({ id: 'x', pattern, fallback: re2Test });
    const reference = new RegExp(pattern);
    let seed = 1;
    for (let i = 0; i < 40; i++) {
      let line = '';
      for (let j = 0; j < 400; j++) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        line += seed & 0x40000 ? 'a' : seed & 0x80000 ? 'c' : 'd';
      }
      if (i % 2) line += `a${'c'.repeat(12)}b`;
      expect(matcher.test(Buffer.from(line), 0, line.length)).toBe(reference.test(line));
    }
  });
});
