import type { KubeClient } from '../kube/api.ts';
import { createReviewMemory } from '../kube/review-memory.ts';
import { type ReviewedUser, userOf } from '../kube/reviews.ts';
import type { Clock } from '../source/clock.ts';

export interface AgentTrust {
  /** Of the agents, `namespace/name`. */
  readonly serviceAccount: string;
  /** For whom their tokens are. */
  readonly audience: string;
}

/** Whose token it is, or why it is not let in; the status is that of HTTP. */
export type Identified = { readonly node: string } | { readonly status: 401 | 403 | 503; readonly says: string };

const LET_IN_MS = 60_000;
const REFUSED_MS = 10_000;
/** Agents whose tokens are remembered. */
const MOST = 1024;

/** In `user.extra` of a TokenReview, since Kubernetes 1.30 (KEP-4193, ServiceAccountTokenPodNodeInfo). */
const NODE_NAME = 'authentication.kubernetes.io/node-name';
/** Since 1.21, of each token that is bound to a pod. */
const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

/** Asks the kube-apiserver on which node the holder of a token runs. Never rejects; nothing of the token is kept but a keyed digest. */
export function createAgentIdentities(
  client: () => Pick<KubeClient, 'request'>,
  trust: AgentTrust,
  clock?: Clock,
): (token: string) => Promise<Identified> {
  const ask = async (token: string): Promise<Identified> => {
    try {
      const user = await userOf(client(), token, trust.audience);
      return user === undefined
        ? { status: 401, says: `the kube-apiserver does not know the token, or it is not for the audience ${trust.audience}` }
        : await identified(client(), user, trust);
    } catch {
      // Its message may hold what was sent.
      return { status: 503, says: 'the kube-apiserver does not say whom the token belongs to' };
    }
  };
  const review = createReviewMemory<Identified>({
    ask,
    keepMs: (answer) => ('node' in answer ? LET_IN_MS : answer.status === 503 ? 0 : REFUSED_MS),
    busy: { status: 503, says: 'too many tokens are being reviewed' },
    most: MOST,
    ...(clock && { clock }),
  });
  return (token) => review(token, '');
}

async function identified(client: Pick<KubeClient, 'request'>, user: ReviewedUser, { serviceAccount }: AgentTrust): Promise<Identified> {
  const [namespace = '', name = ''] = serviceAccount.split('/');
  if (user.username !== `system:serviceaccount:${namespace}:${name}`)
    return { status: 403, says: `agents are let in as the ServiceAccount ${serviceAccount} only` };
  const node = claimOf(user, NODE_NAME) ?? (await nodeOfPod(client, namespace, user));
  return node === undefined ? { status: 403, says: 'the token is not bound to a pod on a node' } : { node };
}

/** Before 1.30 a token names its pod only; where that runs the kube-apiserver knows. */
async function nodeOfPod(client: Pick<KubeClient, 'request'>, namespace: string, user: ReviewedUser): Promise<string | undefined> {
  const [pod, uid] = [claimOf(user, POD_NAME), claimOf(user, POD_UID)];
  if (pod === undefined || uid === undefined) return undefined;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?fieldSelector=${encodeURIComponent(`metadata.name=${pod}`)}`;
  const { status, body } = await client.request(path, { timeoutMs: 5000, maxBytes: 1024 * 1024 });
  if (status !== 200) throw new Error(`${status}`);
  const { items } = JSON.parse(body.toString('utf8')) as { items?: readonly PodItem[] };
  const found = items?.find(({ metadata }) => metadata?.name === pod && metadata.uid === uid);
  return typeof found?.spec?.nodeName === 'string' ? found.spec.nodeName : undefined;
}

interface PodItem {
  readonly metadata?: { readonly name?: unknown; readonly uid?: unknown };
  readonly spec?: { readonly nodeName?: unknown };
}

function claimOf({ extra }: ReviewedUser, name: string): string | undefined {
  const values: unknown = (extra as Readonly<Record<string, unknown>> | undefined)?.[name];
  const first: unknown = Array.isArray(values) ? values[0] : undefined;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
