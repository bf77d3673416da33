import { isAscii } from 'node:buffer';
import { type Callers, callersFor, guidesOfMatchers } from './callers.ts';
import { Candidates } from './candidates.ts';
import type { Guide } from './guides.ts';
import { type HitList, mergedHits } from './hit-list.ts';
import { LineEnds } from './line-ends.ts';
import { type LineJudge, MAX_LINE_BYTES, type OnMatch } from './line-judge.ts';
import type { Matcher } from './matcher.ts';
import { ALL_PATTERNS, specialLetters } from './special-letters.ts';

/** Whole lines that are searched together, and who is told of matches. */
interface Region {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly hits: HitList;
  readonly onMatch: OnMatch;
}

/**
 * Judges any number of lines: a skip search over bytes finds those that hold a literal which some pattern requires, and only those are
 * judged, by automata over bytes. Its cost hardly depends on the number of patterns; its tables take some 10 ms to make.
 *
 * Indexes of typed arrays are in range: those of hits lie below their length, those of lines below their count, and each hit lies
 * in a line.
 */
export class LiteralFirst implements LineJudge {
  private readonly ordinary: Uint8Array;
  private readonly matchers: readonly Matcher[];
  private readonly guides: readonly (readonly Guide[])[];
  private callers: Callers;
  /** A folded literal with k or s can also be spelled with a letter outside ASCII. */
  private readonly foldsBeyondAscii: boolean;
  private readonly candidates: Candidates;
  private readonly lineEnds = new LineEnds();

  /** @param ordinary some KiB of lines as they usually are. */
  constructor(matchers: readonly Matcher[], ordinary: Uint8Array) {
    this.ordinary = ordinary;
    this.matchers = matchers;
    this.guides = guidesOfMatchers(this.matchers);
    this.foldsBeyondAscii = this.matchers.some(({ literals }) =>
      literals.sets.some((set) => set.literals.some((literal) => literal.ignoreCase && /[ks]/.test(literal.text))),
    );
    this.candidates = new Candidates(matchers.length);
    this.callers = callersFor(this.matchers, this.guides, ordinary);
  }

  /** Learns which byte triples are rare: from a sample of the stream, beside the ordinary lines. */
  adapt(sample: Uint8Array): void {
    this.callers = callersFor(this.matchers, this.guides, Buffer.concat([this.ordinary, sample]));
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
      for (let pattern = 0; pattern < this.matchers.length; pattern++) this.candidates.addUncalled(pattern);
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
