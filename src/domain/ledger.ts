import { type Cause, type EvidenceDeclaration, explainsAway, isDirect, SUPERSEDED_WEIGHT, WEIGHTS } from './cause.ts';
import { any, type Criterion } from './criterion.ts';

/**
 * The catalogue as a flat list of weighted criteria: the one formula that both readers, diagnose/ and generate/, implement.
 *
 *   score(cause)      = prior + Σ points of its entries that are met (undefined adds 0)
 *   candidate(cause)  = at least one `direct` entry is met; `unknown` always is one, with score UNKNOWN_SCORE + its entries
 *   look-back entries count only while no cause of the API has a direct entry met that is not a look-back entry
 *   confidence(cause) = exp(score / T) / (exp(OTHER_SCORE / T) + Σ over the candidates of exp(score / T))
 *
 * OTHER_SCORE stands for every cause that shows no evidence here: one of the catalogue whose traces nobody could see, or one that
 * is not in it. Without it a cause that is alone would be certain, and so would `unknown`.
 */
export interface LedgerEntry {
  readonly cause: string;
  /** Evidence id, or `superseded-by-<cause>`. */
  readonly evidence: string;
  readonly when: Criterion;
  readonly points: number;
  readonly direct: boolean;
  readonly lookBack: boolean;
  readonly declaration?: EvidenceDeclaration;
}

export function ledgerOf(causes: readonly Cause[]): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const cause of causes) {
    for (const evidence of cause.evidence) entries.push(entryOf(cause, evidence, false));
    for (const evidence of cause.lookBack ?? []) entries.push(entryOf(cause, evidence, true));
  }
  for (const cause of causes) {
    const strong = cause.evidence.filter(explainsAway).map((evidence) => evidence.when);
    for (const consequence of strong.length > 0 ? (cause.supersedes ?? []) : [])
      entries.push({
        cause: consequence,
        evidence: `superseded-by-${cause.id}`,
        when: any(...strong),
        points: SUPERSEDED_WEIGHT,
        direct: false,
        lookBack: false,
      });
  }
  return entries;
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
