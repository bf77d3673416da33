import { CATEGORIES, type Category } from '../domain/category.ts';
import type { Cause } from '../domain/cause.ts';
import type { Diagnosis, Possibility } from '../domain/diagnosis.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { type BaseRates, VICTIMS } from '../domain/victim.ts';
import { baseRates, countedOf } from './base-rates.ts';
import { fillCommand } from './commands.ts';
import type { Truth } from './moment.ts';
import { UNKNOWN } from './scoring.ts';
import { victimOf } from './victims.ts';

type Named = Exclude<Category, 'unknown'>;

/** What is said where nothing but victims speaks. */
export interface PossibleOptions {
  readonly rates: BaseRates;
  /** Of each category the look that separates it, and what it shows then; the command with placeholders. */
  readonly checks: Readonly<Record<Named, { readonly command: string; readonly shows: string }>>;
}

const MOST_POSSIBILITIES = 3;
/** Evidence of this weight would have named the category, had it been seen. */
const NAMING_POINTS = 4;

/** What was looked at of an API. */
interface LookedAt {
  readonly api: ApiFacts;
  readonly entries: readonly LedgerEntry[];
  /** By entry; undefined = not observed. */
  readonly truths: readonly Truth[];
  readonly causes: ReadonlyMap<string, Cause>;
}

/** The verdict `unknown` with what it may be, by the base rates; any other as it is. */
export function withPossibilities(diagnosis: Diagnosis, seen: LookedAt, options: PossibleOptions | undefined): Diagnosis {
  if (!options || diagnosis.cause !== UNKNOWN || diagnosis.state !== 'failing' || countedOf(options.rates.all) === 0) return diagnosis;
  const possibilities = possibilitiesOf(seen, options);
  return possibilities.length === 0 ? diagnosis : { ...diagnosis, possibilities, possibleOf: basisOf(seen.api, options.rates) };
}

/** Likeliest first. A category of which everything was looked at and nothing found is none, and its share goes to the others. */
function possibilitiesOf({ api, entries, truths, causes }: LookedAt, { rates, checks }: PossibleOptions): Possibility[] {
  const open = new Set<Category>([UNKNOWN]);
  entries.forEach((entry, index) => {
    const category = causes.get(entry.cause)?.category;
    if (category !== undefined && truths[index] === undefined && entry.points >= NAMING_POINTS) open.add(category);
  });
  const shares = baseRates(rates, victimOf(api));
  const left = [...shares].reduce((sum, [category, share]) => sum + (open.has(category) ? share : 0), 0);
  return [...shares]
    .flatMap(([category, share]): Possibility[] => {
      if (category === UNKNOWN || !open.has(category)) return [];
      const { command, shows } = checks[category];
      return [{ category, share: share / left, check: fillCommand(command, api), shows }];
    })
    .sort((a, b) => b.share - a.share || CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category))
    .slice(0, MOST_POSSIBILITIES);
}

function basisOf(api: ApiFacts, { all, byVictim, source }: BaseRates): string {
  const victim = victimOf(api);
  return `base rates: ${countedOf(byVictim[victim] ?? {})} incidents in which nothing but this speaks: ${VICTIMS[victim]}; smoothed with all ${countedOf(all)}, of ${source}`;
}
