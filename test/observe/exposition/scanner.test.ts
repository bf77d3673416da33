import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelOf } from '../../../src/observe/exposition/labels.ts';
import { parseNumber } from '../../../src/observe/exposition/sample-line.ts';
import { createExpositionScanner, LONGEST_LINE } from '../../../src/observe/exposition/scanner.ts';

type Sample = readonly [name: string, labels: string, value: number, timestamp: number | undefined];

/** Cuts `text` at `cuts` (byte offsets) and scans the pieces. */
function scan(text: string, wanted: readonly string[], { typed = false, cuts = [] as readonly number[] } = {}): Sample[] {
  const samples: Sample[] = [];
  const scanner = createExpositionScanner({ wanted, typed, onSample: (...sample) => samples.push(sample) });
  const bytes = Buffer.from(text);
  let from = 0;
  for (const cut of [...cuts].map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b)) {
    scanner.write(bytes.subarray(from, cut));
    from = cut;
  }
  scanner.write(bytes.subarray(from));
  scanner.end();
  return samples;
}

/** The plain way: the whole text, line by line, character by character. */
function scanNaively(text: string, wanted: readonly string[]): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') continue;
    const name = /^[^{ \t]*/.exec(line)![0];
    if (!wanted.includes(name)) continue;
    let rest = line.slice(name.length);
    let labels = '';
    if (rest.startsWith('{')) {
      let inside = false;
      let at = 1;
      for (; at < rest.length; at++) {
        if (inside && rest[at] === '\\') at++;
        else if (rest[at] === '"') inside = !inside;
        else if (!inside && rest[at] === '}') break;
      }
      if (at >= rest.length) continue;
      labels = rest.slice(1, at);
      rest = rest.slice(at + 1);
    }
    const [value, timestamp] = rest.trim().split(/[ \t\r]+/);
    const number = parseNumber(value ?? '');
    if (number === undefined) continue;
    samples.push([name, labels, number, timestamp?.startsWith('#') ? undefined : parseNumber(timestamp ?? '')]);
  }
  return samples;
}

describe('scanning for a few families', () => {
  it.each<[string, string, Sample[]]>([
    ['a bare sample', 'a 1\n', [['a', '', 1, undefined]]],
    ['labels as they stand', 'a{x="1",y="2"} 3\n', [['a', 'x="1",y="2"', 3, undefined]]],
    ['a brace inside a value', 'a{x="}"} 3\n', [['a', 'x="}"', 3, undefined]]],
    ['an escaped quotation mark', 'a{x="\\"}"} 3\n', [['a', 'x="\\"}"', 3, undefined]]],
    ['an escaped backslash before the quotation mark', 'a{x="\\\\"} 3\n', [['a', 'x="\\\\"', 3, undefined]]],
    [
      'infinities',
      'a +Inf\na -Inf\n',
      [
        ['a', '', Infinity, undefined],
        ['a', '', -Infinity, undefined],
      ],
    ],
    ['not a number', 'a NaN\n', [['a', '', NaN, undefined]]],
    [
      'exponents',
      'a 1.5e-05\na 2E+3\n',
      [
        ['a', '', 1.5e-5, undefined],
        ['a', '', 2000, undefined],
      ],
    ],
    ['a number of more than 15 digits', 'a 123456789012345680\n', [['a', '', 123456789012345680, undefined]]],
    ['a timestamp', 'a 1 1395066363000\n', [['a', '', 1, 1395066363000]]],
    ['an exemplar', 'a 1 # {trace_id="x"} 0.67\n', [['a', '', 1, undefined]]],
    ['a last line without its newline', 'a 1', [['a', '', 1, undefined]]],
    ['a name that begins with a wanted one', 'ab 1\na_b 2\n', []],
    ['a name that a wanted one begins with', 'b 1\na 2\n', [['a', '', 2, undefined]]],
    ['lines that end with a carriage return', 'a{x="1"} 7\r\n', [['a', 'x="1"', 7, undefined]]],
    ['garbage for a value', 'a one\na\na{x="1"\na 2\n', [['a', '', 2, undefined]]],
    ['text that is not ASCII', 'a{x="Übung ✓"} 1\n', [['a', 'x="Übung ✓"', 1, undefined]]],
    ['a wanted line between unwanted ones of one run', 'b{x="1"} 1\nb{x="2"} 2\na 3\nb{x="3"} 3\n', [['a', '', 3, undefined]]],
    ['a comment that is none', 'a 1\n# EOF\n', [['a', '', 1, undefined]]],
  ])('reads %s', (_, text, expected) => {
    expect(scan(text, ['a'])).toEqual(expected);
  });

  it('jumps over typed families, and stops at the next one', () => {
    const text =
      '# HELP b of b\n# TYPE b counter\nb 1\nb{x="\\n# TYPE a"} 2\n# HELP a of a\n# TYPE a counter\na 3\n# TYPE c gauge\nc 4\n# TYPE a_sum gauge\na_sum 5\n';
    expect(scan(text, ['a', 'a_sum'], { typed: true })).toEqual([
      ['a', '', 3, undefined],
      ['a_sum', '', 5, undefined],
    ]);
  });

  it('loses untyped series behind an unwanted family only when told that all are typed', () => {
    const text = '# TYPE b counter\nb 1\na 2\n';
    expect(scan(text, ['a'])).toEqual([['a', '', 2, undefined]]);
    expect(scan(text, ['a'], { typed: true })).toEqual([]);
  });

  it('finds the sums and counts of a histogram by its TYPE', () => {
    const text = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n';
    expect(scan(text, ['h_sum', 'h_count'], { typed: true }).map(([name, , value]) => [name, value])).toEqual([
      ['h_sum', 3],
      ['h_count', 2],
    ]);
  });

  it('refuses a line without an end, whether wanted or not', () => {
    const line = Buffer.from(`a{x="${'y'.repeat(LONGEST_LINE)}`);
    const scanner = createExpositionScanner({ wanted: ['a'], onSample() {} });
    expect(() => scanner.write(line)).toThrow(/longer than 65536 bytes/);
    const pieces = createExpositionScanner({ wanted: ['b'], onSample() {} });
    expect(() => {
      for (let i = 0; i < 100; i++) pieces.write(line.subarray(0, 1000));
    }).toThrow(RangeError);
  });
});

