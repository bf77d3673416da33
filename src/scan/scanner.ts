import { isAscii } from 'node:buffer';
import type { Pattern } from '../domain/signature.ts';
import { chooseGuides, type Guide, guidesOf, keyOf, searchedLiteral } from '../signatures/guides.ts';
import { createMatcher, type Matcher } from '../signatures/matcher.ts';
import { ORDINARY_LINES } from '../signatures/ordinary-lines.ts';
import { countBlocks, HitList, type SearchedLiteral, SkipSearch } from './skip-search.ts';

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

const NEWLINE = 10;
const ORDINARY = Buffer.from(ORDINARY_LINES);
const KELVIN_SIGN = Buffer.from('\u212a');
const LONG_S = Buffer.from('\u017f');

/**
 * One scanner for all patterns: a skip search over bytes finds the lines that hold a literal which some pattern requires, and
 * only those lines are judged, by automata over bytes. The first pattern of the list that matches a line names it. The cost
 * hardly depends on the number of patterns. Throws PatternError for a pattern that is not RE2 syntax.
 */
export function createScanner(patterns: readonly Pattern[]): Scanner {
  return new LiteralFirstScanner(patterns);
}

/** A pattern that a literal calls up. */
interface Caller {
  readonly pattern: number;
  /** Finding the literal is already the whole proof. */
  readonly decisive: boolean;
  /** Each match begins with a literal of the guide. */
  readonly leading: boolean;
}

const DECISIVE = 1;
const LEADING = 2;

class LiteralFirstScanner implements Scanner {
  readonly patterns: readonly Pattern[];
  lines = 0;
  private readonly matchers: readonly Matcher[];
  private search: SkipSearch;
  /** Per pattern the sets of literals that it can be found by. */
  private readonly guides: readonly (readonly Guide[])[];
  /** Of literal i the callers in [callerStarts[i], callerStarts[i + 1]): the pattern times four, and its flags. */
  private callers = new Int32Array(0);
  private callerStarts = new Int32Array(1);
  /** Patterns of which no literal is known: asked about each line. */
  private unguided: readonly number[] = [];
  /** A folded literal with k or s can also be spelled with a letter outside ASCII. */
  private readonly foldsBeyondAscii: boolean;

  private readonly carry = new Uint8Array(MAX_LINE_BYTES);
  private carried = 0;
  private open = false;

  /** The line that is being judged: its candidates, sorted, each once. */
  private readonly candidates: Int32Array;
  private candidateCount = 0;
  private readonly lastLine: Int32Array;
  private readonly decided: Uint8Array;
  /** Where the first match of a candidate can begin. */
  private readonly from: Int32Array;
  private line = 0;
  private lineStart = 0;
  /** Ends of the lines of the region that is being scanned. */
  private newlines = new Int32Array(4096);

  constructor(patterns: readonly Pattern[]) {
    this.patterns = patterns;
    this.matchers = patterns.map(createMatcher);
    this.guides = this.matchers.map(({ literals }) => guidesOf(literals.sets));
    this.foldsBeyondAscii = this.matchers.some(({ literals }) =>
      literals.sets.some((set) => set.literals.some((literal) => literal.ignoreCase && /[ks]/.test(literal.text))),
    );
    this.candidates = new Int32Array(patterns.length);
    this.lastLine = new Int32Array(patterns.length);
    this.decided = new Uint8Array(patterns.length);
    this.from = new Int32Array(patterns.length);
    this.search = this.prepare(ORDINARY);
  }

  adapt(sample: Uint8Array): void {
    this.search = this.prepare(sample);
  }

  private prepare(sample: Uint8Array): SkipSearch {
    const literals = new Map<string, { literal: SearchedLiteral; callers: Caller[] }>();
    const unguided: number[] = [];
    const { window, guides } = chooseGuides(this.guides, sample);
    for (const [pattern, { literals: required, usesBegin }] of this.matchers.entries()) {
      const guide = guides[pattern];
      if (!guide) {
        unguided.push(pattern);
        continue;
      }
      const decisive = new Set(required.decisive?.map(keyOf));
      for (const literal of guide.literals) {
        const key = keyOf(literal);
        const entry = literals.get(key) ?? { literal: searchedLiteral(literal), callers: [] };
        entry.callers.push({ pattern, decisive: decisive.has(key), leading: guide.leading && !usesBegin });
        literals.set(key, entry);
      }
    }
    const entries = [...literals.values()];
    this.unguided = unguided;
    this.callers = Int32Array.from(
      entries.flatMap(({ callers }) => callers),
      ({ pattern, decisive, leading }) => pattern * 4 + (decisive ? DECISIVE : 0) + (leading ? LEADING : 0),
    );
    this.callerStarts = new Int32Array(entries.length + 1);
    for (const [index, { callers }] of entries.entries()) this.callerStarts[index + 1] = this.callerStarts[index]! + callers.length;
    return new SkipSearch(
      entries.map(({ literal }) => literal),
      window,
      countBlocks(sample, countBlocks(ORDINARY)),
    );
  }

  scan(chunk: Uint8Array, onMatch: OnMatch): void {
    let start = 0;
    if (this.open) {
      const newline = chunk.indexOf(NEWLINE);
      this.keep(chunk, 0, newline < 0 ? chunk.length : newline);
      if (newline < 0) return;
      this.end(onMatch);
      start = newline + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > start) {
      this.lines += this.scanLines(chunk, start, end, onMatch);
      start = end;
    }
    if (start < chunk.length) this.keep(chunk, start, chunk.length);
  }

