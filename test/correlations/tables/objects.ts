import { observed } from '../../../src/domain/observed.ts';
import type { ServiceFacts } from '../../../src/domain/snapshot.ts';
import { healthyWorkload } from '../../support/healthy.ts';
import { ALL, changed, checkFailed, NO_ENDPOINTS, noAddresses, type Situation, URL, unreachable } from '../../support/situation.ts';
import type { Row } from './row.ts';

const UNAVAILABLE = { aggregator: 'service_unavailable', list: 'service_unavailable' } as const;
const service = (differs: Partial<ServiceFacts>) =>
  observed<ServiceFacts>({
    type: 'ClusterIP',
    clusterIP: '10.96.7.7',
    selector: { app: 'tide-gauge' },
    ports: [{ name: 'https', port: 443, targetPort: '10250' }],
    selectedPods: 1,
    ...differs,
  });
const gone: Situation = {
  probes: UNAVAILABLE,
  condition: ['ServiceNotFound', 'service/tide-gauge in "harbour" is not present'],
  facts: () => ({ api: { service: { state: 'absent' }, endpoints: noAddresses, pods: observed([]) } }),
};
const typo = (selectedPods: number): Situation => ({
  ...NO_ENDPOINTS,
  facts: ({ since }) => ({
    api: {
      service: service({ selector: { app: 'tide-gague' }, selectedPods }),
      endpoints: noAddresses,
      pods: observed([]),
      ...(selectedPods === 0 ? changed('service', 'Service harbour/tide-gauge', since - 4000) : {}),
    },
  }),
});
const scaledDown: Situation = {
  ...NO_ENDPOINTS,
  facts: () => ({
    api: {
      service: service({ selectedPods: 0 }),
      endpoints: noAddresses,
      pods: observed([]),
      workload: observed(healthyWorkload({ replicas: 0, updated: 0, available: 0 })),
    },
  }),
};
const port = (port: number): Situation => ({
  probes: UNAVAILABLE,
  ...(port === 443 ? {} : { condition: ['ServicePortError', 'service/tide-gauge in "harbour" is not listening on port 443'] as const }),
  facts: () => ({ api: { service: service({ ports: [{ name: 'https', port, targetPort: '10250' }] }) } }),
});
const type = (differs: Partial<ServiceFacts>): Situation => ({
  probes: UNAVAILABLE,
  facts: () => ({ api: { service: service(differs) } }),
});
const notFound: Situation = { probes: ALL('not_found', 'not_found'), condition: checkFailed(`bad status from ${URL}: 404`) };
const stale = (pods: boolean): Situation => ({
  probes: UNAVAILABLE,
  details: {
    aggregator:
      'unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1',
  },
  facts: () => ({ api: pods ? {} : { pods: observed([]), endpoints: { state: 'unobserved' } } }),
});
const noFrontProxyCa = (failing: boolean): Situation => ({
  ...(failing ? { probes: UNAVAILABLE } : {}),
  facts: () => ({ cluster: { frontProxyCa: { state: 'absent' } } }),
});

/** Objects that say something wrong: Service, APIService, flags of the kube-apiserver. */
export const OBJECT_ROWS: readonly Row[] = [
  { cause: 'service-not-found', match: gone, miss: typo(0), because: 'the Service exists', instead: 'selector-matches-no-pods' },
  {
    cause: 'selector-matches-no-pods',
    match: typo(0),
    miss: scaledDown,
    because: 'no replica is wanted',
    instead: 'backend-scaled-to-zero',
  },
  { cause: 'service-port-mismatch', match: port(8443), miss: port(443), because: 'the port is declared' },
  {
    cause: 'service-not-routable',
    match: type({ type: 'ExternalName', externalName: 'tides.example.net' }),
    miss: type({}),
    because: 'it has a ClusterIP',
  },
  { cause: 'version-not-served', match: notFound, miss: gone, because: 'there is no Service to ask', instead: 'service-not-found' },
  {
    cause: 'discovery-stale',
    match: {
      probes: UNAVAILABLE,
      details: { aggregator: 'DiscoveryManager: Failed to download discovery for harbour/tide-gauge:443: 404 404 page not found' },
    },
    miss: notFound,
    because: 'the version itself is answered with 404',
    instead: 'version-not-served',
  },
  { cause: 'orphaned-apiservice', match: stale(false), miss: stale(true), because: 'the server still has pods', ticks: 15 },
  {
    cause: 'aggregation-layer-not-configured',
    match: noFrontProxyCa(true),
    miss: noFrontProxyCa(false),
    because: 'the API works: other ways of authentication exist',
    instead: null,
  },
  {
    cause: 'plain-http-backend',
    match: {
      probes: ALL('invalid_response'),
      details: { endpoint: 'Get "https://10.1.0.5:10250/": http: server gave HTTP response to HTTPS client' },
    },
    miss: { probes: ALL('tls_handshake_failed', 'tls_handshake_failed'), details: { endpoint: 'remote error: tls: handshake failure' } },
    because: 'it speaks TLS, and no common version',
    instead: 'serving-certificate-unusable',
  },
  {
    cause: 'invalid-response',
    match: {
      probes: { aggregator: 'invalid_response', list: 'invalid_response', service: 'invalid_response', endpoint: 'invalid_response' },
    },
    miss: notFound,
    because: 'the answer is a well-formed 404',
    instead: 'version-not-served',
  },
  {
    cause: 'software-defect',
    match: {
      probes: UNAVAILABLE,
      details: unreachable(
        "http2: Transport: cannot retry err [http2: Transport received Server's graceful shutdown GOAWAY] after Request.Body was written",
      ),
    },
    miss: {
      probes: UNAVAILABLE,
      details: unreachable('http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=""'),
    },
    because: 'a connection was closed gracefully and nothing was lost',
  },
];