const NAMES = ['a', 'a_total', 'ab', 'b', 'b_sum', 'b_count', 'long_family_name_seconds'] as const;
const labelValue = fc.string({ unit: fc.constantFrom('x', '}', '{', ',', '=', ' ', '#', '"', '\\', 'é', '\n'), maxLength: 6 });
const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
const sampleLine = fc
  .record({
    name: fc.constantFrom(...NAMES),
    labels: fc.array(fc.tuple(fc.constantFrom('k', 'le', 'verb'), labelValue), { maxLength: 3 }),
    value: fc.oneof(
      fc.constantFrom('+Inf', '-Inf', 'NaN', '1e-09', '-2.5', 'nonsense', ''),
      fc.nat().map(String),
      fc.double({ noNaN: true }).map(String),
    ),
    tail: fc.constantFrom('', ' 1395066363000', ' # {id="}"} 1 1.5', '\r'),
  })
  .map(({ name, labels, value, tail }) => {
    const text = labels.map(([key, of]) => `${key}="${escaped(of)}"`).join(',');
    return `${name}${text === '' ? '' : `{${text}}`} ${value}${tail}\n`;
  });

describe('the scanner against the plain way', () => {
  it('finds the same samples, wherever the body is cut', () => {
    const anyLine = fc.oneof(
      { weight: 8, arbitrary: sampleLine },
      fc.constantFrom('# TYPE a counter\n', '# HELP b x\n', '\n', '# EOF\n', '{"utf8.name"} 1\n'),
    );
    fc.assert(
      fc.property(
        fc.array(anyLine, { maxLength: 30 }),
        fc.subarray([...NAMES]),
        fc.array(fc.nat(800), { maxLength: 8 }),
        (lines, wanted, cuts) => {
          const text = lines.join('');
          expect(scan(text, wanted, { cuts })).toEqual(scanNaively(text, wanted));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the same by jumping, where every family is typed', () => {
    const family = fc
      .tuple(
        fc.constantFrom('a', 'b', 'c', 'dd'),
        fc.array(fc.tuple(fc.constantFrom('', '_sum', '_count', '_total'), fc.nat(99)), { maxLength: 5 }),
      )
      .map(
        ([name, samples]) =>
          `# HELP ${name} help of ${name}\n# TYPE ${name} untyped\n${samples.map(([suffix, value]) => `${name}${suffix}{k="\\n# "} ${value}\n`).join('')}`,
      );
    fc.assert(
      fc.property(
        fc.array(family, { maxLength: 12 }),
        fc.subarray(['a', 'a_sum', 'a_total', 'b', 'b_count', 'c_total', 'dd_count']),
        fc.array(fc.nat(900), { maxLength: 8 }),
        (families, wanted, cuts) => {
          const text = families.join('');
          expect(scan(text, wanted, { typed: true, cuts })).toEqual(scanNaively(text, wanted));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, typed) => {
        const scanner = createExpositionScanner({ wanted: ['a'], typed, onSample() {} });
        scanner.write(bytes);
        scanner.end();
      }),
    );
  });
});

describe('one label of raw label text', () => {
  it.each([
    ['x="1",y="2"', 'y', '2'],
    ['x="a,y=\\"b\\"",y="2"', 'y', '2'],
    ['x="\\\\\\n\\""', 'x', '\\\n"'],
    ['xy="1"', 'y', undefined],
    ['', 'y', undefined],
    ['x="1', 'y', undefined],
    ['x', 'x', undefined],
    ['x="1", y="2",', 'y', '2'],
  ])('%s: %s is %j', (labels, name, expected) => {
    expect(labelOf(labels, name)).toBe(expected);
  });

  it('is what was escaped', () => {
    fc.assert(
      fc.property(labelValue, labelValue, (a, b) => {
        expect(labelOf(`p="${escaped(a)}",q="${escaped(b)}"`, 'q')).toBe(b);
      }),
    );
  });
});
