/** Who a request is from. */
export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'] };
export const MASTERS = 'system:masters';

export function serviceAccount(namespace: string, name: string): User {
  return {
    name: serviceAccountName(namespace, name),
    uid: `sa-${namespace}-${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

export function serviceAccountName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

export function person(name: string, ...groups: string[]): User {
  return { name, uid: `user-${name}`, groups: [...groups, 'system:authenticated'] };
}

/** What a TokenRequest binds a token to. */
export interface Binding {
  /** For whom it is; nobody else's TokenReview knows it. */
  readonly audience: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** For whom a token is that is bound to nothing. */
export const OWN_AUDIENCE = 'https://kubernetes.default.svc';

/** Bearer tokens that the kube-apiserver knows. */
export interface Tokens {
  /** A token of its own for the user, the same each time. */
  tokenOf(user: User): string;
  userOf(token: string): User | undefined;
  /** Another token of the user, as a kubelet asks for it on behalf of a pod. */
  bind(user: User, binding: Binding): string;
  /** What a TokenReview for one of these audiences answers. */
  review(token: string, audiences: readonly string[]): { readonly user: User; readonly binding?: Binding } | undefined;
  /** The token answers 401 from now on; the next tokenOf() gives a new one. */
  revoke(user: User): void;
}

export function createTokens(randomText: () => string): Tokens {
  const byToken = new Map<string, User>();
  const byName = new Map<string, string>();
  const bound = new Map<string, { readonly user: User; readonly binding: Binding }>();
  return {
    tokenOf(user) {
      const known = byName.get(user.name);
      if (known) return known;
      const token = `simulated-${randomText()}`;
      byName.set(user.name, token);
      byToken.set(token, user);
      return token;
    },
    userOf: (token) => byToken.get(token),
    bind(user, binding) {
      const token = `bound-${randomText()}`;
      bound.set(token, { user, binding });
      return token;
    },
    review(token, audiences) {
      const user = audiences.includes(OWN_AUDIENCE) ? byToken.get(token) : undefined;
      if (user) return { user };
      const found = bound.get(token);
      return found && audiences.includes(found.binding.audience) && Date.now() < found.binding.expiresAt ? found : undefined;
    },
    revoke(user) {
      byToken.delete(byName.get(user.name) ?? '');
      byName.delete(user.name);
    },
  };
}
