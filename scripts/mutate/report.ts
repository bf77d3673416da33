import { equivalentOf } from './equivalents.ts';
import type { Run, Tested } from './run.ts';

/** Percent of mutants that the tests noticed. */
export interface Score {
  readonly ofAll: number;
  /** Survivors that are equivalents aside. */
  readonly ofTellable: number;
  /** The same, and one that did not end is not called noticed. */
  readonly withoutTimeOuts: number;
}

const survived = ({ verdict }: Tested): boolean => verdict.fate === 'survived';
const timedOut = ({ verdict }: Tested): boolean => verdict.fate === 'timed out';

export function scoreOf(results: readonly Tested[]): Score {
  const noticed = results.filter((tested) => !survived(tested)).length;
  const endless = results.filter(timedOut).length;
  const tellable = results.length - results.filter(isEquivalent).length;
  return {
    ofAll: percent(noticed, results.length),
    ofTellable: percent(noticed, tellable),
    withoutTimeOuts: percent(noticed - endless, tellable),
  };
}

const isEquivalent = (tested: Tested): boolean => survived(tested) && equivalentOf(tested.mutant) !== undefined;
const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

const HEAD = ['file', 'mutants', 'killed', 'timed out', 'survived', 'of them equivalent', 'noticed', 'equivalents aside', 'time-outs too'];

/** Each survivor and each that timed out, then a table (Markdown) with a row per file and one for all. */
export function report({ results, controls }: Run): string {
  const files = [...new Set(results.map(({ mutant }) => mutant.file))];
  const rows = files.map((file) =>
    rowOf(
      file,
      results.filter(({ mutant }) => mutant.file === file),
    ),
  );
  return [
    ...results.filter((tested) => survived(tested) || timedOut(tested)).map(lineOf),
    '',
    ...[HEAD, HEAD.map((_, index) => (index === 0 ? '---' : '--:')), ...rows, rowOf('all', results)].map(inTable),
    '',
    `Between them the code as it stands was asked about ${controls.asked} times; its tests failed ${controls.failed} times.`,
  ].join('\n');
}

const inTable = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export function lineOf(tested: Tested): string {
  const { file, line, operator, from, to } = tested.mutant;
  const equivalent = survived(tested) ? equivalentOf(tested.mutant) : undefined;
  const why = equivalent ? ` (equivalent: ${equivalent.because})` : '';
  return `${tested.verdict.fate} ${file}:${line} ${operator}: ${short(from)} → ${short(to)}${why}`;
}

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function rowOf(name: string, results: readonly Tested[]): string[] {
  const count = (fate: string): string => String(results.filter(({ verdict }) => verdict.fate === fate).length);
  const { ofAll, ofTellable, withoutTimeOuts } = scoreOf(results);
  const shares = [ofAll, ofTellable, withoutTimeOuts].map((share) => `${share.toFixed(1)} %`);
  const equivalent = String(results.filter(isEquivalent).length);
  return [name, String(results.length), count('killed'), count('timed out'), count('survived'), equivalent, ...shares];
}
