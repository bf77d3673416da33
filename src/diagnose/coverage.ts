import type { Diagnosis } from '../domain/diagnosis.ts';
import { type Observed, UNOBSERVED } from '../domain/observed.ts';
import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';
import { SOURCE_STATES, type SourceName } from '../domain/sources.ts';

export type NotSeen = Diagnosis['notSeen'][number];

/** The part of an API's facts that comes from a source; undefined where that is in several places. */
const FACT_OF: Readonly<Record<SourceName, ((api: ApiFacts, snapshot: Snapshot) => Observed<unknown>) | undefined>> = {
  'api-services': (api) => api.condition,
  services: (api) => api.service,
  'endpoint-slices': (api) => api.endpoints,
  pods: (api) => api.pods,
  workloads: (api) => api.workload,
  events: (api) => api.events,
  logs: (api) => api.logs,
  'network-policies': (api) => api.policy,
  resources: (api) => api.resources,
  'backend-metrics': (api) => api.backendMetrics,
  'role-bindings': (api) => api.rights,
  nodes: (_, { cluster }) => cluster.nodes,
  'cron-jobs': (_, { cluster }) => cluster.cronJobs,
  'config-maps': (_, { cluster }) => cluster.frontProxyCa,
  probes: undefined,
  certificates: undefined,
  'apiserver-metrics': undefined,
  // Who is hurt decides no verdict.
  autoscalers: undefined,
  namespaces: undefined,
  webhooks: undefined,
  'backup-schedules': (_, { cluster }) => cluster.backupSchedules ?? UNOBSERVED,
  'issued-certificates': undefined,
  leases: undefined,
  'node-agents': undefined,
};

/** Most clusters do not have what they read: what is not there lacks nothing. */
const MAY_BE_ABSENT: ReadonlySet<SourceName> = new Set(['backup-schedules', 'issued-certificates']);

/** Where they are not switched on nothing is missing: most clusters have none. */
const OPTED_IN: ReadonlySet<SourceName> = new Set(['node-agents']);

/** Sources that are asked for each API by itself: each may be refused for one and open for the other. */
const PER_API: readonly SourceName[] = ['logs', 'resources', 'backend-metrics'];

/** Every source that did not answer, in the order of the snapshot. */
export function sourcesNotSeen(snapshot: Snapshot): NotSeen[] {
  return snapshot.sources.flatMap(({ source, state, message, rule }) =>
    state === 'ok' || (state === 'absent' && MAY_BE_ABSENT.has(source)) || (state === 'disabled' && OPTED_IN.has(source))
      ? []
      : [{ source, why: `${SOURCE_STATES[state].says}${message ? `: ${message}` : ''}`, ...(rule === undefined ? {} : { rule }) }],
  );
}

/** Of one API: the sources among `asked` that could have told more. A fact that is absent was looked for, so it was seen. */
export function notSeenOf(api: ApiFacts, snapshot: Snapshot, asked: ReadonlySet<SourceName>): NotSeen[] {
  const bySource = new Map(sourcesNotSeen(snapshot).map((one) => [one.source, one]));
  const found: NotSeen[] = asked.has('probes') ? strangersOf(api) : [];
  for (const source of asked) {
    const missing = missingOf(source, FACT_OF[source]?.(api, snapshot), bySource.get(source));
    if (missing) found.push(missing);
  }
  return found.sort((a, b) => (a.source < b.source ? -1 : 1));
}

/** @param general what the source as a whole lacks. */
function missingOf(source: SourceName, fact: Observed<unknown> | undefined, general: NotSeen | undefined): NotSeen | undefined {
  // Of a source that is asked once for each API, what it lacks elsewhere takes nothing from this one.
  if (fact?.state === 'observed' && PER_API.includes(source)) return undefined;
  if (fact?.state === 'forbidden') return { source, why: SOURCE_STATES.forbidden.says, rule: fact.rule };
  if (general) return general;
  return fact?.state === 'unobserved' ? { source, why: fact.why ?? 'was not looked at' } : undefined;
}

/** Probes that were made, and whose answers count nowhere: a person must know that the backend itself was not seen. */
function strangersOf({ unbelieved = [] }: ApiFacts): NotSeen[] {
  const [first] = unbelieved;
  if (!first) return [];
  const where = unbelieved.length === 1 ? first.target : `${first.target} and ${unbelieved.length - 1} more`;
  const as = unbelieved.find(({ answersAs }) => answersAs !== undefined)?.answersAs;
  return [{ source: 'probes', why: `are not believed at ${where}, where others may be${as === undefined ? '' : `: answers as ${as}`}` }];
}
