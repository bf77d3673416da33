import type { Signal } from '../domain/signal.ts';
import { CHANGE_KINDS } from '../domain/snapshot.ts';
import type { SourceName } from '../domain/sources.ts';
import { largest, seconds } from './reading.ts';

const SOURCE_OF: Readonly<Record<(typeof CHANGE_KINDS)[number], SourceName>> = {
  rollout: 'workloads',
  scaling: 'workloads',
  'network-policy': 'network-policies',
  service: 'services',
  'service-ports': 'services',
  'service-selector': 'services',
  apiservice: 'api-services',
  'ca-bundle': 'api-services',
  certificate: 'issued-certificates',
  'certificate-request': 'issued-certificates',
  backup: 'backup-schedules',
  configuration: 'config-maps',
  node: 'nodes',
  'control-plane': 'apiserver-metrics',
  leader: 'events',
  'control-plane-leader': 'events',
};

/** What changed last, and when: `last-change-rollout`, `last-change-network-policy`, … Undefined before the first change. */
export const CHANGE_SIGNALS: readonly Signal[] = CHANGE_KINDS.map((what) => ({
  name: `last-change-${what}`,
  help: `When something of the kind ${what} that the API depends on was last changed, Unix time.`,
  words: `last change (${what.replaceAll('-', ' ')})`,
  kind: 'timestamp',
  metric: 'aggregated_api_last_change_timestamp_seconds',
  stability: 'stable',
  familyHelp: 'When something that the API depends on was last changed, Unix time, by what was changed; no series before the first change.',
  labels: { what },
  source: SOURCE_OF[what],
  observe: (api, cluster) =>
    seconds(largest([...api.changes, ...cluster.changes].map((change) => (change.what === what ? change.at : undefined)))),
}));
