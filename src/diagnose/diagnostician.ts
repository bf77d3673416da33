import { type ApiAnswer, wholeAnswer } from '../domain/answer.ts';
import type { Cause } from '../domain/cause.ts';
import type { Criterion } from '../domain/criterion.ts';
import { type Candidate, DIAGNOSES_SCHEMA, type Diagnoses, type Diagnosis } from '../domain/diagnosis.ts';
import type { TextShares } from '../domain/ledger.ts';
import { observedValue, UNOBSERVED } from '../domain/observed.ts';
import { type FailurePattern, isOfDayOfWeek } from '../domain/pattern.ts';
import type { Signal } from '../domain/signal.ts';
import type { SignalValues } from '../domain/signal-values.ts';
import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';
import { FAILURES_PERIODIC, SCHEDULE_MATCHED } from '../signals/derived.ts';
import { readSignals } from '../signals/read.ts';
import { answerOf } from './answers.ts';
import { baseRates } from './base-rates.ts';
import { type ReadCatalogue, readCatalogue } from './catalogue.ts';
import { sourcesNotSeen } from './coverage.ts';
import { Criteria } from './criteria.ts';
import { EpisodeLog } from './episodes.ts';
import { type Held, type HeldVerdict, nextHeld } from './held-verdict.ts';
import { LedgerState } from './ledger-state.ts';
import type { LongMemoryState } from './long-memory.ts';
import type { Truth } from './moment.ts';
import { patternOf } from './pattern.ts';
import { type PossibleOptions, withPossibilities } from './possibilities.ts';
import { matchSchedule } from './schedules.ts';
import { UNKNOWN, type Weighed, weigh } from './scoring.ts';
import { sharedFailuresOf } from './shared-failures.ts';
import { STATE_VERSION, type State } from './state.ts';
import { asATextShows, withDepth } from './text-depth.ts';
import { withTimesOfText } from './text-times.ts';
import { candidatesOf, type Judged, verdictOn } from './verdict.ts';
import { victimOf } from './victims.ts';

export interface DiagnosticianOptions {
  readonly causes: readonly Cause[];
  readonly signals: readonly Signal[];
  /** No diagnosis unless it is true. Default: the API fails now. */
  readonly symptom?: Criterion;
  /** The symptom by the newest observation alone: false = every vantage passes. Default: the API fails now. */
  readonly symptomNow?: Criterion;
  /** Score of `unknown`; default 0. */
  readonly unknownScore?: number;
  /** Score of all causes that show no evidence, together; default: they have no share. */
  readonly otherScore?: number;
  /** Of the softmax; default 1. */
  readonly temperature?: number;
  /** Of snapshots that a text gave; default: they are as sure as others. */
  readonly text?: TextShares;
  /** What it may be where nothing but victims speaks; default: nothing is said of that. */
  readonly possible?: PossibleOptions;
}

/** What one tick concluded. The maps are keyed by APIService. */
export interface DiagnosisRound {
  readonly diagnoses: Diagnoses;
  readonly patterns: ReadonlyMap<string, FailurePattern>;
  /** Everything that was weighed, best first; of the failing APIs only. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** Values of DERIVED_SIGNALS. */
  readonly derived: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Of each API that fails, recovers, or did within the last quarter of an hour. */
  readonly verdicts: ReadonlyMap<string, HeldVerdict>;
}

export interface Diagnostician {
  /**
   * Looks at the next snapshot. A pure function of all snapshots so far.
   * @param values what readSignals gave for it, where that is at hand; otherwise the signals are read here.
   */
  observe(snapshot: Snapshot, values?: ReadonlyMap<string, SignalValues>): DiagnosisRound;
  /** Everything that is remembered, as JSON. */
  serialise(): string;
  /** Goes on from what `serialise` gave and `parseState` read. @throws RangeError when it contradicts itself, and nothing has changed then. */
  restore(state: State): void;
  /** Takes in what is known of weeks by others, the incidents of earlier runs; after `restore`, which begins anew. Keyed by APIService. */
  recall(memories: ReadonlyMap<string, LongMemoryState>): void;
}

export function createDiagnostician(options: DiagnosticianOptions): Diagnostician {
  return new Doctor(options);
}

/** The verdict after the last of some snapshots, e.g. recorded ones. @throws RangeError when there are none. */
export function diagnoseSnapshots(snapshots: Iterable<Snapshot>, options: DiagnosticianOptions): Diagnoses {
  const doctor = createDiagnostician(options);
  let round: DiagnosisRound | undefined;
  for (const snapshot of snapshots) round = doctor.observe(snapshot);
  if (!round) throw new RangeError('no snapshot to diagnose');
  return round.diagnoses;
}

class Doctor implements Diagnostician {
  readonly #options: DiagnosticianOptions;
  readonly #catalogue: ReadCatalogue;
  /** Of the API that is judged, by entry: one after the other uses it. */
  readonly #truths: Truth[] = [];
  #criteria: Criteria;
  #ledger: LedgerState;
  #episodes = new Map<string, EpisodeLog>();
  #held = new Map<string, Held>();

