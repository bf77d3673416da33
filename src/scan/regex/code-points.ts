/**
 * A set of Unicode code points as sorted, disjoint, non-adjacent inclusive ranges: [low, high, low, high, …]. Each low has its high,
 * which `as number` tells the compiler below.
 */
export type CodePoints = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const ANY: CodePoints = [0, MAX_CODE_POINT];
export const NOT_NEWLINE: CodePoints = [0, 9, 11, MAX_CODE_POINT];

/** Two letters outside ASCII fold to an ASCII letter: U+212A KELVIN SIGN to k, U+017F LATIN SMALL LETTER LONG S to s. */
export const KELVIN = 0x212a;
export const LONG_S = 0x17f;

/** Sorts and joins ranges in any order. */
export function union(ranges: readonly number[]): CodePoints {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const joined: number[] = [];
  for (const [low, high] of pairs) {
    if (joined.length > 0 && low <= (joined[joined.length - 1] as number) + 1)
      joined[joined.length - 1] = Math.max(high, joined[joined.length - 1] as number);
    else joined.push(low, high);
  }
  return joined;
}

export function complement(set: CodePoints): CodePoints {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if ((set[i] as number) > next) rest.push(next, (set[i] as number) - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= MAX_CODE_POINT) rest.push(next, MAX_CODE_POINT);
  return rest;
}

export function contains(set: CodePoints, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (codePoint >= (set[i] as number) && codePoint <= (set[i + 1] as number)) return true;
  return false;
}

/** Each of them: meant for small sets. */
export function membersOf(set: CodePoints): number[] {
  const members: number[] = [];
  for (let i = 0; i < set.length; i += 2)
    for (let codePoint = set[i] as number; codePoint <= (set[i + 1] as number); codePoint++) members.push(codePoint);
  return members;
}

export function sizeOf(set: CodePoints): number {
  let size = 0;
  for (let i = 0; i < set.length; i += 2) size += (set[i + 1] as number) - (set[i] as number) + 1;
  return size;
}

/** With each ASCII letter its other case, as RE2 folds. Undefined when the set has members outside ASCII, whose folding we do not know. */
export function foldAscii(set: CodePoints): CodePoints | undefined {
  if (set.length > 0 && (set[set.length - 1] as number) > 0x7f) return undefined;
  const ranges = [...set];
  for (const codePoint of membersOf(set).filter(isAsciiLetter)) {
    const other = codePoint ^ 0x20;
    ranges.push(other, other);
    if ((codePoint | 0x20) === 0x6b) ranges.push(KELVIN, KELVIN);
    if ((codePoint | 0x20) === 0x73) ranges.push(LONG_S, LONG_S);
  }
  return union(ranges);
}

export function isAsciiLetter(codePoint: number): boolean {
  const lower = codePoint | 0x20;
  return codePoint < 0x80 && lower >= 0x61 && lower <= 0x7a;
}
