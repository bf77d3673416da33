import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import type { HeldVerdict } from '../../../src/diagnose/held-verdict.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { JudgedRound } from '../../../src/incidents/api-tick.ts';
import { FAULTS } from '../../../src/simulator/faults/list.ts';
import type { Mark, Played } from './course.ts';

/** Causes that are right beside the one that a fault names: deeper ones, or what one sees of it before it can be told apart. docs/accuracy.md. */
const ALSO_RIGHT: Readonly<Record<string, readonly string[]>> = {
  'backend-storage-hung': ['backend-storage-failing'],
  'discovery-forbidden': ['request-header-config-unreadable'],
  'liveness-failing': ['pod-crash-looping'],
  'network-policy-changed': ['network-policy-blocking'],
  'no-ready-endpoints': ['backend-scaled-to-zero'],
};

export function rightFor(faultId: string): ReadonlySet<string> {
  const fault = FAULTS.find(({ id }) => id === faultId);
  if (!fault) throw new Error(`fault ${faultId}: not of the simulator`);
  return new Set([fault.cause, ...(ALSO_RIGHT[faultId] ?? [])]);
}

/**
 * Whether the recording machine itself stood still: a kube-apiserver was late with its /readyz though no fault of the course is one of
 * it. What was seen then is of that machine, not of the fault.
 */
export function isStalled({ marks, snapshots }: Played): boolean {
  if (marks.some(({ fault }) => /^(?:apiserver|etcd)/.test(fault))) return false;
  const from = marks[0]?.from ?? 0;
  return snapshots.some(
    ({ time, cluster }) =>
      time >= from && cluster.apiservers.some(({ control }) => control && (!control.last.ok || control.last.seconds > LATE_SECONDS)),
  );
}
const LATE_SECONDS = 1;

export interface Said {
  readonly at: number;
  /** Undefined while there is nothing to say, and once all is over. */
  readonly verdict?: HeldVerdict;
}

/** The verdict of each tick, on the course's own clock. */
export function verdictsOf({ snapshots }: Played): Said[] {
  const doctor = createDiagnostician(catalogueOptions());
  return snapshots.map((snapshot) => saidOf(snapshot, doctor.observe(snapshot)));
}

/** Of the first API: a course has one. */
export function saidOf({ time, apis }: Snapshot, { verdicts }: Pick<JudgedRound, 'verdicts'>): Said {
  const verdict = verdicts.get(apis[0]?.name ?? '');
  return verdict && verdict.state !== 'recovered' ? { at: time, verdict } : { at: time };
}

/** When a probe that began with the fault first failed, Unix milliseconds. */
export function firstFailed({ snapshots }: Played, { from, to }: Mark): number | undefined {
  return snapshots.find(
    ({ time, apis }) => time >= from && time <= to && apis.some(({ probes }) => probes.some(({ last }) => !last.ok && last.at >= from)),
  )?.time;
}

/** What was said, and when in seconds after `from`: for the reader of a miss. */
export function told(said: readonly Said[], from: number): string {
  let before = '';
  return said
    .flatMap(({ at, verdict }) => {
      const now = verdict ? `${verdict.cause}${verdict.state === 'recovering' ? ', recovering' : ''}` : 'nothing';
      const changed = now !== before;
      before = now;
      return changed ? [`${Math.round((at - from) / 1000)} s ${now}`] : [];
    })
    .join('; ');
}

/** What was true a minute ago does not outweigh what is true now. */
const NAMED_WITHIN_MS = 15_000;

/** Undefined = the second fault of a pair is named in time, and as long as it lasts; else what was said. */
export function missOfPair(played: Played): string | undefined {
  const second = played.marks.at(-1)!;
  const failed = firstFailed(played, second);
  const right = rightFor(second.fault);
  const said = verdictsOf(played);
  const due = said.filter(({ at, verdict }) => failed !== undefined && at > failed + NAMED_WITHIN_MS && at <= second.to && verdict);
  return due.length > 0 && due.every(({ verdict }) => right.has(verdict!.cause)) ? undefined : told(said, second.from);
}
