import { TEMPERATURE } from '../src/correlations/temperature.ts';
import { baseRates } from '../src/diagnose/base-rates.ts';
import { softmaxShares, UNKNOWN } from '../src/diagnose/scoring.ts';
import type { Category } from '../src/domain/category.ts';
import { type TextShares, visibleShare } from '../src/domain/ledger.ts';
import { type BaseRates, type CategoryCounts, VICTIM_NAMES } from '../src/domain/victim.ts';
import { isRight, type Judgement } from './measures.ts';
import type { TextRow } from './text-rows.ts';

/** Everything about texts that is fitted on known incidents. */
export interface Fitted {
  readonly temperature: number;
  readonly shares: TextShares;
  readonly rates: BaseRates;
}

/**
 * What the two shares may be: more digits than the incidents carry would be noise. The causes that show nothing are together no rarer than
 * a third of those that nobody can know (UNKNOWN_SCORE, 0): what a text does not show is for the most part in the share of a deeper cause.
 */
const OTHER_SCORES = steps(-1, 3, 0.25);
const DEEPER = steps(0, 0.5, 0.05);

/**
 * Added to the share of a deeper cause: those who wrote the reader had these incidents before them, so what comes true of them is more than
 * will come true of others. A reader that was written with the first 73 rows said 0.95 of lines that point to one cause, and was right in
 * 0.68 of those in the 202 that were added later (`npm run evaluate -- --reader=fb9b9d7 --seen=73`); the present one is in 0.82 of all, with
 * all in view. A third of that distance, as it has seen four times as many and its rows are argued from how programs work.
 */
const MARGIN = 0.05;

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.round((to - from) / by) + 1 }, (_, index) => Math.round((from + index * by) * 100) / 100);
}

/**
 * @param source where the incidents come from, in words.
 * @param temperatures that it may choose among: that of the formula, which is the rules' too, or to see whether another would be better.
 */
export function fittedOn(rows: readonly TextRow[], source: string, temperatures: readonly number[] = [TEMPERATURE]): Fitted {
  return { ...fittedShares(rows, temperatures), rates: counted(rows, source) };
}

/** The numbers by which what was said of named causes came true: least log loss of "it is right". */
function fittedShares(rows: readonly TextRow[], temperatures: readonly number[]): Omit<Fitted, 'rates'> {
  const named = rows.filter(({ top }) => top !== undefined && top.cause !== UNKNOWN);
  let best: { numbers: Omit<Fitted, 'rates'>; loss: number } | undefined;
  for (const temperature of temperatures)
    for (const otherScore of OTHER_SCORES)
      for (const deeper of DEEPER) {
        const numbers = { temperature, shares: { otherScore, deeper } };
        const loss = named.reduce((sum, row) => sum - Math.log(likelihood(namedConfidence(row, numbers), isRight(judged(row)))), 0);
        if (!best || loss < best.loss) best = { numbers, loss };
      }
  if (best)
    return { ...best.numbers, shares: { ...best.numbers.shares, deeper: Math.round((best.numbers.shares.deeper + MARGIN) * 1000) / 1000 } };
  return { temperature: TEMPERATURE, shares: { otherScore: 0, deeper: MARGIN } };
}

const likelihood = (confidence: number, right: boolean): number => Math.min(0.999, Math.max(0.001, right ? confidence : 1 - confidence));

function namedConfidence({ scores, kinds }: TextRow, { temperature, shares }: Omit<Fitted, 'rates'>): number {
  return (softmaxShares(scores, shares.otherScore, temperature)[0] ?? 0) * visibleShare(kinds, shares.deeper);
}

function counted(rows: readonly TextRow[], source: string): BaseRates {
  const sick = rows.filter(({ truth }) => truth !== 'healthy');
  const byVictim = VICTIM_NAMES.map((name) => [name, countsOf(sick.filter(({ victim }) => victim === name))] as const);
  return { source, all: countsOf(sick), byVictim: Object.fromEntries(byVictim.filter(([, counts]) => Object.keys(counts).length > 0)) };
}

function countsOf(rows: readonly TextRow[]): CategoryCounts {
  const counts = new Map<string, number>();
  for (const { truth } of rows) counts.set(truth, (counts.get(truth) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** The confidence that is said of a row with these numbers; undefined where nothing is. */
export function confidenceOf(row: TextRow, fitted: Fitted): number | undefined {
  if (row.top === undefined) return undefined;
  return row.victim === undefined ? namedConfidence(row, fitted) : baseRates(fitted.rates, row.victim).get(UNKNOWN);
}

/** The categories that are likeliest where only victims speak, with their shares. */
export function possibleOf(row: TextRow, { rates }: Fitted, count: number): readonly (readonly [Category, number])[] {
  if (row.victim === undefined) return [];
  const named = [...baseRates(rates, row.victim)].filter(([category]) => category !== UNKNOWN);
  return named.sort((a, b) => b[1] - a[1]).slice(0, count);
}

/** @param confidence in place of what was said of it. */
export function judged(row: TextRow, confidence = row.top?.confidence): Judgement {
  const { id, truth, also, top } = row;
  return { id, truth, also, named: top ? [top.category] : [], confidence };
}
