import type { ServerProfile } from './profile.ts';

export const keda: ServerProfile = {
  id: 'keda',
  title: "KEDA's metrics adapter",
  source: 'kedacore/keda v2.21.0: cmd/adapter, pkg/provider, pkg/metricsservice, config/metrics-server',
  groups: /^external\.metrics\.k8s\.io$/,
  called: /keda/,
  startUp: { seconds: 20, because: 'its probe first asks after 5 s and then each 10 s' },
  normal: [
    {
      about: 'availability',
      says: 'its readiness does not ask keda-operator: while the operator is gone the API stays available, and each request for a metric hangs until its client gives up, since the adapter waits for its gRPC connection as long as the request lasts',
    },
    { about: 'latency', says: 'a request for a metric is as slow as the system that the scaler asks: seconds are no fault of the API' },
    {
      about: 'log',
      says: '"Waiting for establishing a gRPC connection to KEDA Metrics Server" in the first seconds after a start, and while keda-operator restarts, is normal',
    },
    {
      about: 'certificates',
      says: 'keda-operator makes its certificates (Secret kedaorg-certs) and writes the caBundle of the APIService: a caBundle that another program or a chart writes too is fought over',
    },
  ],
  flags: [
    { name: 'metrics-service-address', says: "keda-operator's gRPC address, port 9666 of its namespace by default" },
    { name: 'tls-cert-file', says: 'of the volume that keda-operator fills: the pod does not start before it exists' },
    { name: 'client-ca-file', says: 'whom it believes beside the kube-apiserver' },
    { name: 'secure-port', says: "the Service's target port" },
  ],
};
