import type { Category } from '../domain/category.ts';
import type { Cause } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { required } from '../domain/required.ts';
import { tieBreak } from '../domain/tie-break.ts';
import type { Truth } from './moment.ts';

export const UNKNOWN = 'unknown';

/** A cause as it was weighed: its entries that are met, its score and, among the candidates, its confidence. */
export interface Weighed {
  readonly cause: string;
  readonly category: Category;
  readonly met: readonly LedgerEntry[];
  readonly score: number;
  /** 0 to 1; those of all candidates add up to 1, less the share of the causes that show no evidence. */
  readonly confidence: number;
}

export interface ScoringOptions {
  readonly unknownScore: number;
  /** Score of all causes that show no evidence, together; without it they have no share. */
  readonly otherScore?: number;
  readonly temperature: number;
}

/**
 * The formula of domain/ledger.ts. Candidates only, best first; `unknown` is always one. Ties go by domain/tie-break.ts.
 * @param entries `ledgerOf(causes)`
 * @param truths of each entry's criterion, by index.
 */
export function weigh(
  causes: readonly Cause[],
  entries: readonly LedgerEntry[],
  truths: readonly Truth[],
  { unknownScore, otherScore = Number.NEGATIVE_INFINITY, temperature }: ScoringOptions,
): Weighed[] {
  const explained = entries.some((entry, index) => truths[index] === true && entry.direct && !entry.lookBack);
  const met = new Map<string, LedgerEntry[]>();
  entries.forEach((entry, index) => {
    if (truths[index] !== true || (entry.lookBack && explained)) return;
    const of = met.get(entry.cause);
    if (of) of.push(entry);
    else met.set(entry.cause, [entry]);
  });

  const weighed = causes.flatMap((cause) => {
    const own = met.get(cause.id);
    return own?.some((entry) => entry.direct) ? [scored(cause.id, cause.category, cause.prior, own)] : [];
  });
  weighed.push(scored(UNKNOWN, 'unknown', unknownScore, met.get(UNKNOWN) ?? []));
  const ranks = new Map(weighed.map((one) => [one.cause, one.score - tieBreak(one.cause)]));
  weighed.sort((a, b) => (ranks.get(b.cause) ?? 0) - (ranks.get(a.cause) ?? 0));
  return softmax(weighed, otherScore, temperature);
}

function scored(cause: string, category: Category, prior: number, met: readonly LedgerEntry[]): Omit<Weighed, 'confidence'> {
  return { cause, category, met, score: met.reduce((sum, entry) => sum + entry.points, prior) };
}

function softmax(weighed: readonly Omit<Weighed, 'confidence'>[], otherScore: number, temperature: number): Weighed[] {
  const shares = softmaxShares(
    weighed.map(({ score }) => score),
    otherScore,
    temperature,
  );
  return weighed.map((one, index) => ({ ...one, confidence: shares[index] ?? 0 }));
}

/** Confidences of the candidates by their scores, best first. */
export function softmaxShares(scores: readonly number[], otherScore: number, temperature: number): number[] {
  const best = required(scores[0], 'the best candidate');
  const share = (score: number): number => Math.exp((score - best) / temperature);
  const sum = scores.reduce((all, score) => all + share(score), share(otherScore));
  return scores.map((score) => share(score) / sum);
}
