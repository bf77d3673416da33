import { calicoApiserver } from './calico-apiserver.ts';
import { customMetricsApiserver } from './custom-metrics-apiserver.ts';
import { customMetricsStackdriverAdapter } from './custom-metrics-stackdriver-adapter.ts';
import { datadogClusterAgent } from './datadog-cluster-agent.ts';
import { keda } from './keda.ts';
import { kubevirtVirtApi } from './kubevirt-virt-api.ts';
import { kueueVisibility } from './kueue-visibility.ts';
import { metricsServer } from './metrics-server.ts';
import { olmPackageserver } from './olm-packageserver.ts';
import type { ServerProfile } from './profile.ts';
import { prometheusAdapter } from './prometheus-adapter.ts';

/** Of two that fit an API the first counts: those of one program stand before the library that many are built on. */
export const PROFILES: readonly ServerProfile[] = [
  metricsServer,
  prometheusAdapter,
  keda,
  datadogClusterAgent,
  olmPackageserver,
  kubevirtVirtApi,
  calicoApiserver,
  kueueVisibility,
  customMetricsStackdriverAdapter,
  customMetricsApiserver,
];