  end(onMatch: OnMatch): void {
    if (!this.open) return;
    this.lines++;
    this.scanLines(this.carry, 0, this.carried, onMatch);
    this.carried = 0;
    this.open = false;
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    this.open = true;
    const kept = Math.min(end - start, MAX_LINE_BYTES - this.carried);
    this.carry.set(chunk.subarray(start, start + kept), this.carried);
    this.carried += kept;
  }

  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): number {
    const lines = this.findLines(bytes, start, end);
    const found = this.search.find(bytes, start, end);
    const lists = this.foldsBeyondAscii && !isAscii(bytes.subarray(start, end)) ? [...found, specialLetters(bytes, start, end)] : found;
    const hits = lists.length === 1 ? lists[0]! : merged(lists);
    if (this.unguided.length > 0) this.judgeAll(bytes, start, lines, hits, onMatch);
    else this.judgeHits(bytes, start, hits, onMatch);
    return lines;
  }

  private findLines(bytes: Uint8Array, start: number, end: number): number {
    let lines = 0;
    for (let at = start; at < end; ) {
      const newline = bytes.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 || newline >= end ? end : newline;
      if (lines === this.newlines.length) {
        const grown = new Int32Array(lines * 2);
        grown.set(this.newlines);
        this.newlines = grown;
      }
      this.newlines[lines++] = lineEnd;
      at = lineEnd + 1;
    }
    return lines;
  }

  private judgeHits(bytes: Uint8Array, start: number, hits: HitList, onMatch: OnMatch): void {
    const { positions, literals, length } = hits;
    const { newlines } = this;
    let line = 0;
    for (let i = 0; i < length; ) {
      const position = positions[i]!;
      while (newlines[line]! <= position) line++;
      const lineEnd = newlines[line]!;
      this.openLine(line === 0 ? start : newlines[line - 1]! + 1);
      for (; i < length && positions[i]! < lineEnd; i++) this.call(literals[i]!, positions[i]!);
      this.judge(bytes, lineEnd, onMatch);
    }
  }

  private judgeAll(bytes: Uint8Array, start: number, lines: number, hits: HitList, onMatch: OnMatch): void {
    const { positions, literals, length } = hits;
    let i = 0;
    let lineStart = start;
    for (let line = 0; line < lines; line++) {
      const lineEnd = this.newlines[line]!;
      this.openLine(lineStart);
      for (const pattern of this.unguided) this.add(pattern, false, lineStart);
      for (; i < length && positions[i]! < lineEnd; i++) this.call(literals[i]!, positions[i]!);
      this.judge(bytes, lineEnd, onMatch);
      lineStart = lineEnd + 1;
    }
  }

  private openLine(start: number): void {
    this.line++;
    this.lineStart = start;
    this.candidateCount = 0;
  }

  private call(literal: number, position: number): void {
    if (literal < 0) {
      for (let pattern = 0; pattern < this.patterns.length; pattern++) this.add(pattern, false, this.lineStart);
      return;
    }
    const { callers, callerStarts } = this;
    const end = callerStarts[literal + 1]!;
    for (let i = callerStarts[literal]!; i < end; i++) {
      const caller = callers[i]!;
      this.add(caller >> 2, (caller & DECISIVE) !== 0, (caller & LEADING) !== 0 ? position : this.lineStart);
    }
  }

  private add(pattern: number, decisive: boolean, from: number): void {
    if (this.lastLine[pattern] === this.line) {
      if (decisive) this.decided[pattern] = 1;
      if (from < this.from[pattern]!) this.from[pattern] = from;
      return;
    }
    this.lastLine[pattern] = this.line;
    this.decided[pattern] = Number(decisive);
    this.from[pattern] = from;
    const { candidates } = this;
    let i = this.candidateCount++;
    for (; i > 0 && candidates[i - 1]! > pattern; i--) candidates[i] = candidates[i - 1]!;
    candidates[i] = pattern;
  }

  private judge(bytes: Uint8Array, lineEnd: number, onMatch: OnMatch): void {
    const start = this.lineStart;
    const cut = lineEnd - start > MAX_LINE_BYTES;
    const end = cut ? start + MAX_LINE_BYTES : lineEnd;
    for (let i = 0; i < this.candidateCount; i++) {
      const pattern = this.candidates[i]!;
      // In a line that is cut, the literal may lie behind the cut.
      if ((this.decided[pattern] === 1 && !cut) || this.testFrom(pattern, bytes, end)) {
        onMatch(pattern, bytes, start, end);
        return;
      }
    }
  }

  /** From one byte before the first literal on, so that a word boundary there is seen. */
  private testFrom(pattern: number, bytes: Uint8Array, end: number): boolean {
    const from = Math.max(this.lineStart, this.from[pattern]! - 1);
    return from < end ? this.matchers[pattern]!.test(bytes, from, end) : this.matchers[pattern]!.test(bytes, this.lineStart, end);
  }
}

function merged(lists: readonly HitList[]): HitList {
  if (lists.length === 1) return lists[0]!;
  const all = new HitList();
  const heads = lists.map(() => 0);
  for (;;) {
    let first = -1;
    for (const [index, list] of lists.entries()) {
      if (heads[index]! >= list.length) continue;
      if (first < 0 || list.positions[heads[index]!]! < lists[first]!.positions[heads[first]!]!) first = index;
    }
    if (first < 0) return all;
    const head = heads[first]!++;
    all.push(lists[first]!.positions[head]!, lists[first]!.literals[head]!);
  }
}

/** Lines with these letters are asked about each pattern. */
function specialLetters(bytes: Uint8Array, start: number, end: number): HitList {
  const region = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  const positions: number[] = [];
  for (const letter of [KELVIN_SIGN, LONG_S])
    for (let at = region.indexOf(letter, start); at >= 0; at = region.indexOf(letter, at + 1)) positions.push(at);
  const hits = new HitList();
  for (const position of positions.sort((a, b) => a - b)) hits.push(position, -1);
  return hits;
}
