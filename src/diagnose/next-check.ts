import type { Cause } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import type { NotSeen } from './coverage.ts';
import type { Truth } from './criteria.ts';
import type { Weighed } from './scoring.ts';
import { fill } from './words.ts';

/** Below this confidence a verdict says what would decide it. */
export const UNSURE = 0.6;

/** Evidence below this weight decides nothing. */
const DECIDING_POINTS = 4;

/**
 * What would decide it: the evidence nobody could see that would speak loudest, as a command to run by hand or a right to
 * grant. Undefined when everything was seen.
 */
export function nextCheckFor(
  api: ApiFacts,
  weighed: readonly Weighed[],
  entries: readonly LedgerEntry[],
  truths: readonly Truth[],
  causes: ReadonlyMap<string, Cause>,
  notSeen: readonly NotSeen[],
): string | undefined {
  const scores = new Map(weighed.map(({ cause, score }) => [cause, score]));
  const open = entries.flatMap((entry, index) => {
    const cause = causes.get(entry.cause);
    if (truths[index] !== undefined || !cause || !entry.declaration?.reproduce || entry.points < DECIDING_POINTS) return [];
    return [{ entry, cause, reproduce: entry.declaration.reproduce, wouldScore: (scores.get(entry.cause) ?? cause.prior) + entry.points }];
  });
  open.sort((a, b) => b.wouldScore - a.wouldScore || (a.entry.cause < b.entry.cause ? -1 : 1));
  const best = open[0];
  const rule = notSeen.find((one) => one.rule !== undefined);
  const grant = rule ? `Grant \`${rule.rule}\`: the source ${rule.source} is forbidden.` : undefined;
  if (!best)
    return grant ?? (notSeen[0] ? `The source ${notSeen[0].source} ${notSeen[0].why}: make it visible and look again.` : undefined);
  const check = `Run \`${fill(best.reproduce, api)}\`: it would show whether this is "${best.cause.title}".`;
  return grant ? `${check} ${grant}` : check;
}
