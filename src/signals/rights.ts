import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { BackendMetricsFacts } from '../domain/snapshot.ts';
import { flag } from './reading.ts';

const own = (name: string, help: string, read: (facts: BackendMetricsFacts) => number | undefined, asks?: string): Signal => ({
  name,
  help,
  ...(asks === undefined ? {} : { asks }),
  kind: 'counter',
  metric: `aggregated_api_${name.replaceAll('-', '_')}_total`,
  source: 'backend-metrics',
  observe(api) {
    const facts = observedValue(api.backendMetrics);
    return facts && read(facts);
  },
});

/** The two bindings that an aggregated API server needs, and what its own /metrics say of authentication and load. */
export const RIGHTS_SIGNALS: readonly Signal[] = [
  {
    name: 'auth-reader-bound',
    help: "1 while the backend's ServiceAccount is bound to extension-apiserver-authentication-reader, else 0.",
    kind: 'gauge',
    metric: 'aggregated_api_backend_bound',
    familyHelp: 'Whether the ServiceAccount of the backend is bound to the role that an aggregated server needs.',
    labels: { role: 'extension-apiserver-authentication-reader' },
    source: 'role-bindings',
    observe: (api) => flag(observedValue(api.rights)?.authReader),
  },
  {
    name: 'auth-delegator-bound',
    help: "1 while the backend's ServiceAccount is bound to system:auth-delegator, else 0.",
    kind: 'gauge',
    metric: 'aggregated_api_backend_bound',
    familyHelp: 'Whether the ServiceAccount of the backend is bound to the role that an aggregated server needs.',
    labels: { role: 'system:auth-delegator' },
    source: 'role-bindings',
    observe: (api) => flag(observedValue(api.rights)?.authDelegator),
  },
  own(
    'backend-authn-failures',
    'TokenReviews that the backend could not make, by its own metrics.',
    (facts) => facts.delegatedAuthnFailures,
  ),
  own(
    'backend-authz-failures',
    'SubjectAccessReviews that were answered with an error, by the metrics of the backend.',
    (facts) => facts.delegatedAuthzFailures,
  ),
  own(
    'backend-tls-handshake-errors',
    'TLS handshakes that failed at the backend, by its own metrics.',
    (facts) => facts.tlsHandshakeErrors,
    'Do clients break off the handshake, for want of trust or of patience?',
  ),
  own('backend-rejected-requests', 'Requests that the backend rejected for load, by its own metrics.', (facts) => facts.rejectedRequests),
];
