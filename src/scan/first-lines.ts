import { isAscii } from 'node:buffer';
import { LineEnds } from './line-ends.ts';
import type { LineJudge, OnMatch } from './line-judge.ts';
import type { Matcher } from './matcher.ts';
import type { Pattern } from './pattern.ts';

interface Line {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly folded: string;
  readonly ascii: boolean;
}

/** A pattern that some line of a region may match, and by which of its texts; none = by any line. */
interface Called {
  readonly pattern: number;
  readonly literals: readonly string[];
}

/**
 * Judges a few lines before the tables of the search are made, which would take longer than they save: looks for the literals that the
 * patterns bring with them, one by one, and makes only the automata that these call up. For each line it costs as much as there are
 * literals.
 */
export class FirstLines implements LineJudge {
  private readonly patterns: readonly Pattern[];
  private readonly matcherOf: (pattern: number) => Matcher;
  private readonly lineEnds = new LineEnds();

  constructor(patterns: readonly Pattern[], matcherOf: (pattern: number) => Matcher) {
    this.patterns = patterns;
    this.matcherOf = matcherOf;
  }

  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): number {
    this.lineEnds.find(bytes, start, end);
    const { count, list } = this.lineEnds;
    const called = this.calledBy(folded(bytes, start, end));
    if (called.length === 0) return count;
    let from = start;
    for (const to of list.subarray(0, count)) {
      const line = lineOf(bytes, from, to);
      const first = called.find(({ pattern, literals }) => isCalled(literals, line) && matches(this.matcherOf(pattern), line));
      if (first) onMatch(first.pattern, bytes, from, to);
      from = to + 1;
    }
    return count;
  }

  /** All patterns that match a line, in the order of the list. */
  matching(bytes: Uint8Array, start: number, end: number): number[] {
    const line = lineOf(bytes, start, end);
    return this.calledBy(line.folded).flatMap(({ pattern }) => (matches(this.matcherOf(pattern), line) ? [pattern] : []));
  }

  /** In the order of the list. */
  private calledBy(region: string): readonly Called[] {
    const called: Called[] = [];
    for (const [index, pattern] of this.patterns.entries()) {
      const literals = believed(pattern);
      const present = literals.filter((literal) => region.includes(literal));
      if (present.length > 0 || literals.length === 0) called.push({ pattern: index, literals: present });
    }
    return called;
  }
}

function lineOf(bytes: Uint8Array, start: number, end: number): Line {
  return { bytes, start, end, folded: folded(bytes, start, end), ascii: isAscii(bytes.subarray(start, end)) };
}

/** What others write may be wrong: a line that their pattern matches must not be missed for it. */
function believed({ literals = [], fallback }: Pattern): readonly string[] {
  return fallback ? [] : literals;
}

function isCalled(literals: readonly string[], { folded }: Line): boolean {
  return literals.length === 0 || literals.some((literal) => folded.includes(literal));
}

/** An automaton is made only for a line that has what each match must have; outside ASCII, where letters fold otherwise, for any. */
function matches({ literals, test }: Matcher, { bytes, start, end, folded, ascii }: Line): boolean {
  const may = !ascii || literals.sets.every((set) => set.literals.some(({ text }) => folded.includes(text.toLowerCase())));
  return may && test(bytes, start, end);
}

/** In lower case. LONG S is an s for a pattern without regard to case, as KELVIN SIGN is a k. */
function folded(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  return text.toLowerCase().replaceAll('\u017f', 's');
}
