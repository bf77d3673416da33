import { CLAIMS, type Claim } from '../correlations/shared/claims.ts';
import type { Diagnosis } from '../domain/diagnosis.ts';
import type { Signal } from '../domain/signal.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { readSignals } from '../signals/read.ts';
import { Criteria } from './criteria.ts';
import { UNSURE } from './next-check.ts';

/** A sentence that was printed although what it claims was not observed. */
export interface UnobservedClaim {
  readonly apiservice: string;
  readonly cause: string;
  /** `summary`, or the id of the evidence. */
  readonly where: string;
  readonly sentence: string;
  /** The words that claim it. */
  readonly words: string;
}

/**
 * Reads what was diagnosed beside what was observed: each sentence whose words are in the list of claims must have its criterion
 * met at that moment. Show it each snapshot, in order, with the diagnoses that followed from it.
 */
export class Witness {
  readonly #signals: readonly Signal[];
  readonly #claims: readonly Claim[];
  readonly #criteria: Criteria;

  constructor(signals: readonly Signal[], claims: readonly Claim[] = CLAIMS) {
    this.#signals = signals;
    this.#claims = claims;
    this.#criteria = new Criteria(claims.map(({ needs }) => needs));
  }

  observe(snapshot: Snapshot, diagnoses: readonly Diagnosis[]): UnobservedClaim[] {
    const byApi = new Map(diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
    const values = readSignals(snapshot, this.#signals);
    return snapshot.apis.flatMap(({ name }) => {
      this.#criteria.push(name, snapshot.time, values.get(name) ?? new Map());
      const diagnosis = byApi.get(name);
      return diagnosis ? sentencesOf(diagnosis).flatMap((sentence) => this.#unobserved(diagnosis, sentence)) : [];
    });
  }

  #unobserved({ apiservice, cause }: Diagnosis, [where, sentence]: readonly [string, string]): UnobservedClaim[] {
    return this.#claims.flatMap(({ words, needs }) => {
      const [said] = sentence.match(words) ?? [];
      return said === undefined || this.#criteria.truth(needs) === true ? [] : [{ apiservice, cause, where, sentence, words: said }];
    });
  }
}

/** What is stated as a fact. A summary below UNSURE is printed as a possibility. */
function sentencesOf({ summary, confidence, evidence }: Diagnosis): (readonly [string, string])[] {
  const stated = confidence < UNSURE ? [] : [['summary', summary] as const];
  return [...stated, ...evidence.map(({ id, says }) => [id, says] as const)];
}
