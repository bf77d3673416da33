import type { Category } from '../domain/category.ts';
import type { Candidate } from '../domain/diagnosis.ts';
import type { Truth } from './moment.ts';
import { UNKNOWN } from './scoring.ts';

/** What is said of one failure from its first tick to a quarter of an hour after its last: a verdict ends with its fault. */
export interface HeldVerdict {
  /** `unknown` while no cause is at least as likely as not. */
  readonly cause: string;
  readonly category: Category;
  /** 0 to 1. */
  readonly confidence: number;
  /** `recovered` is memory only: the API neither fails nor has a diagnosis. */
  readonly state: 'failing' | 'recovering' | 'recovered';
  /** When the failure was first seen, Unix seconds. */
  readonly since: number;
  /** Since when nothing errs, Unix seconds; absent while it fails. */
  readonly endedAt?: number;
}

/** A verdict with what it was based on when the API last erred. */
export interface Held {
  readonly verdict: HeldVerdict;
  /** Best first, at most MOST_CANDIDATES: shown unchanged while nothing errs. */
  readonly candidates: readonly Candidate[];
  /** Ticks in a row at which nothing erred. */
  readonly calm: number;
  /** When the first of them was, Unix seconds. */
  readonly calmSince?: number;
  /** Failures counted until now. */
  readonly failures?: number;
  /** Since when the cause has been this one, and when the evidence last put it on top, Unix seconds. Absent for `unknown`. */
  readonly leads?: { readonly since: number; readonly until: number };
  /** The evidence of this tick names another cause, or none: the verdict and its candidates are those of `leads.until`. */
  readonly kept?: true;
}

/** One API at one tick. */
export interface VerdictTick {
  /** Unix seconds. */
  readonly time: number;
  /** Whether it erred within the memory of the symptom; undefined = not observed. */
  readonly symptom: Truth;
  /** Whether it errs by the newest observation of any vantage; undefined = not observed. */
  readonly errs: Truth;
  /** Counter of failed probes: shows what failed and passed again between two ticks. */
  readonly failures: number | undefined;
  /** What was weighed at this tick, best first; empty without the symptom. */
  readonly candidates: readonly Candidate[];
}

/** Below it a cause is less likely than all others together: it is not named. */
export const NAMED_FROM = 0.5;
/** Ticks without an error after which a failure is said to be over. One may be luck. */
export const CALM_TICKS = 2;
/** Seconds for which the verdict on a failure that is over is remembered. */
export const REMEMBERED = 900;
/**
 * Seconds for which a cause is kept when the evidence leaves it while the API still errs: two intervals of the probes, by when every
 * vantage has been asked anew. What a pod, a Service or a condition says is seen at once, so until then a mend looks like another
 * fault: the address is ready, and the newest answer of it is the refusal from before.
 */
export const KEPT = 20;
/** A cause is kept for a third of the time that it has led at most: one that was a first guess is given up at once. */
const KEPT_SHARE = 3;
/** Candidates kept while nothing errs. */
export const MOST_CANDIDATES = 6;

/**
 * The next verdict. While the API errs it follows the evidence of each tick, after a moment's delay (KEPT). From the first tick at which nothing errs it is that
 * of the failure that ends: what is left of the trouble looks like other causes. A failure that begins takes nothing over.
 * @returns undefined when there is nothing to say: no failure for a quarter of an hour, or nobody looks.
 */
export function nextHeld(before: Held | undefined, tick: VerdictTick): Held | undefined {
  if (tick.symptom === undefined) return undefined;
  if (tick.symptom === false) return before && remembered(before, tick);
  if (before === undefined || before.verdict.state === 'recovered' || errs(before, tick)) return failing(before, tick);
  const calm = before.calm + 1;
  const calmSince = before.calmSince ?? tick.time;
  const verdict: HeldVerdict =
    calm < CALM_TICKS ? before.verdict : { ...before.verdict, state: 'recovering', endedAt: before.verdict.endedAt ?? calmSince };
  return { ...before, verdict, calm, calmSince, ...failuresOf(tick) };
}

/** Not observed is no recovery. */
function errs(before: Held, { errs: now, failures }: VerdictTick): boolean {
  return now !== false || (failures !== undefined && before.failures !== undefined && failures > before.failures);
}

function failing(before: Held | undefined, tick: VerdictTick): Held {
  const named = namedBy(tick);
  if (before && named?.cause !== before.verdict.cause && keeps(before, tick)) return kept(before, tick);
  const { cause, category, confidence } = named ?? unknownOf(tick);
  return {
    verdict: { cause, category, confidence, state: 'failing', since: (before && failingSince(before, cause)) ?? tick.time },
    candidates: tick.candidates.slice(0, MOST_CANDIDATES),
    calm: 0,
    ...failuresOf(tick),
    ...(named && { leads: { since: (before && leadingSince(before, cause)) ?? tick.time, until: tick.time } }),
  };
}

function namedBy({ candidates: [top] }: VerdictTick): Candidate | undefined {
  return top && top.cause !== UNKNOWN && top.confidence >= NAMED_FROM ? top : undefined;
}

function unknownOf({ candidates }: VerdictTick): Pick<HeldVerdict, 'cause' | 'category' | 'confidence'> {
  const unknown = candidates.find(({ cause }) => cause === UNKNOWN);
  return { cause: UNKNOWN, category: 'unknown', confidence: unknown?.confidence ?? 0 };
}

/** Undefined: what failed before is over, and this failure is another one. */
function failingSince({ verdict }: Held, cause: string): number | undefined {
  return verdict.state === 'failing' || (verdict.state === 'recovering' && verdict.cause === cause) ? verdict.since : undefined;
}

function leadingSince({ verdict, calm, leads }: Held, cause: string): number | undefined {
  return verdict.state === 'failing' && calm === 0 && verdict.cause === cause ? leads?.since : undefined;
}

/** A deeper cause that explains the verdict takes its place at once, and what failed and passed begins anew. */
function keeps({ verdict, leads, calm }: Held, { time, candidates }: VerdictTick): boolean {
  if (verdict.state !== 'failing' || calm > 0 || leads === undefined) return false;
  if (time - leads.until > Math.min(KEPT, (leads.until - leads.since) / KEPT_SHARE)) return false;
  return !candidates.some(({ cause, evidence }) => cause === verdict.cause && evidence.some(({ weight }) => weight === 'superseded'));
}

function kept({ verdict, candidates, leads }: Held, tick: VerdictTick): Held {
  return { verdict, candidates, calm: 0, ...failuresOf(tick), ...(leads && { leads }), kept: true };
}

function remembered(before: Held, tick: VerdictTick): Held | undefined {
  const endedAt = before.verdict.endedAt ?? before.calmSince ?? tick.time;
  if (tick.time - endedAt > REMEMBERED) return undefined;
  return { verdict: { ...before.verdict, state: 'recovered', endedAt }, candidates: [], calm: before.calm, ...failuresOf(tick) };
}

function failuresOf({ failures }: VerdictTick): { readonly failures?: number } {
  return failures === undefined ? {} : { failures };
}
