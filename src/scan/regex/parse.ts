import { ANY, type CodePoints, complement, foldAscii, MAX_CODE_POINT, NOT_NEWLINE, union } from './code-points.ts';

/**
 * A regular expression of RE2's syntax, reduced to what a yes-or-no answer needs: captures, names and greediness are gone.
 * `opaque` stands for one code point of a class that this parser does not resolve (\p{…}, folding outside ASCII): literals can
 * still be derived around it, but the pattern must be matched by RE2 itself.
 */
export type Regex =
  | { readonly kind: 'empty' }
  /** One ASCII character after the other. */
  | { readonly kind: 'text'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'concat' | 'alternate'; readonly of: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly of: Regex; readonly min: number; readonly max: number };

export type Assertion = 'begin' | 'end' | 'word' | 'notWord';

/** The text is not RE2 syntax, or uses a construct that only RE2 itself can judge. */
export class UnsupportedRegex extends Error {}

const DIGIT: CodePoints = [0x30, 0x39];
const SPACE: CodePoints = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
const WORD: CodePoints = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const PERL: ReadonlyMap<string, CodePoints> = new Map(Object.entries<CodePoints>({ d: DIGIT, s: SPACE, w: WORD }));
const POSIX: ReadonlyMap<string, CodePoints> = new Map(
  Object.entries<CodePoints>({
    alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
    alpha: [0x41, 0x5a, 0x61, 0x7a],
    ascii: [0, 0x7f],
    blank: [0x09, 0x09, 0x20, 0x20],
    cntrl: [0, 0x1f, 0x7f, 0x7f],
    digit: DIGIT,
    graph: [0x21, 0x7e],
    lower: [0x61, 0x7a],
    print: [0x20, 0x7e],
    punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
    space: [0x09, 0x0d, 0x20, 0x20],
    upper: [0x41, 0x5a],
    word: WORD,
    xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
  }),
);
const CONTROL: ReadonlyMap<string, number> = new Map(Object.entries<number>({ a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }));
const EMPTY: Regex = { kind: 'empty' };
const OPAQUE: Regex = { kind: 'opaque' };
const MAX_REPEAT = 1000;
/** Characters that stand for themselves. */
const PLAIN = /[\w !"#%&',/:;<=>@`~-]+/y;
const REPEAT_OPERATOR = /[*+?{]/;

/** Reads RE2 syntax. The text is matched against single lines: `^` and `$` mean the same with and without the flag m. */
export function parseRegex(pattern: string, options: { ignoreCase?: boolean } = {}): Regex {
  const parser = new Parser(pattern, options.ignoreCase ?? false);
  return parser.parse();
}

/** How often counted repeats inside copy their content; RE2 allows 1000 copies in all. */
function repeatsIn(regex: Regex): number {
  switch (regex.kind) {
    case 'repeat':
      return Math.max(1, regex.max === Number.POSITIVE_INFINITY ? regex.min : regex.max) * repeatsIn(regex.of);
    case 'concat':
    case 'alternate':
      return Math.max(1, ...regex.of.map(repeatsIn));
    default:
      return 1;
  }
}

/** The only one of a list, else what they are together. */
function onlyOr(list: readonly Regex[], together: Regex): Regex {
  const [first, ...others] = list;
  return first && others.length === 0 ? first : together;
}

/** Of a text that is not empty. */
const codePointOf = (text: string): number => text.codePointAt(0) as number;

interface Flags {
  ignoreCase: boolean;
  dotMatchesNewline: boolean;
}

class Parser {
  private readonly text: string;
  private position = 0;
  private flags: Flags;

  constructor(pattern: string, ignoreCase: boolean) {
    this.text = pattern;
    this.flags = { ignoreCase, dotMatchesNewline: false };
  }

  parse(): Regex {
    const regex = this.alternation();
    if (this.position < this.text.length) throw new UnsupportedRegex('unexpected )');
    return regex;
  }

  private alternation(): Regex {
    const branches: Regex[] = [this.concatenation()];
    while (this.peek() === '|') {
      this.position++;
      branches.push(this.concatenation());
    }
    return onlyOr(branches, { kind: 'alternate', of: branches });
  }

  private concatenation(): Regex {
    const parts: Regex[] = [];
    for (let char = this.peek(); char !== undefined && char !== '|' && char !== ')'; char = this.peek()) {
      const text = this.plainText();
      if (text) {
        parts.push(text);
        continue;
      }
      const atom = this.atom();
      if (Array.isArray(atom)) parts.push(...this.quoted(atom));
      else parts.push(this.repeated(atom));
    }
    if (parts.length === 0) return EMPTY;
    return onlyOr(parts, { kind: 'concat', of: parts });
  }

  /** A run of characters that stand for themselves; the last one is left where a repeat is about it. */
  private plainText(): Regex | undefined {
    PLAIN.lastIndex = this.position;
    const run = PLAIN.exec(this.text)?.[0];
    if (run === undefined) return undefined;
    const text = REPEAT_OPERATOR.test(this.text[this.position + run.length] ?? '') ? run.slice(0, -1) : run;
    if (text === '') return undefined;
    this.position += text.length;
    return { kind: 'text', text, ignoreCase: this.flags.ignoreCase };
  }

  /** \Q…\E is one literal per character; a repeat after it is about the last one. */
  private quoted(atoms: readonly Regex[]): Regex[] {
    const last = atoms[atoms.length - 1];
    return last === undefined ? [] : [...atoms.slice(0, -1), this.repeated(last)];
  }

  private atom(): Regex | Regex[] {
    const char = this.next();
    switch (char) {
      case '(':
        return this.group();
      case '[':
        return this.characterClass();
      case '.':
        return { kind: 'set', set: this.flags.dotMatchesNewline ? ANY : NOT_NEWLINE };
      case '^':
        return { kind: 'assert', what: 'begin' };
      case '$':
        return { kind: 'assert', what: 'end' };
      case '*':
      case '+':
      case '?':
        throw new UnsupportedRegex(`missing argument to repetition operator: ${char}`);
      case '\\':
        return this.escape();
      default:
        return this.literal(codePointOf(char));
    }
  }

  private repeated(atom: Regex): Regex {
    const range = this.repeatRange();
    if (!range) return atom;
    if (this.peek() === '?') this.position++;
    if (this.repeatRange()) throw new UnsupportedRegex('invalid nested repetition operator');
    const [min, max] = range;
    const most = max === Number.POSITIVE_INFINITY ? min : max;
    if (min > max || most * repeatsIn(atom) > MAX_REPEAT) throw new UnsupportedRegex('invalid repeat count');
    return { kind: 'repeat', of: atom, min, max };
  }

  private repeatRange(): [number, number] | undefined {
    const char = this.peek();
    if (char === '*' || char === '+' || char === '?') {
      this.position++;
      return [char === '+' ? 1 : 0, char === '?' ? 1 : Number.POSITIVE_INFINITY];
    }
    if (char !== '{') return undefined;
    const end = this.text.indexOf('}', this.position);
    const counts = end < 0 ? null : /^(\d+)(?:(,)(\d*))?$/.exec(this.text.slice(this.position + 1, end));
    if (!counts) return undefined;
    this.position = end + 1;
    const min = Number(counts[1]);
    return [min, counts[2] ? (counts[3] ? Number(counts[3]) : Number.POSITIVE_INFINITY) : min];
  }

  private group(): Regex {
    const outer = { ...this.flags };
    if (this.peek() === '?') {
      const rest = this.text.slice(this.position, this.position + 200);
      const named = /^\?P?<[^>]*>/.exec(rest);
      const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
      if (named) this.position += named[0].length;
      else if (flags) {
        this.position += flags[0].length;
        this.setFlags(flags[1] ?? '', true);
        this.setFlags(flags[2] ?? '', false);
        // (?i) holds until the end of the group around it: `outer` is not restored.
        if (flags[3] === ')') return EMPTY;
      } else throw new UnsupportedRegex('invalid group');
    }
    const inner = this.alternation();
    if (this.peek() !== ')') throw new UnsupportedRegex('missing closing )');
    this.position++;
    this.flags = outer;
    return inner;
  }

  private setFlags(names: string, on: boolean): void {
    this.flags = { ...this.flags };
    if (names.includes('i')) this.flags.ignoreCase = on;
    if (names.includes('s')) this.flags.dotMatchesNewline = on;
  }

  private escape(): Regex | Regex[] {
    const char = this.peek();
    if (char === undefined) throw new UnsupportedRegex('trailing backslash');
    switch (char) {
      case 'A':
        this.position++;
        return { kind: 'assert', what: 'begin' };
      case 'z':
        this.position++;
        return { kind: 'assert', what: 'end' };
      case 'b':
        this.position++;
        return { kind: 'assert', what: 'word' };
      case 'B':
        this.position++;
        return { kind: 'assert', what: 'notWord' };
      case 'Q':
        this.position++;
        return this.quotation();
    }
    const set = this.escapedClass();
    if (set) return set === 'opaque' ? OPAQUE : this.foldedSet(set);
    return this.literal(this.escapedCodePoint());
  }

  private quotation(): Regex[] {
    const found: Regex[] = [];
    while (this.position < this.text.length) {
      const char = this.next();
      if (char === '\\' && this.peek() === 'E') {
        this.position++;
        break;
      }
      found.push(this.literal(codePointOf(char)));
    }
    return found;
  }

  /** After a backslash: \d \D \s \S \w \W, or \p \P, which stay opaque. */
  private escapedClass(): CodePoints | 'opaque' | undefined {
    const char = this.peek() ?? '';
    const perl = PERL.get(char.toLowerCase());
    if (perl) {
      this.position++;
      return char === char.toLowerCase() ? perl : this.negated(perl);
    }
    if (char !== 'p' && char !== 'P') return undefined;
    this.position++;
    if (this.next() === '{') {
      while (this.next() !== '}');
    }
    return 'opaque';
  }

  private escapedCodePoint(): number {
    const char = this.next();
    const control = CONTROL.get(char);
    if (control !== undefined) return control;
    const rest = this.text.slice(this.position - 1, this.position + 12);
    const hex = /^x(?:\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{2}))/.exec(rest);
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    const match = hex ?? octal;
    if (match) {
      this.position += match[0].length - 1;
      const digits = hex?.[1] ?? hex?.[2];
      const codePoint = digits === undefined ? Number.parseInt(match[0], 8) : Number.parseInt(digits, 16);
      if (codePoint > MAX_CODE_POINT) throw new UnsupportedRegex('invalid escape sequence');
      return codePoint;
    }
    if (/^[0-9A-Za-z]$/.test(char) || codePointOf(char) > 0x7f) throw new UnsupportedRegex(`invalid escape sequence: \\${char}`);
    return codePointOf(char);
  }

  private characterClass(): Regex {
    const negated = this.peek() === '^';
    if (negated) this.position++;
    const ranges: number[] = [];
    let opaque = false;
    for (let first = true; first || this.peek() !== ']'; first = false) {
      const part = this.classPart();
      if (part === 'opaque') opaque = true;
      else ranges.push(...part);
    }
    this.position++;
    const set = union(ranges);
    const folded = this.flags.ignoreCase ? foldAscii(set) : set;
    if (opaque || !folded) return OPAQUE;
    return { kind: 'set', set: negated ? complement(folded) : folded };
  }

  private classPart(): readonly number[] | 'opaque' {
    const rest = this.text.slice(this.position, this.position + 14);
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(rest);
    if (posix) {
      const set = POSIX.get(posix[2] ?? '');
      if (!set) throw new UnsupportedRegex(`invalid character class range: ${posix[0]}`);
      this.position += posix[0].length;
      return posix[1] ? this.negated(set) : set;
    }
    if (this.peek() === '\\') {
      this.position++;
      if (this.peek() === undefined) throw new UnsupportedRegex('trailing backslash');
      const set = this.escapedClass();
      if (set) return set;
      this.position--;
    }
    const low = this.classCodePoint();
    if (this.peek() !== '-' || this.text[this.position + 1] === ']') return [low, low];
    this.position++;
    const high = this.classCodePoint();
    if (high < low) throw new UnsupportedRegex('invalid character class range');
    return [low, high];
  }

  private classCodePoint(): number {
    const char = this.next();
    if (char !== '\\') return codePointOf(char);
    if (this.peek() === undefined) throw new UnsupportedRegex('trailing backslash');
    return this.escapedCodePoint();
  }

  private negated(set: CodePoints): CodePoints {
    return complement((this.flags.ignoreCase && foldAscii(set)) || set);
  }

  private literal(codePoint: number): Regex {
    if (codePoint < 0x80) return { kind: 'text', text: String.fromCharCode(codePoint), ignoreCase: this.flags.ignoreCase };
    return this.foldedSet([codePoint, codePoint]);
  }

  private foldedSet(set: CodePoints): Regex {
    if (!this.flags.ignoreCase) return { kind: 'set', set };
    if (set[set.length - 1] === MAX_CODE_POINT) return { kind: 'set', set }; // a negated class, folded before it was negated
    const folded = foldAscii(set);
    return folded ? { kind: 'set', set: folded } : OPAQUE;
  }

  private peek(): string | undefined {
    return this.text[this.position];
  }

  /** The next code point; those that mean something are all of one UTF-16 unit. */
  private next(): string {
    const codePoint = this.text.codePointAt(this.position);
    if (codePoint === undefined) throw new UnsupportedRegex('unexpected end');
    const char = codePoint < 0x80 ? this.text.charAt(this.position) : String.fromCodePoint(codePoint);
    this.position += char.length;
    return char;
  }
}
