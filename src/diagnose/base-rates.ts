import { CATEGORIES, type Category } from '../domain/category.ts';
import type { BaseRates, CategoryCounts, Victim } from '../domain/victim.ts';

/**
 * How many of all incidents weigh as much as those of one victim: few say little of themselves. By cross-validation over programs the log
 * loss is 2.2 with 5 to 10, 2.5 with the rates of all incidents alone, and by way of all victims' worse (docs/accuracy.md).
 */
const WEIGHT_OF_ALL = 10;

/** Shares of the categories where only this victim speaks, `unknown` among them, smoothed towards those of all incidents; they add up to 1. */
export function baseRates(rates: BaseRates, victim: Victim): ReadonlyMap<Category, number> {
  const equal = new Map(CATEGORIES.map((category) => [category, 1 / CATEGORIES.length]));
  return smoothed(rates.byVictim[victim] ?? {}, smoothed(rates.all, equal, 1), WEIGHT_OF_ALL);
}

/** How many incidents were counted. */
export function countedOf(counts: CategoryCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function smoothed(counts: CategoryCounts, towards: ReadonlyMap<Category, number>, weight: number): ReadonlyMap<Category, number> {
  const whole = countedOf(counts) + weight;
  return new Map(CATEGORIES.map((category) => [category, ((counts[category] ?? 0) + weight * (towards.get(category) ?? 0)) / whole]));
}
