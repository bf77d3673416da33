import { TEMPERATURE } from '../src/correlations/temperature.ts';
import { TEXT_SHARES } from '../src/correlations/text-shares.ts';
import { confidenceOf, type Fitted, fittedOn, judged, possibleOf } from './fit.ts';
import { type Fold, foldsOf, intervalByProgram, unseenConfidences } from './folds.ts';
import { bins, brier, calibrationError, confidentAndWrong, isDefensible, isRight, type Judgement, share } from './measures.ts';
import type { TextRow } from './text-rows.ts';

/** What is wanted: of all incidents, and of those whose text can decide. */
const BARS = { right: 0.7, defensible: 0.85, decidableRight: 0.8, decidableDefensible: 0.9, calibration: 0.05, sure: 0.03 } as const;
const HEALTHY_CALLED_FAILING = 0.05;
const INCIDENTS_CALLED_HEALTHY = 0.02;
/** Folds with fewer incidents are summed up: of three rows nothing can be said. */
const FEWEST_OF_A_FOLD = 5;

const percent = (value: number) => (Number.isNaN(value) ? 'n/a' : `${(value * 100).toFixed(1)} %`).padStart(9);
const figure = (value: number) => value.toFixed(3).padStart(9);
const count = (value: number) => String(value).padStart(6);

/** What was said of some incidents with the numbers that were fitted on all, and what would have been with those of the other programs. */
interface SideBySide {
  readonly rows: readonly TextRow[];
  readonly inSample: readonly Judgement[];
  readonly unseen: readonly Judgement[];
}

/** Accuracy and calibration of texts, in sample and on programs that were left out when the numbers were fitted, side by side. */
export function reportTexts(rows: readonly TextRow[], answeredHealthy: ReadonlySet<string>): void {
  const sick = rows.filter(({ truth }) => truth !== 'healthy');
  const well = rows.filter(({ truth }) => truth === 'healthy');
  const folds = foldsOf(sick);
  const unseen = unseenConfidences(folds);
  const beside = (own: readonly TextRow[]): SideBySide => ({
    rows: own,
    inSample: own.map((row) => judged(row)),
    unseen: own.map((row) => judged(row, unseen.get(row.id))),
  });
  const all = beside(sick);
  console.log(`\n## Real incidents as pasted text: ${sick.length} incidents, ${well.length} healthy, ${folds.length} programs\n`);
  figures('all rows', all, BARS.right, BARS.defensible);
  const decidable = beside(sick.filter((row) => row.decidable));
  figures('rows whose text can decide', decidable, BARS.decidableRight, BARS.decidableDefensible);
  console.log('Which category is named depends on no fitted number, so its share is the same twice; what was seen by those who wrote the');
  console.log('reader is in sample all the same. `--reader=REVISION --seen=ROWS` scores a reader on rows that its writers had not seen.\n');
  console.log(
    `healthy called failing        ${percent(
      share(
        well.map((row) => judged(row)),
        ({ named }) => named.length > 0,
      ),
    )}   bar ${percent(HEALTHY_CALLED_FAILING)}`,
  );
  console.log(
    `incidents called healthy      ${percent(sick.filter(({ id }) => answeredHealthy.has(id)).length / sick.length)}   bar ${percent(INCIDENTS_CALLED_HEALTHY)}`,
  );
  console.log(`nothing said of an incident   ${percent(share(all.inSample, ({ named }) => named.length === 0))}`);
  misses(sick);
  byProgram(folds, unseen);
  reliability(all);
  possibilities(folds, sick);
  fits(folds, sick);
}

function figures(title: string, { rows, inSample, unseen }: SideBySide, right: number, defensible: number): void {
  const line = (name: string, [mine, theirs]: readonly [string, string], bar?: string) =>
    console.log(`${name.padEnd(29)} ${mine}   ${theirs}         ${bar ?? ''}`.trimEnd());
  const both = (of: (all: readonly Judgement[]) => string) => [of(inSample), of(unseen)] as const;
  console.log(`${`${title} (${rows.length})`.padEnd(29)} in sample   cross-validated   bar`);
  line(
    'top category right',
    both((all) => percent(share(all, isRight))),
    percent(right),
  );
  line(
    'right or defensible',
    both((all) => percent(share(all, isDefensible))),
    percent(defensible),
  );
  line(
    'expected calibration error',
    both((all) => figure(calibrationError(all))),
    figure(BARS.calibration),
  );
  line(
    'Brier score',
    both((all) => figure(brier(all))),
  );
  line(
    'confident (≥ 0.8) and wrong',
    both((all) => percent(confidentAndWrong(all).length / all.length)),
    percent(BARS.sure),
  );
  console.log('');
}

/** Each program as a fold: what was right, and what the numbers fitted on the others would have said. */
function byProgram(folds: readonly Fold[], unseen: ReadonlyMap<string, number | undefined>): void {
  const large = folds.filter(({ rows }) => rows.length >= FEWEST_OF_A_FOLD);
  const small = folds.filter(({ rows }) => rows.length < FEWEST_OF_A_FOLD);
  console.log('\nprogram left out        incidents    right  defensible   named: said   right   other share, deeper share');
  for (const { program, rows, fitted } of large)
    console.log(`${program.padEnd(24)} ${foldLine(rows, unseen)}   ${fitted.shares.otherScore}, ${fitted.shares.deeper}`);
  if (small.length > 0)
    console.log(
      `${`${small.length} with fewer`.padEnd(24)} ${foldLine(
        small.flatMap(({ rows }) => rows),
        unseen,
      )}`,
    );
  const [low, high] = intervalByProgram(folds, (rows) =>
    share(
      rows.map((row) => judged(row)),
      isRight,
    ),
  );
  console.log(`right, 95 % interval over programs: ${percent(low).trim()} to ${percent(high).trim()}`);
}

