import { listOf, objectOf, textOf, textsOf, unreadable } from '../kube/fields.ts';

export interface RoleRef {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface Grant {
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

export interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Undefined: any object. */
  readonly object?: string;
}

/** @throws UnreadableError: whom it gives what is not known then. */
export function readGrant(raw: unknown): Grant {
  const { roleRef, subjects } = objectOf(raw, 'the object', unreadable);
  const { kind, name } = objectOf(roleRef, 'roleRef', unreadable);
  return {
    roleRef: { kind: kind === 'Role' ? 'Role' : 'ClusterRole', name: textOf(name, 'roleRef.name', unreadable) ?? '' },
    subjects: listOf(subjects, 'subjects', unreadable).map((entry) => {
      const subject = objectOf(entry, 'subjects', unreadable);
      return {
        kind: textOf(subject.kind, 'subjects.kind', unreadable) ?? '',
        name: textOf(subject.name, 'subjects.name', unreadable) ?? '',
        namespace: textOf(subject.namespace, 'subjects.namespace', unreadable) ?? '',
      };
    }),
  };
}

/** A binding that cannot be read: it may give anything to anybody. */
export const UNREADABLE_GRANT: Grant = {
  roleRef: { kind: 'ClusterRole', name: '' },
  subjects: [{ kind: 'Group', name: 'system:authenticated', namespace: '' }],
};

/** Every ServiceAccount is a user and in three groups, by the names that the kube-apiserver gives it. */
export function grantsTo({ subjects }: Grant, { namespace, name }: ServiceAccount): boolean {
  return subjects.some((subject) => {
    switch (subject.kind) {
      case 'ServiceAccount':
        return subject.name === name && subject.namespace === namespace;
      case 'User':
        return subject.name === `system:serviceaccount:${namespace}:${name}`;
      case 'Group':
        return (
          subject.name === 'system:serviceaccounts' ||
          subject.name === `system:serviceaccounts:${namespace}` ||
          subject.name === 'system:authenticated'
        );
      default:
        return false;
    }
  });
}

/** @throws UnreadableError */
export function readRules(raw: unknown): PolicyRule[] {
  return listOf(objectOf(raw, 'the object', unreadable).rules, 'rules', unreadable).map((entry) => {
    const rule = objectOf(entry, 'rules', unreadable);
    const texts = (field: string) => textsOf(rule[field], `rules.${field}`, unreadable);
    return { verbs: texts('verbs'), apiGroups: texts('apiGroups'), resources: texts('resources'), resourceNames: texts('resourceNames') };
  });
}

export function rulesAllow(rules: readonly PolicyRule[], { verb, group, resource, object }: Permission): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
  return rules.some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, resource) &&
      (rule.resourceNames.length === 0 || (object !== undefined && rule.resourceNames.includes(object))),
  );
}

/** What an aggregated server needs to know who calls: the front-proxy CA and the header names. */
export const READ_AUTHENTICATION: Permission = {
  verb: 'get',
  group: '',
  resource: 'configmaps',
  object: 'extension-apiserver-authentication',
};
/** What it needs to ask the kube-apiserver whose token that is, and who may do what. */
export const DELEGATE: readonly Permission[] = [
  { verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' },
  { verb: 'create', group: 'authorization.k8s.io', resource: 'subjectaccessreviews' },
];

const ALL: readonly PolicyRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [] }];
const rule = (verbs: string[], apiGroups: string[], resources: string[], resourceNames: string[] = []): PolicyRule => ({
  verbs,
  apiGroups,
  resources,
  resourceNames,
});

/**
 * Roles that Kubernetes itself brings along, as far as they matter here: they need not be read. Source: the bootstrap policy
 * of kube-apiserver 1.36 (plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
 */
const BUILT_IN: ReadonlyMap<string, readonly PolicyRule[]> = new Map(
  Object.entries<readonly PolicyRule[]>({
    'ClusterRole cluster-admin': ALL,
    'ClusterRole system:auth-delegator': [
      rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
      rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews']),
    ],
    'Role extension-apiserver-authentication-reader': [
      rule(['get', 'list', 'watch'], [''], ['configmaps'], ['extension-apiserver-authentication']),
    ],
    'ClusterRole admin': [rule(['get', 'list', 'watch'], [''], ['configmaps'])],
    'ClusterRole edit': [rule(['get', 'list', 'watch'], [''], ['configmaps'])],
    'ClusterRole view': [rule(['get', 'list', 'watch'], [''], ['configmaps'])],
    'ClusterRole system:basic-user': [],
    'ClusterRole system:discovery': [],
    'ClusterRole system:public-info-viewer': [],
    'ClusterRole system:service-account-issuer-discovery': [],
    'ClusterRole system:monitoring': [],
  }),
);

export const roleKey = ({ kind, name }: RoleRef): string => `${kind} ${name}`;
export const isBuiltIn = (role: RoleRef): boolean => BUILT_IN.has(roleKey(role));

/** Bindings are read once a minute, and asked for each backend in each tick: thousands in a large cluster. */
const GRANTS_OF = new WeakMap<readonly Grant[], Map<string, readonly Grant[]>>();

function grantsOf(account: ServiceAccount, grants: readonly Grant[]): readonly Grant[] {
  if (grants.length === 0) return grants;
  const known = GRANTS_OF.get(grants) ?? new Map<string, readonly Grant[]>();
  GRANTS_OF.set(grants, known);
  const key = `${account.namespace}/${account.name}`;
  const own = known.get(key) ?? grants.filter((grant) => grantsTo(grant, account));
  known.set(key, own);
  return own;
}

/**
 * Do these grants give the ServiceAccount all of these permissions?
 * @param grants as they were read: they do not change any more.
 * @param rulesOf rules of a role that is not built in; undefined = could not be read.
 * @returns undefined when a role that could not be read may give what is missing.
 */
export function allowed(
  account: ServiceAccount,
  grants: readonly Grant[],
  permissions: readonly Permission[],
  rulesOf: (role: RoleRef) => readonly PolicyRule[] | undefined,
): boolean | undefined {
  const rules = grantsOf(account, grants).map(({ roleRef }) => BUILT_IN.get(roleKey(roleRef)) ?? rulesOf(roleRef));
  const given = permissions.every((permission) => rules.some((known) => known && rulesAllow(known, permission)));
  if (given) return true;
  return rules.includes(undefined) ? undefined : false;
}
