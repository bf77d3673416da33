import type { Mutant } from './mutants.ts';

/** Mutants that no test can tell from the code, each with why. They are run all the same: one that dies is no equivalent. */
export interface Equivalent extends Pick<Mutant, 'file' | 'code' | 'from' | 'to'> {
  /** The function or method that it stands in, where the file has the same line elsewhere. */
  readonly in?: string;
  readonly because: string;
}

const SEAM = 'src/observe/logs/seam.ts';
const MATCHES = 'src/signals/signature-matches.ts';
const SCORING = 'src/diagnose/scoring.ts';

export const EQUIVALENTS: readonly Equivalent[] = [
  ...[';', '1'].map((to) => ({
    file: SEAM,
    code: 'this.forgottenAtOnce = 0;',
    from: to === ';' ? 'this.forgottenAtOnce = 0;' : '0',
    to,
    // The same line stands in forget(), where both mutants die.
    in: 'reset',
    because: 'no line has the stamp -Infinity that reset() sets beside it, and forget() begins to count anew with any other',
  })),
  {
    file: SEAM,
    code: 'this.expected = undefined;',
    from: 'this.expected = undefined;',
    to: ';',
    in: 'resume',
    because: 'without a line that was read nothing is expected: it was undefined from the start, or reset() made it so',
  },
  {
    file: MATCHES,
    code: 'if (known?.cluster === cluster) return known.hits;',
    from: 'if (known?.cluster === cluster) return known.hits;',
    to: ';',
    because: 'the hits are found anew each time: slower, and the same',
  },
  {
    file: MATCHES,
    code: 'HITS.set(api, { cluster, hits: found });',
    from: 'HITS.set(api, { cluster, hits: found });',
    to: ';',
    because: 'the hits are found anew each time: slower, and the same',
  },
  {
    file: SCORING,
    code: "weighed.push(scored(UNKNOWN, 'unknown', unknownScore, met.get(UNKNOWN) ?? []));",
    from: 'push',
    to: 'unshift',
    because: 'the next line sorts by an order in which no two are equal',
  },
];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENTS.find(
    (one) =>
      one.file === mutant.file &&
      one.code === mutant.code &&
      one.from === mutant.from &&
      one.to === mutant.to &&
      (one.in === undefined || one.in === mutant.in),
  );
}
