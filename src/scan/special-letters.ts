import { HitList } from './hit-list.ts';

/** The letters outside ASCII that fold to an ASCII letter: to k and s. */
const LETTERS = ['\u212a', '\u017f'].map((letter) => Buffer.from(letter));

/** A hit that calls up every pattern. */
export const ALL_PATTERNS = -1;

/** Where these letters stand in bytes[start, end): lines with one are asked about each pattern. */
export function specialLetters(bytes: Uint8Array, start: number, end: number): HitList {
  const region = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  const positions: number[] = [];
  for (const letter of LETTERS)
    for (let at = region.indexOf(letter, start); at >= 0; at = region.indexOf(letter, at + 1)) positions.push(at);
  const hits = new HitList();
  for (const position of positions.sort((a, b) => a - b)) hits.push(position, ALL_PATTERNS);
  return hits;
}
