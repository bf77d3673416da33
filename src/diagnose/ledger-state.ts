import type { LedgerEntry } from '../domain/ledger.ts';
import type { Truth } from './moment.ts';

/** Since when each piece of evidence of each API has been met without a break. */
export class LedgerState {
  readonly #keys: readonly string[];
  /** Unix seconds by entry, NaN while it is not met. */
  readonly #since = new Map<string, Float64Array>();

  constructor(entries: readonly LedgerEntry[]) {
    this.#keys = entries.map((entry) => `${entry.cause}/${entry.evidence}`);
  }

  /** Not observed is no break: what was met and is hidden for a moment goes on. */
  update(apiservice: string, time: number, truths: readonly Truth[]): void {
    let since = this.#since.get(apiservice);
    if (!since) {
      since = new Float64Array(this.#keys.length).fill(Number.NaN);
      this.#since.set(apiservice, since);
    }
    for (let index = 0; index < truths.length; index++) {
      if (truths[index] === false) since[index] = Number.NaN;
      else if (truths[index] === true && Number.isNaN(since[index])) since[index] = time;
    }
  }

  since(apiservice: string, entry: number): number | undefined {
    const since = this.#since.get(apiservice)?.[entry];
    return since === undefined || Number.isNaN(since) ? undefined : since;
  }

  retain(apiservices: ReadonlySet<string>): void {
    for (const name of this.#since.keys()) if (!apiservices.has(name)) this.#since.delete(name);
  }

  toJSON(): LedgerStateJson {
    return Object.fromEntries(
      [...this.#since].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, since]) => [name, Object.fromEntries(this.#met(since))]),
    );
  }

  #met(since: Float64Array): [key: string, since: number][] {
    return this.#keys.flatMap((key, index): [string, number][] => {
      const from = since[index] ?? Number.NaN;
      return Number.isNaN(from) ? [] : [[key, from]];
    });
  }

  /** Entries that the catalogue no longer has are dropped. */
  restore(state: LedgerStateJson): void {
    this.#since.clear();
    for (const [name, met] of Object.entries(state))
      this.#since.set(
        name,
        Float64Array.from(this.#keys, (key) => met[key] ?? Number.NaN),
      );
  }
}

/** By APIService and `cause/evidence`, Unix seconds. */
export type LedgerStateJson = Readonly<Record<string, Readonly<Record<string, number>>>>;
