// Printed by `npm run generate`; do not edit.
import type { Cause } from '../domain/cause.ts';
import { aggregatedRequestForbidden } from './aggregated-request-forbidden.ts';
import { aggregationLayerNotConfigured } from './aggregation-layer-not-configured.ts';
import { aggregatorPathBlocked } from './aggregator-path-blocked.ts';
import { apiserverOverloaded } from './apiserver-overloaded.ts';
import { apiserverRestarted } from './apiserver-restarted.ts';
import { apiserverSlow } from './apiserver-slow.ts';
import { apiserverUnavailable } from './apiserver-unavailable.ts';
import { apiserversDisagree } from './apiservers-disagree.ts';
import { backendDependencyFailing } from './backend-dependency-failing.ts';
import { backendRightsMissing } from './backend-rights-missing.ts';
import { backendScaledToZero } from './backend-scaled-to-zero.ts';
import { backendServerError } from './backend-server-error.ts';
import { backendSlow } from './backend-slow.ts';
import { backendStorageFailing } from './backend-storage-failing.ts';
import { badFlagOrConfig } from './bad-flag-or-config.ts';
import { caBundleMismatch } from './ca-bundle-mismatch.ts';
import { clientSideThrottled } from './client-side-throttled.ts';
import { connectionRefused } from './connection-refused.ts';
import { connectionReset } from './connection-reset.ts';
import { connectionTimedOut } from './connection-timed-out.ts';
import { containerConfigInvalid } from './container-config-invalid.ts';
import { cpuThrottled } from './cpu-throttled.ts';
import { delegatedAuthFailing } from './delegated-auth-failing.ts';
import { dependencyCertificateUntrusted } from './dependency-certificate-untrusted.ts';
import { discoveryForbidden } from './discovery-forbidden.ts';
import { discoveryStale } from './discovery-stale.ts';
import { dnsFailing } from './dns-failing.ts';
import { etcdOutOfSpace } from './etcd-out-of-space.ts';
import { etcdSlow } from './etcd-slow.ts';
import { frontProxyCertificateRejected } from './front-proxy-certificate-rejected.ts';
import { frontProxyNameNotAllowed } from './front-proxy-name-not-allowed.ts';
import { hostUnreachable } from './host-unreachable.ts';
import { imagePullFailing } from './image-pull-failing.ts';
import { invalidResponse } from './invalid-response.ts';
import { kubeApiserverUnreachableFromBackend } from './kube-apiserver-unreachable-from-backend.ts';
import { kubeletCertificateUntrusted } from './kubelet-certificate-untrusted.ts';
import { kubeletProbeForbidden } from './kubelet-probe-forbidden.ts';
import { kubeletScrapeFailing } from './kubelet-scrape-failing.ts';
import { kubeletUnreachable } from './kubelet-unreachable.ts';
import { leaderElectionLost } from './leader-election-lost.ts';
import { memoryNearLimit } from './memory-near-limit.ts';
import { networkPolicyBlocking } from './network-policy-blocking.ts';
import { networkPolicyChanged } from './network-policy-changed.ts';
import { noReadyEndpoints } from './no-ready-endpoints.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodeUnderPressure } from './node-under-pressure.ts';
import { oneReplicaBad } from './one-replica-bad.ts';
import { orphanedApiservice } from './orphaned-apiservice.ts';
import { outOfMemoryKilled } from './out-of-memory-killed.ts';
import { overlayNotRoutable } from './overlay-not-routable.ts';
import { packetLoss } from './packet-loss.ts';
import { panic } from './panic.ts';
import { plainHttpBackend } from './plain-http-backend.ts';
import { podCrashLooping } from './pod-crash-looping.ts';
import { podCreationRefused } from './pod-creation-refused.ts';
import { podEvicted } from './pod-evicted.ts';
import { podNetworkSetupFailing } from './pod-network-setup-failing.ts';
import { podProbeFailing } from './pod-probe-failing.ts';
import { podRemoved } from './pod-removed.ts';
import { podRestarting } from './pod-restarting.ts';
import { podUnschedulable } from './pod-unschedulable.ts';
import { portConflict } from './port-conflict.ts';
import { proxyInTheWay } from './proxy-in-the-way.ts';
import { rateLimited } from './rate-limited.ts';
import { requestHeaderCaMismatch } from './request-header-ca-mismatch.ts';
import { requestHeaderConfigUnreadable } from './request-header-config-unreadable.ts';
import { rolloutInProgress } from './rollout-in-progress.ts';
import { scheduledOperation } from './scheduled-operation.ts';
import { selectorMatchesNoPods } from './selector-matches-no-pods.ts';
import { serviceNotFound } from './service-not-found.ts';
import { serviceNotRoutable } from './service-not-routable.ts';
import { servicePortMismatch } from './service-port-mismatch.ts';
import { serviceRoutingBroken } from './service-routing-broken.ts';
import { servingCertificateExpired } from './serving-certificate-expired.ts';
import { servingCertificateNameMismatch } from './serving-certificate-name-mismatch.ts';
import { servingCertificateUnusable } from './serving-certificate-unusable.ts';
import { softwareDefect } from './software-defect.ts';
import { stuckConnections } from './stuck-connections.ts';
import { tunnelDown } from './tunnel-down.ts';
import { tunnelRefusesBackend } from './tunnel-refuses-backend.ts';
import { versionNotServed } from './version-not-served.ts';
import { volumeMountFailing } from './volume-mount-failing.ts';

