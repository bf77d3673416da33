import fc from 'fast-check';
import { catalogueOptions } from '../../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../../src/diagnose/diagnostician.ts';
import type { SignalDeclaration } from '../../../../src/domain/signal.ts';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import { DERIVED_SIGNALS } from '../../../../src/signals/derived.ts';
import { SIGNALS } from '../../../../src/signals/list.ts';
import { readSignals } from '../../../../src/signals/read.ts';
import { ROWS } from '../../../correlations/tables/rows.ts';
import { NOW } from '../../../support/healthy.ts';
import { play } from '../../../support/play.ts';

/** Seconds between two ticks of test/support/play.ts. */
export const STEP = 10;
export const APISERVICE = 'v1.tides.example.com';

/** Faults one after the other, of which each shows what its row in test/correlations/tables shows; ticks. */
export interface Sequence {
  readonly faults: readonly { readonly cause: string; readonly healthyBefore: number; readonly ticks: number }[];
}

/** What the exporter saw and said, tick by tick. */
export interface Told {
  readonly title: string;
  readonly steps: number;
  /** Values of each signal, counters never falling, timestamps since the first tick; undefined = not observed. */
  readonly signals: ReadonlyMap<SignalDeclaration, readonly (number | undefined)[]>;
  /** Probes through the kube-apiserver that have ended, never falling. */
  readonly attempts: readonly (number | undefined)[];
  /** The cause of the verdict held after each tick; `unknown` where none is held. */
  readonly verdicts: readonly string[];
}

const HEALTHY_BEFORE = 6;
/** Longer than an alert goes on after the last failure. */
const HEALTHY_AFTER = 34;

export const sequences: fc.Arbitrary<Sequence> = fc
  .array(
    fc.record({
      cause: fc.constantFrom(...ROWS.map(({ cause }) => cause)),
      healthyBefore: fc.integer({ min: 0, max: 14 }),
      ticks: fc.integer({ min: 2, max: 14 }),
    }),
    { minLength: 2, maxLength: 3 },
  )
  .map((faults) => ({ faults }));

/** @param steps at least so many: sequences that share a test end together. */
function snapshotsOf({ faults }: Sequence, steps: number): Snapshot[] {
  const snapshots: Snapshot[] = play({}, { healthyTicks: HEALTHY_BEFORE, faultyTicks: 0 });
  for (const { cause, healthyBefore, ticks } of faults) {
    const row = ROWS.find((candidate) => candidate.cause === cause);
    if (!row) throw new Error(`no row of ${cause}`);
    const healthyTicks = snapshots.length + healthyBefore;
    snapshots.push(...play(row.match, { healthyTicks, faultyTicks: ticks }).slice(snapshots.length));
  }
  const healthyTicks = Math.max(steps, snapshots.length + HEALTHY_AFTER);
  return [...snapshots, ...play({}, { healthyTicks, faultyTicks: 0 }).slice(snapshots.length)];
}

export function stepsOf({ faults }: Sequence): number {
  return HEALTHY_BEFORE + faults.reduce((sum, { healthyBefore, ticks }) => sum + healthyBefore + ticks, 0) + HEALTHY_AFTER;
}

/** Shows the sequence to the exporter's own diagnostician. */
export function tell(sequence: Sequence, steps = 0): Told {
  const doctor = createDiagnostician(catalogueOptions());
  const snapshots = snapshotsOf(sequence, steps);
  const rising = new Map<string, { read: number; shown: number }>();
  const signals = new Map([...SIGNALS, ...DERIVED_SIGNALS].map((signal) => [signal, new Array<number | undefined>(snapshots.length)]));
  const attempts: (number | undefined)[] = [];
  const verdicts = snapshots.map((snapshot, step) => {
    const read = new Map(readSignals(snapshot).get(APISERVICE));
    for (const signal of SIGNALS) if (signal.kind === 'counter') rise(signal.name, read, rising);
    const probed = new Map([['attempts', attemptsIn(snapshot)]]);
    rise('attempts', probed, rising);
    attempts.push(probed.get('attempts'));
    const round = doctor.observe(snapshot, new Map([[APISERVICE, read]]));
    for (const [signal, values] of signals)
      values[step] = shown(signal, read.get(signal.name) ?? round.derived.get(APISERVICE)?.get(signal.name));
    return round.verdicts.get(APISERVICE)?.cause ?? 'unknown';
  });
  const title = sequence.faults.map(({ cause, healthyBefore, ticks }) => `${healthyBefore} well, ${ticks} ${cause}`).join(', ');
  return { title, steps: snapshots.length, signals, attempts, verdicts };
}

const attemptsIn = ({ apis }: Snapshot): number =>
  apis.flatMap(({ probes }) => probes).reduce((sum, { vantage, attempts }) => sum + (vantage === 'aggregator' ? attempts : 0), 0);

/** Each situation counts from its own beginning: together they go on counting. */
function rise(name: string, read: Map<string, number>, rising: Map<string, { read: number; shown: number }>): void {
  const value = read.get(name);
  if (value === undefined) return;
  const before = rising.get(name) ?? { read: value, shown: value };
  const next = { read: value, shown: before.shown + Math.max(0, value - before.read) };
  rising.set(name, next);
  read.set(name, next.shown);
}

/** promtool's clock begins at 0. */
function shown(signal: SignalDeclaration, value: number | undefined): number | undefined {
  return signal.kind === 'timestamp' && value !== undefined ? value - NOW / 1000 : value;
}
