import type { Observed } from '../domain/observed.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { ageOf } from '../source/clock.ts';
import type { Surroundings } from './define-source.ts';

/** An API that errs now and then errs also in between: an HPA asks each 15 s, and shows what it got last. */
const LINGERS_MS = 60_000;

/** Whether anybody who asks for the API gets errors now, by its condition and by our own requests through the kube-apiserver. */
function errs({ condition, probes }: Pick<ApiFacts, 'condition' | 'probes'>, now: number): boolean {
  if (condition.state === 'observed' && condition.value.status !== 'True') return true;
  return probes.some(
    ({ vantage, last, lastFailure }) =>
      vantage === 'aggregator' && (!last.ok || (lastFailure !== undefined && ageOf(lastFailure.at, now) < LINGERS_MS)),
  );
}

/** Of an API that discovery knows; false for any other. */
export function errsNow({ discovery, prober, clock }: Pick<Surroundings, 'discovery' | 'prober' | 'clock'>, name: string): boolean {
  const condition = discovery.condition(name);
  return condition !== undefined && errs({ condition, probes: prober.tallies(name) }, clock());
}

/** In place of whom an API hurts, while it hurts nobody. */
export const AT_REST: Observed<never> = { state: 'unobserved', why: 'nobody is looked for while it answers' };
