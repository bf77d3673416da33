import { HitList } from './hit-list.ts';

/**
 * Finds all occurrences of many literals in bytes and reads only about one byte triple in five: Wu and Manber's extension of
 * Boyer and Moore ("A fast algorithm for multi-pattern searching", 1994). Of each literal one window of m bytes is entered in a
 * table by a hash of three bytes; the table says how far a cursor may jump. `& 31` per byte folds the case of letters. The
 * windows are chosen to be rare in ordinary lines, which changes the speed and never the result.
 *
 * Indexes of typed arrays are in range by construction: a hash has 15 bits, a cursor stands between the two ends of its part, an
 * entry lies in the bucket that counted it. `as number` says so to the compiler and costs nothing; a check or a fallback in
 * these loops is executed for each byte that is looked at.
 */
export interface SearchedLiteral {
  readonly bytes: Uint8Array;
  /** ASCII letters match in either case. */
  readonly ignoreCase: boolean;
}

/** Counts of byte triples in a sample of what will be searched, by blockHash. */
export type BlockFrequencies = Uint32Array;

export const MIN_LITERAL_BYTES = 3;
const TABLE_SIZE = 32_768;
/** Of a bucket: index of the literal, offset of its window, where its text begins, its length. */
const ENTRY = 4;
const NEWLINE = 10;
/** Below this a cut into four parts costs more than it saves. */
const MIN_BYTES_FOR_FOUR = 8192;

/** About what a pass costs in ns per byte of input; only ratios matter. */
export function passCost(window: number): number {
  return 1.6 / (window - 2);
}

export function blockHash(bytes: Uint8Array, last: number): number {
  return (((bytes[last - 2] as number) & 31) << 10) | (((bytes[last - 1] as number) & 31) << 5) | ((bytes[last] as number) & 31);
}

export function countBlocks(bytes: Uint8Array, into: BlockFrequencies = new Uint32Array(TABLE_SIZE)): BlockFrequencies {
  for (let i = 2; i < bytes.length; i++) (into[blockHash(bytes, i)] as number)++;
  return into;
}

export class SkipSearch {
  private readonly passes: readonly SearchPass[];

  /**
   * Literals have at least MIN_LITERAL_BYTES bytes and no newline. One pass with windows of `window` bytes finds those that are
   * long enough; the others need a second pass.
   */
  constructor(literals: readonly SearchedLiteral[], window: number, frequencies: BlockFrequencies) {
    const long: Member[] = [];
    const short: Member[] = [];
    for (const [index, literal] of literals.entries()) (literal.bytes.length >= window ? long : short).push({ index, literal });
    const shortest = Math.min(...short.map(({ literal }) => literal.bytes.length));
    const pass = (members: readonly Member[], length: number): SearchPass[] =>
      members.length > 0 ? [new SearchPass(members, length, frequencies)] : [];
    this.passes = [...pass(long, window), ...pass(short, shortest)];
  }

  /** Searches whole lines in bytes[start, end). One list per pass; they are reused by the next call. */
  find(bytes: Uint8Array, start: number, end: number): readonly HitList[] {
    return this.passes.map((pass) => pass.find(bytes, start, end));
  }
}

interface Member {
  /** What a hit reports. */
  readonly index: number;
  readonly literal: SearchedLiteral;
}

/** A stretch of whole lines that one cursor goes through. */
class Part {
  start = 0;
  end = 0;
  readonly hits = new HitList();

  begin(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.hits.length = 0;
  }
}

class SearchPass {
  private readonly window: number;
  private readonly shifts: Uint8Array;
  /**
   * Where the bucket of a block begins in `buckets`: how far the cursor may go on, a count, then as many entries of ENTRY
   * numbers.
   */
  private readonly bucketOf = new Int32Array(TABLE_SIZE);
  private readonly buckets: Int32Array;
  /** All literals one after the other; a byte to be OR-ed, then the byte that must come out. One array, because many small ones miss the cache. */
  private readonly texts: Uint16Array;
  private readonly whole = new Part();
  /** Made when there is enough to be cut. */
  private quarters: readonly [Part, Part, Part, Part] | undefined;

  constructor(members: readonly Member[], window: number, frequencies: BlockFrequencies) {
    this.window = window;
    const windows = new Windows(window, frequencies);
    this.shifts = windows.shifts;
    // Short literals have no choice of window; those after them can share its blocks for free.
    const order = [...members].sort((a, b) => a.literal.bytes.length - b.literal.bytes.length);
    const byBlock = new Map<number, number[]>();
    const texts: number[] = [];
    for (const { index, literal } of order) {
      const { bytes, ignoreCase } = literal;
      const offset = windows.enter(bytes);
      const block = blockHash(bytes, offset + window - 1);
      const entries = byBlock.get(block) ?? [];
      entries.push(index, offset, texts.length, bytes.length);
      byBlock.set(block, entries);
      for (const byte of bytes) texts.push(ignoreCase && isLetter(byte) ? 0x2000 | byte | 0x20 : byte);
    }
    const buckets = [0];
    for (const [block, entries] of byBlock) {
      this.bucketOf[block] = buckets.length;
      buckets.push(windows.shiftAfterStop(block), entries.length / ENTRY, ...entries);
    }
    this.buckets = Int32Array.from(buckets);
    this.texts = Uint16Array.from(texts);
  }

