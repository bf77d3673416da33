/**
 * `state.waiting.reason` of a container, grouped by what has to change. Kubernetes 1.37: pkg/kubelet/images/types.go,
 * pkg/kubelet/container/sync_result.go, pkg/kubelet/kuberuntime.
 */
export const WAITING_REASONS = {
  'crash-loop': ['CrashLoopBackOff'],
  'image-pull': [
    'ErrImagePull',
    'ImagePullBackOff',
    'InvalidImageName',
    'ErrImageNeverPull',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
  ],
  'config-error': ['CreateContainerConfigError'],
  'create-error': ['CreateContainerError', 'RunContainerError', 'PreCreateHookError', 'PreStartHookError', 'PostStartHookError'],
  creating: ['ContainerCreating', 'PodInitializing'],
} as const;

/** What has to change where a container waits for this reason; undefined: the reason is not known. */
export function waitingGroupOf(reason: string): string | undefined {
  return Object.entries<readonly string[]>(WAITING_REASONS).find(([, reasons]) => reasons.includes(reason))?.[0];
}
