import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/scan/line-judge.ts';
import type { Pattern } from '../../src/scan/pattern.ts';
import { re2Test } from '../../src/scan/re2.ts';
import { createScanner, type Scanner } from '../../src/scan/scanner.ts';
import { lineText, regexText } from './support.ts';

const patternsOf = (texts: readonly string[]): Pattern[] =>
  texts.map((pattern, index) => ({ id: `p${index}`, pattern, fallback: re2Test }));

/** [line, winning pattern] of each line that matches, told the slow way. */
function naive(patterns: readonly Pattern[], text: Buffer): [string, number][] {
  const compiled = patterns.map(({ pattern }) => RE2JS.compile(pattern));
  const lines: Buffer[] = [];
  let start = 0;
  for (let newline = text.indexOf(10); newline >= 0; newline = text.indexOf(10, start)) {
    lines.push(text.subarray(start, newline));
    start = newline + 1;
  }
  if (start < text.length) lines.push(text.subarray(start));
  return lines.flatMap((bytes): [string, number][] => {
    const line = bytes.toString('utf8');
    const winner = compiled.findIndex((regex) => regex.test(line));
    return winner < 0 ? [] : [[line, winner]];
  });
}

function scanned(scanner: Scanner, text: Buffer, cuts: readonly number[]): [string, number][] {
  const found: [string, number][] = [];
  const onMatch = (pattern: number, bytes: Uint8Array, start: number, end: number): void => {
    found.push([Buffer.from(bytes.subarray(start, end)).toString('utf8'), pattern]);
  };
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= at || cut >= text.length) continue;
    scanner.scan(text.subarray(at, cut), onMatch);
    at = cut;
  }
  scanner.scan(text.subarray(at), onMatch);
  scanner.end(onMatch);
  return found;
}

/** Scanners that judge the first lines one by one, and with the tables that they make for more. */
function scanners(patterns: readonly Pattern[]): Scanner[] {
  const prepared = createScanner(patterns);
  prepared.adapt(Buffer.alloc(0));
  return [createScanner(patterns), prepared];
}

const linesOf = (text: Buffer): number =>
  text.toString('latin1').split('\n').length - (text.length === 0 || text[text.length - 1] === 10 ? 1 : 0);

