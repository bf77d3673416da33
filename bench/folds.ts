import { TEMPERATURE } from '../src/correlations/temperature.ts';
import { createRandom } from '../src/simulator/random.ts';
import { confidenceOf, type Fitted, fittedOn } from './fit.ts';
import type { TextRow } from './text-rows.ts';

/** The rows of one program, and the numbers that were fitted on the rows of all others. */
export interface Fold {
  readonly program: string;
  readonly rows: readonly TextRow[];
  readonly fitted: Fitted;
}

/** One fold for each program, the largest first. @param temperatures that a fit may choose among. */
export function foldsOf(rows: readonly TextRow[], temperatures: readonly number[] = [TEMPERATURE]): Fold[] {
  const programs = new Map<string, TextRow[]>();
  for (const row of rows) programs.set(row.program, [...(programs.get(row.program) ?? []), row]);
  return [...programs]
    .map(([program, own]) => ({
      program,
      rows: own,
      fitted: fittedOn(
        rows.filter((row) => row.program !== program),
        '',
        temperatures,
      ),
    }))
    .sort((a, b) => b.rows.length - a.rows.length || (a.program < b.program ? -1 : 1));
}

/** What would have been said of each row, by its id, had its program never been seen. */
export function unseenConfidences(folds: readonly Fold[]): ReadonlyMap<string, number | undefined> {
  return new Map(folds.flatMap(({ rows, fitted }) => rows.map((row) => [row.id, confidenceOf(row, fitted)] as const)));
}

const RESAMPLES = 1000;

/** 95 % interval of a figure, programs drawn anew as a whole: rows of one program are alike, and count as less than so many. */
export function intervalByProgram(folds: readonly Fold[], figure: (rows: readonly TextRow[]) => number): readonly [number, number] {
  const { next } = createRandom(73);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    figure(folds.flatMap(() => folds[Math.floor(next() * folds.length)]?.rows ?? [])),
  ).sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.floor(share * (drawn.length - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}
