import type { DiagnosisRound } from '../diagnose/diagnostician.ts';
import type { Answer, ApiAnswer } from '../domain/answer.ts';
import { wholeAnswer } from '../domain/answer.ts';
import type { Diagnoses, Diagnosis } from '../domain/diagnosis.ts';

/** Hears each round of a window of observation, and answers for all of it. */
export interface WindowAnswer {
  add(round: DiagnosisRound): void;
  /** Undefined without a round. */
  answer(): Diagnoses | undefined;
}

/** An API that failed within the window is not healthy because it passes now: its last verdict stays, as that of a failure that ended. */
export function createWindowAnswer(): WindowAnswer {
  const failed = new Map<string, Diagnosis>();
  let last: DiagnosisRound | undefined;

  return {
    add(round) {
      for (const diagnosis of round.diagnoses.diagnoses) failed.set(diagnosis.apiservice, diagnosis);
      last = round;
    },
    answer() {
      if (!last) return undefined;
      const { diagnoses, verdicts } = last;
      const over = diagnoses.answers
        .filter(({ answer }) => answer === 'healthy')
        .flatMap(({ apiservice }): Diagnosis[] => {
          const before = failed.get(apiservice);
          const endedAt = verdicts.get(apiservice)?.endedAt ?? before?.endedAt;
          return before ? [{ ...before, state: 'recovering', ...(endedAt === undefined ? {} : { endedAt }) }] : [];
        });
      const answers = diagnoses.answers.map((answer) => answerOf(over, answer));
      return { ...diagnoses, answers, answer: wholeAnswer(answers), diagnoses: [...diagnoses.diagnoses, ...over] };
    },
  };
}

function answerOf(over: readonly Diagnosis[], before: ApiAnswer): ApiAnswer {
  const diagnosis = over.find(({ apiservice }) => apiservice === before.apiservice);
  if (!diagnosis) return before;
  const answer: Answer = diagnosis.cause === 'unknown' ? 'errs-cause-unknown' : 'diagnosed';
  return { ...before, answer, because: `it failed while it was observed, and passes now: ${diagnosis.title}` };
}
