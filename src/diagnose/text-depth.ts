import type { Diagnosis } from '../domain/diagnosis.ts';
import { type LedgerEntry, visibleShare } from '../domain/ledger.ts';
import type { SignalDeclaration } from '../domain/signal.ts';
import type { SourceName } from '../domain/sources.ts';
import { UNKNOWN, type Weighed } from './scoring.ts';

/** Evidence below this weight corroborates nothing: that a pod is not ready is so with most causes. */
const CORROBORATING_POINTS = 2;

/** What a text is asked beside its evidence. */
export interface TextDepth {
  /** TextShares.deeper. */
  readonly deeper: number;
  /** The sources that a met entry was read from. */
  readonly sourcesOf: (entry: LedgerEntry) => readonly SourceName[];
  /** How often nobody could tell the cause where nothing but victims spoke; undefined: not counted. */
  readonly untold?: number;
}

/**
 * What was weighed, as sure as a text allows: each confidence is multiplied with the share that is left to see (domain/ledger.ts), which
 * the best cause's evidence decides. The order stays. `unknown` as a verdict is a count: of those that are like it, how many stayed so.
 */
export function asATextShows(weighed: readonly Weighed[], { deeper, sourcesOf, untold }: TextDepth): readonly Weighed[] {
  const [best, ...others] = weighed;
  if (!best) return weighed;
  if (best.cause === UNKNOWN) return untold === undefined ? weighed : [{ ...best, confidence: untold }, ...others];
  const visible = visibleShare(kindsOf(best.met, sourcesOf), deeper);
  return weighed.map((one) => ({ ...one, confidence: one.confidence * visible }));
}

/**
 * The verdict on a text with the share that is left to a deeper cause. Any other as it is.
 * @param sources of the signals, by name.
 */
export function withDepth(diagnosis: Diagnosis, deeper: number | undefined, sources: ReadonlyMap<string, SignalDeclaration>): Diagnosis {
  if (deeper === undefined || diagnosis.cause === UNKNOWN) return diagnosis;
  const kinds = kindsOf(diagnosis.evidence, ({ values }) => Object.keys(values).flatMap((name) => sources.get(name)?.source ?? []));
  return { ...diagnosis, deeper: 1 - visibleShare(kinds, deeper) };
}

/**
 * Independent kinds of evidence: what lines say is one however many say it, what the objects are is another. A text has no probes:
 * what stands in their place is the error itself, which every cause shares.
 */
export function kindsOf<Met extends Pick<LedgerEntry, 'points'>>(
  met: readonly Met[],
  sourcesOf: (entry: Met) => readonly SourceName[],
): number {
  const kinds = new Set<SourceName>();
  for (const entry of met) if (entry.points >= CORROBORATING_POINTS) for (const source of sourcesOf(entry)) kinds.add(source);
  kinds.delete('probes');
  return kinds.size;
}
