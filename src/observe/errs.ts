import type { ApiFacts } from '../domain/snapshot.ts';
import { ageOf } from '../source/clock.ts';

/** An API that errs now and then errs also in between: an HPA asks each 15 s, and shows what it got last. */
const LINGERS_MS = 60_000;

/** Whether anybody who asks for the API gets errors now, by its condition and by our own requests through the kube-apiserver. */
export function errs({ condition, probes }: Pick<ApiFacts, 'condition' | 'probes'>, now: number): boolean {
  if (condition.state === 'observed' && condition.value.status !== 'True') return true;
  return probes.some(
    ({ vantage, last, lastFailure }) =>
      vantage === 'aggregator' && (!last.ok || (lastFailure !== undefined && ageOf(lastFailure.at, now) < LINGERS_MS)),
  );
}
