import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { count } from './reading.ts';

const FACTS = [
  'condition',
  'service',
  'endpoints',
  'pods',
  'workload',
  'events',
  'logs',
  'policy',
  'resources',
  'rights',
] as const satisfies readonly (keyof ApiFacts)[];

/** How much of the API we can see at all. */
export const SOURCE_SIGNALS: readonly Signal[] = [
  {
    name: 'blind-sources',
    help: 'Kinds of facts about the API that are forbidden or were not observed.',
    asks: 'How much of the API can we not see?',
    kind: 'gauge',
    metric: 'aggregated_api_blind_sources',
    source: 'api-services',
    observe: (api) =>
      count(FACTS, (fact) => api[fact].state === 'forbidden' || api[fact].state === 'unobserved') + (api.probes.length === 0 ? 1 : 0),
  },
];
