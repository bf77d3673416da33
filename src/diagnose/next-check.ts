import type { Cause } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { evidenceCommand } from './commands.ts';
import type { NotSeen } from './coverage.ts';
import type { Truth } from './moment.ts';
import type { Weighed } from './scoring.ts';

/** Below this confidence a verdict says what would decide it. */
export const UNSURE = 0.6;

/** Evidence below this weight decides nothing. */
const DECIDING_POINTS = 4;

/** Causes that are named as what a check may show. */
const MOST_TITLES = 3;

/** What was weighed of an API. */
interface Undecided {
  readonly api: ApiFacts;
  readonly weighed: readonly Weighed[];
  readonly entries: readonly LedgerEntry[];
  /** By entry; undefined = not observed. */
  readonly truths: readonly Truth[];
  readonly causes: ReadonlyMap<string, Cause>;
}

/**
 * What would decide it: the command that shows most of the evidence nobody could see, or a right to grant. Undefined when
 * everything was seen.
 */
export function nextCheckFor({ api, weighed, entries, truths, causes }: Undecided, notSeen: readonly NotSeen[]): string | undefined {
  const scores = new Map(weighed.map(({ cause, score }) => [cause, score]));
  const checks = new Map<string, Map<Cause, number>>();
  entries.forEach((entry, index) => {
    const cause = causes.get(entry.cause);
    const reproduce = entry.declaration?.reproduce;
    if (truths[index] !== undefined || !cause || !reproduce || entry.points < DECIDING_POINTS) return;
    const wouldScore = (scores.get(entry.cause) ?? cause.prior) + entry.points;
    const command = evidenceCommand(reproduce, api, undefined);
    const shown = checks.get(command) ?? new Map<Cause, number>();
    shown.set(cause, Math.max(shown.get(cause) ?? Number.NEGATIVE_INFINITY, wouldScore));
    checks.set(command, shown);
  });
  const [best] = [...checks]
    .map(([command, shown]) => ({ command, shown, worth: [...shown.values()].reduce((sum, score) => sum + Math.exp(score), 0) }))
    .sort((a, b) => b.worth - a.worth || (a.command < b.command ? -1 : 1));
  const rule = notSeen.find((one) => one.rule !== undefined);
  const grant = rule ? `Grant \`${rule.rule}\`: the source ${rule.source} is forbidden.` : undefined;
  if (!best)
    return grant ?? (notSeen[0] ? `The source ${notSeen[0].source} ${notSeen[0].why}: make it visible and look again.` : undefined);
  const check = `Run \`${best.command}\`: it would show whether this is ${titles(best.shown)}.`;
  return grant ? `${check} ${grant}` : check;
}

function titles(shown: ReadonlyMap<Cause, number>): string {
  const likeliest = [...shown].sort(([a, x], [b, y]) => y - x || (a.id < b.id ? -1 : 1)).map(([{ title }]) => `"${title}"`);
  const named = likeliest.slice(0, MOST_TITLES);
  if (likeliest.length > MOST_TITLES) return `${named.join(', ')} or another cause`;
  return [named.slice(0, -1).join(', '), ...named.slice(-1)].filter((part) => part !== '').join(' or ');
}
