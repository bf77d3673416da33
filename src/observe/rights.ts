import { type Observed, observed, UNOBSERVED } from '../domain/observed.ts';
import type { RightsFacts } from '../domain/snapshot.ts';
import type { KubeClient } from '../kube/api.ts';
import { textOf, unheard } from '../kube/fields.ts';
import { rawObject } from '../kube/raw.ts';
import {
  allowed,
  DELEGATE,
  type Grant,
  grantsTo,
  isBuiltIn,
  type PolicyRule,
  READ_AUTHENTICATION,
  type RoleRef,
  readGrant,
  readRules,
  roleKey,
  type ServiceAccount,
  UNREADABLE_GRANT,
} from '../objects/role-bindings.ts';
import type { ApiTarget, Targets } from '../objects/targets.ts';
import type { Clock } from '../source/clock.ts';
import { type Answer, createKept, type Kept } from '../source/kept.ts';
import type { Logger } from '../source/logger.ts';
import { createPeriodicSource } from '../source/periodic.ts';
import type { Right } from '../source/right.ts';
import type { Source } from '../source/source.ts';
import { defineSource } from './define-source.ts';
import { getObject } from './get-object.ts';

export interface RightsSource extends Source {
  readonly name: 'role-bindings';
  /** The two bindings that an aggregated server needs, for the ServiceAccount of the API's pods. */
  factsFor(api: string): Observed<RightsFacts>;
}

export interface RightsInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two readings. Default 60 000. */
  readonly intervalMs?: number | undefined;
}

const GROUP = 'rbac.authorization.k8s.io';
const RBAC = `/apis/${GROUP}/v1`;
const IN_KUBE_SYSTEM = `${RBAC}/namespaces/kube-system/rolebindings`;
const EVERYWHERE = `${RBAC}/clusterrolebindings`;
const LIST_ROLE_BINDINGS: Right = { group: GROUP, resources: ['rolebindings'], verbs: ['list'], namespace: 'kube-system' };
const LIST_CLUSTER_ROLE_BINDINGS: Right = { group: GROUP, resources: ['clusterrolebindings'], verbs: ['list'] };
const GET_ROLES: Right = { group: GROUP, resources: ['roles', 'clusterroles'], verbs: ['get'] };
const PAGE = 200;
const MAX_PAGES = 100;
const MAX_ROLES = 200;
/** What could not be read again for so long is not known any more. */
const STALE_MS = 10 * 60_000;
/** An outage that begins is a reason to look again, not each of its failures. */
const REST_MS = 10_000;

export const ROLE_BINDINGS = defineSource({
  name: 'role-bindings',
  rights: [LIST_ROLE_BINDINGS, LIST_CLUSTER_ROLE_BINDINGS, GET_ROLES],
  afterDiscovery: true,
  create: ({ client, targets, clock, log, options }) =>
    createRightsSource({ client, targets, clock, log, intervalMs: options.rightsIntervalMs }),
  facts: { ofApi: (source, name) => ({ rights: source.factsFor(name) }) },
});

/** Reads bindings now and then: they change rarely, and a watch of all bindings would cost more. */
export function createRightsSource({ client, targets, clock, log, intervalMs = 60_000 }: RightsInput): RightsSource {
  const bindings = new Bindings(client, (what) =>
    createKept({ what, about: { source: 'role-bindings' }, clock, log, staleAfterMs: STALE_MS }),
  );
  return {
    ...createPeriodicSource({
      name: 'role-bindings',
      intervalMs,
      staleAfterMs: STALE_MS,
      restMs: REST_MS,
      log,
      needs: 'all',
      parts: () => bindings.parts(),
      read: () => bindings.read(() => targets.all().flatMap((target) => accountsOf(target) ?? [])),
    }),
    name: 'role-bindings',
    factsFor(api) {
      const refused = bindings.unknown();
      if (refused) return refused;
      const target = targets.get(api);
      const accounts = target && accountsOf(target);
      if (!accounts || accounts.length === 0) return { state: 'unobserved', why: 'the ServiceAccount of the backend is not known' };
      return observed(everyOf(accounts.map((account) => bindings.rightsOf(account))));
    },
  };
}

/** The bindings that were read last, and the rules of the roles that they give to a backend. */
class Bindings {
  readonly #client: KubeClient;
  readonly #inKubeSystem: Kept<readonly Grant[]>;
  readonly #everywhere: Kept<readonly Grant[]>;
  /** Of the roles that had to be read, none included: the first that could not be. */
  readonly #rolesRead: Kept<true>;
  #roles: ReadonlyMap<string, readonly PolicyRule[] | undefined> = new Map();

  /** @param keep makes the memory of one thing that is read. */
  constructor(client: KubeClient, keep: <T>(what: string) => Kept<T>) {
    this.#client = client;
    this.#inKubeSystem = keep('RoleBindings');
    this.#everywhere = keep('ClusterRoleBindings');
    this.#rolesRead = keep('roles of a backend’s ServiceAccount');
  }

  /** @param accounts of the backends, asked once the bindings are read. */
  async read(accounts: () => readonly ServiceAccount[]): Promise<void> {
    this.#inKubeSystem.take(await listGrants(this.#client, IN_KUBE_SYSTEM, LIST_ROLE_BINDINGS));
    this.#everywhere.take(await listGrants(this.#client, EVERYWHERE, LIST_CLUSTER_ROLE_BINDINGS));
    await this.#readRoles(accounts());
  }

