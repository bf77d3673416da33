import { required } from './required.ts';

/** A seeded source of chance: the same seed gives the same cluster and the same run of dice. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** least ≤ n ≤ most, whole */
  integer(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** True with the probability `share`. */
  chance(share: number): boolean;
  /** Lower-case letters and digits, as in generated object names (no vowels, so that no words appear). */
  suffix(length: number): string;
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** mulberry32: short, fast, and good enough for dice. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    integer,
    pick: (from) => required(from[integer(0, from.length - 1)], 'something to pick'),
    chance: (share) => next() < share,
    suffix: (length) => Array.from({ length }, () => SUFFIX_ALPHABET[integer(0, SUFFIX_ALPHABET.length - 1)]).join(''),
  };
}
