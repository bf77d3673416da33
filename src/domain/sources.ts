/** Everything that is observed comes from one of these; value of the label `source`. */
export const SOURCES = [
  'api-services',
  'services',
  'endpoint-slices',
  'pods',
  'nodes',
  'events',
  'network-policies',
  'workloads',
  'config-maps',
  'role-bindings',
  'cron-jobs',
  'probes',
  'logs',
  'apiserver-metrics',
  'backend-metrics',
  'resources',
  'certificates',
] as const;

export type SourceName = (typeof SOURCES)[number];

/** `pending` = no answer yet since start. `stale` = answered once, but not within its time. `disabled` = switched off by the configuration. */
export type SourceState = 'ok' | 'pending' | 'forbidden' | 'absent' | 'stale' | 'failed' | 'disabled';

export interface SourceStatus {
  readonly source: SourceName;
  readonly state: SourceState;
  /** Unix milliseconds; absent before the first success. */
  readonly lastSuccess?: number;
  /** One sentence: what failed, for people. */
  readonly message?: string;
  /** The RBAC rule that would open it, e.g. `pods/log: get`. */
  readonly rule?: string;
}
