import { ABSENT, type Observed, observed, UNOBSERVED } from '../domain/observed.ts';
import type { ClusterFacts, RightsFacts } from '../domain/snapshot.ts';
import type { SourceName, SourceStatus } from '../domain/sources.ts';
import type { KubeClient } from '../kube/api.ts';
import { textOf, unheard } from '../kube/fields.ts';
import { rawArray, rawObject } from '../kube/raw.ts';
import { readCaBundle } from '../objects/ca-bundle.ts';
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
import { ageOf, type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { Source } from '../source/source.ts';
import { statusOf, unauthorised, worstOf } from '../source/status.ts';

export interface RightsSource extends Source {
  /** An API begins to fail or recovers: reads again soon. */
  hurry(): void;
  readonly name: 'role-bindings';
  /** The two bindings that an aggregated server needs, for the ServiceAccount of the API's pods. */
  factsFor(api: string): Observed<RightsFacts>;
  /** From ConfigMap kube-system/extension-apiserver-authentication, which the kube-apiserver keeps. */
  frontProxyCa(): ClusterFacts['frontProxyCa'];
  /** Status of reading that ConfigMap; needs no start of its own. */
  readonly configMaps: Source;
}

export interface RightsInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two readings. Default 60 000. */
  readonly intervalMs?: number;
}

type Answer<T> =
  | { readonly state: 'ok'; readonly value: T; readonly at: number; readonly message?: string; readonly refused?: number }
  | { readonly state: 'absent' }
  | { readonly state: 'forbidden'; readonly message: string }
  | { readonly state: 'unauthorised' | 'failed'; readonly message: string };

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ROLE_BINDINGS = `${RBAC}/namespaces/kube-system/rolebindings`;
const CLUSTER_ROLE_BINDINGS = `${RBAC}/clusterrolebindings`;
const CONFIG_MAP = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const ROLE_BINDINGS_RULE = 'rbac.authorization.k8s.io/rolebindings: list (namespace kube-system)';
const CLUSTER_ROLE_BINDINGS_RULE = 'rbac.authorization.k8s.io/clusterrolebindings: list';
const ROLES_RULE = 'rbac.authorization.k8s.io/roles, clusterroles: get';
const CONFIG_MAP_RULE = 'configmaps: get (kube-system/extension-apiserver-authentication)';
const PAGE = 200;
const MAX_PAGES = 100;
const MAX_ROLES = 200;
/** What could not be read again for so long is not known any more. */
const STALE_MS = 10 * 60_000;
/** An outage that begins is a reason to look again, not each of its failures. */
const SOON_MS = 10_000;

interface Authentication {
  readonly requestHeaderCa: string | undefined;
  readonly allowedNames: readonly string[];
}

