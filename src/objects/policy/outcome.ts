import type { Match } from './match.ts';

/** How policies may end for one connection. `next` = they leave it to the tier after them. */
export interface Outcome {
  readonly is: 'admitted' | 'blocked' | 'next';
  /** Names the policy and the rule that decides. */
  readonly why: string;
  /** Set when it is only possible: what is not known. */
  readonly doubt?: string;
}

/** All ends that are possible with what is known; one, where it is known. */
export type Possible = readonly Outcome[];

/** A rule that was held against the connection. */
export interface Candidate extends Outcome {
  readonly matches: Match;
}

/** Rules in their order: the first that matches decides; what only may match leaves the rest possible too. */
export function firstMatch(candidates: readonly Candidate[], otherwise: Possible): Possible {
  const possible: Outcome[] = [];
  for (const { matches, is, why, doubt } of candidates) {
    if (matches === 'no') continue;
    if (matches === 'yes') return [...possible, { is, why }];
    possible.push({ is, why, doubt: doubt ?? why });
  }
  return [...possible, ...otherwise];
}

/** What one tier leaves open, the next one decides. */
export function inTurn(tiers: readonly (() => Possible)[], end: Outcome): Possible {
  let possible: Possible = [{ is: 'next', why: '' }];
  for (const tier of tiers) {
    const open = possible.find(({ is }) => is === 'next');
    if (!open) return possible;
    possible = [...possible.filter(({ is }) => is !== 'next'), ...tier()];
  }
  return possible.map((outcome) =>
    outcome.is === 'next' ? { ...end, ...(outcome.doubt !== undefined && { doubt: outcome.doubt }) } : outcome,
  );
}

export interface Answer {
  readonly is: 'admitted' | 'blocked' | 'unknown';
  readonly why: string;
}

/** Known when all possible ends are the same. */
export function settle(possible: Possible): Answer {
  const [first] = possible;
  if (first && first.is !== 'next' && possible.every(({ is }) => is === first.is)) {
    const sure = possible.find(({ doubt }) => doubt === undefined) ?? first;
    return { is: first.is, why: sure.why };
  }
  const doubt = possible.find((outcome) => outcome.doubt !== undefined)?.doubt;
  return { is: 'unknown', why: doubt ?? possible.map(({ why }) => why).join('; or ') };
}
