import type { Mutant } from './mutants.ts';

/** Mutants that no test can tell from the code, each with why. They are run all the same: one that dies is no equivalent. */
export interface Equivalent extends Pick<Mutant, 'file' | 'code' | 'from' | 'to'> {
  /** The function or method that it stands in, where the file has the same line elsewhere. */
  readonly in?: string;
  readonly because: string;
}

const EXPORTER = 'src/commands/exporter.ts';
const RUNNING = 'src/observe/running.ts';
const RUNNER = 'src/probe/probe-runner.ts';
const TICKER = 'src/commands/ticker.ts';
const SEAM = 'src/observe/logs/seam.ts';
const MATCHES = 'src/signals/signature-matches.ts';
const STATEMENTS = 'src/observe/statements.ts';
const SNAPSHOT = 'src/observe/snapshot.ts';
const VERDICT = 'src/diagnose/verdict.ts';
const HELD = 'src/diagnose/held-verdict.ts';
const SCORING = 'src/diagnose/scoring.ts';

export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: EXPORTER,
    code: "else signal.addEventListener('abort', () => resolve(), { once: true });",
    from: 'true',
    to: 'false',
    because: 'a signal aborts once',
  },
  {
    file: RUNNING,
    code: 'const source = sources.find(({ definition }) => definition.name === name);',
    from: 'find',
    to: 'findLast',
    because: 'each name is there once',
  },
  {
    file: 'src/probe/prober.ts',
    code: "signal.addEventListener('abort', stop, { once: true });",
    from: 'true',
    to: 'false',
    because: 'a signal aborts once',
  },
  {
    file: RUNNER,
    code: 'return result && { result, isProven: true };',
    from: 'true',
    to: 'false',
    because: 'whether it is proven is asked of direct vantages alone',
  },
  {
    file: RUNNER,
    code: "if (this.#stopped || !isCurrent(api, plan)) return 'skipped';",
    from: "'skipped'",
    to: 'undefined',
    because: 'the schedule reads no outcome of a job that it has let go',
  },
  { file: TICKER, code: 'let due = 0;', from: '0', to: '1', because: 'it is read while there is a timer alone, and set beside each' },
  {
    file: TICKER,
    code: 'if (timer && due <= at) return;',
    from: '<=',
    to: '<',
    because: 'the timer is put in the place of one of the same moment',
  },
  {
    file: TICKER,
    code: 'soon: () => schedule(Math.max(0, last + LEAST_BETWEEN_TICKS_MS - performance.now())),',
    from: '0',
    to: '1',
    because: 'Node makes 1 ms of a timer of 0',
  },
  ...[';', '1'].map((to) => ({
    file: SEAM,
    code: 'this.forgottenAtOnce = 0;',
    from: to === ';' ? 'this.forgottenAtOnce = 0;' : '0',
    to,
    // The same line stands in forget(), where both mutants die.
    in: 'reset',
    because: 'no line has the stamp -Infinity that reset() sets beside it, and forget() begins to count anew with any other',
  })),
  ...[
    { code: 'private forgottenNanoseconds = 0;', because: 'beside -Infinity seconds they are not read' },
    {
      code: 'private forgottenAtOnce = 0;',
      because: 'no line has the stamp -Infinity beside it, and with any other forget() begins to count anew',
    },
    { code: 'private forgottenExpected = 0;', because: 'judge() reads it after resume() alone, which sets it' },
  ].map((one) => ({ ...one, file: SEAM, from: '0', to: '1' })),
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
  {
    file: HELD,
    code: 'const unknown = candidates.find(({ cause }) => cause === UNKNOWN);',
    from: 'find',
    to: 'findLast',
    because: 'there is one at most',
  },
  {
    file: VERDICT,
    code: 'if (truths[index] !== undefined || entry.points <= 0) return;',
    from: '<=',
    to: '<',
    because: 'no weight is 0 (WEIGHTS, SUPERSEDED_WEIGHT)',
  },
  {
    file: STATEMENTS,
    code: "const recurs = now - (recurred?.[lastFailure.reason ?? 'other'] ?? Number.NEGATIVE_INFINITY) <= RECURS_MS;",
    from: "recurred?.[lastFailure.reason ?? 'other'] ?? Number.NEGATIVE_INFINITY",
    to: "(recurred?.[lastFailure.reason ?? 'other'])",
    because: 'NaN is no less within a minute than infinity: only the types want the default',
  },
  {
    file: MATCHES,
    code: "const gap = hit.gap ?? (place === 'text' && speaker === 'kube-apiserver' ? 0 : undefined);",
    from: '0',
    to: '1',
    because: 'SILENCE_MS is more than GAPS of either',
  },
  ...[
    { file: MATCHES, code: '.sort(([a], [b]) => (a < b ? -1 : 1))', of: 'the causes are keys of a map' },
    { file: SNAPSHOT, code: 'return [...facts.values()].sort((a, b) => (a.instance < b.instance ? -1 : 1));', of: 'the instances are' },
  ].flatMap(({ file, code, of }) => [
    { file, code, from: '<', to: '<=', because: `${of} and no two alike` },
    { file, code, from: '1', to: '0', because: 'V8 asks the comparison only whether it is below 0' },
  ]),
];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENTS.find((entry) => names(entry, mutant));
}

function names(entry: Equivalent, { file, code, from, to, in: around }: Mutant): boolean {
  const { in: where = around } = entry;
  return entry.file === file && entry.code === code && entry.from === from && entry.to === to && where === around;
}

/**
 * What is wrong with the entries, a line each: one that names no mutant any more argues about code that is gone, one that names two
 * was argued for one of them.
 * @param mutants all of the files. @param whole whether these are all files that are mutated.
 */
export function mistakenEntries(mutants: readonly Mutant[], files: ReadonlySet<string>, whole: boolean): string[] {
  return EQUIVALENTS.filter(({ file }) => whole || files.has(file)).flatMap((entry) => {
    const named = mutants.filter((mutant) => names(entry, mutant)).length;
    return named === 1 ? [] : [`${entry.file}: '${entry.code}', ${entry.from} → ${entry.to}: names ${named} mutants, not one`];
  });
}
