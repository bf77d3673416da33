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

/** Hits of one pass in the order of their positions: a byte of the occurrence, and the index of the literal. */
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
const NEWLINE = 10;
/** Below this a cut into four parts costs more than it saves. */
const MIN_BYTES_FOR_FOUR = 8192;
const MAX_WINDOW = 12;

export function blockHash(bytes: Uint8Array, last: number): number {
  return ((bytes[last - 2]! & 31) << 10) | ((bytes[last - 1]! & 31) << 5) | (bytes[last]! & 31);
}

export function countBlocks(bytes: Uint8Array, into: BlockFrequencies = new Uint32Array(TABLE_SIZE)): BlockFrequencies {
  for (let i = 2; i < bytes.length; i++) into[blockHash(bytes, i)]!++;
  return into;
}

export class SkipSearch {
  private readonly passes: readonly SearchPass[];

  /** Literals have at least MIN_LITERAL_BYTES bytes and no newline. */
  constructor(literals: readonly SearchedLiteral[], frequencies: BlockFrequencies) {
    const window = bestWindow(literals.map((literal) => literal.bytes.length));
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

/** One pass with a window of m bytes skips m − 2 at a time; shorter literals need a second pass with a window of their own. */
function bestWindow(lengths: readonly number[]): number {
  let best = MIN_LITERAL_BYTES;
  let least = Number.POSITIVE_INFINITY;
  for (let window = MIN_LITERAL_BYTES; window <= MAX_WINDOW; window++) {
    const shorter = lengths.filter((length) => length < window);
    if (shorter.length === lengths.length && lengths.length > 0) break;
    const cost = 1 / (window - 2) + (shorter.length > 0 ? 1 / (Math.min(...shorter) - 2) : 0);
    if (cost <= least) {
      least = cost;
      best = window;
    }
  }
  return best;
}

class SearchPass {
  private readonly window: number;
  private readonly shifts: Uint8Array;
  /** How far a cursor may go on after it stopped at a block: 0 is no answer there. */
  private readonly shiftsAfterStop: Uint8Array;
  private readonly bucketOf = new Uint16Array(TABLE_SIZE);
  private readonly buckets: Int32Array[] = [new Int32Array(0)];
  private readonly texts: Uint8Array[] = [];
  private readonly masks: Uint8Array[] = [];
  private readonly offsets: Int32Array;
  private readonly hits = new HitList();
  private readonly parts = [new HitList(), new HitList(), new HitList()] as const;

  constructor(literals: readonly SearchedLiteral[], members: readonly number[], window: number, frequencies: BlockFrequencies) {
    this.window = window;
    this.shifts = new Uint8Array(TABLE_SIZE).fill(window - 2);
    this.shiftsAfterStop = new Uint8Array(TABLE_SIZE).fill(window - 2);
    this.offsets = new Int32Array(literals.length);
    for (const literal of literals) {
      const mask = Uint8Array.from(literal.bytes, (byte) => (literal.ignoreCase && isLetter(byte) ? 0x20 : 0));
      this.masks.push(mask);
      this.texts.push(Uint8Array.from(literal.bytes, (byte, i) => byte | mask[i]!));
    }
    // Short literals have no choice of window; those after them can share its blocks for free.
    const order = [...members].sort((a, b) => literals[a]!.bytes.length - literals[b]!.bytes.length);
    for (const index of order) this.enter(index, literals[index]!.bytes, frequencies);
  }

  private enter(index: number, bytes: Uint8Array, frequencies: BlockFrequencies): void {
    const { window, shifts, shiftsAfterStop } = this;
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
    this.offsets[index] = bestOffset;
    for (let j = 2; j < window; j++) {
      const hash = blockHash(bytes, bestOffset + j);
      const shift = window - 1 - j;
      shifts[hash] = Math.min(shifts[hash]!, shift);
      if (shift > 0) shiftsAfterStop[hash] = Math.min(shiftsAfterStop[hash]!, shift);
    }
    const hash = blockHash(bytes, bestOffset + window - 1);
    const bucket = this.bucketOf[hash]!;
    if (bucket === 0) {
      this.bucketOf[hash] = this.buckets.length;
      this.buckets.push(Int32Array.of(index));
    } else this.buckets[bucket] = Int32Array.of(...this.buckets[bucket]!, index);
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
    const bucket = this.buckets[this.bucketOf[hash]!]!;
    const windowStart = last - this.window + 1;
    for (let i = 0; i < bucket.length; i++) {
      const literal = bucket[i]!;
      const text = this.texts[literal]!;
      const at = windowStart - this.offsets[literal]!;
      if (at < start || at + text.length > end) continue;
      const mask = this.masks[literal]!;
      let k = 0;
      while (k < text.length && (bytes[at + k]! | mask[k]!) === text[k]!) k++;
      if (k === text.length) hits.push(last, literal);
    }
    return this.shiftsAfterStop[hash]!;
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
