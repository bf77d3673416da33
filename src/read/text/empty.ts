import { UNOBSERVED } from '../../domain/observed.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';

/** An API of which nothing is known but its name. */
export function unknownApi(name: string, backend: ApiFacts['backend']): ApiFacts {
  const dot = name.indexOf('.');
  return {
    name,
    group: dot < 0 ? '' : name.slice(dot + 1),
    version: dot < 0 ? '' : name.slice(0, dot),
    backend,
    insecureSkipTLSVerify: false,
    caBundle: null,
    condition: UNOBSERVED,
    transitions: { True: 0, False: 0, Unknown: 0 },
    service: UNOBSERVED,
    endpoints: UNOBSERVED,
    pods: UNOBSERVED,
    workload: UNOBSERVED,
    probes: [],
    events: UNOBSERVED,
    logs: UNOBSERVED,
    policy: UNOBSERVED,
    resources: UNOBSERVED,
    backendMetrics: UNOBSERVED,
    rights: UNOBSERVED,
    textMatches: [],
    neighbours: UNOBSERVED,
    changes: [],
  };
}