/** Reads bindings and the front-proxy CA now and then: they change rarely, and a watch of all bindings would cost more. */
export function createRightsSource({ client, targets, clock, log, intervalMs = 60_000 }: RightsInput): RightsSource {
  let inKubeSystem: Kept<readonly Grant[]> = {};
  let everywhere: Kept<readonly Grant[]> = {};
  let authentication: Kept<Authentication> = {};
  let readNow = () => {};
  let lastRead = Number.NEGATIVE_INFINITY;
  let roles: ReadonlyMap<string, readonly PolicyRule[] | undefined> = new Map();
  /** Of the roles that had to be read, none included: the first that could not be. */
  let rolesRead: Kept<true> = {};

  async function refresh(): Promise<void> {
    inKubeSystem = keep(inKubeSystem, await listGrants(client, ROLE_BINDINGS, clock), 'RoleBindings');
    everywhere = keep(everywhere, await listGrants(client, CLUSTER_ROLE_BINDINGS, clock), 'ClusterRoleBindings');
    authentication = keep(authentication, await readAuthentication(client, clock), 'ConfigMap extension-apiserver-authentication');
    await readRoles();
  }

  /** One log line when a trouble begins or changes. */
  function keep<T>(before: Kept<T>, answer: Answer<T>, what: string): Kept<T> {
    if (answer.state !== before.last?.state) {
      if (answer.state === 'failed' || answer.state === 'unauthorised') log.warn({ error: answer.message }, `${what} could not be read`);
      if (answer.state === 'forbidden') log.info({}, `${what} may not be read`);
    }
    if (answer.state !== 'ok') return { ...before, last: answer };
    return { last: answer, good: answer, refused: (before.refused ?? 0) + (answer.refused ?? 0) };
  }

  /** Roles that a backend's ServiceAccount has and Kubernetes does not bring along; few, and only then a verdict is possible. */
  async function readRoles(): Promise<void> {
    const accounts = targets.all().flatMap((target) => accountsOf(target) ?? []);
    const wanted = new Map<string, RoleRef>();
    for (const grant of [...grantsNow(inKubeSystem), ...grantsNow(everywhere)]) {
      const { roleRef } = grant;
      if (roleRef.name !== '' && !isBuiltIn(roleRef) && accounts.some((account) => grantsTo(grant, account)))
        wanted.set(roleKey(roleRef), roleRef);
    }
    const now = new Map<string, readonly PolicyRule[] | undefined>();
    let read: Answer<true> = { state: 'ok', value: true, at: clock() };
    for (const [key, role] of [...wanted].slice(0, MAX_ROLES)) {
      const answer = await readRole(client, role, clock);
      now.set(key, answer.state === 'ok' ? answer.value : undefined);
      if (answer.state !== 'ok' && read.state === 'ok') read = answer;
    }
    roles = now;
    rolesRead = keep(rolesRead, read, 'roles of a backend’s ServiceAccount');
  }

  const grantsNow = ({ good }: Kept<readonly Grant[]>): readonly Grant[] => (good && ageOf(good.at, clock()) < STALE_MS ? good.value : []);
  const isKnown = ({ last, good }: Kept<unknown>): boolean =>
    last?.state === 'ok' ||
    ((last?.state === 'failed' || last?.state === 'unauthorised') && good !== undefined && ageOf(good.at, clock()) < STALE_MS);

  function rightsOf(account: ServiceAccount): RightsFacts {
    const rulesOf = (role: RoleRef): readonly PolicyRule[] | undefined => roles.get(roleKey(role));
    const both = [...grantsNow(inKubeSystem), ...grantsNow(everywhere)];
    const authReader = allowed(account, both, [READ_AUTHENTICATION], rulesOf);
    const authDelegator = allowed(account, grantsNow(everywhere), DELEGATE, rulesOf);
    // Half of the bindings can prove a right, and never its absence.
    const readerKnown = authReader === true || (isKnown(inKubeSystem) && isKnown(everywhere));
    const delegatorKnown = authDelegator === true || isKnown(everywhere);
    return {
      ...(authReader !== undefined && readerKnown && { authReader }),
      ...(authDelegator !== undefined && delegatorKnown && { authDelegator }),
    };
  }

  return {
    name: 'role-bindings',
    start(signal) {
      if (signal.aborted) return;
      let reading = false;
      const read = async (): Promise<void> => {
        if (reading) return;
        reading = true;
        lastRead = monotonic();
        try {
          await refresh();
        } catch (error) {
          log.error({ error: String(error) }, 'rights could not be read');
        } finally {
          reading = false;
        }
      };
      void read();
      readNow = () => {
        if (monotonic() - lastRead >= SOON_MS) void read();
      };
      const timer = setInterval(() => void read(), intervalMs);
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    },
    hurry: () => readNow(),
    factsFor(api) {
      if (!isKnown(inKubeSystem) && !isKnown(everywhere)) {
        if (everywhere.last?.state === 'forbidden') return { state: 'forbidden', rule: CLUSTER_ROLE_BINDINGS_RULE };
        return UNOBSERVED;
      }
      const target = targets.get(api);
      const accounts = target && accountsOf(target);
      if (!accounts || accounts.length === 0) return { state: 'unobserved', why: 'the ServiceAccount of the backend is not known' };
      return observed(everyOf(accounts.map(rightsOf)));
    },
    frontProxyCa() {
      if (authentication.last?.state === 'forbidden') return { state: 'forbidden', rule: CONFIG_MAP_RULE };
      if (authentication.last?.state === 'absent') return ABSENT;
      if (!isKnown(authentication) || !authentication.good) return UNOBSERVED;
      return frontProxyCaOf(authentication.good.value);
    },
    status: (now) =>
      worstOf('role-bindings', [
        statusOfKept('role-bindings', inKubeSystem, ROLE_BINDINGS_RULE, now),
        statusOfKept('role-bindings', everywhere, CLUSTER_ROLE_BINDINGS_RULE, now),
        statusOfKept('role-bindings', rolesRead, ROLES_RULE, now),
      ]),
    configMaps: {
      name: 'config-maps',
      start() {},
      status: (now) => statusOfKept('config-maps', authentication, CONFIG_MAP_RULE, now),
    },
  };
}

