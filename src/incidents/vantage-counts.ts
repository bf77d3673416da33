import type { VantageCount } from '../domain/incident.ts';
import { type ProbeTally, VANTAGES, type Vantage } from '../domain/probe.ts';

/** What was asked and what failed between two ticks, from the tallies of both; a target that is new counts from 0, as does a tally that began anew. */
export function askedBetween(before: readonly ProbeTally[], now: readonly ProbeTally[]): readonly VantageCount[] {
  const known = new Map(before.map((tally) => [keyOf(tally), tally]));
  const counts = new Map<string, { asked: number; failed: number }>();
  for (const tally of now) {
    const old = known.get(keyOf(tally));
    const since = old && old.attempts <= tally.attempts ? old : undefined;
    const count = counts.get(tally.vantage) ?? { asked: 0, failed: 0 };
    count.asked += tally.attempts - (since?.attempts ?? 0);
    count.failed += Math.max(0, failuresOf(tally) - (since ? failuresOf(since) : 0));
    counts.set(tally.vantage, count);
  }
  return VANTAGES.flatMap((vantage) => {
    const count = counts.get(vantage);
    return count ? [{ vantage, ...count }] : [];
  });
}

/** Mean seconds of the requests from there that passed between two ticks; undefined where none did. */
export function passedBetween(before: readonly ProbeTally[], now: readonly ProbeTally[], vantage: Vantage): number | undefined {
  const known = new Map(before.map((tally) => [keyOf(tally), tally]));
  let count = 0;
  let seconds = 0;
  for (const tally of now) {
    if (tally.vantage !== vantage) continue;
    const old = known.get(keyOf(tally));
    const since = old && old.attempts <= tally.attempts ? old : undefined;
    count += (tally.durationBuckets.at(-1) ?? 0) - (since?.durationBuckets.at(-1) ?? 0);
    seconds += tally.durationSum - (since?.durationSum ?? 0);
  }
  return count > 0 ? Math.max(0, seconds) / count : undefined;
}

/** Both together. */
export function addCounts(a: readonly VantageCount[], b: readonly VantageCount[]): readonly VantageCount[] {
  return VANTAGES.flatMap((vantage) => {
    const own = [...a, ...b].filter((count) => count.vantage === vantage);
    if (own.length === 0) return [];
    const sum = (of: 'asked' | 'failed') => own.reduce((total, count) => total + count[of], 0);
    return [{ vantage, asked: sum('asked'), failed: sum('failed') }];
  });
}

const keyOf = ({ vantage, request, target }: ProbeTally): string => `${vantage} ${request} ${target}`;

function failuresOf({ failures }: ProbeTally): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}
