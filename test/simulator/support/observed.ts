import { createKubeClient } from '../../../src/kube/client.ts';
import { loadKubeConfig } from '../../../src/kube/kube-config.ts';
import { createObserver, type Observer } from '../../../src/observe/observer.ts';
import type { ObserverOptions } from '../../../src/observe/options.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { type Logger, SILENT } from '../../../src/source/logger.ts';

/** An exporter's observer of a simulated cluster, as impatient as the cluster is fast. */
export interface Observing {
  readonly observer: Observer;
  stop(): void;
}

export function observe(simulator: Simulator, differs: Partial<ObserverOptions> = {}, log: Logger = SILENT): Observing {
  const client = createKubeClient(loadKubeConfig({ kubeconfig: simulator.kubeconfig }), { log });
  const observer = createObserver({
    client,
    clock: Date.now,
    log,
    options: {
      exclude: [],
      disabled: [],
      probe: {
        intervalMs: 500,
        burstStepMs: 200,
        firstWithinMs: 200,
        allowAddresses: ['127.0.0.0/8'],
        // Silence of a direct vantage is believed only where one has answered before, or in a pod.
        inCluster: true,
      },
      logs: {},
      apiserverMetricsIntervalMs: 500,
      resourcesIntervalMs: 500,
      backendMetricsIntervalMs: 500,
      rightsIntervalMs: 500,
      kubeletToken: true,
      ...differs,
    },
  });
  const stop = new AbortController();
  observer.start(stop.signal);
  return {
    observer,
    stop() {
      stop.abort();
      client.close();
    },
  };
}
