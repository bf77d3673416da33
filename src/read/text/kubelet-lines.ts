/** Source files of the kubelet that speak of one pod (1.30 to 1.37). */
const FILE =
  /\b(?:pod_workers|prober|prober_manager|kuberuntime_\w{1,40}|kubelet|kubelet_pods|status_manager|eviction_manager|nestedpendingoperations|pod_startup_latency_tracker|reconciler(?:_common)?)\.go:\d/;
/** klog's reference of an object: `pod="harbour/tide-gauge-0"`, and as JSON. */
const POD = /\bpods?\\?"?[=:]\s?\\?"([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9.-]{0,252})\\?"/;

/** The pod that a line of the kubelet is about, in so many words. */
export function podOfKubelet(line: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!line.includes('pod') || !FILE.test(line.length > 400 ? line.slice(0, 400) : line)) return undefined;
  const [, namespace, name] = POD.exec(line.length > 8192 ? line.slice(0, 8192) : line) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
