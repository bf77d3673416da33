import type { HeldVerdict } from '../diagnose/held-verdict.ts';
import type { Answer } from '../domain/answer.ts';
import type { Diagnoses, Diagnosis } from '../domain/diagnosis.ts';
import type { FailurePattern } from '../domain/pattern.ts';
import type { ApiFacts, ClusterFacts, Snapshot } from '../domain/snapshot.ts';
import { SOURCE_STATES } from '../domain/sources.ts';

/** The part of a DiagnosisRound that incidents are made of. */
export interface JudgedRound {
  readonly diagnoses: Diagnoses;
  /** Keyed by APIService. */
  readonly patterns: ReadonlyMap<string, FailurePattern>;
  readonly verdicts: ReadonlyMap<string, HeldVerdict>;
}

/** What one tick says of one API. */
export interface ApiTick {
  readonly name: string;
  /** Unix seconds. */
  readonly time: number;
  readonly state: TickState;
  readonly verdict?: HeldVerdict;
  readonly diagnosis?: Diagnosis;
  readonly pattern?: FailurePattern;
  /** Absent where it is not watched. */
  readonly api?: ApiFacts;
  readonly cluster: ClusterFacts;
}

export type TickState = 'failing' | 'recovering' | 'passing' | 'not-observed' | 'deleted' | 'not-watched';

/** Reads a tick API by API. */
export function ticksOf(snapshot: Snapshot, round: JudgedRound): (name: string) => ApiTick {
  const apis = new Map(snapshot.apis.map((api) => [api.name, api]));
  const answers = new Map(round.diagnoses.answers.map(({ apiservice, answer }) => [apiservice, answer]));
  const diagnoses = new Map(round.diagnoses.diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
  const blind = seesNoApis(snapshot);
  return (name) => {
    const api = apis.get(name);
    const [verdict, diagnosis, pattern] = [round.verdicts.get(name), diagnoses.get(name), round.patterns.get(name)];
    return {
      name,
      time: snapshot.time / 1000,
      state: api ? stateOf(api, verdict, answers.get(name)) : blind ? 'not-observed' : 'not-watched',
      cluster: snapshot.cluster,
      ...(verdict && { verdict }),
      ...(diagnosis && { diagnosis }),
      ...(pattern && { pattern }),
      ...(api && { api }),
    };
  };
}

function stateOf(api: ApiFacts, verdict: HeldVerdict | undefined, answer: Answer | undefined): TickState {
  if (api.deletedAt !== undefined) return 'deleted';
  if (verdict) return verdict.state === 'recovered' ? 'passing' : verdict.state;
  if (answer === undefined || answer === 'nothing-to-judge') return 'not-observed';
  return answer === 'healthy' ? 'passing' : 'failing';
}

/** An API that is missing in the list of those who cannot read the list is not gone. */
function seesNoApis({ sources }: Snapshot): boolean {
  return sources.some(({ source, state }) => source === 'api-services' && SOURCE_STATES[state].blind);
}
