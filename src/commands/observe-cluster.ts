import type { Config } from '../config.ts';
import { DIRECT_VANTAGES } from '../domain/probe.ts';
import type { Shard } from '../domain/shard.ts';
import type { KubeClient } from '../kube/api.ts';
import { createKubeClient } from '../kube/client.ts';
import { isInCluster, loadKubeConfig } from '../kube/kube-config.ts';
import type { LogHandover } from '../observe/logs/handover.ts';
import { createObserver, type Observer } from '../observe/observer.ts';
import type { AgentReports } from '../reach/reports.ts';
import type { Logger } from '../source/logger.ts';
import type { ClusterFlags } from './flags.ts';
import { readSignaturesFile } from './signatures-file.ts';

export interface ConnectedObserver {
  readonly observer: Observer;
  readonly client: Pick<KubeClient, 'request'> & { close(): void };
  /** Whether there is anybody to ask; absent where there always is. */
  readonly isConnected?: () => boolean;
}

/** Of a cluster that can be asked. */
interface LiveObserver extends ConnectedObserver {
  readonly client: KubeClient & { close(): void };
}

/** Changes when an observer by this configuration would be another one. @throws Error when the file of signatures is not well. */
export function observingSettings({ apis, probe, logs, apiserver_metrics, resources, prometheus, diagnosis }: Config): string {
  const signatures = logs.signatures_file === undefined ? [] : readSignaturesFile(logs.signatures_file);
  return JSON.stringify([apis.exclude, probe, logs, apiserver_metrics, resources, prometheus, diagnosis.disabled_sources, signatures]);
}

/** What the observers of one process share: who looks at the cluster, and says so. */
export interface Observing {
  readonly log: Logger;
  /** Where there are several replicas. */
  readonly logHandover?: LogHandover | undefined;
  /** Where agents on nodes are listened to. */
  readonly agentReports?: AgentReports | undefined;
  /** Where several share the APIs out. The first configuration says it, and holds until a restart: the Lease and the files are of the shard. */
  readonly shard?: Shard | undefined;
}

/** The observer of the cluster that the flags name, tuned by the configuration. */
export function observeCluster(flags: ClusterFlags, config: Config, { log, logHandover, agentReports, shard }: Observing): LiveObserver {
  const kubeConfig = loadKubeConfig({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
  });
  const client = createKubeClient(kubeConfig, { log });
  const disabled = [
    ...config.diagnosis.disabled_sources,
    ...(config.logs.enabled ? [] : (['logs'] as const)),
    ...(config.apiserver_metrics.enabled ? [] : (['apiserver-metrics'] as const)),
    ...(config.resources.enabled ? [] : (['resources'] as const)),
  ];
  const observer = createObserver({
    client,
    clock: Date.now,
    log,
    options: {
      exclude: config.apis.exclude,
      ...(shard && { shard }),
      disabled,
      probe: {
        intervalMs: config.probe.interval,
        discoveryTimeoutMs: config.probe.timeout,
        listTimeoutMs: config.probe.list_timeout,
        burstSteps: config.probe.burst,
        list: config.probe.list,
        vantages: config.probe.direct ? ['aggregator', ...DIRECT_VANTAGES] : ['aggregator'],
        allowAddresses: config.probe.allow_addresses,
        inCluster: config.probe.network === 'auto' ? isInCluster(client.server) : config.probe.network === 'cluster',
      },
      logs: {
        maxStreams: config.logs.max_streams,
        bytesPerMinute: config.logs.bytes_per_minute,
        ...(logHandover && { handover: logHandover }),
        ...(config.logs.signatures_file === undefined ? {} : { signatures: readSignaturesFile(config.logs.signatures_file) }),
      },
      apiserverMetricsIntervalMs: config.apiserver_metrics.interval,
      resourcesIntervalMs: config.resources.interval,
      agentReports,
      kubeletToken: config.resources.kubelet_token,
      ...(config.prometheus.url === undefined ? {} : { prometheusUrl: config.prometheus.url }),
    },
  });
  return { observer, client };
}
