import { isDecisive, isLeading, patternOf } from './callers.ts';

/**
 * The patterns that the line at hand is judged by: those that a literal in it has called up, each once, the first of the list
 * first. Reused for all lines: what belongs to an earlier one is told by its number.
 *
 * Indexes are numbers of patterns, or lie below `count`.
 */
export class Candidates {
  /** In [0, count), sorted. */
  readonly patterns: Int32Array;
  count = 0;
  private readonly lastLine: Int32Array;
  private readonly decided: Uint8Array;
  private readonly from: Int32Array;
  private line = 0;
  private lineStart = 0;

  constructor(patterns: number) {
    this.patterns = new Int32Array(patterns);
    this.lastLine = new Int32Array(patterns);
    this.decided = new Uint8Array(patterns);
    this.from = new Int32Array(patterns);
  }

  /** A line that begins at `start`. */
  begin(start: number): void {
    this.line++;
    this.lineStart = start;
    this.count = 0;
  }

  /** A literal was found at `position`. */
  call(caller: number, position: number): void {
    this.add(patternOf(caller), isDecisive(caller), isLeading(caller) ? position : this.lineStart);
  }

  /** Is to be asked about the whole line. */
  addUncalled(pattern: number): void {
    this.add(pattern, false, this.lineStart);
  }

  /** Its literal was proof enough. */
  isDecided(pattern: number): boolean {
    return this.decided[pattern] === 1;
  }

  /** Where to test from: one byte before the first literal, so that a word boundary there is seen. */
  testFrom(pattern: number): number {
    return Math.max(this.lineStart, (this.from[pattern] as number) - 1);
  }

  private add(pattern: number, decisive: boolean, from: number): void {
    if (this.lastLine[pattern] === this.line) {
      if (decisive) this.decided[pattern] = 1;
      if (from < (this.from[pattern] as number)) this.from[pattern] = from;
      return;
    }
    this.lastLine[pattern] = this.line;
    this.decided[pattern] = decisive ? 1 : 0;
    this.from[pattern] = from;
    const { patterns } = this;
    let i = this.count++;
    for (; i > 0 && (patterns[i - 1] as number) > pattern; i--) patterns[i] = patterns[i - 1] as number;
    patterns[i] = pattern;
  }
}
