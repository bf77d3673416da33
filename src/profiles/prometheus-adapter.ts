import type { ServerProfile } from './profile.ts';

export const prometheusAdapter: ServerProfile = {
  id: 'prometheus-adapter',
  title: 'prometheus-adapter',
  source: 'kubernetes-sigs/prometheus-adapter v0.12.0: cmd/adapter, pkg/custom-provider, deploy/manifests',
  groups: /^(?:custom\.|external\.)?metrics\.k8s\.io$/,
  called: /prometheus-adapter/,
  startUp: { seconds: 40, because: 'its probe first asks after 30 s' },
  normal: [
    {
      about: 'availability',
      says: 'its readiness does not ask Prometheus: without it the API stays available, its list of metrics grows old, and requests get 500 "unable to fetch metrics"',
    },
    {
      about: 'data',
      says: 'it lists the metrics that exist each --metrics-relist-interval (10 min by default, 1 min in its manifests): a metric that is new in Prometheus is a 404 until then',
    },
    { about: 'data', says: 'with no matching series in Prometheus its discovery is an empty list: valid, and no fault of the API' },
    { about: 'log', says: '"unable to update list of all metrics" each minute says that Prometheus does not answer it' },
  ],
  flags: [
    { name: 'prometheus-url', says: 'whom it asks; a wrong one leaves the API available and empty' },
    { name: 'metrics-relist-interval', says: 'how old its list may be' },
    { name: 'config', says: 'which series become metrics; it does not start without it' },
    { name: 'secure-port', says: "the Service's target port" },
  ],
};
