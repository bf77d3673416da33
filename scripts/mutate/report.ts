import { equivalentOf } from './equivalents.ts';
import type { Tested } from './run.ts';

/** Killed in percent of all, and of those that are no equivalents. */
export interface Score {
  readonly ofAll: number;
  readonly ofTellable: number;
}

const survived = ({ verdict }: Tested): boolean => verdict.fate === 'survived';

export function scoreOf(results: readonly Tested[]): Score {
  const killed = results.filter((tested) => !survived(tested)).length;
  const equivalents = results.filter((tested) => survived(tested) && equivalentOf(tested.mutant)).length;
  return { ofAll: percent(killed, results.length), ofTellable: percent(killed, results.length - equivalents) };
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

/** Each survivor, then a row per file and one for all. */
export function report(results: readonly Tested[]): string {
  const files = [...new Set(results.map(({ mutant }) => mutant.file))];
  const width = Math.max(...files.map((file) => file.length));
  const rows = files.map((file) =>
    rowOf(
      file.padEnd(width),
      results.filter(({ mutant }) => mutant.file === file),
    ),
  );
  const head = `${''.padEnd(width)}  mutants  killed  timed out  survived  equivalent  score  without equivalents`;
  return [...results.filter(survived).map(lineOf), '', head, ...rows, rowOf('all'.padEnd(width), results)].join('\n');
}

export function lineOf(tested: Tested): string {
  const { file, line, operator, from, to } = tested.mutant;
  const equivalent = survived(tested) ? equivalentOf(tested.mutant) : undefined;
  const why = equivalent ? ` (equivalent: ${equivalent.because})` : '';
  return `${tested.verdict.fate} ${file}:${line} ${operator}: ${short(from)} → ${short(to)}${why}`;
}

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function rowOf(name: string, results: readonly Tested[]): string {
  const count = (fate: string): number => results.filter(({ verdict }) => verdict.fate === fate).length;
  const equivalent = results.filter((tested) => survived(tested) && equivalentOf(tested.mutant)).length;
  const { ofAll, ofTellable } = scoreOf(results);
  const numbers = [
    String(results.length).padStart(7),
    String(count('killed')).padStart(6),
    String(count('timed out')).padStart(9),
    String(count('survived')).padStart(8),
    String(equivalent).padStart(10),
    `${ofAll.toFixed(1)} %`,
    `${ofTellable.toFixed(1)} %`,
  ];
  return [name, ...numbers].join('  ');
}
