import type { KubeClient } from '../../kube/api.ts';
import type { FollowedContainer } from './followed-container.ts';

const PATH = '/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-apiserver&limit=20';
const CONTAINER = 'kube-apiserver';

interface Pod {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly uid?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly containerStatuses?: readonly ContainerStatus[] };
}

interface ContainerStatus {
  readonly name?: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: { readonly startedAt?: string } };
}

/** The kube-apiservers' containers where they are pods that we may see; undefined where the question was not answered. */
export async function listApiserverContainers(client: KubeClient, signal: AbortSignal): Promise<FollowedContainer[] | undefined> {
  const { status, body } = await client.request(PATH, { signal });
  if (status === 401 || status === 403 || status === 404) return [];
  if (status !== 200) return undefined;
  const { items = [] } = JSON.parse(body.toString('utf8')) as { readonly items?: readonly Pod[] };
  return items.flatMap((pod) => apiserverContainer(pod) ?? []);
}

/** Undefined while it has no node: then it has no log. */
function apiserverContainer({ metadata, spec, status }: Pod): FollowedContainer | undefined {
  if (!metadata?.name || !metadata.uid || !spec?.nodeName) return undefined;
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  return {
    namespace: metadata.namespace ?? 'kube-system',
    pod: metadata.name,
    uid: metadata.uid,
    container: CONTAINER,
    restarts: container?.restartCount ?? 0,
    ...stateOf(container),
  };
}

function stateOf(container: ContainerStatus | undefined): Pick<FollowedContainer, 'running' | 'startedAt'> {
  const running = container?.state?.running;
  const startedAt = Date.parse(running?.startedAt ?? '');
  return { running: running !== undefined, ...(Number.isNaN(startedAt) ? {} : { startedAt }) };
}
