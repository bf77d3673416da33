import type { Category } from './category.ts';

/**
 * Who speaks where nothing but victims speaks: each sees that the API errs, and none why. Asked in this order: the first words are
 * the rarer, and tell more of who suffers.
 */
export const VICTIMS = {
  'throttled-client': 'a client that holds its own requests back',
  autoscaler: 'an autoscaler that gets no metrics',
  discovery: 'a client whose discovery of the groups is incomplete',
  unavailable: 'a client that got 503',
  condition: 'the condition Available alone',
  other: 'an error without its reason',
} as const satisfies Readonly<Record<string, string>>;
export type Victim = keyof typeof VICTIMS;
export const VICTIM_NAMES = Object.keys(VICTIMS) as readonly Victim[];

/** How many known incidents turned out to be of a category. What is missing is 0. */
export type CategoryCounts = Readonly<Partial<Record<Category, number>>>;

/** What known incidents turned out to be: all of them, and those in which only victims spoke. */
export interface BaseRates {
  /** Where they were counted, in words. */
  readonly source: string;
  readonly all: CategoryCounts;
  readonly byVictim: Readonly<Partial<Record<Victim, CategoryCounts>>>;
}
