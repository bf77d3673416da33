import { NO_READINESS_PROBE, type ServerProfile } from './profile.ts';

export const customMetricsStackdriverAdapter: ServerProfile = {
  id: 'custom-metrics-stackdriver-adapter',
  title: 'the Stackdriver adapter',
  source: 'GoogleCloudPlatform/k8s-stackdriver: custom-metrics-stackdriver-adapter v0.15.1',
  groups: /^(?:custom|external)\.metrics\.k8s\.io$/,
  called: /stackdriver-adapter/,
  startUp: { seconds: 20, because: 'it has one replica and listens some seconds after its start' },
  normal: [
    NO_READINESS_PROBE,
    {
      about: 'availability',
      says: 'it asks Cloud Monitoring at each request: without it, or without the right of its service account, the API stays available and requests fail',
    },
    { about: 'latency', says: 'each request is a query to Cloud Monitoring: a second and more is normal' },
    { about: 'certificates', says: 'its APIServices skip the verification of its certificate (insecureSkipTLSVerify)' },
  ],
  flags: [{ name: 'use-new-resource-model', says: 'must fit the metrics that the cluster writes: with the wrong one they are not found' }],
};
