import type { SignatureId } from '../domain/ids.ts';
import { observedValue } from '../domain/observed.ts';
import type { ApiFacts, SignatureCount } from '../domain/snapshot.ts';
import type { Victim } from '../domain/victim.ts';

/** Whose words these are. */
const SPOKEN_BY: readonly (readonly [victim: Victim, signatures: readonly SignatureId[]])[] = [
  ['throttled-client', ['client-side-throttling', 'client-side-throttling-deadline', 'client-side-throttling-long']],
  ['autoscaler', ['autoscaler-without-metrics']],
  [
    'discovery',
    ['server-apis-incomplete', 'discovery-of-groups-failed', 'discovery-stale', 'group-resources-missing', 'openapi-download-failed'],
  ],
  ['unavailable', ['server-unavailable', 'metrics-api-unavailable', 'service-unavailable-body']],
];

/** Who speaks of an API of which nothing but its failure was seen. */
export function victimOf(api: ApiFacts): Victim {
  const said = new Set<string>(
    [...api.textMatches, ...(observedValue(api.logs)?.matches ?? [])].map(({ signature }: SignatureCount) => signature),
  );
  const speaker = SPOKEN_BY.find(([, signatures]) => signatures.some((one) => said.has(one)));
  if (speaker) return speaker[0];
  const condition = observedValue(api.condition);
  if (condition && condition.status !== 'True') return 'condition';
  return api.probes.some(({ vantage, last }) => vantage === 'aggregator' && !last.ok) ? 'unavailable' : 'other';
}
