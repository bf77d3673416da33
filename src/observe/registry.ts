import type { SourceName } from '../domain/sources.ts';
import { APISERVER_METRICS } from './apiserver-metrics/source.ts';
import { BACKEND_METRICS } from './backend-metrics/source.ts';
import type { SourceDefinition } from './define-source.ts';
import { DISCOVERY_SOURCES } from './discovery/definitions.ts';
import { IMPACT_SOURCES } from './impact/sources.ts';
import { LOGS } from './logs/log-tail.ts';
import { NODE_AGENTS } from './node-agents.ts';
import { NETWORK_POLICIES } from './policy/source.ts';
import { CERTIFICATES, PROBES } from './probes.ts';
import { RESOURCES } from './resources/source.ts';
import { ROLE_BINDINGS } from './rights.ts';
import { SCHEDULE_SOURCES } from './schedules/sources.ts';

/** Every source, in the order in which they start. The compiler names one that is missing, and one that has another's name. */
export const REGISTRY = {
  ...DISCOVERY_SOURCES,
  probes: PROBES,
  'network-policies': NETWORK_POLICIES,
  'role-bindings': ROLE_BINDINGS,
  logs: LOGS,
  'apiserver-metrics': APISERVER_METRICS,
  resources: RESOURCES,
  'backend-metrics': BACKEND_METRICS,
  certificates: CERTIFICATES,
  ...IMPACT_SOURCES,
  ...SCHEDULE_SOURCES,
  'node-agents': NODE_AGENTS,
} as const satisfies { readonly [Name in SourceName]: SourceDefinition<Name> };
