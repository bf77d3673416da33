import type { KubeClient } from './api.ts';
import { createReviewMemory } from './review-memory.ts';
import { mayGet, userOf } from './reviews.ts';

/** As long as the kube-apiserver itself remembers what a webhook allowed is five minutes; a right that was taken shall end sooner. */
const ALLOWED_MS = 60_000;
const REFUSED_MS = 10_000;

type Access = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

export interface AccessReviews {
  /** TokenReview, then SubjectAccessReview (get of the path). Never rejects; nothing of the token is kept but a keyed digest. */
  review(token: string, path: string): Promise<Access>;
}

/** @param clock monotonic milliseconds */
export function createAccessReviews(client: () => Pick<KubeClient, 'request'>, clock?: () => number): AccessReviews {
  async function ask(token: string, path: string): Promise<Access> {
    try {
      const user = await userOf(client(), token);
      if (user === undefined) return 'unauthenticated';
      return (await mayGet(client(), user, path)) ? 'allowed' : 'forbidden';
    } catch {
      // Its message may hold what was sent.
      return 'unavailable';
    }
  }
  const review = createReviewMemory<Access>({
    ask,
    keepMs: (access) => (access === 'unavailable' ? 0 : access === 'allowed' ? ALLOWED_MS : REFUSED_MS),
    busy: 'unavailable',
    ...(clock && { clock }),
  });
  return { review };
}
