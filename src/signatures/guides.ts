import type { LiteralSet, RequiredLiteral } from '../scan/regex/literals.ts';
import { countBlocks, MIN_LITERAL_BYTES, passCost, type SearchedLiteral, SkipSearch } from '../scan/skip-search.ts';

/** A set of literals of which each line that matches has one: what a pattern is searched by. */
export interface Guide {
  readonly literals: readonly RequiredLiteral[];
  readonly leading: boolean;
  /** Bytes of the shortest literal. */
  readonly shortest: number;
}

/** About what a hit costs in ns: compare, find the line, judge it, from the literal on or from the beginning of the line. Only the ratio to passCost matters. */
const HIT_COST = 150;
const LEADING_HIT_COST = 70;
/** Each literal makes the jumps of all a little shorter. */
const LITERAL_COST = 0.0002;
const MAX_WINDOW = 12;

/** The sets that a search can use: no literal is too short, and those that no line can hold are gone. */
export function guidesOf(sets: readonly LiteralSet[]): Guide[] {
  return sets.flatMap(({ literals, leading }) => {
    const shortest = Math.min(...literals.map(({ text }) => Buffer.byteLength(text)));
    return shortest >= MIN_LITERAL_BYTES ? [{ literals: literals.filter(({ text }) => !text.includes('\n')), leading, shortest }] : [];
  });
}

export function keyOf(literal: RequiredLiteral): string {
  return `${literal.ignoreCase ? 'i' : 's'}${literal.text}`;
}

export function searchedLiteral(literal: RequiredLiteral): SearchedLiteral {
  return { bytes: Buffer.from(literal.text), ignoreCase: literal.ignoreCase };
}

/**
 * Chooses one guide for each pattern that has any, and the window of the search, for the least cost together on lines like the
 * sample: a long window jumps far, but then each literal that is shorter forces a second pass, and the rarest literals are not
 * always the longest.
 */
export function chooseGuides(
  patterns: readonly (readonly Guide[])[],
  sample: Uint8Array,
): { window: number; guides: readonly (Guide | undefined)[] } {
  const costs = costsOf(patterns.flat(), sample);
  let best: { cost: number; window: number; guides: readonly (Guide | undefined)[] } | undefined;
  for (let window = MIN_LITERAL_BYTES; window <= MAX_WINDOW; window++) {
    let cost = passCost(window);
    let shortest = Number.POSITIVE_INFINITY;
    const guides = patterns.map((candidates) => {
      const guide = cheapest(candidates, window, costs);
      if (guide) {
        cost += costs.get(guide)!;
        shortest = Math.min(shortest, guide.shortest);
      }
      return guide;
    });
    if (shortest < window) cost += passCost(shortest);
    if (!best || cost < best.cost) best = { cost, window, guides };
  }
  return best!;
}

/** In ns per byte of lines like the sample. */
function costsOf(guides: readonly Guide[], sample: Uint8Array): Map<Guide, number> {
  const hits = countHits(guides, sample);
  const costs = new Map<Guide, number>();
  for (const guide of guides) {
    const count = guide.literals.reduce((sum, literal) => sum + hits.get(keyOf(literal))!, 0) / sample.length;
    const cost = count * (guide.leading ? LEADING_HIT_COST : HIT_COST);
    costs.set(guide, cost + guide.literals.length * LITERAL_COST - Math.min(guide.shortest, 40) * 1e-5);
  }
  return costs;
}

function countHits(guides: readonly Guide[], sample: Uint8Array): Map<string, number> {
  const literals = [...new Map(guides.flatMap((guide) => guide.literals.map((literal) => [keyOf(literal), literal] as const))).values()];
  const counts = new Map(literals.map((literal) => [keyOf(literal), 0]));
  const keys = [...counts.keys()];
  const search = new SkipSearch(literals.map(searchedLiteral), MIN_LITERAL_BYTES, countBlocks(sample));
  for (const hits of search.find(sample, 0, sample.length))
    for (let i = 0; i < hits.length; i++) {
      const key = keys[hits.literals[i]!]!;
      counts.set(key, counts.get(key)! + 1);
    }
  return counts;
}

/** Of the guides that are long enough for the window, else of those with the longest shortest literal. */
function cheapest(candidates: readonly Guide[], window: number, costs: ReadonlyMap<Guide, number>): Guide | undefined {
  const enough = Math.min(window, Math.max(...candidates.map(({ shortest }) => shortest)));
  let best: Guide | undefined;
  for (const guide of candidates) if (guide.shortest >= enough && (!best || costs.get(guide)! < costs.get(best)!)) best = guide;
  return best;
}
