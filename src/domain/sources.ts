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
  'autoscalers',
  'namespaces',
  'webhooks',
  'backup-schedules',
  'issued-certificates',
  'leases',
  'node-agents',
] as const;

export type SourceName = (typeof SOURCES)[number];

/** Without these nothing is diagnosed at all; the others only make a diagnosis less sure. */
export const ESSENTIAL_SOURCES = ['api-services', 'probes'] as const satisfies readonly SourceName[];

interface StateFacts {
  /** After "the source …", for people. */
  readonly says: string;
  /** Nothing can be read from it now: whatever it would tell is not observed. Looking and finding nothing there is an answer. */
  readonly blind: boolean;
}

/**
 * What a source can be in, worst first: of a source with several parts the first of these that a part is in is told.
 * `unauthorised` = 401, we are not known to the other side, and no rule helps. `forbidden` = 403, we are known and a rule is missing.
 * `failed` = no answer that could be used, since the start or at once. `stale` = answered once, but not within its time.
 * `pending` = no answer yet since the start. `absent` = looked, and the cluster does not have it. `disabled` = switched off.
 */
export const SOURCE_STATES = {
  unauthorised: { says: 'is refused our credentials', blind: true },
  forbidden: { says: 'is forbidden', blind: true },
  failed: { says: 'failed', blind: true },
  stale: { says: 'has not answered for a while', blind: true },
  pending: { says: 'has not answered yet', blind: true },
  absent: { says: 'is not there', blind: false },
  ok: { says: 'answers', blind: false },
  disabled: { says: 'is switched off by the configuration', blind: false },
} as const satisfies Readonly<Record<string, StateFacts>>;

export type SourceState = keyof typeof SOURCE_STATES;

const WORST_FIRST = Object.keys(SOURCE_STATES) as readonly SourceState[];

/** For sorting: negative when `a` is the worse one. */
export function compareStates(a: SourceState, b: SourceState): number {
  return WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b);
}

export interface SourceStatus {
  readonly source: SourceName;
  readonly state: SourceState;
  /** Unix milliseconds; absent before the first success. */
  readonly lastSuccess?: number;
  /** One sentence: what failed, for people. */
  readonly message?: string;
  /** The RBAC rule that would open it, e.g. `pods/log: get`. */
  readonly rule?: string;
  /** Values in objects of the cluster that could not be used, counted each time that they were read since the start. */
  readonly refused?: number;
}

/** Whether anything can be said of APIs. */
export function seesApis(sources: readonly SourceStatus[]): boolean {
  return ESSENTIAL_SOURCES.every((name) => sources.some(({ source, state }) => source === name && !SOURCE_STATES[state].blind));
}
