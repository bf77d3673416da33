import type { ServerProfile } from './profile.ts';

export const customMetricsApiserver: ServerProfile = {
  id: 'custom-metrics-apiserver',
  title: 'an adapter built on custom-metrics-apiserver',
  source: 'kubernetes-sigs/custom-metrics-apiserver v1.37.0: pkg/cmd, pkg/apiserver, test-adapter-deploy',
  groups: /^(?:custom|external)\.metrics\.k8s\.io$/,
  called: /custom-metrics|metrics-adapter|metrics-apiserver/,
  startUp: { seconds: 30, because: 'such adapters answer as soon as they listen, and probes ask each 10 s' },
  normal: [
    {
      about: 'availability',
      says: "the library's readiness does not ask the source of its metrics: without the source the API stays available and requests fail, or find nothing",
    },
    {
      about: 'data',
      says: 'custom.metrics.k8s.io lists each metric as a resource: an empty list means that its source knows none, and is valid',
    },
    {
      about: 'data',
      says: 'external.metrics.k8s.io has values only under a name that a client asks for: there is no list that a probe could ask for',
    },
  ],
  flags: [
    { name: 'secure-port', says: "the Service's target port" },
    { name: 'tls-cert-file', says: 'without it each start makes a self-signed certificate, which a caBundle cannot fit' },
  ],
};
