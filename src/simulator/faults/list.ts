// Printed by `npm run generate`; do not edit.
import { aggregatorPathBlocked } from './aggregator-path-blocked.ts';
import { apiserverOverloaded } from './apiserver-overloaded.ts';
import { apiserverSlow } from './apiserver-slow.ts';
import { apiserversDisagree } from './apiservers-disagree.ts';
import { backendDependencyFailing } from './backend-dependency-failing.ts';
import { backendSlow } from './backend-slow.ts';
import { backendStorageHung } from './backend-storage-hung.ts';
import { badFlagOrConfig } from './bad-flag-or-config.ts';
import { caBundleMismatch } from './ca-bundle-mismatch.ts';
import { caBundleReplaced } from './ca-bundle-replaced.ts';
import { ciliumPolicyBlocking } from './cilium-policy-blocking.ts';
import { clientSideThrottled } from './client-side-throttled.ts';
import { clusterNetworkPolicyBlocking } from './cluster-network-policy-blocking.ts';
import { connectionRefused } from './connection-refused.ts';
import { connectionReset } from './connection-reset.ts';
import { connectionTimedOut } from './connection-timed-out.ts';
import { containerConfigInvalid } from './container-config-invalid.ts';
import { cpuThrottled } from './cpu-throttled.ts';
import { delegatedAuthFailing } from './delegated-auth-failing.ts';
import { discoveryForbidden } from './discovery-forbidden.ts';
import { dnsFailing } from './dns-failing.ts';
import { dnsFailingInBackend } from './dns-failing-in-backend.ts';
import { egressPolicyBlocking } from './egress-policy-blocking.ts';
import { etcdSlow } from './etcd-slow.ts';
import { imagePullFailing } from './image-pull-failing.ts';
import { livenessFailing } from './liveness-failing.ts';
import { memoryNearLimit } from './memory-near-limit.ts';
import { networkPolicyBlocking } from './network-policy-blocking.ts';
import { networkPolicyChanged } from './network-policy-changed.ts';
import { noReadyEndpoints } from './no-ready-endpoints.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodeUnderPressure } from './node-under-pressure.ts';
import { oneReplicaBad } from './one-replica-bad.ts';
import { outOfMemoryKilled } from './out-of-memory-killed.ts';
import { packetLoss } from './packet-loss.ts';
import { panic } from './panic.ts';
import { podCrashLooping } from './pod-crash-looping.ts';
import { podEvicted } from './pod-evicted.ts';
import { podProbeFailing } from './pod-probe-failing.ts';
import { podRestarting } from './pod-restarting.ts';
import { podUnschedulable } from './pod-unschedulable.ts';
import { rateLimited } from './rate-limited.ts';
import { requestHeaderCaMismatch } from './request-header-ca-mismatch.ts';
import { requestHeaderConfigUnreadable } from './request-header-config-unreadable.ts';
import { rolloutInProgress } from './rollout-in-progress.ts';
import { scheduledOperation } from './scheduled-operation.ts';
import { selectorMatchesNoPods } from './selector-matches-no-pods.ts';
import { serverListensElsewhere } from './server-listens-elsewhere.ts';
import { serviceNotFound } from './service-not-found.ts';
import { servicePortMismatch } from './service-port-mismatch.ts';
import { servingCertificateExpired } from './serving-certificate-expired.ts';
import { servingCertificateNameMismatch } from './serving-certificate-name-mismatch.ts';
import { targetPortWrong } from './target-port-wrong.ts';
import { tunnelDown } from './tunnel-down.ts';
import { versionNotServed } from './version-not-served.ts';

/** Every file of this folder that defines a fault, sorted by id. */
export const FAULTS = [
  aggregatorPathBlocked,
  apiserverOverloaded,
  apiserverSlow,
  apiserversDisagree,
  backendDependencyFailing,
  backendSlow,
  backendStorageHung,
  badFlagOrConfig,
  caBundleMismatch,
  caBundleReplaced,
  ciliumPolicyBlocking,
  clientSideThrottled,
  clusterNetworkPolicyBlocking,
  connectionRefused,
  connectionReset,
  connectionTimedOut,
  containerConfigInvalid,
  cpuThrottled,
  delegatedAuthFailing,
  discoveryForbidden,
  dnsFailing,
  dnsFailingInBackend,
  egressPolicyBlocking,
  etcdSlow,
  imagePullFailing,
  livenessFailing,
  memoryNearLimit,
  networkPolicyBlocking,
  networkPolicyChanged,
  noReadyEndpoints,
  nodeNotReady,
  nodeUnderPressure,
  oneReplicaBad,
  outOfMemoryKilled,
  packetLoss,
  panic,
  podCrashLooping,
  podEvicted,
  podProbeFailing,
  podRestarting,
  podUnschedulable,
  rateLimited,
  requestHeaderCaMismatch,
  requestHeaderConfigUnreadable,
  rolloutInProgress,
  scheduledOperation,
  selectorMatchesNoPods,
  serverListensElsewhere,
  serviceNotFound,
  servicePortMismatch,
  servingCertificateExpired,
  servingCertificateNameMismatch,
  targetPortWrong,
  tunnelDown,
  versionNotServed,
] as const;

export type FaultId = (typeof FAULTS)[number]['id'];
