import type { Store } from '../store.ts';
import { MASTERS, serviceAccountName, type User } from './identities.ts';

/** A rule of a Role or ClusterRole. `*` stands for all. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  /** With subresource: `pods/log`. */
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** What a request wants to do, as the authorizer sees it. */
export type Attributes =
  | {
      readonly verb: string;
      readonly group: string;
      /** With subresource. */
      readonly resource: string;
      readonly namespace?: string | undefined;
      readonly name?: string | undefined;
    }
  | { readonly verb: string; readonly path: string };

/** What every authenticated user may: system:discovery and system:basic-user. */
const DISCOVERY: Rule[] = [
  {
    nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/livez', '/readyz', '/healthz'],
    verbs: ['get'],
  },
  { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], verbs: ['create'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
];

const EVERYONE: Rule[] = [{ nonResourceURLs: ['/version', '/livez', '/readyz', '/healthz'], verbs: ['get'] }];

/** Roles that objects of the store refer to by name. */
const BUILT_IN_ROLES: Record<string, Rule[]> = {
  'system:auth-delegator': [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ],
  'extension-apiserver-authentication-reader': [
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['extension-apiserver-authentication'], verbs: ['get', 'list', 'watch'] },
  ],
};

/** RBAC over the bindings of the store. Roles are data: replacing one takes effect with the next request. */
export interface Authorizer {
  allows(user: User, wanted: Attributes): boolean;
  rules(role: string): readonly Rule[];
  setRules(role: string, rules: readonly Rule[]): void;
  /** Told of each decision, as an audit log is. Returns the unsubscribe function. */
  audit(listener: (decision: Decision) => void): () => void;
}

export interface Decision {
  readonly user: User;
  readonly wanted: Attributes;
  readonly allowed: boolean;
}

export function createAuthorizer(store: Store): Authorizer {
  const roles = new Map<string, readonly Rule[]>(Object.entries(BUILT_IN_ROLES));
  const auditors = new Set<(decision: Decision) => void>();

  function rulesFor(user: User, namespace: string | undefined): Rule[] {
    const rules = user.groups.includes('system:authenticated') ? [...EVERYONE, ...DISCOVERY] : [...EVERYONE];
    for (const binding of [...store.clusterrolebindings.values(), ...store.rolebindings.values()]) {
      if (binding.metadata.namespace !== undefined && binding.metadata.namespace !== namespace) continue;
      const bound = binding.subjects.some((subject) => {
        if (subject.kind === 'Group') return user.groups.includes(subject.name);
        if (subject.kind === 'User') return subject.name === user.name;
        return serviceAccountName(subject.namespace ?? '', subject.name) === user.name;
      });
      if (bound) rules.push(...(roles.get(binding.roleRef.name) ?? []));
    }
    return rules;
  }

  function decide(user: User, wanted: Attributes): boolean {
    if (user.groups.includes(MASTERS)) return true;
    const namespace = 'path' in wanted ? undefined : wanted.namespace;
    return rulesFor(user, namespace).some((rule) => covers(rule, wanted));
  }

  return {
    allows(user, wanted) {
      const allowed = decide(user, wanted);
      for (const auditor of auditors) auditor({ user, wanted, allowed });
      return allowed;
    },
    rules: (role) => roles.get(role) ?? [],
    setRules(role, rules) {
      roles.set(role, rules);
    },
    audit(listener) {
      auditors.add(listener);
      return () => auditors.delete(listener);
    },
  };
}

/** Whether the rule alone allows it. */
export function covers(rule: Rule, wanted: Attributes): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if ('path' in wanted) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, wanted.path));
  if (!has(rule.apiGroups, wanted.group) || !has(rule.resources, wanted.resource)) return false;
  return rule.resourceNames === undefined || (wanted.name !== undefined && rule.resourceNames.includes(wanted.name));
}

function has(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed !== undefined && (allowed.includes('*') || allowed.includes(value));
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** The kube-apiserver's own words for a refusal. */
export function refusal(user: User, wanted: Attributes): string {
  if ('path' in wanted) return `forbidden: User "${user.name}" cannot ${wanted.verb} path "${wanted.path}"`;
  const object = wanted.group === '' ? wanted.resource.split('/')[0] : `${wanted.resource.split('/')[0]}.${wanted.group}`;
  const subject = wanted.name ? `${object} "${wanted.name}" is forbidden` : `${object} is forbidden`;
  const scope = wanted.namespace === undefined ? 'at the cluster scope' : `in the namespace "${wanted.namespace}"`;
  return `${subject}: User "${user.name}" cannot ${wanted.verb} resource "${wanted.resource}" in API group "${wanted.group}" ${scope}`;
}
