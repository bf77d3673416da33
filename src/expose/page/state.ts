import type { Diagnosis } from '../../domain/diagnosis.ts';
import { observedValue } from '../../domain/observed.ts';
import type { FailurePattern } from '../../domain/pattern.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import type { ExporterView } from '../view.ts';

/** `blind` = nothing was observed that could tell: never shown as healthy. */
export type ApiState = 'failing' | 'blind' | 'healthy' | 'deleted';

/** One API with all that the page says of it. */
export interface ShownApi {
  readonly api: ApiFacts;
  readonly state: ApiState;
  readonly diagnosis?: Diagnosis;
  readonly pattern?: FailurePattern;
}

const ORDER: Readonly<Record<ApiState, number>> = { failing: 0, blind: 1, deleted: 2, healthy: 3 };

/** Worst first, then by name. */
export function shownApis(view: ExporterView): ShownApi[] {
  const diagnoses = new Map(view.round.diagnoses.diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
  return view.snapshot.apis
    .map((api) => {
      const diagnosis = diagnoses.get(api.name);
      const pattern = view.round.patterns.get(api.name);
      return { api, state: stateOf(api, diagnosis), ...(diagnosis && { diagnosis }), ...(pattern && { pattern }) };
    })
    .sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.api.name.localeCompare(b.api.name));
}

function stateOf(api: ApiFacts, diagnosis: Diagnosis | undefined): ApiState {
  if (api.deletedAt !== undefined) return 'deleted';
  if (diagnosis) return 'failing';
  const judged = observedValue(api.condition)?.status === 'True';
  const answered = api.probes.some((tally) => tally.vantage === 'aggregator' && tally.last.ok);
  return judged || answered ? 'healthy' : 'blind';
}

/** Unix milliseconds since when it fails. */
export function failingSince({ diagnosis, pattern }: ShownApi): number | undefined {
  const since = diagnosis?.since ?? pattern?.since;
  return since === undefined ? undefined : since * 1000;
}