/** The catalogue, sorted by id: every file of this folder that defines a cause. */
export const CAUSES: readonly Cause[] = [
  aggregatedRequestForbidden,
  aggregationLayerNotConfigured,
  aggregatorPathBlocked,
  apiserverOverloaded,
  apiserverRestarted,
  apiserverSlow,
  apiserverUnavailable,
  apiserversDisagree,
  backendDependencyFailing,
  backendRightsMissing,
  backendScaledToZero,
  backendServerError,
  backendSlow,
  backendStorageFailing,
  badFlagOrConfig,
  caBundleMismatch,
  clientSideThrottled,
  connectionRefused,
  connectionReset,
  connectionTimedOut,
  containerConfigInvalid,
  cpuThrottled,
  delegatedAuthFailing,
  dependencyCertificateUntrusted,
  discoveryForbidden,
  discoveryStale,
  dnsFailing,
  etcdOutOfSpace,
  etcdSlow,
  frontProxyCertificateRejected,
  frontProxyNameNotAllowed,
  hostUnreachable,
  imagePullFailing,
  invalidResponse,
  kubeApiserverUnreachableFromBackend,
  kubeletCertificateUntrusted,
  kubeletProbeForbidden,
  kubeletScrapeFailing,
  kubeletUnreachable,
  leaderElectionLost,
  memoryNearLimit,
  networkPolicyBlocking,
  networkPolicyChanged,
  noReadyEndpoints,
  nodeNotReady,
  nodeUnderPressure,
  oneReplicaBad,
  orphanedApiservice,
  outOfMemoryKilled,
  overlayNotRoutable,
  packetLoss,
  panic,
  plainHttpBackend,
  podCrashLooping,
  podCreationRefused,
  podEvicted,
  podNetworkSetupFailing,
  podProbeFailing,
  podRemoved,
  podRestarting,
  podUnschedulable,
  portConflict,
  proxyInTheWay,
  rateLimited,
  requestHeaderCaMismatch,
  requestHeaderConfigUnreadable,
  rolloutInProgress,
  scheduledOperation,
  selectorMatchesNoPods,
  serviceNotFound,
  serviceNotRoutable,
  servicePortMismatch,
  serviceRoutingBroken,
  servingCertificateExpired,
  servingCertificateNameMismatch,
  servingCertificateUnusable,
  softwareDefect,
  stuckConnections,
  tunnelDown,
  tunnelRefusesBackend,
  versionNotServed,
  volumeMountFailing,
];
