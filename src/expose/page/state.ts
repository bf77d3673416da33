import type { Answer } from '../../domain/answer.ts';
import type { Diagnosis } from '../../domain/diagnosis.ts';
import type { FailurePattern } from '../../domain/pattern.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import type { ExporterView } from '../view.ts';

/**
 * Worst first. `blind` = nothing was observed that could tell: never shown as healthy; `recovering` = every vantage passes, a moment after it
 * failed.
 */
export const STATES = ['failing', 'blind', 'recovering', 'deleted', 'healthy'] as const;
export type ApiState = (typeof STATES)[number];

/** One API with all that the page says of it. */
export interface ShownApi {
  readonly api: ApiFacts;
  readonly state: ApiState;
  readonly diagnosis?: Diagnosis;
  readonly pattern?: FailurePattern;
}

/** Worst first, then by name. */
export function shownApis(view: ExporterView): ShownApi[] {
  const answers = new Map(view.round.diagnoses.answers.map(({ apiservice, answer }) => [apiservice, answer]));
  const diagnoses = new Map(view.round.diagnoses.diagnoses.map((diagnosis) => [diagnosis.apiservice, diagnosis]));
  return view.snapshot.apis
    .map((api) => {
      const diagnosis = diagnoses.get(api.name);
      const pattern = view.round.patterns.get(api.name);
      const state = stateOf(api, answers.get(api.name), diagnosis);
      return { api, state, ...(diagnosis && { diagnosis }), ...(pattern && { pattern }) };
    })
    .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || (a.api.name < b.api.name ? -1 : 1));
}

const STATE_OF: Readonly<Record<Answer, ApiState>> = {
  healthy: 'healthy',
  diagnosed: 'failing',
  'errs-cause-unknown': 'failing',
  'nothing-to-judge': 'blind',
};

function stateOf(api: ApiFacts, answer: Answer | undefined, diagnosis: Diagnosis | undefined): ApiState {
  if (api.deletedAt !== undefined) return 'deleted';
  if (diagnosis?.state === 'recovering') return 'recovering';
  return answer === undefined ? 'blind' : STATE_OF[answer];
}

/** Unix milliseconds since when it fails. */
export function failingSince({ diagnosis, pattern }: ShownApi): number | undefined {
  const since = diagnosis?.since ?? pattern?.since;
  return since === undefined ? undefined : since * 1000;
}

/** The Service behind it; not known of an APIService that could never be read. */
export function backendText({ backend: { namespace, service, port } }: ApiFacts): string {
  return service === '' ? 'backend not known' : `${namespace}/${service}:${port}`;
}
