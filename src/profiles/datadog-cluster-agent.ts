import type { ServerProfile } from './profile.ts';

export const datadogClusterAgent: ServerProfile = {
  id: 'datadog-cluster-agent',
  title: 'the Datadog Cluster Agent',
  source:
    'DataDog/helm-charts: charts/datadog/templates/agent-apiservice.yaml; DataDog/datadog-agent: pkg/clusteragent/autoscaling/externalmetrics, as of 2025',
  groups: /^external\.metrics\.k8s\.io$/,
  called: /cluster-agent|datadog/,
  startUp: { seconds: 60, because: 'it first reads its objects and asks who of its replicas leads' },
  normal: [
    {
      about: 'data',
      says: 'its leader asks Datadog for all values each 30 s (external_metrics_provider.refresh_period) and keeps them: a request is answered from memory, and a value may be that old',
    },
    {
      about: 'availability',
      says: 'without its connection to Datadog the API stays available: a value that is older than its maximum age is a 500, as is one that it has never seen',
    },
    {
      about: 'certificates',
      says: 'its APIService skips the verification of its certificate (insecureSkipTLSVerify): an expired one is no fault here',
    },
  ],
  flags: [],
};
