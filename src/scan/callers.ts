import { chooseGuides, type Guide, guidesOf, keyOf, searchedLiteral } from './guides.ts';
import type { Matcher } from './matcher.ts';
import { countBlocks, type SearchedLiteral, SkipSearch } from './skip-search.ts';

/** A pattern that a literal calls up, in one number: the pattern times four, and these flags. */
const DECISIVE = 1;
const LEADING = 2;

export const patternOf = (caller: number): number => caller >> 2;
/** Finding the literal is already the whole proof. */
export const isDecisive = (caller: number): boolean => (caller & DECISIVE) !== 0;
/** Each match begins with a literal of the guide. */
export const isLeading = (caller: number): boolean => (caller & LEADING) !== 0;

/** What is searched for, and which patterns each literal calls up. */
export interface Callers {
  readonly search: SkipSearch;
  /** Of literal i the callers in [starts[i], starts[i + 1]). */
  readonly list: Int32Array;
  readonly starts: Int32Array;
  /** Patterns of which no literal is known: asked about each line. */
  readonly unguided: readonly number[];
}

interface Entry {
  readonly literal: SearchedLiteral;
  readonly callers: number[];
}

/** Of each matcher the sets of literals that it can be found by. */
export function guidesOfMatchers(matchers: readonly Matcher[]): readonly (readonly Guide[])[] {
  return matchers.map(({ literals }) => guidesOf(literals.sets));
}

/** Chooses for lines like the sample by which literals each pattern is searched. */
export function callersFor(matchers: readonly Matcher[], candidates: readonly (readonly Guide[])[], sample: Uint8Array): Callers {
  const entries = new Map<string, Entry>();
  const unguided: number[] = [];
  const { window, guides } = chooseGuides(candidates, sample);
  for (const [pattern, matcher] of matchers.entries()) {
    const guide = guides[pattern];
    if (guide) enter(entries, pattern, matcher, guide);
    else unguided.push(pattern);
  }
  const all = [...entries.values()];
  const starts = new Int32Array(all.length + 1);
  let count = 0;
  for (const [index, { callers }] of all.entries()) {
    count += callers.length;
    starts[index + 1] = count;
  }
  const search = new SkipSearch(
    all.map(({ literal }) => literal),
    window,
    countBlocks(sample),
  );
  return { search, list: Int32Array.from(all.flatMap(({ callers }) => callers)), starts, unguided };
}

function enter(entries: Map<string, Entry>, pattern: number, { literals, usesBegin }: Matcher, guide: Guide): void {
  const decisive = new Set(literals.decisive?.map(keyOf));
  for (const literal of guide.literals) {
    const key = keyOf(literal);
    const entry = entries.get(key) ?? { literal: searchedLiteral(literal), callers: [] };
    entry.callers.push(pattern * 4 + (decisive.has(key) ? DECISIVE : 0) + (guide.leading && !usesBegin ? LEADING : 0));
    entries.set(key, entry);
  }
}