interface Kept<T> {
  readonly last?: Answer<T>;
  readonly good?: Extract<Answer<T>, { state: 'ok' }>;
  /** Objects that could not be read, over all readings. */
  readonly refused?: number;
}

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

async function get(client: KubeClient, path: string, clock: Clock): Promise<Answer<unknown>> {
  try {
    const { status, body } = await client.request(path, { timeoutMs: 15_000, maxBytes: 8 * 2 ** 20 });
    if (status === 401) return unauthorised(`GET ${path}: 401`);
    if (status === 403) return { state: 'forbidden', message: `GET ${path}: 403` };
    if (status === 404) return { state: 'absent' };
    if (status !== 200) return { state: 'failed', message: `GET ${path}: status ${status}` };
    return { state: 'ok', value: JSON.parse(body.toString('utf8')) as unknown, at: clock() };
  } catch (error) {
    return { state: 'failed', message: `GET ${path}: ${messageOf(error)}` };
  }
}

async function listGrants(client: KubeClient, path: string, clock: Clock): Promise<Answer<readonly Grant[]>> {
  const grants: Grant[] = [];
  let next = '';
  let refused = 0;
  let why: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await get(client, `${path}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`, clock);
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
    if (next === '') return { state: 'ok', value: grants, at: clock(), refused, ...(why !== undefined && { message: why }) };
  }
  return { state: 'failed', message: `GET ${path}: more than ${MAX_PAGES * PAGE} objects` };
}

/** A role that does not exist grants nothing. */
async function readRole(client: KubeClient, { kind, name }: RoleRef, clock: Clock): Promise<Answer<readonly PolicyRule[]>> {
  const encoded = encodeURIComponent(name);
  const path = kind === 'Role' ? `${RBAC}/namespaces/kube-system/roles/${encoded}` : `${RBAC}/clusterroles/${encoded}`;
  const answer = await get(client, path, clock);
  if (answer.state === 'absent') return { state: 'ok', value: [], at: clock() };
  if (answer.state !== 'ok') return answer;
  try {
    return { ...answer, value: readRules(answer.value) };
  } catch (error) {
    return { state: 'failed', message: `GET ${path}: ${messageOf(error)}` };
  }
}

async function readAuthentication(client: KubeClient, clock: Clock): Promise<Answer<Authentication>> {
  const answer = await get(client, CONFIG_MAP, clock);
  if (answer.state !== 'ok') return answer;
  const data = rawObject(rawObject(answer.value).data);
  const value = {
    requestHeaderCa: textOf(data['requestheader-client-ca-file'], 'data.requestheader-client-ca-file', unheard, 2 ** 20),
    allowedNames: stringsOf(data['requestheader-allowed-names']),
  };
  return { state: 'ok', value, at: answer.at };
}

/** The kube-apiserver writes lists as JSON text. */
function stringsOf(value: unknown): string[] {
  try {
    return rawArray(JSON.parse(typeof value === 'string' && value !== '' ? value : '[]')).filter(
      (entry): entry is string => typeof entry === 'string',
    );
  } catch {
    return [];
  }
}

function frontProxyCaOf({ requestHeaderCa, allowedNames }: Authentication): ClusterFacts['frontProxyCa'] {
  const bundle = readCaBundle(requestHeaderCa);
  if (!bundle) return ABSENT;
  if (bundle.notAfterSeconds === undefined)
    return { state: 'unobserved', why: 'requestheader-client-ca-file holds no certificate that parses' };
  return observed({ notAfterSeconds: bundle.notAfterSeconds, subjects: bundle.subjects, allowedNames });
}

function statusOfKept(source: SourceName, { last, good, refused }: Kept<unknown>, rule: string, now: number): SourceStatus {
  const outcome =
    last === undefined
      ? ({ state: 'pending' } as const)
      : last.state === 'ok'
        ? ({ state: 'ok', message: last.message } as const)
        : last.state === 'forbidden'
          ? { ...last, rule }
          : last;
  return statusOf(source, { outcome, lastSuccess: good?.at, staleAfterMs: STALE_MS, refused }, now);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
