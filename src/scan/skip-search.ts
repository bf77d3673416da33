/**
 * Finds all occurrences of many literals in bytes and reads only about one byte triple in five: Wu and Manber's extension of
 * Boyer and Moore ("A fast algorithm for multi-pattern searching", 1994). Of each literal one window of m bytes is entered in a
 * table by a hash of three bytes; the table says how far a cursor may jump. `& 31` per byte folds the case of letters. The
 * windows are chosen to be rare in ordinary lines, which changes the speed and never the result.
 */
export interface SearchedLiteral {
  readonly bytes: Uint8Array;
  /** ASCII letters match in either case. */
  readonly ignoreCase: boolean;
}

/** Counts of byte triples in a sample of what will be searched, by blockHash. */
export type BlockFrequencies = Uint32Array;

/** Hits of one pass: where the literal begins, and its index. In the order of the lines; within a line in any order. */
export class HitList {
  length = 0;
  positions = new Int32Array(1024);
  literals = new Int32Array(1024);

  push(position: number, literal: number): void {
    if (this.length === this.positions.length) this.grow();
    this.positions[this.length] = position;
    this.literals[this.length++] = literal;
  }

  append(other: HitList): void {
    while (this.length + other.length > this.positions.length) this.grow();
    this.positions.set(other.positions.subarray(0, other.length), this.length);
    this.literals.set(other.literals.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  private grow(): void {
    const positions = new Int32Array(this.positions.length * 2);
    positions.set(this.positions);
    this.positions = positions;
    const literals = new Int32Array(this.literals.length * 2);
    literals.set(this.literals);
    this.literals = literals;
  }
}

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
  return ((bytes[last - 2]! & 31) << 10) | ((bytes[last - 1]! & 31) << 5) | (bytes[last]! & 31);
}

export function countBlocks(bytes: Uint8Array, into: BlockFrequencies = new Uint32Array(TABLE_SIZE)): BlockFrequencies {
  for (let i = 2; i < bytes.length; i++) into[blockHash(bytes, i)]!++;
  return into;
}

export class SkipSearch {
  private readonly passes: readonly SearchPass[];

  /**
   * Literals have at least MIN_LITERAL_BYTES bytes and no newline. One pass with windows of `window` bytes finds those that are
   * long enough; the others need a second pass.
   */
  constructor(literals: readonly SearchedLiteral[], window: number, frequencies: BlockFrequencies) {
    const long: number[] = [];
    const short: number[] = [];
    for (const [index, literal] of literals.entries()) (literal.bytes.length >= window ? long : short).push(index);
    const pass = (members: readonly number[], length: number): SearchPass[] =>
      members.length > 0 ? [new SearchPass(literals, members, length, frequencies)] : [];
    this.passes = [...pass(long, window), ...pass(short, Math.min(...short.map((index) => literals[index]!.bytes.length)))];
  }

  /** Searches whole lines in bytes[start, end). One list per pass; they are reused by the next call. */
  find(bytes: Uint8Array, start: number, end: number): readonly HitList[] {
    return this.passes.map((pass) => pass.find(bytes, start, end));
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
  private readonly hits = new HitList();
  private readonly parts = [new HitList(), new HitList(), new HitList()] as const;

  constructor(literals: readonly SearchedLiteral[], members: readonly number[], window: number, frequencies: BlockFrequencies) {
    this.window = window;
    this.shifts = new Uint8Array(TABLE_SIZE).fill(window - 2);
    const shiftsAfterStop = new Uint8Array(TABLE_SIZE).fill(window - 2);
    // Short literals have no choice of window; those after them can share its blocks for free.
    const order = [...members].sort((a, b) => literals[a]!.bytes.length - literals[b]!.bytes.length);
    const byBlock = new Map<number, number[]>();
    const texts: number[] = [];
    for (const index of order) {
      const { bytes, ignoreCase } = literals[index]!;
      const offset = this.enter(bytes, frequencies, shiftsAfterStop);
      const block = blockHash(bytes, offset + window - 1);
      const entries = byBlock.get(block) ?? [];
      entries.push(index, offset, texts.length, bytes.length);
      byBlock.set(block, entries);
      for (const byte of bytes) texts.push(ignoreCase && isLetter(byte) ? 0x2000 | byte | 0x20 : byte);
    }
    const buckets = [0];
    for (const [block, entries] of byBlock) {
      this.bucketOf[block] = buckets.length;
      buckets.push(shiftsAfterStop[block]!, entries.length / ENTRY, ...entries);
    }
    this.buckets = Int32Array.from(buckets);
    this.texts = Uint16Array.from(texts);
  }

  /** Enters the literal's rarest window in the tables; returns its offset. */
  private enter(bytes: Uint8Array, frequencies: BlockFrequencies, shiftsAfterStop: Uint8Array): number {
    const { window, shifts } = this;
    let bestOffset = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let offset = 0; offset + window <= bytes.length; offset++) {
      let lost = 0;
      for (let j = 2; j < window; j++) {
        const hash = blockHash(bytes, offset + j);
        const shift = window - 1 - j;
        // A stop costs a comparison besides the lost jump.
        lost += (frequencies[hash]! + 0.01) * (Math.max(0, shifts[hash]! - shift) + (shift === 0 ? 4 : 0));
      }
      if (lost < least) {
        least = lost;
        bestOffset = offset;
      }
    }
    for (let j = 2; j < window; j++) {
      const hash = blockHash(bytes, bestOffset + j);
      const shift = window - 1 - j;
      shifts[hash] = Math.min(shifts[hash]!, shift);
      if (shift > 0) shiftsAfterStop[hash] = Math.min(shiftsAfterStop[hash]!, shift);
    }
    return bestOffset;
  }

