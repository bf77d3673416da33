import type { LiteralSet, RequiredLiteral } from './regex/literals.ts';
import { countBlocks, MIN_LITERAL_BYTES, passCost, type SearchedLiteral, SkipSearch } from './skip-search.ts';

/** A set of literals of which each line that matches has one: what a pattern is searched by. */
export interface Guide {
  readonly literals: readonly RequiredLiteral[];
  readonly leading: boolean;
  /** Bytes of the shortest literal. */
  readonly shortest: number;
}

/** What a pass searches for. */
export interface Choice {
  /** In ns per byte of input; only ratios matter. */
  readonly cost: number;
  readonly window: number;
  /** Of each pattern; undefined for one that has none. */
  readonly guides: readonly (Guide | undefined)[];
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
export function chooseGuides(patterns: readonly (readonly Guide[])[], sample: Uint8Array): Choice {
  const costs = costsOf(patterns.flat(), sample);
  let best = choiceFor(patterns, MIN_LITERAL_BYTES, costs);
  for (let window = MIN_LITERAL_BYTES + 1; window <= MAX_WINDOW; window++) {
    const choice = choiceFor(patterns, window, costs);
    if (choice.cost < best.cost) best = choice;
  }
  return best;
}

function choiceFor(patterns: readonly (readonly Guide[])[], window: number, costs: Costs): Choice {
  let cost = passCost(window);
  let shortest = Number.POSITIVE_INFINITY;
  const guides = patterns.map((candidates) => {
    const guide = cheapest(candidates, window, costs);
    if (guide) {
      cost += costOf(costs, guide);
      shortest = Math.min(shortest, guide.shortest);
    }
    return guide;
  });
  return { cost: shortest < window ? cost + passCost(shortest) : cost, window, guides };
}

type Costs = ReadonlyMap<Guide, number>;

const costOf = (costs: Costs, guide: Guide): number => costs.get(guide) ?? 0;

/** In ns per byte of lines like the sample. */
function costsOf(guides: readonly Guide[], sample: Uint8Array): Costs {
  const hits = countHits(guides, sample);
  const costs = new Map<Guide, number>();
  for (const guide of guides) {
    const found = guide.literals.reduce((sum, literal) => sum + (hits.get(keyOf(literal)) ?? 0), 0);
    const cost = (found / Math.max(1, sample.length)) * (guide.leading ? LEADING_HIT_COST : HIT_COST);
    costs.set(guide, cost + guide.literals.length * LITERAL_COST - Math.min(guide.shortest, 40) * 1e-5);
  }
  return costs;
}

function countHits(guides: readonly Guide[], sample: Uint8Array): ReadonlyMap<string, number> {
  const literals = new Map(guides.flatMap((guide) => guide.literals.map((literal) => [keyOf(literal), literal] as const)));
  const search = new SkipSearch([...literals.values()].map(searchedLiteral), MIN_LITERAL_BYTES, countBlocks(sample));
  const counts = new Uint32Array(literals.size);
  for (const hits of search.find(sample, 0, sample.length))
    for (const index of hits.literals.subarray(0, hits.length)) counts[index] = (counts[index] as number) + 1;
  return new Map([...literals.keys()].map((key, index) => [key, counts[index] ?? 0]));
}

/** Of the guides that are long enough for the window, else of those with the longest shortest literal. */
function cheapest(candidates: readonly Guide[], window: number, costs: Costs): Guide | undefined {
  const enough = Math.min(window, Math.max(...candidates.map(({ shortest }) => shortest)));
  let best: Guide | undefined;
  for (const guide of candidates) if (guide.shortest >= enough && (!best || costOf(costs, guide) < costOf(costs, best))) best = guide;
  return best;
}
