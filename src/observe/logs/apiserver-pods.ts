import type { KubeClient } from '../../kube/api.ts';
import type { FollowedContainer } from './followed-container.ts';

const PATH = '/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-apiserver&limit=20';
const CONTAINER = 'kube-apiserver';

interface PodList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly uid?: string };
    readonly spec?: { readonly nodeName?: string };
    readonly status?: {
      readonly containerStatuses?: readonly {
        readonly name?: string;
        readonly restartCount?: number;
        readonly state?: { readonly running?: { readonly startedAt?: string } };
      }[];
    };
  }[];
}

/** The kube-apiservers' containers where they are pods that we may see; undefined where the question was not answered. */
export async function listApiserverContainers(client: KubeClient, signal: AbortSignal): Promise<FollowedContainer[] | undefined> {
  const { status, body } = await client.request(PATH, { signal });
  if (status === 401 || status === 403 || status === 404) return [];
  if (status !== 200) return undefined;
  const { items = [] } = JSON.parse(body.toString('utf8')) as PodList;
  return items.flatMap(({ metadata, spec, status: podStatus }) => {
    if (!metadata?.name || !metadata.uid || !spec?.nodeName) return [];
    const container = podStatus?.containerStatuses?.find(({ name }) => name === CONTAINER);
    const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
    return [
      {
        namespace: metadata.namespace ?? 'kube-system',
        pod: metadata.name,
        uid: metadata.uid,
        container: CONTAINER,
        restarts: container?.restartCount ?? 0,
        running: container?.state?.running !== undefined,
        ...(Number.isNaN(startedAt) ? {} : { startedAt }),
      },
    ];
  });
}
