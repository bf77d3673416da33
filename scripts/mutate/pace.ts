/** How long the tests of a file take, milliseconds: all of them, and the longest single one. */
export interface Duration {
  readonly allMs: number;
  readonly testMs: number;
}

/**
 * A mutant may take so many times as long as the code itself took in this run, when that was slowest: then it is asked about once
 * more, and is called endless after the longer time alone.
 */
const TIMES = { suspect: 3, endless: 10 } as const;
const MORE_MS = 5000;

/** What never ending is, file by file: known from the code as it stands, on this machine, under this load. */
export class Pace {
  static readonly UNKNOWN: Duration = { allMs: 600_000, testMs: 300_000 };
  readonly #slowest = new Map<string, Duration>();

  note(file: string, { allMs, testMs }: Duration): void {
    const before = this.#slowest.get(file);
    this.#slowest.set(file, { allMs: Math.max(allMs, before?.allMs ?? 0), testMs: Math.max(testMs, before?.testMs ?? 0) });
  }

  patience(file: string, until: keyof typeof TIMES): Duration {
    const slowest = this.#slowest.get(file);
    if (!slowest) return Pace.UNKNOWN;
    return { allMs: MORE_MS + TIMES[until] * slowest.allMs, testMs: MORE_MS + TIMES[until] * slowest.testMs };
  }
}