describe('scanner', () => {
  it.each([
    ['first in the list wins', ['refused', 'connection refused'], 'connection refused\n', [0]],
    ['a later one when the first does not match', ['^refused', 'connection refused'], 'connection refused\n', [1]],
    ['case is as written', ['Refused', '(?i)REFUSED'], 'refused\nRefused\n', [1, 0]],
    ['one pattern per line', ['refused'], 'refused refused\nrefused', [0, 0]],
    ['a pattern without any literal', ['^\\d+$', 'x'], '12\n1x\n', [0, 1]],
    ['a pattern that matches everything', ['zzz', ''], '\n\nzzz\n', [1, 1, 0]],
    ['short literals', ['(?i)eof', 'no'], 'EOF\nnono\nfine', [0, 1]],
    ['a literal does not cross a line', ['ab\\ncd', 'abcd'], 'ab\ncd\nabcd', [1]],
    ['folding beyond ASCII', ['(?i)kubelet stopped'], '\u212aubelet stopped\nKUBELET \u017ftopped\n', [0, 0]],
    ['carriage returns belong to the line', ['done$', 'done'], 'done\r\ndone\n', [1, 0]],
    ['a literal outside ASCII', ['Größe …'], 'die Größe … ist\n', [0]],
    ['one literal for two patterns', ['^timeout$', 'timeout'], 'a timeout\ntimeout\n', [1, 0]],
  ])('%s', (_, patterns, text, expected) => {
    const bytes = Buffer.from(text);
    for (const scanner of scanners(patternsOf(patterns))) expect(scanned(scanner, bytes, []).map(([, winner]) => winner)).toEqual(expected);
    expect(naive(patternsOf(patterns), bytes).map(([, winner]) => winner)).toEqual(expected);
  });

  it('finds what each pattern finds on each line, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(regexText, { minLength: 1, maxLength: 6 }),
        fc.array(lineText, { maxLength: 30 }),
        fc.array(fc.nat(600), { maxLength: 6 }),
        fc.boolean(),
        (patterns, lines, cuts, adapted) => {
          const text = Buffer.from(lines.join('\n'));
          const expected = naive(patternsOf(patterns), text);
          for (const scanner of scanners(patternsOf(patterns))) {
            if (adapted) scanner.adapt(text);
            expect(scanned(scanner, text, cuts)).toEqual(expected);
            expect(scanner.lines).toBe(linesOf(text));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the same with four cursors in a large chunk', () => {
    const words = [
      'connection refused',
      'no route to host',
      'fine',
      'EOF',
      'i/o timeout',
      'dial tcp 10.0.0.1:443',
      'ordinary words of a log',
    ];
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom(...words), { maxLength: 6 }), { minLength: 150, maxLength: 400 }), (lines) => {
        const text = Buffer.from(Array.from({ length: 4 }, () => lines.map((line) => line.join(' ')).join('\n')).join('\n'));
        const patterns = patternsOf([
          'dial tcp .*connection refused',
          'connection refused',
          '(?i)eof$',
          'no route',
          'i/o timeout.*i/o timeout',
        ]);
        const expected = naive(patterns, text);
        for (const scanner of scanners(patterns)) expect(scanned(scanner, text, [])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('finds literals whatever the bytes around them are', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(Buffer.from('refused'), Buffer.from('\n'), Buffer.from('REFUSED at'))),
          { maxLength: 40 },
        ),
        (parts) => {
          const text = Buffer.concat(parts);
          const patterns = patternsOf(['(?i)refused at', 'refused', 'used\\W']);
          const expected = naive(patterns, text);
          for (const scanner of scanners(patterns)) expect(scanned(scanner, text, [17, 40])).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds the same in the first lines, in those behind them, and across', () => {
    const patterns = patternsOf(['(?i)connection refused$', 'timeout', '^\\d+$', 'x[a-f]+y']).map((pattern) => ({ ...pattern }));
    const lines = ['Connection refused', 'fine', '12', 'a timeout', 'xaby', 'xazy', 'no connection refused here', ''];
    const text = Buffer.from(`${lines.join('\n')}\n`.repeat(900));
    const scanner = createScanner(patterns);
    const found: [string, number][] = [];
    for (let at = 0; at < text.length; at += 777)
      scanner.scan(text.subarray(at, at + 777), (pattern, bytes, start, end) => {
        found.push([Buffer.from(bytes.subarray(start, end)).toString(), pattern]);
      });
    expect(found).toEqual(naive(patterns, text));
    expect(scanner.lines).toBe(lines.length * 900);
  });

  it('tells all patterns that match one line, whatever it has scanned', () => {
    fc.assert(
      fc.property(fc.array(regexText, { minLength: 1, maxLength: 6 }), lineText, (texts, line) => {
        const patterns = patternsOf(texts);
        const bytes = Buffer.from(`..${line}..`);
        const expected = patterns.flatMap(({ pattern }, index) => (RE2JS.compile(pattern).test(line) ? [index] : []));
        for (const scanner of scanners(patterns)) expect(scanner.matching(bytes, 2, bytes.length - 2)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    const patterns = patternsOf(['tide', 'x', 'ti.e', 'z']);
    expect(createScanner(patterns).matching(Buffer.from('a tide'), 0, 6)).toEqual([0, 2]);
    expect(createScanner(patterns).matching(Buffer.from(`${'y'.repeat(MAX_LINE_BYTES)}x`), 0, MAX_LINE_BYTES + 1)).toEqual([]);
  });

  it('believes the literals of a program’s own patterns, and of others the pattern alone', () => {
    const own: Pattern = { id: 'own', pattern: 'sluice (?:open|shut)', literals: ['sluice'] };
    const others: Pattern = { id: 'others', pattern: 'gate [a-z]+', literals: ['not in it'], fallback: re2Test };
    const patterns = [own, others];
    const text = Buffer.from('Sluice open\nsluice open\ngate shut\ngate 1\n\u017fluice open\nsluice SHUT');
    for (const scanner of scanners(patterns)) expect(scanned(scanner, text, [])).toEqual(naive(patterns, text));
  });

  it.each([
    ['folding beyond ASCII', '(?i)kubelet stopped', ['kubelet stopped'], '\u212aubelet \u017ftopped'],
    ['a sigma that would be another at the end of a word', '(?i:a)\u03a3', ['a'], 'a\u03a3b'],
    ['a capital with a dot', 'x\u0130', ['x'], 'x\u0130'],
  ])('finds in a first line %s', (_, pattern, literals, line) => {
    const scanner = createScanner([{ id: 'own', pattern, literals }]);
    expect(scanned(scanner, Buffer.from(`${line}\nno`), [])).toEqual([[line, 0]]);
  });

  it('judges a long line by its first 64 KiB and counts it once', () => {
    const patterns = patternsOf(['needle', 'start']);
    const long = `start ${'x'.repeat(3 * MAX_LINE_BYTES)} needle`;
    for (const cuts of [[], [10], [MAX_LINE_BYTES + 10, 2 * MAX_LINE_BYTES]]) {
      const scanner = createScanner(patterns);
      const found = scanned(scanner, Buffer.from(`${long}\nneedle\n`), cuts);
      expect(found.map(([line, winner]) => [line.length, winner])).toEqual([
        [MAX_LINE_BYTES, 1],
        [6, 0],
      ]);
      expect(scanner.lines).toBe(2);
    }
  });
});
