import { PATTERNS } from '../../domain/pattern.ts';
import { type Family, familyPerApi } from '../family.ts';
import { liveApis } from '../view.ts';

export const DIAGNOSIS_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_diagnosis_confidence',
    type: 'gauge',
    stability: 'stable',
    help: 'How sure it is that this is the cause, 0 to 1, over all causes that have evidence and `unknown`; while it recovers, as when it last failed; no series while the API is healthy.',
    labels: ['cause', 'category'],
    cost: 'failing APIs × causes with evidence',
    collect(api, emit, view) {
      for (const candidate of view.round.candidates.get(api.name) ?? []) emit([candidate.cause, candidate.category], candidate.confidence);
    },
  }),
  {
    name: 'aggregated_api_diagnosis',
    type: 'gauge',
    stability: 'stable',
    help: 'The diagnosis: 1 for the most likely cause of a failing API, of one that recovers for the cause that it failed for; no series while the API is healthy.',
    labels: ['apiservice', 'cause', 'category'],
    cost: 'failing APIs',
    collect(view, emit) {
      const live = new Set(liveApis(view).map((api) => api.name));
      for (const { apiservice, cause, category } of view.round.diagnoses.diagnoses)
        if (live.has(apiservice)) emit([apiservice, cause, category], 1);
    },
  },
  familyPerApi({
    name: 'aggregated_api_failure_pattern',
    type: 'gauge',
    stability: 'stable',
    help: 'How the failures of the last hour spread over time: 1 for the current pattern, 0 for the others.',
    labels: ['pattern'],
    cost: `APIs, and once not 0 × ${PATTERNS.length}`,
    beginsAbove: 0,
    collect(api, emit, view) {
      const current = view.round.patterns.get(api.name);
      if (current) for (const pattern of PATTERNS) emit([pattern], pattern === current.name ? 1 : 0);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_failure_period_seconds',
    type: 'gauge',
    stability: 'stable',
    help: 'Time between the starts of two failures, while the pattern is periodic.',
    labels: [],
    cost: 'APIs that fail periodically',
    collect(api, emit, view) {
      const period = view.round.patterns.get(api.name)?.periodSeconds;
      if (period !== undefined) emit([], period);
    },
  }),
];
