import type { Attributes, Authorizer } from './authorization.ts';
import { OWN_AUDIENCE, type Tokens, type User } from './identities.ts';

interface SubjectSpec {
  user?: string;
  groups?: string[];
  uid?: string;
  resourceAttributes?: { verb?: string; group?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  nonResourceAttributes?: { verb?: string; path?: string };
}

interface TokenSpec {
  token?: string;
  audiences?: string[];
}

/** Answers the review objects that clients POST: own rights, others' rights, tokens. Undefined: no such review. */
export function answerReview(
  resource: string,
  body: { spec?: unknown },
  user: User,
  { authorizer, tokens }: { readonly authorizer: Authorizer; readonly tokens: Tokens },
): object | undefined {
  const spec = (body.spec ?? {}) as SubjectSpec & TokenSpec;
  const kind = KINDS.get(resource);
  if (!kind) return undefined;
  const document = (apiVersion: string, status: object) => ({ kind, apiVersion, metadata: { creationTimestamp: null }, spec, status });
  if (resource === 'tokenreviews') return document('authentication.k8s.io/v1', reviewed(spec, tokens));
  if (resource === 'selfsubjectreviews')
    return document('authentication.k8s.io/v1', { userInfo: { username: user.name, uid: user.uid, groups: user.groups } });
  const subject: User =
    resource === 'subjectaccessreviews' ? { name: spec.user ?? '', uid: spec.uid ?? '', groups: spec.groups ?? [] } : user;
  const allowed = authorizer.allows(subject, attributesOf(spec));
  return document('authorization.k8s.io/v1', allowed ? { allowed: true, reason: 'RBAC: allowed' } : { allowed: false });
}

function reviewed({ token = '', audiences = [OWN_AUDIENCE] }: TokenSpec, tokens: Tokens): object {
  const found = tokens.review(token, audiences);
  if (!found) return { user: {}, error: '[invalid bearer token, token lookup failed]' };
  const { user, binding } = found;
  return {
    authenticated: true,
    user: { username: user.name, uid: user.uid, groups: user.groups, ...(binding && { extra: binding.extra }) },
    audiences: [binding?.audience ?? OWN_AUDIENCE],
  };
}

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    tokenreviews: 'TokenReview',
    selfsubjectreviews: 'SelfSubjectReview',
    subjectaccessreviews: 'SubjectAccessReview',
    selfsubjectaccessreviews: 'SelfSubjectAccessReview',
  }),
);

function attributesOf(spec: SubjectSpec): Attributes {
  const resource = spec.resourceAttributes;
  if (!resource) return { verb: spec.nonResourceAttributes?.verb ?? '', path: spec.nonResourceAttributes?.path ?? '' };
  return {
    verb: resource.verb ?? '',
    group: resource.group ?? '',
    resource: resource.subresource ? `${resource.resource}/${resource.subresource}` : (resource.resource ?? ''),
    namespace: resource.namespace || undefined,
    name: resource.name || undefined,
  };
}
