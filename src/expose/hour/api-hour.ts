import type { ProbeTally } from '../../domain/probe.ts';
import { numbersIn, type Runs, runsOf, stretchesOf, valuesOf } from '../../domain/runs.ts';
import type { ApiFacts, PolicyFacts, SignatureCount } from '../../domain/snapshot.ts';
import { MINUTE_MS, MinuteRing, SLOTS, WIDTH } from './minute-ring.ts';

/** Whom a lane of failures is about, as people ask: a list through the kube-apiserver is another question than discovery. */
export const HOUR_VANTAGES = ['aggregator', 'list', 'service', 'endpoint'] as const;
export type HourVantage = (typeof HOUR_VANTAGES)[number];

export const MOST_SIGNATURES = 12;
const VERDICTS: readonly (PolicyFacts['verdict'] | undefined)[] = [undefined, 'admits', 'blocks', 'undetermined'];

/** What was seen of one API in one minute. undefined = not observed, which is not zero. */
export interface ApiMinute {
  /** Unix milliseconds of its begin. */
  readonly at: number;
  readonly vantages: Readonly<Record<HourVantage, VantageMinute | undefined>>;
  /** Fewest ready endpoints, and most that were not. */
  readonly ready: number | undefined;
  readonly notReady: number | undefined;
  readonly policy: PolicyFacts['verdict'] | undefined;
  /** Lines in logs, most first. */
  readonly signatures: readonly { readonly signature: string; readonly count: number }[];
}

export interface VantageMinute {
  readonly attempts: number;
  readonly failures: number;
  /** Mean of the probes that passed. */
  readonly seconds: number | undefined;
}

interface Counts {
  readonly attempts: number;
  readonly failures: number;
  readonly passed: number;
  readonly seconds: number;
}

const NOTHING_YET: Counts = { attempts: 0, failures: 0, passed: 0, seconds: 0 };

/**
 * The last hour of one API, a row per minute, in rings of fixed size: what counters grew by, and the worst of what is a state. Memory per API:
 * `API_HOUR_BYTES` at most, whatever happens.
 */
export class ApiHour {
  readonly #minutes = new MinuteRing();
  readonly #attempts = new Uint16Array(SLOTS * HOUR_VANTAGES.length);
  readonly #failures = new Uint16Array(SLOTS * HOUR_VANTAGES.length);
  readonly #passed = new Uint16Array(SLOTS * HOUR_VANTAGES.length);
  readonly #seconds = new Float32Array(SLOTS * HOUR_VANTAGES.length);
  /** -1 = not observed. */
  readonly #ready = new Int16Array(SLOTS);
  readonly #notReady = new Int16Array(SLOTS);
  readonly #policy = new Uint8Array(SLOTS);
  readonly #signatures = new Map<string, { newest: number; readonly counts: Uint16Array }>();
  #tallies: ReadonlyMap<string, Counts> = new Map();
  #matches: ReadonlyMap<string, number> | undefined;

