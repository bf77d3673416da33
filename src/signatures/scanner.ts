import { isAscii } from 'node:buffer';
import type { Pattern } from '../domain/signature.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { ORDINARY_LINES } from './ordinary-lines.ts';
import type { RequiredLiteral } from './regex/literals.ts';
import { blockHash, countBlocks, HitList, MIN_LITERAL_BYTES, type SearchedLiteral, SkipSearch } from './skip-search.ts';

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
  /** Whole lines in bytes[start, end); the newline of the last one may be missing. Keeps no state. */
  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): void;
  /** Learns from some 100 KiB of the stream which byte triples are rare in it. Changes the speed, never a result. */
  adapt(sample: Uint8Array): void;
}

const NEWLINE = 10;
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

/** Patterns that a literal calls up, and whether finding it is already the whole proof. */
interface Callers {
  readonly patterns: Int32Array;
  readonly decisive: Uint8Array;
}

class LiteralFirstScanner implements Scanner {
  readonly patterns: readonly Pattern[];
  lines = 0;
  private readonly matchers: readonly Matcher[];
  private search: SkipSearch;
  private callers: readonly Callers[] = [];
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
  private line = 0;

  constructor(patterns: readonly Pattern[]) {
    this.patterns = patterns;
    this.matchers = patterns.map(createMatcher);
    this.foldsBeyondAscii = this.matchers.some(({ literals }) =>
      literals.sets.some((set) => set.some((literal) => literal.ignoreCase && /[ks]/.test(literal.text))),
    );
    this.candidates = new Int32Array(patterns.length);
    this.lastLine = new Int32Array(patterns.length);
    this.decided = new Uint8Array(patterns.length);
    this.search = this.prepare(ordinaryBlocks());
  }

  adapt(sample: Uint8Array): void {
    this.search = this.prepare(countBlocks(sample, ordinaryBlocks()));
  }

