import { isAscii } from 'node:buffer';
import { type Callers, callersFor, guidesOfMatchers } from './callers.ts';
import { Candidates } from './candidates.ts';
import type { Guide } from './guides.ts';
import { type HitList, mergedHits } from './hit-list.ts';
import { LineEnds } from './line-ends.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { OpenLine } from './open-line.ts';
import type { Pattern } from './pattern.ts';
import { ALL_PATTERNS, specialLetters } from './special-letters.ts';

/** Longer lines are judged by their first part: a line is as long as an attacker wants it to be. */
export const MAX_LINE_BYTES = 65_536;

/**
 * Called once for each line that matches, with the first pattern that does, in the order of the lines. The bytes are valid
 * only during the call; the line is bytes[start, end) without its newline.
 */
export type OnMatch = (pattern: number, bytes: Uint8Array, start: number, end: number) => void;

export interface Scanner {
  readonly patterns: readonly Pattern[];
  /** Lines ended so far by scan() and end(). */
  readonly lines: number;
  /** A piece of a stream, cut anywhere. A line that it leaves open is kept until it ends. */
  scan(chunk: Uint8Array, onMatch: OnMatch): void;
  /** The stream is over: the line that is still open counts as one. */
  end(onMatch: OnMatch): void;
  /** Whole lines in bytes[start, end); the newline of the last one may be missing. Returns their number and keeps no state. */
  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): number;
  /** Learns from some 100 KiB of the stream which byte triples are rare in it. Changes the speed, never a result. */
  adapt(sample: Uint8Array): void;
}

export interface ScannerOptions {
  /** Some KiB of lines as they usually are: better ones make the search faster, and no line can make it wrong. */
  readonly ordinary?: Uint8Array;
}

const NEWLINE = 10;

/**
 * One scanner for all patterns: a skip search over bytes finds the lines that hold a literal which some pattern requires, and
 * only those lines are judged, by automata over bytes. The first pattern of the list that matches a line names it. The cost
 * hardly depends on the number of patterns. @throws PatternError for a pattern that is not RE2 syntax.
 */
export function createScanner(patterns: readonly Pattern[], { ordinary = new Uint8Array(0) }: ScannerOptions = {}): Scanner {
  return new LiteralFirstScanner(patterns, ordinary);
}

/** Whole lines that are searched together, and who is told of matches. */
interface Region {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly hits: HitList;
  readonly onMatch: OnMatch;
}

/** Indexes of typed arrays are in range: those of hits lie below their length, those of lines below their count, and each hit lies in a line. */
class LiteralFirstScanner implements Scanner {
  readonly patterns: readonly Pattern[];
  lines = 0;
  private readonly ordinary: Uint8Array;
  private readonly matchers: readonly Matcher[];
  private readonly guides: readonly (readonly Guide[])[];
  private callers: Callers;
  /** A folded literal with k or s can also be spelled with a letter outside ASCII. */
  private readonly foldsBeyondAscii: boolean;
  private readonly openLine = new OpenLine(MAX_LINE_BYTES);
  private readonly candidates: Candidates;
  private readonly lineEnds = new LineEnds();

  constructor(patterns: readonly Pattern[], ordinary: Uint8Array) {
    this.patterns = patterns;
    this.ordinary = ordinary;
    this.matchers = patterns.map(createMatcher);
    this.guides = guidesOfMatchers(this.matchers);
    this.foldsBeyondAscii = this.matchers.some(({ literals }) =>
      literals.sets.some((set) => set.literals.some((literal) => literal.ignoreCase && /[ks]/.test(literal.text))),
    );
    this.candidates = new Candidates(patterns.length);
    this.callers = callersFor(this.matchers, this.guides, ordinary);
  }

  adapt(sample: Uint8Array): void {
    this.callers = callersFor(this.matchers, this.guides, Buffer.concat([this.ordinary, sample]));
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
    this.lineEnds.find(bytes, start, end);
    const found = this.callers.search.find(bytes, start, end);
    const special = this.foldsBeyondAscii && !isAscii(bytes.subarray(start, end));
    const hits = mergedHits(special ? [...found, specialLetters(bytes, start, end)] : found);
    const region: Region = { bytes, start, hits, onMatch };
    if (this.callers.unguided.length > 0) this.judgeAll(region);
    else this.judgeHits(region);
    return this.lineEnds.count;
  }

  /** Only lines with a hit. */
  private judgeHits(region: Region): void {
    const { positions, length } = region.hits;
    const ends = this.lineEnds.list;
    let line = 0;
    for (let i = 0; i < length; ) {
      const position = positions[i] as number;
      while ((ends[line] as number) <= position) line++;
      const lineEnd = ends[line] as number;
      this.candidates.begin(line === 0 ? region.start : (ends[line - 1] as number) + 1);
      i = this.callHits(region.hits, i, lineEnd);
      this.judge(region, line === 0 ? region.start : (ends[line - 1] as number) + 1, lineEnd);
    }
  }

  /** All lines: some pattern has no literal. */
  private judgeAll(region: Region): void {
    const { count, list: ends } = this.lineEnds;
    let hit = 0;
    let lineStart = region.start;
    for (let line = 0; line < count; line++) {
      const lineEnd = ends[line] as number;
      this.candidates.begin(lineStart);
      for (const pattern of this.callers.unguided) this.candidates.addUncalled(pattern);
      hit = this.callHits(region.hits, hit, lineEnd);
      this.judge(region, lineStart, lineEnd);
      lineStart = lineEnd + 1;
    }
  }

  /** Calls up what the hits from `i` on do that lie before `lineEnd`; returns the first one behind. */
  private callHits({ positions, literals, length }: HitList, i: number, lineEnd: number): number {
    let hit = i;
    for (; hit < length && (positions[hit] as number) < lineEnd; hit++) this.call(literals[hit] as number, positions[hit] as number);
    return hit;
  }

  private call(literal: number, position: number): void {
    if (literal === ALL_PATTERNS) {
      for (let pattern = 0; pattern < this.patterns.length; pattern++) this.candidates.addUncalled(pattern);
      return;
    }
    const { list, starts } = this.callers;
    const end = starts[literal + 1] as number;
    for (let i = starts[literal] as number; i < end; i++) this.candidates.call(list[i] as number, position);
  }

  private judge({ bytes, onMatch }: Region, start: number, lineEnd: number): void {
    const cut = lineEnd - start > MAX_LINE_BYTES;
    const end = cut ? start + MAX_LINE_BYTES : lineEnd;
    const { candidates } = this;
    for (let i = 0; i < candidates.count; i++) {
      const pattern = candidates.patterns[i] as number;
      // In a line that is cut, the literal may lie behind the cut.
      if ((candidates.isDecided(pattern) && !cut) || this.test(pattern, bytes, end, start)) {
        onMatch(pattern, bytes, start, end);
        return;
      }
    }
  }

  private test(pattern: number, bytes: Uint8Array, end: number, lineStart: number): boolean {
    const from = this.candidates.testFrom(pattern);
    return (this.matchers[pattern] as Matcher).test(bytes, from < end ? from : lineStart, end);
  }
}
