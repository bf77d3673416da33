import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { EndpointFacts } from '../domain/snapshot.ts';
import { flag } from './reading.ts';

const endpointState = (name: string, state: string, help: string, read: (facts: EndpointFacts) => number): Signal => ({
  name,
  ...(name !== 'endpoints-ready' && { observedWith: 'endpoints-ready' }),
  help,
  kind: 'gauge',
  metric: 'aggregated_api_backend_endpoints',
  stability: 'stable',
  familyHelp: 'Addresses in the EndpointSlices of the backend Service, by state.',
  labels: { state },
  source: 'endpoint-slices',
  observe(api) {
    if (api.endpoints.state === 'absent') return 0;
    const facts = observedValue(api.endpoints);
    return facts && read(facts);
  },
});

/** The Service behind the API and its EndpointSlices. */
export const BACKEND_SIGNALS: readonly Signal[] = [
  {
    name: 'service-exists',
    help: '1 while the Service that the APIService names exists, 0 while it does not.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_service_exists',
    source: 'services',
    observe: ({ service }) => (service.state === 'observed' ? 1 : service.state === 'absent' ? 0 : undefined),
  },
  {
    name: 'service-port-declared',
    help: '1 while the Service declares the port that the APIService names, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_service_port_declared',
    source: 'services',
    observe({ service, backend }) {
      const ports = observedValue(service)?.ports;
      return ports && flag(ports.some((port) => port.port === backend.port));
    },
  },
  {
    name: 'service-routable',
    help: '0 while the Service is headless or of type ExternalName, which the kube-apiserver does not route to by default; else 1.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_service_routable',
    source: 'services',
    observe({ service }) {
      const facts = observedValue(service);
      return facts && flag(facts.type !== 'ExternalName' && facts.clusterIP !== 'None' && facts.clusterIP !== '');
    },
  },
  {
    name: 'selected-pods',
    help: "Pods that the Service's selector matches; undefined for a Service without one.",
    kind: 'gauge',
    metric: 'aggregated_api_backend_selected_pods',
    source: 'services',
    observe({ service }) {
      const facts = observedValue(service);
      return facts?.selector ? facts.selectedPods : undefined;
    },
  },
  endpointState('endpoints-ready', 'ready', 'Addresses in the EndpointSlices that are ready.', (facts) => facts.ready),
  endpointState('endpoints-not-ready', 'not_ready', 'Addresses in the EndpointSlices that are not ready.', (facts) => facts.notReady),
  endpointState(
    'endpoints-terminating',
    'terminating',
    'Addresses in the EndpointSlices that are terminating.',
    (facts) => facts.terminating,
  ),
  {
    name: 'endpoint-port-served',
    help: '1 while a slice carries a port of the name that the Service port has, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_backend_port_served',
    source: 'endpoint-slices',
    observe({ endpoints }) {
      const facts = observedValue(endpoints);
      return facts && facts.slices > 0 ? flag(facts.portServed) : undefined;
    },
  },
];
