import { CATEGORIES, type Category } from '../domain/category.ts';
import type { BaseRates, CategoryCounts, Victim } from '../domain/victim.ts';
import { UNKNOWN } from './scoring.ts';

/**
 * How many of all incidents weigh as much as those of one victim: few say little of themselves. By cross-validation over programs the log
 * loss is 2.2 with 5 to 10, 2.5 with the rates of all incidents alone, and by way of all victims' worse (docs/accuracy.md).
 */
const WEIGHT_OF_ALL = 10;

/**
 * Shares of the categories where only this victim speaks, smoothed towards those of all incidents; they add up to 1. That of `unknown` is
 * the same for each victim: whether anybody ever found out is no matter of who suffered, and a handful of cases each would be noise.
 */
export function baseRates({ all, byVictim }: BaseRates, victim: Victim): ReadonlyMap<Category, number> {
  const equal = new Map(CATEGORIES.map((category) => [category, 1 / CATEGORIES.length]));
  const ofAll = smoothed(all, equal, 1);
  const untold = smoothed(sumOf(Object.values(byVictim)), ofAll, WEIGHT_OF_ALL).get(UNKNOWN) ?? 0;
  const own = smoothed(byVictim[victim] ?? {}, ofAll, WEIGHT_OF_ALL);
  const named = 1 - (own.get(UNKNOWN) ?? 0);
  return new Map([...own].map(([category, share]) => [category, category === UNKNOWN ? untold : (share * (1 - untold)) / named]));
}

/** How many incidents were counted. */
export function countedOf(counts: CategoryCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function smoothed(counts: CategoryCounts, towards: ReadonlyMap<Category, number>, weight: number): ReadonlyMap<Category, number> {
  const whole = countedOf(counts) + weight;
  return new Map(CATEGORIES.map((category) => [category, ((counts[category] ?? 0) + weight * (towards.get(category) ?? 0)) / whole]));
}

function sumOf(all: readonly CategoryCounts[]): CategoryCounts {
  return Object.fromEntries(CATEGORIES.map((category) => [category, all.reduce((sum, counts) => sum + (counts[category] ?? 0), 0)]));
}