function foldLine(rows: readonly TextRow[], unseen: ReadonlyMap<string, number | undefined>): string {
  const all = rows.map((row) => judged(row, unseen.get(row.id)));
  const said = all.filter(({ confidence }) => confidence !== undefined);
  const mean = said.reduce((sum, { confidence = 0 }) => sum + confidence, 0) / said.length;
  return `${count(all.length)} ${percent(share(all, isRight))}  ${percent(share(all, isDefensible))}       ${figure(mean)}${figure(share(said, isRight))}`;
}

/** What the wrong ones are, each counted once, with all and with those whose text can decide. */
const MISSES: readonly (readonly [kind: string, is: (one: Judgement) => boolean])[] = [
  ['right', isRight],
  ['another category that a careful reader could defend', isDefensible],
  ['nothing to judge, of an incident', ({ named }) => named.length === 0],
  ['unknown, where somebody found the cause', ({ named }) => named[0] === 'unknown'],
  ['a cause, where nobody found one', ({ truth }) => truth === 'unknown'],
  ['another category', () => true],
];

function misses(sick: readonly TextRow[]): void {
  const kindOf = (row: TextRow) => MISSES.find(([, is]) => is(judged(row)))?.[0];
  console.log('\nwhat was said                                          all  decidable');
  for (const [kind] of MISSES) {
    const own = sick.filter((row) => kindOf(row) === kind);
    console.log(`${kind.padEnd(52)} ${count(own.length)}     ${count(own.filter(({ decidable }) => decidable).length)}`);
  }
}

function reliability({ inSample, unseen }: SideBySide): void {
  for (const [title, all] of [
    ['in sample', inSample],
    ['cross-validated', unseen],
  ] as const) {
    console.log(`\n${title.padEnd(15)} cases  said   right`);
    for (const { from, to, count: cases, confidence, accuracy } of bins(all))
      console.log(
        `${from.toFixed(1)} to ${to.toFixed(1)}  ${String(cases).padStart(9)}  ${confidence.toFixed(2)}   ${accuracy.toFixed(2)}`,
      );
  }
}

/** Where nothing but victims speaks: how often the cause was among the three that are listed, and how often that was said. */
function possibilities(folds: readonly Fold[], sick: readonly TextRow[]): void {
  const rows = sick.filter(({ victim }) => victim !== undefined);
  const inSample = fittedOn(sick, '');
  const fittedFor = new Map(folds.flatMap(({ rows: own, fitted }) => own.map(({ id }) => [id, fitted] as const)));
  const hits = (of: (row: TextRow) => Fitted) => {
    const listed = rows.map((row) => ({ row, possible: possibleOf(row, of(row), 3) }));
    const among = listed.filter(({ row, possible }) => possible.some(([category]) => category === row.truth)).length;
    const said = listed.reduce((sum, { possible }) => sum + possible.reduce((all, [, one]) => all + one, 0), 0);
    return `${percent(among / rows.length)} (said ${percent(said / rows.length).trim()})`;
  };
  const unseen = hits((row) => fittedFor.get(row.id) ?? inSample);
  console.log(`\n${rows.length} in which nothing but victims speaks: the cause is among the three possibilities`);
  console.log(`in sample ${hits(() => inSample)}, cross-validated ${unseen}`);
}

/** How far the fitted numbers hang on which programs there are, and whether another temperature would be better. */
function fits(folds: readonly Fold[], sick: readonly TextRow[]): void {
  const range = (values: readonly number[]) => `${Math.min(...values)} to ${Math.max(...values)}`;
  const free = foldsOf(sick, [0.5, 0.7, TEMPERATURE, 1, 1.4, 2, 3]);
  const unseen = unseenConfidences(free);
  const error = calibrationError(sick.map((row) => judged(row, unseen.get(row.id))));
  const whole = fittedOn(sick, '');
  console.log('\nfitted                  on all rows    on the folds    in the catalogue');
  const line = (name: string, on: number, own: readonly number[], now: number) =>
    console.log(`${name.padEnd(24)} ${String(on).padEnd(14)} ${range(own).padEnd(15)} ${now}`);
  line(
    'score of the others',
    whole.shares.otherScore,
    folds.map(({ fitted }) => fitted.shares.otherScore),
    TEXT_SHARES.otherScore,
  );
  line(
    'share of a deeper cause',
    whole.shares.deeper,
    folds.map(({ fitted }) => fitted.shares.deeper),
    TEXT_SHARES.deeper,
  );
  const temperatures = free.map(({ fitted }) => fitted.temperature);
  console.log(
    `with the temperature fitted too, ${range(temperatures)} in place of ${TEMPERATURE}: cross-validated calibration error ${error.toFixed(3)}`,
  );
  const stale = sick.filter((row) => Math.abs((confidenceOf(row, whole) ?? 0) - (row.top?.confidence ?? 0)) > 0.005).length;
  if (stale > 0) console.log(`\`npm run calibrate -- --write\` would change what is said of ${stale} incidents.`);
}
