import type { KubeClient } from './api.ts';

const TOKEN_REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const TIMEOUT_MS = 5_000;
const LARGEST_ANSWER = 64 * 1024;

/** As a TokenReview has it. */
export interface ReviewedUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: object;
}

type Asked = Pick<KubeClient, 'request'>;

/**
 * Undefined when the token belongs to nobody, or is not meant for the audience. @param audience absent: one of the kube-apiserver's own.
 * @throws Error when it was not answered, or not with a review.
 */
export async function userOf(client: Asked, token: string, audience?: string): Promise<ReviewedUser | undefined> {
  const spec = { token, ...(audience !== undefined && { audiences: [audience] }) };
  const { authenticated, user, audiences } = await review(client, TOKEN_REVIEWS, 'TokenReview', spec);
  // An authenticator that knows no audiences leaves the field out: the token is one for the kube-apiserver then.
  if (audience !== undefined && !(Array.isArray(audiences) && audiences.includes(audience))) return undefined;
  return authenticated === true && typeof user === 'object' && user !== null ? user : undefined;
}

/** Whether the user may get the path. @throws Error as above. */
export async function mayGet(client: Asked, { username, uid, groups, extra }: ReviewedUser, path: string): Promise<boolean> {
  const spec = { user: username, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } };
  const { allowed, denied } = await review(client, ACCESS_REVIEWS, 'SubjectAccessReview', spec);
  return allowed === true && denied !== true;
}

async function review(client: Asked, path: string, kind: string, spec: object): Promise<Readonly<Record<string, unknown>>> {
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
