import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeClient } from '../../src/kube/api.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kube-config.ts';
import { fixedTargets } from '../../src/objects/targets.ts';
import { createPolicySource } from '../../src/observe/policy/source.ts';
import { EXPORTER_RULES, IDENTITIES } from '../../src/simulator/access.ts';
import { type Attributes, covers, type Decision, type Rule } from '../../src/simulator/control-plane/authorization.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { SILENT } from '../../src/source/logger.ts';
import { apiTarget } from '../probe/servers.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { eventually } from './support/client.ts';
import { type Observing, observe } from './support/observed.ts';
import { smallScenario } from './support/scenario.ts';

useLoopTime();

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly name: string };
}
const manifests = loadAll(readFileSync(new URL('../../deploy/kubernetes/rbac.yaml', import.meta.url), 'utf8')) as Manifest[];
const bound = new Set(manifests.flatMap(({ roleRef }) => roleRef?.name ?? []));
const roles = manifests.filter(({ kind }) => kind === 'ClusterRole');
const rulesOf = (named: (name: string) => boolean): Rule[] =>
  roles.filter(({ metadata }) => named(metadata.name)).flatMap(({ rules }) => rules ?? []);
const GIVEN = rulesOf((name) => bound.has(name));
const OPTIONAL = rulesOf((name) => !bound.has(name));

/** One verb on one resource: what can be taken away by itself. */
const single = (rule: Rule): Rule[] =>
  rule.verbs.flatMap((verb) =>
    (rule.resources ?? [undefined]).map((resource) => ({
      ...rule,
      verbs: [verb],
      ...(resource === undefined ? {} : { resources: [resource] }),
    })),
  );
const isEvents = (group: string) => (rule: Rule) => rule.apiGroups?.[0] === group && rule.resources?.[0] === 'events';
/** Core events and those of events.k8s.io are the same objects: the latter are asked for where the former are refused. */
const [isCoreEvents, isNewEvents] = [isEvents(''), isEvents('events.k8s.io')];
const inWords = ({ verbs, apiGroups, resources, nonResourceURLs }: Rule): string =>
  `${verbs.join()} ${nonResourceURLs?.join() ?? `${apiGroups?.join()}/${resources?.join()}`}`;

/** For a machine that is busy with other things. */
const DEADLINE = 60_000;

let simulator: Simulator;
const decisions: Decision[] = [];
const running: Observing[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ scenario: smallScenario() });
  simulator.cluster.authorizer.audit((decision) => {
    if (decision.user.name === IDENTITIES.exporter.name) decisions.push(decision);
  });
  giveRolesOfItsOwn(simulator);
  letEverybodyOut(simulator);
  // With a token for the kubelets, and without: then metrics.k8s.io is asked.
  running.push(observe(simulator), observe(simulator, { kubeletToken: false }));
});
afterAll(async () => {
  for (const { stop } of running) stop();
  await simulator.stop();
});

/** A backend with a Role and a ClusterRole that Kubernetes does not bring along: they have to be read. */
function giveRolesOfItsOwn({ cluster: { store } }: Simulator): void {
  const subjects = [{ kind: 'ServiceAccount' as const, namespace: 'harbour', name: 'tide-gauge' }];
  const role = (kind: 'Role' | 'ClusterRole') => ({ apiGroup: 'rbac.authorization.k8s.io' as const, kind, name: 'tide-tables' });
  store.clusterrolebindings.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'tide-tables' },
    roleRef: role('ClusterRole'),
    subjects,
  });
  store.rolebindings.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { namespace: 'kube-system', name: 'tide-tables' },
    roleRef: role('Role'),
    subjects,
  });
}

/** A policy about the way out: what backends need, and the labels of namespaces, are looked up only with one. */
function letEverybodyOut({ cluster: { store } }: Simulator): void {
  store.networkpolicies.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'harbour', name: 'let-out' },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
  });
}

