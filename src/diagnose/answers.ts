import type { ApiAnswer } from '../domain/answer.ts';
import type { Diagnosis } from '../domain/diagnosis.ts';
import { observedValue } from '../domain/observed.ts';
import type { ApiFacts } from '../domain/snapshot.ts';

/**
 * What is said of one API.
 * @param failing the signal of that name: only an observed 0 is health.
 * @param diagnosis the verdict, when the API errs.
 */
export function answerOf(api: ApiFacts, failing: number | undefined, diagnosis: Diagnosis | undefined): ApiAnswer {
  const answer = judged(api, failing, diagnosis);
  return api.harmless === undefined ? answer : { ...answer, harmless: api.harmless };
}

function judged(api: ApiFacts, failing: number | undefined, diagnosis: Diagnosis | undefined): ApiAnswer {
  const { name: apiservice } = api;
  if (diagnosis)
    return diagnosis.cause === 'unknown'
      ? { apiservice, answer: 'errs-cause-unknown', because: api.reported?.because ?? errorOf(api) }
      : { apiservice, answer: 'diagnosed', because: diagnosis.title };
  if (failing === undefined) return { apiservice, answer: 'nothing-to-judge', because: NOT_OBSERVED };
  return failing > 0.5
    ? { apiservice, answer: 'errs-cause-unknown', because: api.reported?.because ?? errorOf(api) }
    : { apiservice, answer: 'healthy', because: api.reported?.because ?? proofOf(api) };
}

const NOT_OBSERVED = 'nothing that was observed tells whether it answers';

function errorOf(api: ApiFacts): string {
  const condition = observedValue(api.condition);
  if (condition && condition.status !== 'True')
    return `the condition Available is ${condition.status}${condition.reason === '' ? '' : ` (${condition.reason})`}`;
  return 'a request through the kube-apiserver failed';
}

function proofOf(api: ApiFacts): string {
  const available = observedValue(api.condition)?.status === 'True';
  const answered = api.probes.some(({ vantage, last }) => vantage === 'aggregator' && last.ok);
  const proofs = [
    ...(available ? ['the condition Available is True'] : []),
    ...(answered ? ['it answers through the kube-apiserver'] : []),
  ];
  return proofs.join(', and ');
}