  private prepare(frequencies: Uint32Array): SkipSearch {
    const literals = new Map<string, { literal: SearchedLiteral; callers: { pattern: number; decisive: boolean }[] }>();
    const unguided: number[] = [];
    for (const [pattern, { literals: required }] of this.matchers.entries()) {
      const set = rarest(required.sets, frequencies);
      if (!set) {
        unguided.push(pattern);
        continue;
      }
      const decisive = new Set(required.decisive?.map(keyOf));
      for (const literal of set) {
        if (literal.text.includes('\n')) continue; // no line has it
        const key = keyOf(literal);
        const entry = literals.get(key) ?? { literal: { bytes: bytesOf(literal), ignoreCase: literal.ignoreCase }, callers: [] };
        entry.callers.push({ pattern, decisive: decisive.has(key) });
        literals.set(key, entry);
      }
    }
    const entries = [...literals.values()];
    this.unguided = unguided;
    this.callers = entries.map(({ callers }) => ({
      patterns: Int32Array.from(callers, ({ pattern }) => pattern),
      decisive: Uint8Array.from(callers, ({ decisive }) => Number(decisive)),
    }));
    return new SkipSearch(
      entries.map(({ literal }) => literal),
      frequencies,
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
      this.lines += countNewlines(chunk, start, end);
      this.scanLines(chunk, start, end, onMatch);
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

  scanLines(bytes: Uint8Array, start: number, end: number, onMatch: OnMatch): void {
    const found = this.search.find(bytes, start, end);
    const lists = this.foldsBeyondAscii && !isAscii(bytes.subarray(start, end)) ? [...found, specialLetters(bytes, start, end)] : found;
    if (this.unguided.length > 0) this.judgeAll(bytes, start, end, lists, onMatch);
    else if (lists.length === 1) this.judgeHits(bytes, start, end, lists[0]!, onMatch);
    else if (lists.length > 1) this.judgeHits(bytes, start, end, merged(lists), onMatch);
  }

  private judgeHits(bytes: Uint8Array, start: number, end: number, hits: HitList, onMatch: OnMatch): void {
    const { positions, literals, length } = hits;
    let lineEnd = start;
    let i = 0;
    while (i < length) {
      const position = positions[i]!;
      const lineStart = startOfLine(bytes, lineEnd, position);
      lineEnd = endOfLine(bytes, position, end);
      this.line++;
      this.candidateCount = 0;
      for (; i < length && positions[i]! < lineEnd; i++) this.call(literals[i]!);
      this.judge(bytes, lineStart, lineEnd, onMatch);
    }
  }

  private judgeAll(bytes: Uint8Array, start: number, end: number, lists: readonly HitList[], onMatch: OnMatch): void {
    const { positions, literals, length } = merged(lists);
    let i = 0;
    for (let lineStart = start; lineStart < end; ) {
      const lineEnd = endOfLine(bytes, lineStart, end);
      this.line++;
      this.candidateCount = 0;
      for (const pattern of this.unguided) this.add(pattern, false);
      for (; i < length && positions[i]! < lineEnd; i++) this.call(literals[i]!);
      this.judge(bytes, lineStart, lineEnd, onMatch);
      lineStart = lineEnd + 1;
    }
  }

  private call(literal: number): void {
    if (literal < 0) {
      for (let pattern = 0; pattern < this.patterns.length; pattern++) this.add(pattern, false);
      return;
    }
    const { patterns, decisive } = this.callers[literal]!;
    for (let i = 0; i < patterns.length; i++) this.add(patterns[i]!, decisive[i] === 1);
  }

  private add(pattern: number, decisive: boolean): void {
    if (this.lastLine[pattern] === this.line) {
      if (decisive) this.decided[pattern] = 1;
      return;
    }
    this.lastLine[pattern] = this.line;
    this.decided[pattern] = Number(decisive);
    const { candidates } = this;
    let i = this.candidateCount++;
    for (; i > 0 && candidates[i - 1]! > pattern; i--) candidates[i] = candidates[i - 1]!;
    candidates[i] = pattern;
  }

  private judge(bytes: Uint8Array, start: number, lineEnd: number, onMatch: OnMatch): void {
    const cut = lineEnd - start > MAX_LINE_BYTES;
    const end = cut ? start + MAX_LINE_BYTES : lineEnd;
    for (let i = 0; i < this.candidateCount; i++) {
      const pattern = this.candidates[i]!;
      // In a line that is cut, the literal may lie behind the cut.
      if ((this.decided[pattern] === 1 && !cut) || this.matchers[pattern]!.test(bytes, start, end)) {
        onMatch(pattern, bytes, start, end);
        return;
      }
    }
  }
}

let sample: Uint32Array | undefined;

/** A fresh copy of the block counts of ordinary lines. */
function ordinaryBlocks(): Uint32Array {
  sample ??= countBlocks(Buffer.from(ORDINARY_LINES));
  return sample.slice();
}

/** The set whose literals are the least frequent, and not so short that they cost a search of their own. */
function rarest(sets: readonly (readonly RequiredLiteral[])[], frequencies: Uint32Array): readonly RequiredLiteral[] | undefined {
  let best: readonly RequiredLiteral[] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const set of sets) {
    const shortest = Math.min(...set.map((literal) => Buffer.byteLength(literal.text)));
    if (shortest < MIN_LITERAL_BYTES) continue;
    const hits = set.reduce((sum, literal) => sum + frequencyOf(literal, frequencies), 0);
    const cost = hits + 0.2 * set.length + 40 / (Math.min(shortest, 12) - 2) - 0.01 * Math.min(shortest, 40);
    if (cost < least) {
      least = cost;
      best = set;
    }
  }
  return best;
}

/** At most as frequent as the rarest of its byte triples. */
function frequencyOf(literal: RequiredLiteral, frequencies: Uint32Array): number {
  const bytes = bytesOf(literal);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 2; i < bytes.length; i++) least = Math.min(least, frequencies[blockHash(bytes, i)]!);
  return least;
}

function keyOf(literal: RequiredLiteral): string {
  return `${literal.ignoreCase ? 'i' : 's'}${literal.text}`;
}

function bytesOf(literal: RequiredLiteral): Uint8Array {
  return Buffer.from(literal.text);
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

function startOfLine(bytes: Uint8Array, from: number, position: number): number {
  let start = position;
  while (start > from && bytes[start - 1] !== NEWLINE) start--;
  return start;
}

function endOfLine(bytes: Uint8Array, position: number, end: number): number {
  let lineEnd = position;
  while (lineEnd < end && bytes[lineEnd] !== NEWLINE) lineEnd++;
  return lineEnd;
}

export function countNewlines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, start); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
