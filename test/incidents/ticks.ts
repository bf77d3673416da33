import type { HeldVerdict } from '../../src/diagnose/held-verdict.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { UNOBSERVED } from '../../src/domain/observed.ts';
import type { FailurePattern } from '../../src/domain/pattern.ts';
import type { ApiFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { SOURCES } from '../../src/domain/sources.ts';
import type { JudgedRound } from '../../src/incidents/api-tick.ts';
import { createRecorder, type IncidentRecorder, type RecordedTick } from '../../src/incidents/recorder.ts';
import { diagnosis, viewOf } from '../expose/view.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';

export const NAME = 'v1.tides.example.com';
export const START = NOW / 1000;

/** `well`, `blind` (nothing was observed), `gone` (not in the list), `deleted` (a tombstone), or a cause: it fails for it; `~cause`: it recovers. */
export type Said = string;

export interface Differs {
  /** Seconds since the tick before; 10 where nothing is said. */
  readonly after?: number;
  readonly api?: Partial<ApiFacts>;
  readonly diagnosis?: Partial<Diagnosis>;
  readonly pattern?: FailurePattern;
  readonly snapshot?: Partial<Snapshot>;
  /** When the failure began, seconds after START, as the verdict says. */
  readonly since?: number;
}

export type Step = Said | readonly [Said, Differs];

/** Plays ticks of one API to a recorder, as a diagnostician would judge them. */
export class Played {
  recorder: IncidentRecorder;
  readonly touched: Incident[][] = [];
  readonly settled: Incident[] = [];
  #now: number;
  #since: number | undefined;
  #endedAt: number | undefined;
  #failed: HeldVerdict | undefined;

  /** @param start of the first tick, seconds after START. */
  constructor(recorder: IncidentRecorder = createRecorder(), start = 0) {
    this.recorder = recorder;
    this.#now = START + start - 10;
  }

  play(...steps: readonly Step[]): this {
    for (const step of steps) {
      const [said, differs] = typeof step === 'string' ? [step] : step;
      this.tick(said, differs);
    }
    return this;
  }

  tick(said: Said, differs: Differs = {}): RecordedTick {
    this.#now += differs.after ?? 10;
    const [snapshot, round] = this.#judged(said, differs);
    const recorded = this.recorder.observe(snapshot, round);
    this.touched.push([...recorded.touched]);
    this.settled.push(...recorded.settled);
    return recorded;
  }

  /** Every incident as it was told last, oldest first. */
  get incidents(): Incident[] {
    return [...new Map(this.touched.flat().map((incident) => [incident.id, incident])).values()];
  }

  #judged(said: Said, { api = {}, diagnosis: verdict, pattern, snapshot = {}, since }: Differs): [Snapshot, JudgedRound] {
    const facts = healthyApi({
      ...api,
      ...(said === 'blind' && { condition: UNOBSERVED, probes: [] }),
      ...(said === 'deleted' && { deletedAt: this.#now * 1000 }),
    });
    const whole: Snapshot = {
      ...healthySnapshot({ time: this.#now * 1000, apis: said === 'gone' ? [] : [facts] }),
      ...snapshot,
    };
    const held = this.#verdict(said, since);
    const diagnoses = held && held.state !== 'recovered' ? [diagnosisOf(held, verdict)] : [];
    const { round } = viewOf(whole, { diagnoses, ...(pattern && { patterns: { [NAME]: pattern } }) });
    return [whole, { ...round, verdicts: new Map(held ? [[NAME, held]] : []) }];
  }

  #verdict(said: Said, since: number | undefined): HeldVerdict | undefined {
    if (said === 'well') {
      this.#since = undefined;
      // What ended is remembered for a while.
      return this.#failed && { ...this.#failed, state: 'recovered', endedAt: this.#endedAt ?? this.#now };
    }
    if (said === 'blind' || said === 'gone' || said === 'deleted') {
      this.#failed = undefined;
      return undefined;
    }
    const recovers = said.startsWith('~');
    const cause = said.replace(/^~/, '');
    // Another cause, while it recovers, is another failure: src/diagnose/held-verdict.ts.
    if (!recovers && this.#failed?.state === 'recovering' && this.#failed.cause !== cause) this.#since = undefined;
    this.#since ??= since === undefined ? this.#now : START + since;
    this.#endedAt = recovers ? (this.#endedAt ?? this.#now) : undefined;
    this.#failed = {
      cause,
      category: cause === 'unknown' ? 'unknown' : 'network-connectivity',
      confidence: 0.9,
      state: recovers ? 'recovering' : 'failing',
      since: this.#since,
      ...(this.#endedAt !== undefined && { endedAt: this.#endedAt }),
    };
    return this.#failed;
  }
}

function diagnosisOf({ cause, category, since, state }: HeldVerdict, differs: Partial<Diagnosis> = {}): Diagnosis {
  return diagnosis({
    cause,
    category,
    title: `Because of ${cause}`,
    state: state === 'failing' ? 'failing' : 'recovering',
    since,
    evidence: [],
    ...differs,
  });
}

/** Nobody may list APIServices. */
export const NO_LIST: Partial<Snapshot> = {
  sources: SOURCES.map((source) => (source === 'api-services' ? { source, state: 'forbidden' } : { source, state: 'ok' })),
};

export const intermittent = (...onsets: readonly number[]): FailurePattern => ({
  name: 'intermittent',
  onsets: onsets.map((onset) => START + onset),
});

/** Ticks of a failure that began and ended: the last is the first without it. */
export const failed = (cause: string, ticks: number): Step[] => [...Array.from({ length: ticks }, () => cause), `~${cause}`, 'well'];