  constructor(options: DiagnosticianOptions) {
    this.#options = options;
    this.#catalogue = readCatalogue(options);
    this.#criteria = new Criteria(this.#catalogue.criteria);
    this.#ledger = new LedgerState(this.#catalogue.entries);
  }

  observe(snapshot: Snapshot, values?: ReadonlyMap<string, SignalValues>): DiagnosisRound {
    this.#forgetAllBut(new Set(snapshot.apis.map((api) => api.name)));
    const all = values ?? readSignals(snapshot, this.#options.signals);
    const patterns = new Map<string, FailurePattern>();
    const candidates = new Map<string, readonly Candidate[]>();
    const derived = new Map<string, ReadonlyMap<string, number>>();
    const judged: Judged[] = [];
    const verdicts = new Map<string, HeldVerdict>();
    for (const api of snapshot.apis.filter(({ deletedAt }) => deletedAt === undefined)) {
      const read: SignalValues = all.get(api.name) ?? new Map<string, number>();
      const { pattern, schedule } = this.#patternOf(api, read.get('failing'), snapshot);
      patterns.set(api.name, pattern);
      const own = derivedValues(pattern, schedule, read.has('failing'));
      derived.set(api.name, own);
      const weighed = this.#judge(api, [read, own], { pattern, snapshot, ...(schedule === undefined ? {} : { schedule }) });
      const held = this.#hold(api.name, snapshot.time / 1000, read, weighed?.candidates ?? []);
      if (held) verdicts.set(api.name, held.verdict);
      if (!weighed || !held) continue;
      const shown = held.calm === 0 && !held.kept ? weighed.candidates : held.candidates;
      judged.push({ ...weighed, candidates: shown, verdict: held.verdict });
      candidates.set(api.name, shown);
    }
    const diagnoses = this.#written(judged, snapshot);
    const answers = this.#answers(snapshot, all, diagnoses);
    diagnoses.sort(worstFirst);
    const said: Diagnoses = {
      schema: DIAGNOSES_SCHEMA,
      time: snapshot.time / 1000,
      answer: wholeAnswer(answers),
      answers,
      diagnoses,
      examined: [...patterns.keys()],
      notSeen: sourcesNotSeen(snapshot),
    };
    return {
      diagnoses: withTimesOfText(said, snapshot),
      patterns,
      candidates,
      derived,
      verdicts,
    };
  }

  /** Each verdict with what is known of texts and of victims. */
  #written(judged: readonly Judged[], snapshot: Snapshot): Diagnosis[] {
    const together = sharedFailuresOf(judged, snapshot);
    const deeper = snapshot.asOf === undefined ? undefined : this.#options.text?.deeper;
    return judged.map((one) => {
      const verdict = verdictOn(one, together.get(one.api.name));
      return withPossibilities(withDepth(verdict, deeper, this.#catalogue.signals), one, this.#options.possible);
    });
  }

  #answers({ apis }: Snapshot, values: ReadonlyMap<string, SignalValues>, diagnoses: readonly Diagnosis[]): readonly ApiAnswer[] {
    const verdicts = new Map(diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
    return apis
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map((api) => answerOf(api, values.get(api.name)?.get('failing'), verdicts.get(api.name)));
  }

  #forgetAllBut(apiservices: ReadonlySet<string>): void {
    this.#criteria.history.retain(apiservices);
    this.#ledger.retain(apiservices);
    for (const remembered of [this.#episodes, this.#held])
      for (const name of remembered.keys()) if (!apiservices.has(name)) remembered.delete(name);
  }

  #patternOf(api: ApiFacts, failing: number | undefined, snapshot: Snapshot): { pattern: FailurePattern; schedule?: string } {
    const log = this.#episodesOf(api.name);
    const now = snapshot.time / 1000;
    log.append(now, failing === undefined ? undefined : failing > 0.5);
    const condition = observedValue(api.condition);
    const knownSince = condition && condition.status !== 'True' ? condition.lastTransition : undefined;
    const pattern = patternOf(log.list, now, knownSince === undefined ? undefined : knownSince / 1000, log.memory);
    const schedule = matchSchedule(pattern, {
      jobs: [snapshot.cluster.cronJobs, snapshot.cluster.backupSchedules ?? UNOBSERVED].flatMap((read) => observedValue(read) ?? []),
      changes: [...api.changes, ...snapshot.cluster.changes],
    });
    if (schedule === undefined) return { pattern };
    return { pattern: pattern.name === 'periodic' ? { ...pattern, matches: schedule } : pattern, schedule };
  }

  #judge(
    api: ApiFacts,
    values: readonly SignalValues[],
    { pattern, snapshot, schedule }: { pattern: FailurePattern; snapshot: Snapshot; schedule?: string },
  ): Omit<Judged, 'verdict'> | undefined {
    const time = snapshot.time / 1000;
    this.#criteria.push(api.name, snapshot.time, ...values);
    const { entries, tests, clauses, positions, causes, signals, symptom } = this.#catalogue;
    tests.forEach((test, position) => {
      this.#truths[position] = this.#criteria.ask(test);
    });
    this.#ledger.update(api.name, time, this.#truths);
    if (this.#criteria.truth(symptom) !== true) return undefined;
    const truths = [...this.#truths];
    const weighed = snapshot.asOf === undefined ? this.#weigh(truths) : this.#weighText(truths, api);
    const context = {
      api,
      cluster: snapshot.cluster,
      causes,
      signals,
      time: snapshot.time,
      ...(schedule === undefined ? {} : { schedule }),
    };
    const candidates = candidatesOf(weighed, context, (entry) => {
      const position = positions.get(entry) ?? -1;
      return {
        explanation: this.#criteria.explain(entry.when),
        since: this.#ledger.since(api.name, position) ?? time,
        clauses: (clauses[position] ?? [])
          .filter(({ when }) => this.#criteria.truth(when) === true)
          .map(({ text, when }) => ({ text, explanation: this.#criteria.explain(when) })),
      };
    });
    return { api, snapshot, pattern, candidates, weighed, truths, entries, causes, signals };
  }

  #weigh(truths: readonly Truth[], otherScore = this.#options.otherScore): readonly Weighed[] {
    const { causes, unknownScore = 0, temperature = 1 } = this.#options;
    const given = otherScore === undefined ? {} : { otherScore };
    return weigh(causes, this.#catalogue.entries, truths, { unknownScore, temperature, ...given });
  }

  #weighText(truths: readonly Truth[], api: ApiFacts): readonly Weighed[] {
    const { text, possible } = this.#options;
    if (!text) return this.#weigh(truths);
    const untold = possible && baseRates(possible.rates, victimOf(api)).get(UNKNOWN);
    return asATextShows(this.#weigh(truths, text.otherScore), {
      deeper: text.deeper,
      sourcesOf: ({ when }) =>
        Object.keys(this.#criteria.explain(when).values).flatMap((name) => this.#catalogue.signals.get(name)?.source ?? []),
      ...(untold === undefined ? {} : { untold }),
    });
  }

  /** Goes on with the verdict on an API whose values were just judged. */
  #hold(apiservice: string, time: number, read: SignalValues, candidates: readonly Candidate[]): Held | undefined {
    const { symptom, symptomNow } = this.#catalogue;
    const failing = read.get('failing');
    const held = nextHeld(this.#held.get(apiservice), {
      time,
      symptom: this.#criteria.truth(symptom),
      errs: this.#criteria.truth(symptomNow) === true || (failing === undefined ? undefined : failing > 0.5),
      failures: read.get('aggregator-failures'),
      candidates,
    });
    if (held) this.#held.set(apiservice, held);
    else this.#held.delete(apiservice);
    return held;
  }

  #episodesOf(apiservice: string): EpisodeLog {
    let log = this.#episodes.get(apiservice);
    if (!log) {
      log = new EpisodeLog();
      this.#episodes.set(apiservice, log);
    }
    return log;
  }

  recall(memories: ReadonlyMap<string, LongMemoryState>): void {
    for (const [name, memory] of memories) this.#episodesOf(name).memory.join(memory);
  }

  serialise(): string {
    const state: State & { readonly version: typeof STATE_VERSION } = {
      version: STATE_VERSION,
      history: this.#criteria.history.toJSON(),
      episodes: Object.fromEntries([...this.#episodes].sort(byName).map(([name, log]) => [name, log.toJSON()])),
      ledger: this.#ledger.toJSON(),
      held: Object.fromEntries([...this.#held].sort(byName)),
    };
    return JSON.stringify(state);
  }

  restore(state: State): void {
    const criteria = new Criteria(this.#catalogue.criteria);
    criteria.history.restore(state.history);
    this.#criteria = criteria;
    this.#ledger = new LedgerState(this.#catalogue.entries);
    this.#ledger.restore(state.ledger);
    this.#episodes = new Map(Object.entries(state.episodes).map(([name, episodes]) => [name, new EpisodeLog(episodes)]));
    this.#held = new Map(
      Object.entries(state.held).filter(([, { verdict }]) => verdict.cause === UNKNOWN || this.#catalogue.causes.has(verdict.cause)),
    );
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** What fails before what recovers, then the surer one, then by name. */
function worstFirst(a: Diagnosis, b: Diagnosis): number {
  if (a.state !== b.state) return a.state === 'failing' ? -1 : 1;
  return b.confidence - a.confidence || (a.apiservice < b.apiservice ? -1 : 1);
}

function derivedValues(pattern: FailurePattern, schedule: string | undefined, observed: boolean): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  if (!observed && pattern.onsets.length === 0) return values;
  values.set(FAILURES_PERIODIC, pattern.name === 'periodic' || isOfDayOfWeek(pattern) ? 1 : 0);
  values.set(SCHEDULE_MATCHED, schedule === undefined ? 0 : 1);
  return values;
}