  find(bytes: Uint8Array, start: number, end: number): HitList {
    const { hits, parts } = this;
    hits.length = 0;
    if (end - start < MIN_BYTES_FOR_FOUR) {
      this.scanOne(bytes, start, start, end, hits);
      return hits;
    }
    const quarter = (end - start) >> 2;
    const cut = (at: number): number => {
      const newline = bytes.indexOf(NEWLINE, at);
      return newline < 0 || newline >= end ? end : newline + 1;
    };
    const first = cut(start + quarter);
    const second = Math.max(first, cut(start + 2 * quarter));
    const third = Math.max(second, cut(start + 3 * quarter));
    for (const part of parts) part.length = 0;
    this.scanFour(bytes, [start, first, second, third, end], [hits, ...parts]);
    for (const part of parts) hits.append(part);
    return hits;
  }

  /**
   * Load, look up, jump waits on memory: four cursors in four parts wait together. The loop is written out because V8 keeps the
   * cursors in registers only so.
   */
  private scanFour(bytes: Uint8Array, cuts: readonly number[], lists: readonly HitList[]): void {
    const { shifts } = this;
    const last = this.window - 1;
    const startA = cuts[0]!;
    const startB = cuts[1]!;
    const startC = cuts[2]!;
    const startD = cuts[3]!;
    const endD = cuts[4]!;
    let a = startA + last;
    let b = startB + last;
    let c = startC + last;
    let d = startD + last;
    while (a < startB && b < startC && c < startD && d < endD) {
      const hashA = ((bytes[a - 2]! & 31) << 10) | ((bytes[a - 1]! & 31) << 5) | (bytes[a]! & 31);
      const hashB = ((bytes[b - 2]! & 31) << 10) | ((bytes[b - 1]! & 31) << 5) | (bytes[b]! & 31);
      const hashC = ((bytes[c - 2]! & 31) << 10) | ((bytes[c - 1]! & 31) << 5) | (bytes[c]! & 31);
      const hashD = ((bytes[d - 2]! & 31) << 10) | ((bytes[d - 1]! & 31) << 5) | (bytes[d]! & 31);
      const shiftA = shifts[hashA]!;
      const shiftB = shifts[hashB]!;
      const shiftC = shifts[hashC]!;
      const shiftD = shifts[hashD]!;
      a += shiftA === 0 ? this.stop(bytes, startA, startB, a, hashA, lists[0]!) : shiftA;
      b += shiftB === 0 ? this.stop(bytes, startB, startC, b, hashB, lists[1]!) : shiftB;
      c += shiftC === 0 ? this.stop(bytes, startC, startD, c, hashC, lists[2]!) : shiftC;
      d += shiftD === 0 ? this.stop(bytes, startD, endD, d, hashD, lists[3]!) : shiftD;
    }
    this.scanOne(bytes, startA, a - last, startB, lists[0]!);
    this.scanOne(bytes, startB, b - last, startC, lists[1]!);
    this.scanOne(bytes, startC, c - last, startD, lists[2]!);
    this.scanOne(bytes, startD, d - last, endD, lists[3]!);
  }

  /** The first window looked at begins at `from`; literals may begin at `start`. */
  private scanOne(bytes: Uint8Array, start: number, from: number, end: number, hits: HitList): void {
    const { shifts } = this;
    let i = from + this.window - 1;
    while (i < end) {
      const hash = ((bytes[i - 2]! & 31) << 10) | ((bytes[i - 1]! & 31) << 5) | (bytes[i]! & 31);
      const shift = shifts[hash]!;
      i += shift === 0 ? this.stop(bytes, start, end, i, hash, hits) : shift;
    }
  }

  /** Compares the literals whose window may end at `last`; returns how far the cursor may go on. */
  private stop(bytes: Uint8Array, start: number, end: number, last: number, hash: number, hits: HitList): number {
    const { buckets, texts } = this;
    const windowStart = last - this.window + 1;
    const bucket = this.bucketOf[hash]!;
    let entry = bucket + 2;
    for (let left = buckets[bucket + 1]!; left > 0; left--, entry += ENTRY) {
      const at = windowStart - buckets[entry + 1]!;
      const atEnd = at + buckets[entry + 3]!;
      if (at < start || atEnd > end) continue;
      let text = buckets[entry + 2]!;
      let k = at;
      while (k < atEnd && (bytes[k]! | (texts[text]! >> 8)) === (texts[text]! & 0xff)) {
        k++;
        text++;
      }
      if (k === atEnd) hits.push(at, buckets[entry]!);
    }
    return buckets[bucket]!;
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
