import type { LedgerEntry } from '../domain/ledger.ts';
import { visibleShare } from '../domain/ledger.ts';
import type { SourceName } from '../domain/sources.ts';
import { UNKNOWN, type Weighed } from './scoring.ts';

/** Evidence below this weight corroborates nothing: that a pod is not ready is so with most causes. */
const CORROBORATING_POINTS = 2;

/**
 * What was weighed, as sure as a text allows: each confidence is multiplied with the share that is left to see (domain/ledger.ts), which
 * the best cause's evidence decides. The order stays.
 * @param deeper TextShares.deeper.
 * @param sourcesOf the sources that a met entry was read from.
 */
export function asATextShows(
  weighed: readonly Weighed[],
  deeper: number,
  sourcesOf: (entry: LedgerEntry) => readonly SourceName[],
): readonly Weighed[] {
  const [best] = weighed;
  if (!best || best.cause === UNKNOWN) return weighed;
  const visible = visibleShare(kindsOf(best.met, sourcesOf), deeper);
  return weighed.map((one) => ({ ...one, confidence: one.confidence * visible }));
}

/**
 * Independent kinds of evidence: what lines say is one however many say it, what the objects are is another. A text has no probes:
 * what stands in their place is the error itself, which every cause shares.
 */
function kindsOf(met: readonly LedgerEntry[], sourcesOf: (entry: LedgerEntry) => readonly SourceName[]): number {
  const kinds = new Set<SourceName>();
  for (const entry of met) if (entry.points >= CORROBORATING_POINTS) for (const source of sourcesOf(entry)) kinds.add(source);
  kinds.delete('probes');
  return kinds.size;
}
