import { type Cause, type EvidenceDeclaration, EXPLAINING_POINTS, explainsAway, isDirect, SUPERSEDED_WEIGHT, WEIGHTS } from './cause.ts';
import { all, any, type Criterion } from './criterion.ts';

/**
 * The catalogue as a flat list of weighted criteria: the one formula that both readers, diagnose/ and generate/, implement.
 *
 *   score(cause)      = prior + Σ points of its entries that are met (undefined adds 0)
 *   candidate(cause)  = at least one `direct` entry is met; `unknown` always is one, with score UNKNOWN_SCORE + its entries
 *   look-back entries count only while no cause of the API has a direct entry met that is not a look-back entry
 *   a cause that deepens another takes that one's place, and counts its entries too, while it has a direct entry met
 *   confidence(cause) = exp(score / T) / (exp(OTHER_SCORE / T) + Σ over the candidates of exp(score / T))
 *
 * OTHER_SCORE stands for every cause that shows no evidence here: one of the catalogue whose traces nobody could see, or one that
 * is not in it. Without it a cause that is alone would be certain, and so would `unknown`.
 *
 * A pasted text shows less than a cluster that is watched: what one program saw. The cause as it is found in the end lies often one
 * step deeper, where no line of the text can show it: a policy behind a time-out, a rotation behind a certificate that has expired.
 * So of a text, and of nothing that is printed as a rule, each confidence is multiplied with the share that is left to see:
 *
 *   visible = 1 - DEEPER ^ kinds
 *
 * `kinds` counts the independent kinds of evidence that speak for the best cause: that one of them shows a consequence only has the
 * chance DEEPER, that all do its power. TEXT_SHARES has the number, and what stands in the place of OTHER_SCORE.
 */
export interface LedgerEntry {
  readonly cause: string;
  /** Evidence id, or `superseded-by-<cause>`. */
  readonly evidence: string;
  readonly when: Criterion;
  readonly points: number;
  readonly direct: boolean;
  readonly lookBack: boolean;
  /** Of a shallower cause, which this one deepens. */
  readonly inherited?: true;
  /** Of `superseded-by-<cause>`: the least points of that cause's own evidence that explain this one away. */
  readonly explainedBy?: number;
  readonly declaration?: EvidenceDeclaration;
}

export function ledgerOf(causes: readonly Cause[]): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  const byId = new Map(causes.map((cause) => [cause.id, cause]));
  for (const cause of causes) {
    for (const evidence of cause.evidence) entries.push(entryOf(cause, evidence, false));
    for (const evidence of cause.lookBack ?? []) entries.push(entryOf(cause, evidence, true));
  }
  for (const cause of causes) {
    const strong = cause.evidence.filter(explainsAway).map((evidence) => evidence.when);
    for (const consequence of strong.length > 0 ? (cause.supersedes ?? []) : [])
      entries.push(supersession(consequence, cause, any(...strong), EXPLAINING_POINTS));
    for (const shallow of cause.deepens ?? []) entries.push(...deepening(cause, shallow, byId.get(shallow)));
  }
  return entries;
}

function supersession(consequence: string, by: Cause, when: Criterion, explainedBy: number): LedgerEntry {
  const evidence = `superseded-by-${by.id}`;
  return { cause: consequence, evidence, when, points: SUPERSEDED_WEIGHT, direct: false, lookBack: false, explainedBy };
}

/** While the deeper one is a candidate by evidence of its own, what speaks for the shallower one speaks for it, and it stands alone. */
function deepening(cause: Cause, shallow: string, of: Cause | undefined): LedgerEntry[] {
  const own = cause.evidence.filter(isDirect).map(({ when }) => when);
  if (own.length === 0) return [];
  const met = any(...own);
  const known = new Set(cause.evidence.map(({ when }) => JSON.stringify(when)));
  const passedOn = (of?.evidence ?? []).filter(({ weight, when }) => WEIGHTS[weight] > 0 && !known.has(JSON.stringify(when)));
  return [
    supersession(shallow, cause, met, WEIGHTS.suggestive),
    ...passedOn.map((declaration): LedgerEntry => {
      const entry = entryOf(cause, { ...declaration, id: `${shallow}-${declaration.id}`, when: all(met, declaration.when) }, false);
      return { ...entry, direct: false, inherited: true };
    }),
  ];
}

function entryOf(cause: Cause, declaration: EvidenceDeclaration, lookBack: boolean): LedgerEntry {
  return {
    cause: cause.id,
    evidence: declaration.id,
    when: declaration.when,
    points: WEIGHTS[declaration.weight],
    direct: isDirect(declaration),
    lookBack,
    declaration,
  };
}

/** What the formula takes of a text in place of what it takes of a cluster. */
export interface TextShares {
  /** In place of OTHER_SCORE. */
  readonly otherScore: number;
  /** DEEPER, 0 to 1: how often one kind of evidence shows only a consequence of the cause. */
  readonly deeper: number;
}

/** The share of the confidence that is left where so many independent kinds of evidence speak, one at the least. */
export function visibleShare(kinds: number, deeper: number): number {
  return 1 - deeper ** Math.max(1, kinds);
}
