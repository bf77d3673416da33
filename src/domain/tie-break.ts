import { fnv1a } from './hash.ts';

/** Of the number of places that ids are spread over: two of a hundred causes share one with a chance of one in two hundred. */
const PLACE_BITS = 20;

/**
 * Places in a point. Sums of points up to 64 are exact to about 1e-14 in whatever order they are added, so it decides a tie
 * and nothing else: all places together are a millionth of a point, which changes no confidence by more than 4e-7.
 */
const PLACES_PER_POINT = 1e12;

/** Decimals that print it exactly. */
export const TIE_BREAK_DECIMALS = 12;

/**
 * What a cause loses, in points, so that no two have the same score: both readers of the ledger order ties by it. It comes from the
 * id alone, so that another cause in the catalogue changes nothing. `unknown` loses nothing, and wins every tie: a guess that is no
 * better than not knowing is not named.
 */
export function tieBreak(cause: string): number {
  return cause === 'unknown' ? 0 : (1 + placeOf(fnv1a(cause))) / PLACES_PER_POINT;
}

/** @throws Error that names two causes that no tie-break tells apart. */
export function refuseEqualTieBreaks(causes: readonly { readonly id: string }[]): void {
  const owners = new Map<number, string>();
  for (const { id } of causes) {
    const owner = owners.get(tieBreak(id));
    if (owner !== undefined && owner !== id)
      throw new Error(
        `causes ${owner} and ${id}: their ids have the same tie-break, so a tie of them would have no winner; another id is allowed`,
      );
    owners.set(tieBreak(id), id);
  }
}

/** Folded as its authors advise: the low bits of FNV alone are alike for ids that end alike. */
function placeOf(hash: number): number {
  return (hash >>> PLACE_BITS) ^ (hash & (2 ** PLACE_BITS - 1));
}
