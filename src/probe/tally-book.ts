import { type ProbeRequest, type ProbeResult, type ProbeTally, VANTAGES, type Vantage } from '../domain/probe.ts';
import { type Counts, inherit, newTally, publish, record, type Tally } from './tally.ts';

/** The tallies of one API, by plan. */
export interface TallyBook {
  open(key: string, vantage: Vantage, request: ProbeRequest, target: string): void;
  /** Its counts go to another target of the same vantage and request: sums over an API's targets never fall. */
  close(key: string): void;
  /** Returns the result before. */
  record(key: string, result: ProbeResult): ProbeResult | undefined;
  /** By vantage, request, target; those that are not observed are left out. */
  published(): ProbeTally[];
  /** It had its turn, and nothing could be measured: from now on it is not observed. */
  skip(key: string): void;
  /** Its newest probe was measured. */
  isObserved(key: string): boolean;
  /** Some plan has brought a result, or each has had its turn. */
  begun(): boolean;
  /** Every plan has had its turn. */
  settled(): boolean;
}

export function createTallyBook(): TallyBook {
  const tallies = new Map<string, Tally>();
  const skipped = new Set<string>();
  /** Counts without an heir so far, by vantage and request. */
  const estates = new Map<string, Counts>();
  const kindOf = ({ vantage, request }: Pick<Tally, 'vantage' | 'request'>): string => `${vantage} ${request}`;

  const settled = (): boolean => [...tallies].every(([key, tally]) => tally.last || skipped.has(key));

  return {
    open(key, vantage, request, target) {
      const tally = newTally(vantage, request, target);
      const estate = estates.get(kindOf(tally));
      if (estate) inherit(tally.counts, estate);
      estates.delete(kindOf(tally));
      tallies.set(key, tally);
    },
    close(key) {
      const gone = tallies.get(key);
      if (!gone) return;
      tallies.delete(key);
      skipped.delete(key);
      const heir = [...tallies.values()].find((tally) => kindOf(tally) === kindOf(gone));
      const estate = heir?.counts ?? estates.get(kindOf(gone));
      if (estate) inherit(estate, gone.counts);
      else estates.set(kindOf(gone), gone.counts);
    },
    record(key, result) {
      const tally = tallies.get(key);
      const before = tally?.last;
      if (tally) {
        record(tally, result);
        if (!tally.measured) skipped.add(key);
      }
      return before;
    },
    published: () => [...tallies.values()].flatMap((tally) => publish(tally) ?? []).sort(inOrder),
    skip(key) {
      const tally = tallies.get(key);
      if (!tally) return;
      tally.measured = false;
      skipped.add(key);
    },
    isObserved: (key) => tallies.get(key)?.measured === true,
    begun: () => [...tallies.values()].some(({ last }) => last !== undefined) || settled(),
    settled,
  };
}

function inOrder(a: ProbeTally, b: ProbeTally): number {
  const byVantage = VANTAGES.indexOf(a.vantage) - VANTAGES.indexOf(b.vantage);
  if (byVantage !== 0) return byVantage;
  if (a.request !== b.request) return a.request < b.request ? -1 : 1;
  return a.target < b.target ? -1 : a.target > b.target ? 1 : 0;
}