  find(bytes: Uint8Array, start: number, end: number): HitList {
    if (end - start < MIN_BYTES_FOR_FOUR) {
      this.whole.begin(start, end);
      this.scanOne(bytes, this.whole, start);
      return this.whole.hits;
    }
    this.quarters ??= [this.whole, new Part(), new Part(), new Part()];
    const [first, second, third, fourth] = this.quarters;
    const quarter = (end - start) >> 2;
    const cut = (at: number): number => {
      const newline = bytes.indexOf(NEWLINE, at);
      return newline < 0 || newline >= end ? end : newline + 1;
    };
    first.begin(start, cut(start + quarter));
    second.begin(first.end, Math.max(first.end, cut(start + 2 * quarter)));
    third.begin(second.end, Math.max(second.end, cut(start + 3 * quarter)));
    fourth.begin(third.end, end);
    this.scanFour(bytes, this.quarters);
    for (const part of [second, third, fourth]) first.hits.append(part.hits);
    return first.hits;
  }

  /**
   * Load, look up, jump waits on memory: four cursors in four parts wait together. The loop is written out because V8 keeps the
   * cursors in registers only so.
   */
  private scanFour(bytes: Uint8Array, [partA, partB, partC, partD]: readonly [Part, Part, Part, Part]): void {
    const { shifts } = this;
    const last = this.window - 1;
    const endA = partA.end;
    const endB = partB.end;
    const endC = partC.end;
    const endD = partD.end;
    let a = partA.start + last;
    let b = partB.start + last;
    let c = partC.start + last;
    let d = partD.start + last;
    while (a < endA && b < endB && c < endC && d < endD) {
      const hashA = blockHash(bytes, a);
      const hashB = blockHash(bytes, b);
      const hashC = blockHash(bytes, c);
      const hashD = blockHash(bytes, d);
      const shiftA = shifts[hashA] as number;
      const shiftB = shifts[hashB] as number;
      const shiftC = shifts[hashC] as number;
      const shiftD = shifts[hashD] as number;
      a += shiftA === 0 ? this.stop(bytes, partA, a, hashA) : shiftA;
      b += shiftB === 0 ? this.stop(bytes, partB, b, hashB) : shiftB;
      c += shiftC === 0 ? this.stop(bytes, partC, c, hashC) : shiftC;
      d += shiftD === 0 ? this.stop(bytes, partD, d, hashD) : shiftD;
    }
    this.scanOne(bytes, partA, a - last);
    this.scanOne(bytes, partB, b - last);
    this.scanOne(bytes, partC, c - last);
    this.scanOne(bytes, partD, d - last);
  }

  /** The first window looked at begins at `from`; literals may begin where the part does. */
  private scanOne(bytes: Uint8Array, part: Part, from: number): void {
    const { shifts } = this;
    const { end } = part;
    let i = from + this.window - 1;
    while (i < end) {
      const hash = blockHash(bytes, i);
      const shift = shifts[hash] as number;
      i += shift === 0 ? this.stop(bytes, part, i, hash) : shift;
    }
  }

  /** Compares the literals whose window may end at `last`; returns how far the cursor may go on. */
  private stop(bytes: Uint8Array, part: Part, last: number, hash: number): number {
    const { buckets, texts } = this;
    const windowStart = last - this.window + 1;
    const bucket = this.bucketOf[hash] as number;
    let entry = bucket + 2;
    for (let left = buckets[bucket + 1] as number; left > 0; left--, entry += ENTRY) {
      const at = windowStart - (buckets[entry + 1] as number);
      const atEnd = at + (buckets[entry + 3] as number);
      if (at < part.start || atEnd > part.end) continue;
      let text = buckets[entry + 2] as number;
      let k = at;
      while (k < atEnd && ((bytes[k] as number) | ((texts[text] as number) >> 8)) === ((texts[text] as number) & 0xff)) {
        k++;
        text++;
      }
      if (k === atEnd) part.hits.push(at, buckets[entry] as number);
    }
    return buckets[bucket] as number;
  }
}

/** The tables of jumps while they are made: each literal enters one window of its bytes. */
class Windows {
  /** By block: how far a cursor may jump whose last three bytes it is; 0 where a window may end. */
  readonly shifts: Uint8Array;
  private readonly afterStop: Uint8Array;
  private readonly window: number;
  private readonly frequencies: BlockFrequencies;

  constructor(window: number, frequencies: BlockFrequencies) {
    this.window = window;
    this.frequencies = frequencies;
    this.shifts = new Uint8Array(TABLE_SIZE).fill(window - 2);
    this.afterStop = new Uint8Array(TABLE_SIZE).fill(window - 2);
  }

  /** How far a cursor may jump that has stopped at the block. */
  shiftAfterStop(block: number): number {
    return this.afterStop[block] as number;
  }

  /** Enters the literal's rarest window in the tables; returns its offset. */
  enter(bytes: Uint8Array): number {
    const { window, shifts, afterStop } = this;
    const offset = this.rarestOffset(bytes);
    for (let j = 2; j < window; j++) {
      const hash = blockHash(bytes, offset + j);
      const shift = window - 1 - j;
      shifts[hash] = Math.min(shifts[hash] as number, shift);
      if (shift > 0) afterStop[hash] = Math.min(afterStop[hash] as number, shift);
    }
    return offset;
  }

  private rarestOffset(bytes: Uint8Array): number {
    const { window, shifts, frequencies } = this;
    let bestOffset = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let offset = 0; offset + window <= bytes.length; offset++) {
      let lost = 0;
      for (let j = 2; j < window; j++) {
        const hash = blockHash(bytes, offset + j);
        const shift = window - 1 - j;
        // A stop costs a comparison besides the lost jump.
        lost += ((frequencies[hash] as number) + 0.01) * (Math.max(0, (shifts[hash] as number) - shift) + (shift === 0 ? 4 : 0));
      }
      if (lost < least) {
        least = lost;
        bestOffset = offset;
      }
    }
    return bestOffset;
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
