import { FirstLines } from './first-lines.ts';
import { type LineJudge, MAX_LINE_BYTES, type OnMatch } from './line-judge.ts';
import { LiteralFirst } from './literal-first.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { OpenLine } from './open-line.ts';
import type { Pattern } from './pattern.ts';

export interface Scanner extends LineJudge {
  readonly patterns: readonly Pattern[];
  /** Lines ended so far by scan() and end(). */
  readonly lines: number;
  /** A piece of a stream, cut anywhere. A line that it leaves open is kept until it ends. */
  scan(chunk: Uint8Array, onMatch: OnMatch): void;
  /** The stream is over: the line that is still open counts as one. */
  end(onMatch: OnMatch): void;
  /** All patterns that match the line in bytes[start, end), in the order of the list. Costs as much as there are literals, and keeps no state. */
  matching(bytes: Uint8Array, start: number, end: number): number[];
  /** Learns from some 100 KiB of the stream which byte triples are rare in it. Changes the speed, never a result. */
  adapt(sample: Uint8Array): void;
}

export interface ScannerOptions {
  /** Some KiB of lines as they usually are: better ones make the search faster, and no line can make it wrong. */
  readonly ordinary?: Uint8Array;
}

const NEWLINE = 10;
/** About as many bytes as are searched, literal by literal, in the time that the tables of the skip search take to make. */
const FIRST_BYTES = 32_768;

/**
 * One scanner for all patterns: the first pattern of the list that matches a line names it. Beyond the first lines the cost hardly depends
 * on the number of patterns. @throws PatternError for a pattern with a fallback that is not RE2 syntax; a program's own are read when a line
 * asks for them.
 */
export function createScanner(patterns: readonly Pattern[], { ordinary = new Uint8Array(0) }: ScannerOptions = {}): Scanner {
  return new LineScanner(patterns, ordinary);
}

class LineScanner implements Scanner {
  readonly patterns: readonly Pattern[];
  lines = 0;
  private readonly ordinary: Uint8Array;
  private readonly matchers: (Matcher | undefined)[];
  private readonly openLine = new OpenLine(MAX_LINE_BYTES);
  private readonly firstLines: FirstLines;
  private firstBytes = FIRST_BYTES;
  private literalFirst: LiteralFirst | undefined;

  constructor(patterns: readonly Pattern[], ordinary: Uint8Array) {
    this.patterns = patterns;
    this.ordinary = ordinary;
    this.matchers = patterns.map((pattern) => (pattern.fallback ? createMatcher(pattern) : undefined));
    this.firstLines = new FirstLines(patterns, (pattern) => this.matcherOf(pattern));
  }

  adapt(sample: Uint8Array): void {
    this.prepared().adapt(sample);
  }

  scan(chunk: Uint8Array, onMatch: OnMatch): void {
    let start = 0;
    if (this.openLine.length > 0) {
      const newline = chunk.indexOf(NEWLINE);
      this.openLine.keep(chunk, 0, newline < 0 ? chunk.length : newline);
      if (newline < 0) return;
      this.end(onMatch);
      start = newline + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > start) {
      this.lines += this.scanLines(chunk, start, end, onMatch);
      start = end;
    }
    if (start < chunk.length) this.openLine.keep(chunk, start, chunk.length);
  }

  end(onMatch: OnMatch): void {
    if (this.openLine.length === 0) return;
    this.lines++;
    const line = this.openLine.take();
    this.scanLines(line, 0, line.length, onMatch);
  }

  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): number {
    return this.judgeOf(end - start).scanLines(bytes, start, end, onMatch);
  }

  matching(bytes: Uint8Array, start: number, end: number): number[] {
    return this.firstLines.matching(bytes, start, Math.min(end, start + MAX_LINE_BYTES));
  }

  private judgeOf(bytes: number): LineJudge {
    if (this.literalFirst) return this.literalFirst;
    this.firstBytes -= bytes;
    return this.firstBytes >= 0 ? this.firstLines : this.prepared();
  }

  private prepared(): LiteralFirst {
    this.literalFirst ??= new LiteralFirst(
      this.patterns.map((_, pattern) => this.matcherOf(pattern)),
      this.ordinary,
    );
    return this.literalFirst;
  }

  private matcherOf(pattern: number): Matcher {
    const matcher = this.matchers[pattern] ?? createMatcher(this.patterns[pattern] as Pattern);
    this.matchers[pattern] = matcher;
    return matcher;
  }
}