  observe(api: ApiFacts, timeMs: number): void {
    const slot = this.#minutes.slotAt(timeMs, (fresh) => this.#clear(fresh));
    this.#countProbes(api.probes, slot);
    if (api.endpoints.state === 'observed') {
      const { ready, notReady } = api.endpoints.value;
      this.#ready[slot] = Math.min(this.#ready[slot] === -1 ? 32_767 : (this.#ready[slot] ?? 0), ready);
      this.#notReady[slot] = Math.max(this.#notReady[slot] ?? 0, Math.min(notReady, 32_767));
    }
    // A minute in which it once blocked is one in which it blocked.
    if (api.policy.state === 'observed' && VERDICTS[this.#policy[slot] ?? 0] !== 'blocks')
      this.#policy[slot] = VERDICTS.indexOf(api.policy.value.verdict);
    if (api.logs.state === 'observed') this.#countLines(api.logs.value.matches, timeMs);
  }

  /** The hour that ends with the minute of `timeMs`, oldest first; undefined where nothing was recorded in a minute. */
  minutes(timeMs: number): readonly (ApiMinute | undefined)[] {
    const last = Math.floor(timeMs / MINUTE_MS);
    return Array.from({ length: WIDTH }, (_, i) => this.#minute(last - WIDTH + 1 + i));
  }

  /** What `restore` takes: the minutes of the hour in which somebody looked. */
  toJSON(): ApiHourState {
    const minutes = this.#minutes.recorded();
    const slots = minutes.map((minute) => minute % SLOTS);
    const seen = (cells: ArrayLike<number>, offset: number) => slots.map((slot) => cells[offset + slot] ?? 0);
    const vantages = HOUR_VANTAGES.flatMap((vantage, row) => {
      const offset = row * SLOTS;
      const attempts = seen(this.#attempts, offset);
      if (attempts.every((count) => count === 0)) return [];
      const [failures, passed] = [seen(this.#failures, offset), seen(this.#passed, offset)];
      const seconds = seen(this.#seconds, offset).map((sum) => Math.round(sum * 1e4) / 1e4);
      return [[vantage, [attempts, failures, passed, seconds].map(runsOf)] as const];
    });
    return {
      minutes: stretchesOf(minutes),
      vantages: Object.fromEntries(vantages),
      ready: runsOf(seen(this.#ready, 0).map((ready) => (ready === -1 ? Number.NaN : ready))),
      notReady: runsOf(seen(this.#notReady, 0)),
      policy: runsOf(seen(this.#policy, 0)),
      signatures: Object.fromEntries(
        [...this.#signatures].map(([signature, { newest, counts }]) => [signature, { newest, counts: runsOf(seen(counts, 0)) }]),
      ),
    };
  }

  /** Goes on from what `toJSON` gave: of a new one. @throws RangeError when it contradicts itself. */
  restore({ minutes: stretches, vantages, ready, notReady, policy, signatures }: ApiHourState): void {
    const minutes = numbersIn(stretches, SLOTS);
    const slots = minutes.map((minute) => this.#minutes.slotAt(minute * MINUTE_MS, (slot) => this.#clear(slot)));
    const put = (cells: { [slot: number]: number }, offset: number, runs: Runs, missing = 0) => {
      const values = valuesOf(runs, slots.length);
      for (const [i, slot] of slots.entries()) cells[offset + slot] = Number.isNaN(values[i]) ? missing : (values[i] ?? missing);
    };
    for (const [row, vantage] of HOUR_VANTAGES.entries()) {
      const columns = [this.#attempts, this.#failures, this.#passed, this.#seconds];
      for (const [i, runs] of (vantages[vantage] ?? []).entries()) put(columns[i] ?? {}, row * SLOTS, runs);
    }
    put(this.#ready, 0, ready, -1);
    put(this.#notReady, 0, notReady);
    put(this.#policy, 0, policy);
    for (const [signature, { newest, counts }] of Object.entries(signatures).slice(0, MOST_SIGNATURES))
      put(this.#countsOf(signature, newest), 0, counts);
  }

  #minute(minute: number): ApiMinute | undefined {
    const slot = this.#minutes.slotOf(minute);
    if (slot === undefined) return undefined;
    const vantages = Object.fromEntries(
      HOUR_VANTAGES.map((vantage, row) => [vantage, this.#vantage(row * SLOTS + slot)] as const),
    ) as ApiMinute['vantages'];
    const ready = this.#ready[slot] ?? -1;
    const signatures = [...this.#signatures]
      .map(([signature, { counts }]) => ({ signature, count: counts[slot] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.signature < b.signature ? -1 : 1));
    return {
      at: minute * MINUTE_MS,
      vantages,
      ready: ready === -1 ? undefined : ready,
      notReady: ready === -1 ? undefined : this.#notReady[slot],
      policy: VERDICTS[this.#policy[slot] ?? 0],
      signatures,
    };
  }

  #vantage(cell: number): VantageMinute | undefined {
    const attempts = this.#attempts[cell] ?? 0;
    if (attempts === 0) return undefined;
    const passed = this.#passed[cell] ?? 0;
    return { attempts, failures: this.#failures[cell] ?? 0, seconds: passed === 0 ? undefined : (this.#seconds[cell] ?? 0) / passed };
  }

  #clear(slot: number): void {
    for (let row = 0; row < HOUR_VANTAGES.length; row++)
      for (const cells of [this.#attempts, this.#failures, this.#passed, this.#seconds]) cells[row * SLOTS + slot] = 0;
    this.#ready[slot] = -1;
    this.#notReady[slot] = 0;
    this.#policy[slot] = 0;
    for (const [signature, { counts }] of this.#signatures) {
      counts[slot] = 0;
      if (counts.every((count) => count === 0)) this.#signatures.delete(signature);
    }
  }

  #countProbes(tallies: readonly ProbeTally[], slot: number): void {
    const now = new Map<string, Counts>();
    for (const tally of tallies) {
      const row = rowOf(tally);
      if (row === undefined) continue;
      const counts = countsOf(tally);
      const key = `${tally.vantage} ${tally.request} ${tally.target}`;
      now.set(key, counts);
      const known = this.#tallies.get(key);
      // A target that was taken up again counts from nothing.
      const before = known && known.attempts <= counts.attempts ? known : NOTHING_YET;
      const cell = row * SLOTS + slot;
      add(this.#attempts, cell, counts.attempts - before.attempts);
      add(this.#failures, cell, counts.failures - before.failures);
      add(this.#passed, cell, counts.passed - before.passed);
      this.#seconds[cell] = (this.#seconds[cell] ?? 0) + Math.max(0, counts.seconds - before.seconds);
    }
    this.#tallies = now;
  }

  #countLines(matches: readonly SignatureCount[], timeMs: number): void {
    const before = this.#matches;
    this.#matches = new Map(matches.map(({ signature, speaker, count }) => [`${signature} ${speaker}`, count]));
    for (const { signature, speaker, count, lastAt } of matches) {
      const known = before?.get(`${signature} ${speaker}`);
      const slot = this.#minutes.slotOf(Math.floor(Math.min(lastAt, timeMs) / MINUTE_MS));
      if (slot === undefined) continue;
      // What was counted before we looked came at times that nobody knows, but for the last; an earlier run may have counted that one.
      const grown = before
        ? count - (known === undefined || known > count ? 0 : known)
        : (this.#signatures.get(signature)?.counts[slot] ?? 0) > 0
          ? 0
          : 1;
      if (grown > 0) add(this.#countsOf(signature, lastAt), slot, grown);
    }
  }

  #countsOf(signature: string, at: number): Uint16Array {
    let known = this.#signatures.get(signature);
    if (!known) {
      if (this.#signatures.size >= MOST_SIGNATURES) this.#forgetOldest();
      known = { newest: at, counts: new Uint16Array(SLOTS) };
      this.#signatures.set(signature, known);
    }
    known.newest = Math.max(known.newest, at);
    return known.counts;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#signatures].sort(([, a], [, b]) => a.newest - b.newest);
    if (oldest) this.#signatures.delete(oldest[0]);
  }
}

/** As it is written: a value for each minute that was recorded. */
export interface ApiHourState {
  /** The first of each stretch since the Unix epoch, and how many there are of it; ascending. */
  readonly minutes: readonly number[];
  /** Attempts, failures, those that passed, and their seconds; a vantage that nobody asked from is missing. */
  readonly vantages: Readonly<Partial<Record<HourVantage, readonly Runs[]>>>;
  readonly ready: Runs;
  readonly notReady: Runs;
  /** Index in VERDICTS. */
  readonly policy: Runs;
  readonly signatures: Readonly<Record<string, { readonly newest: number; readonly counts: Runs }>>;
}

/** Of the arrays of one API. */
export const API_HOUR_BYTES = SLOTS * (HOUR_VANTAGES.length * (3 * 2 + 4) + 2 * 2 + 1 + MOST_SIGNATURES * 2 + 4);

function rowOf({ vantage, request }: ProbeTally): number | undefined {
  if (vantage === 'control') return undefined;
  const name = vantage === 'aggregator' && request === 'list' ? 'list' : vantage;
  return HOUR_VANTAGES.indexOf(name);
}

function countsOf({ attempts, failures, durationBuckets, durationSum }: ProbeTally): Counts {
  let failed = 0;
  for (const n of Object.values(failures)) failed += n;
  return { attempts, failures: failed, passed: durationBuckets.at(-1) ?? 0, seconds: durationSum };
}

function add(cells: Uint16Array, cell: number, more: number): void {
  cells[cell] = Math.min(65_535, (cells[cell] ?? 0) + Math.max(0, more));
}