  parts() {
    return [this.#inKubeSystem.part(), this.#everywhere.part(), this.#rolesRead.part()];
  }

  /** Why nothing is known of anybody's rights; undefined while something is. */
  unknown(): Observed<never> | undefined {
    if (isKnown(this.#inKubeSystem) || isKnown(this.#everywhere)) return undefined;
    const { answer } = this.#everywhere;
    return answer?.state === 'forbidden' ? { state: 'forbidden', rule: answer.rule } : UNOBSERVED;
  }

  rightsOf(account: ServiceAccount): RightsFacts {
    const rulesOf = (role: RoleRef): readonly PolicyRule[] | undefined => this.#roles.get(roleKey(role));
    const authReader = either(
      allowed(account, grantsNow(this.#inKubeSystem), [READ_AUTHENTICATION], rulesOf),
      allowed(account, grantsNow(this.#everywhere), [READ_AUTHENTICATION], rulesOf),
    );
    const authDelegator = allowed(account, grantsNow(this.#everywhere), DELEGATE, rulesOf);
    // Half of the bindings can prove a right, and never its absence.
    const readerKnown = authReader === true || (isKnown(this.#inKubeSystem) && isKnown(this.#everywhere));
    const delegatorKnown = authDelegator === true || isKnown(this.#everywhere);
    return {
      ...(authReader !== undefined && readerKnown && { authReader }),
      ...(authDelegator !== undefined && delegatorKnown && { authDelegator }),
    };
  }

  #grants(): readonly Grant[] {
    return [...grantsNow(this.#inKubeSystem), ...grantsNow(this.#everywhere)];
  }

  /** Roles that a backend's ServiceAccount has and Kubernetes does not bring along; few, and only then a verdict is possible. */
  async #readRoles(accounts: readonly ServiceAccount[]): Promise<void> {
    const wanted = new Map<string, RoleRef>();
    for (const grant of this.#grants()) {
      const { roleRef } = grant;
      if (roleRef.name !== '' && !isBuiltIn(roleRef) && accounts.some((account) => grantsTo(grant, account)))
        wanted.set(roleKey(roleRef), roleRef);
    }
    const now = new Map<string, readonly PolicyRule[] | undefined>();
    let whole: Answer<true> = { state: 'ok', value: true };
    for (const [key, role] of [...wanted].slice(0, MAX_ROLES)) {
      const answer = await readRole(this.#client, role);
      now.set(key, answer.state === 'ok' ? answer.value : undefined);
      if (answer.state !== 'ok' && whole.state === 'ok') whole = answer;
    }
    this.#roles = now;
    this.#rolesRead.take(whole);
  }
}

const NONE: readonly Grant[] = [];
const grantsNow = (grants: Kept<readonly Grant[]>): readonly Grant[] => grants.believed() ?? NONE;
/** What one of both gives is given, and what neither gives is not; where one may give it, that is not known. */
const either = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a || b ? true : a === false && b === false ? false : undefined;
/** A refused token and a failure leave what was read before; an answer that it is not for us does not. */
const isKnown = ({ believed }: Kept<unknown>): boolean => believed() !== undefined;

/** The ServiceAccounts of the API's pods; undefined when one of them is not known. */
function accountsOf({ pods }: ApiTarget): ServiceAccount[] | undefined {
  const accounts = new Map<string, ServiceAccount>();
  for (const { namespace, serviceAccount } of pods) {
    if (serviceAccount === undefined) return undefined;
    accounts.set(`${namespace}/${serviceAccount}`, { namespace, name: serviceAccount });
  }
  return [...accounts.values()];
}

/** A right is there when every pod has it, missing when one lacks it, and not known otherwise. */
function everyOf(facts: readonly RightsFacts[]): RightsFacts {
  const every = (values: readonly (boolean | undefined)[]): boolean | undefined => {
    if (values.includes(false)) return false;
    return values.includes(undefined) ? undefined : true;
  };
  const authReader = every(facts.map((fact) => fact.authReader));
  const authDelegator = every(facts.map((fact) => fact.authDelegator));
  return { ...(authReader !== undefined && { authReader }), ...(authDelegator !== undefined && { authDelegator }) };
}

async function listGrants(client: KubeClient, path: string, right: Right): Promise<Answer<readonly Grant[]>> {
  const grants: Grant[] = [];
  let next = '';
  let refused = 0;
  let why: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await getObject(client, `${path}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`, right);
    if (answer.state !== 'ok') return answer;
    const { items, metadata } = rawObject(answer.value);
    if (!Array.isArray(items)) return { state: 'failed', message: `GET ${path}: the answer is not a list` };
    for (const item of items) {
      try {
        grants.push(readGrant(item));
      } catch (error) {
        refused++;
        why ??= `a binding of ${path} cannot be read: ${messageOf(error)}`;
        grants.push(UNREADABLE_GRANT);
      }
    }
    next = textOf(rawObject(metadata).continue, 'metadata.continue', unheard, 65_536) ?? '';
    if (next === '') return { state: 'ok', value: grants, refused, ...(why !== undefined && { message: why }) };
  }
  return { state: 'failed', message: `GET ${path}: more than ${MAX_PAGES * PAGE} objects` };
}

/** A role that does not exist grants nothing. */
async function readRole(client: KubeClient, { kind, name }: RoleRef): Promise<Answer<readonly PolicyRule[]>> {
  const encoded = encodeURIComponent(name);
  const path = kind === 'Role' ? `${RBAC}/namespaces/kube-system/roles/${encoded}` : `${RBAC}/clusterroles/${encoded}`;
  const answer = await getObject(client, path, GET_ROLES);
  if (answer.state === 'absent') return { state: 'ok', value: [] };
  if (answer.state !== 'ok') return answer;
  try {
    return { ...answer, value: readRules(answer.value) };
  } catch (error) {
    return { state: 'failed', message: `GET ${path}: ${messageOf(error)}` };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
