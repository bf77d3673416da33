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

/** Bearer tokens that the kube-apiserver knows. */
export interface Tokens {
  /** A token of its own for the user, the same each time. */
  tokenOf(user: User): string;
  userOf(token: string): User | undefined;
  /** The token answers 401 from now on; the next tokenOf() gives a new one. */
  revoke(user: User): void;
}

export function createTokens(randomText: () => string): Tokens {
  const byToken = new Map<string, User>();
  const byName = new Map<string, string>();
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
    revoke(user) {
      byToken.delete(byName.get(user.name) ?? '');
      byName.delete(user.name);
    },
  };
}
