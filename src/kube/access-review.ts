import { createHmac, randomBytes } from 'node:crypto';
import type { KubeClient } from './api.ts';

const TOKEN_REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const TIMEOUT_MS = 5_000;
const LARGEST_ANSWER = 64 * 1024;
/** As long as the kube-apiserver itself remembers what a webhook allowed is five minutes; a right that was taken shall end sooner. */
const ALLOWED_MS = 60_000;
const REFUSED_MS = 10_000;
const MOST_KNOWN = 256;
/** Reviews under way: whoever sends other tokens all the time must not load the kube-apiserver. */
const MOST_RUNNING = 8;

type Access = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

export interface AccessReviews {
  /** TokenReview, then SubjectAccessReview (get of the path). Never rejects; nothing of the token is kept but a keyed digest. */
  review(token: string, path: string): Promise<Access>;
}

/** @param clock monotonic milliseconds */
export function createAccessReviews(
  client: () => Pick<KubeClient, 'request'>,
  clock: () => number = () => performance.now(),
): AccessReviews {
  const key = randomBytes(32);
  /** The oldest first. */
  const known = new Map<string, { readonly access: Access; readonly until: number }>();
  const running = new Map<string, Promise<Access>>();

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

  function remember(digest: string, access: Access): void {
    known.delete(digest);
    if (access === 'unavailable') return;
    known.set(digest, { access, until: clock() + (access === 'allowed' ? ALLOWED_MS : REFUSED_MS) });
    for (const oldest of known.keys()) {
      if (known.size <= MOST_KNOWN) break;
      known.delete(oldest);
    }
  }

  return {
    review(token, path) {
      const digest = createHmac('sha256', key).update(`${path}\0${token}`).digest('base64');
      const before = known.get(digest);
      if (before && clock() < before.until) return Promise.resolve(before.access);
      const same = running.get(digest);
      if (same) return same;
      if (running.size >= MOST_RUNNING) return Promise.resolve('unavailable');
      const asked = ask(token, path).then((access) => {
        running.delete(digest);
        remember(digest, access);
        return access;
      });
      running.set(digest, asked);
      return asked;
    },
  };
}

interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: object;
}

/** Undefined when the token belongs to nobody. */
async function userOf(client: Pick<KubeClient, 'request'>, token: string): Promise<User | undefined> {
  const { authenticated, user } = await review(client, TOKEN_REVIEWS, 'TokenReview', { token });
  return authenticated === true && typeof user === 'object' && user !== null ? user : undefined;
}

async function mayGet(client: Pick<KubeClient, 'request'>, { username, uid, groups, extra }: User, path: string): Promise<boolean> {
  const spec = { user: username, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } };
  const { allowed, denied } = await review(client, ACCESS_REVIEWS, 'SubjectAccessReview', spec);
  return allowed === true && denied !== true;
}

/** The status of what was answered. @throws Error when it was not answered, or not with a review. */
async function review(
  client: Pick<KubeClient, 'request'>,
  path: string,
  kind: string,
  spec: object,
): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await client.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: `${path.split('/').slice(2, 4).join('/')}`, kind, spec }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: LARGEST_ANSWER,
  });
  if (status !== 200 && status !== 201) throw new Error(`${path}: ${status}`);
  const answer = (JSON.parse(body.toString('utf8')) as { status?: unknown } | null)?.status;
  if (typeof answer !== 'object' || answer === null) throw new Error(`${path}: no status`);
  return answer as Readonly<Record<string, unknown>>;
}
