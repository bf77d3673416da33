import { type Levels, ofCluster, type SignalElsewhere } from './levels.ts';

/**
 * kube-state-metrics knows pods and addresses, not APIServices. The way between: aggregated_api_info names the Service,
 * kube_endpoint_address its addresses, kube_pod_info the pods of these. Each step joins many to one, so several APIServices may
 * share a Service, and several Services a pod. Pods without an address (pending, unschedulable) cannot be found so.
 */
function ofPods(levels: Levels, fold: 'sum' | 'max', perPod: string): string {
  const pods = levels.with('namespace', 'pod');
  const addresses = levels.with('namespace', 'ip');
  const services = levels.with('namespace', 'endpoint');
  const addressOfPod = `max by (${pods}, ip) (label_replace(kube_pod_info{pod_ip!=""}, "ip", "$1", "pod_ip", "(.+)"))`;
  // Pods that say nothing of the kind count as 0: kube-state-metrics drops series of reasons that are not set.
  const valueOfPod = `(${perPod} or 0 * max by (${pods}) (kube_pod_info))`;
  const valueOfAddress = `${fold} by (${addresses}) (${addressOfPod} * on (${pods}) group_left () ${valueOfPod})`;
  const addressOfService = `max by (${services}, ip) (kube_endpoint_address)`;
  return ofServices(levels, `${fold} by (${services}) (${addressOfService} * on (${addresses}) group_left () ${valueOfAddress})`);
}

/** Values of Services, given to the APIServices that name them. */
function ofServices(levels: Levels, perService: string): string {
  const services = levels.with('namespace', 'endpoint');
  const named = `label_replace(label_replace(aggregated_api_info, "namespace", "$1", "backend_namespace", "(.+)"), "endpoint", "$1", "backend_service", "(.+)")`;
  return `max by (${levels.with('apiservice')}) (max by (${levels.with('apiservice', 'namespace', 'endpoint')}) (${named}) * on (${services}) group_left () ${perService})`;
}

const perPod = (levels: Levels, metric: string) => `sum by (${levels.with('namespace', 'pod')}) (${metric})`;

const counted = (signal: string, metric: string): SignalElsewhere => ({
  signal,
  expr: (levels) => ofPods(levels, 'sum', perPod(levels, metric)),
});

const waiting = (signal: string, ...reasons: readonly string[]): SignalElsewhere =>
  counted(signal, `kube_pod_container_status_waiting_reason{reason=~"${reasons.join('|')}"}`);

/** Not ready or not: addresses of the Service in that state, 0 where it has others only. */
const addresses = (signal: string, ready: boolean): SignalElsewhere => ({
  signal,
  expr: (levels) => {
    const services = levels.with('namespace', 'endpoint');
    const each = (matcher: string) => `count by (${services}) (max by (${services}, ip) (kube_endpoint_address${matcher}))`;
    return ofServices(levels, `(${each(`{ready="${ready}"}`)} or 0 * ${each('')})`);
  },
});

export const KUBE_STATE_METRICS_SIGNALS: readonly SignalElsewhere[] = [
  counted('restarts', 'kube_pod_container_status_restarts_total'),
  waiting('waiting-crash-loop', 'CrashLoopBackOff'),
  waiting('waiting-image-pull', 'ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'),
  waiting('waiting-config-error', 'CreateContainerConfigError'),
  waiting('waiting-create-error', 'CreateContainerError', 'RunContainerError'),
  {
    signal: 'ended-out-of-memory',
    expr: (levels) => {
      const containers = levels.with('namespace', 'pod', 'container');
      const recent = `time() - kube_pod_container_status_last_terminated_timestamp < 600`;
      const killed = `max by (${containers}) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1) and on (${containers}) (${recent})`;
      return ofPods(levels, 'sum', `count by (${levels.with('namespace', 'pod')}) (${killed})`);
    },
  },
  {
    signal: 'last-out-of-memory',
    expr: (levels) => {
      const containers = levels.with('namespace', 'pod', 'container');
      const killed = `kube_pod_container_status_last_terminated_timestamp and on (${containers}) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1)`;
      return `${ofPods(levels, 'max', `max by (${levels.with('namespace', 'pod')}) (${killed})`)} > 0`;
    },
  },
  counted('pods-ready', 'kube_pod_status_ready{condition="true"}'),
  addresses('endpoints-ready', true),
  addresses('endpoints-not-ready', false),
  {
    signal: 'nodes-not-ready',
    expr: (levels) =>
      ofCluster(
        levels,
        `count by (${levels.cluster}) (kube_node_info) - sum by (${levels.cluster}) (max by (${levels.with('node')}) (kube_node_status_condition{condition="Ready", status="true"}))`,
      ),
  },
];