const CALICO_KINDS = ['networkpolicies', 'globalnetworkpolicies', 'tiers', 'hostendpoints', 'globalnetworksets', 'networksets'];
const CNI_KINDS: Readonly<Record<string, readonly string[]>> = {
  '/apis/cilium.io/v2': ['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'],
  '/apis/crd.projectcalico.org/v1': CALICO_KINDS,
  '/apis/projectcalico.org/v3': CALICO_KINDS,
  '/apis/policy.networking.k8s.io/v1alpha1': ['adminnetworkpolicies', 'baselineadminnetworkpolicies'],
  '/apis/policy.networking.k8s.io/v1alpha2': ['clusternetworkpolicies'],
};

/** As if a CNI had brought its kinds along: their lists are asked of the simulated cluster, which refuses or knows nothing of them. */
async function askForPoliciesOfCnis(): Promise<void> {
  const client = createKubeClient(loadKubeConfig({ kubeconfig: simulator.kubeconfig }), { log: SILENT });
  const withKinds: KubeClient = {
    ...client,
    async request(path, options) {
      const kinds = CNI_KINDS[path];
      if (!kinds) return client.request(path, options);
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ resources: kinds.map((name) => ({ name })) })) };
    },
  };
  const stop = new AbortController();
  const targets = fixedTargets([apiTarget()]);
  createPolicySource({ client: withKinds, targets, nodes: () => [], clock: Date.now, log: SILENT }).start(stop.signal);
  await eventually(() =>
    Object.values(CNI_KINDS)
      .flat()
      .every((kind) => asked().some((wanted) => 'resource' in wanted && wanted.resource === kind)),
  );
  stop.abort();
  client.close();
}

const asked = (): Attributes[] => decisions.map(({ wanted }) => wanted);
const unused = (rules: readonly Rule[]): string[] =>
  rules
    .flatMap(single)
    .filter((rule) => !asked().some((wanted) => covers(rule, wanted)))
    .map(inWords);

describe('deploy/kubernetes/rbac.yaml', { timeout: 2 * DEADLINE }, () => {
  it('is what the simulated cluster grants', () => {
    expect(EXPORTER_RULES).toEqual(GIVEN);
  });

  it('has no rule that nothing asks for, and refuses nothing but what is optional', async () => {
    await askForPoliciesOfCnis();
    await eventually(
      () => unused(GIVEN.filter((rule) => !isNewEvents(rule))),
      (left) => left.length === 0,
      DEADLINE,
    );
    const refused = decisions.filter(({ allowed }) => !allowed).map(({ wanted }) => wanted);
    expect(refused.filter((wanted) => !OPTIONAL.some((rule) => covers(rule, wanted)))).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('leaves no source blind but the one that needs an optional right, which it names', async () => {
    const [{ observer }] = running as [Observing];
    await eventually(
      () => observer.snapshot().sources.filter(({ state }) => !['ok', 'absent', 'disabled'].includes(state)),
      (rest) => rest.length === 1 && rest[0]?.source === 'config-maps',
      DEADLINE,
    );
    expect(observer.snapshot().sources.find(({ source }) => source === 'config-maps')).toMatchObject({
      state: 'forbidden',
      rule: 'configmaps: list, watch (namespace harbour)',
    });
  });

  it('has rules that are of use only instead of another, or when somebody binds them', async () => {
    expect(unused([...GIVEN, ...OPTIONAL])).toEqual(['list events.k8s.io/events', 'watch events.k8s.io/events', 'watch /configmaps']);
    simulator.setRbac([...GIVEN.filter((rule) => !isCoreEvents(rule)), ...OPTIONAL]);
    running.push(observe(simulator));
    await eventually(
      () => unused([...GIVEN, ...OPTIONAL]),
      (left) => left.length === 0,
      DEADLINE,
    );
  });

  it.each([
    ['secrets', (rule: Rule) => rule.resources?.includes('secrets')],
    ['nodes/proxy', (rule: Rule) => rule.resources?.some((resource) => /\/proxy$|\/exec$/.test(resource))],
    ['wildcards', (rule: Rule) => [...rule.verbs, ...(rule.resources ?? []), ...(rule.apiGroups ?? [])].includes('*')],
    ['changes', (rule: Rule) => rule.verbs.some((verb) => !['get', 'list', 'watch'].includes(verb))],
  ])('never asks for %s', (_, has) => {
    expect([...GIVEN, ...OPTIONAL].filter(has)).toEqual([]);
  });
});
