/** One container whose log is read. */
export interface FollowedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly restarts: number;
  readonly running: boolean;
  /** Unix milliseconds; of the instance that runs now. */
  readonly startedAt?: number;
}

/** The same pod's next container of the same name is another one, when the pod is. */
export function keyOf({ uid, container }: FollowedContainer): string {
  return `${uid}/${container}`;
}

export function logPath({ namespace, pod, container }: FollowedContainer, query: Readonly<Record<string, string>>): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${new URLSearchParams({ container, timestamps: 'true', ...query })}`;
}
