/**
 * What the runbook of KubeAggregatedAPIErrors asks, sentence by sentence, in its order: by the part in which it stands, in a few words of its own.
 * Kept beside the rows, so that a row that is lost is missed.
 */
export const SENTENCES: readonly (readonly [of: string, keywords: string])[] = [
  ['Meaning', 'errors more than a few times in ten minutes'],
  ['Meaning', 'restarts, time-outs in logs, intermittent 500 and 503'],
  ['Impact', 'autoscaling, custom resources, metrics'],
  ['Step 1', 'describe the APIServices'],
  ['Step 2', 'events of kube-system'],
  ['Step 3', 'pods: state and restarts'],
  ['Step 4', 'logs: error, failed, timeout, connection refused, rate limit'],
  ['Step 5', 'error rate and response time'],
  ['Step 6', 'Service and endpoints'],
  ['Step 7', 'NetworkPolicies'],
  ['A', 'pods that restart, crash, are evicted'],
  ['B', 'restart patterns'],
  ['C', 'network'],
  ['D', 'policy changes'],
  ['E', 'CPU and memory'],
  ['F', 'kube-apiserver: load, latency, errors'],
  ['G', 'persistent, or at regular intervals: scheduled operations'],
  ['H', 'intermittent: network, bursts, competing workloads'],
  ['Look back one hour', 'changes of infrastructure and configuration, network, load'],
  ['Look back one hour', 'configuration of the aggregated server'],
  ['Look back one hour', 'health of the aggregation layer'],
  ['Look back one hour', 'historical patterns'],
];
