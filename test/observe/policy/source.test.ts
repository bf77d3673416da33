import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/domain/observed.ts';
import type { Change, NodeFacts, PolicyFacts } from '../../../src/domain/snapshot.ts';
import type { SourceStatus } from '../../../src/domain/sources.ts';
import type { CacheChange, ResourceCache } from '../../../src/kube/api.ts';
import { rightToWatch } from '../../../src/kube/right.ts';
import type { PolicyRecord } from '../../../src/objects/policy/network-policy.ts';
import { type ApiTarget, fixedTargets } from '../../../src/objects/targets.ts';
import { createPolicySource, type PolicySource, type PolicySourceInput } from '../../../src/observe/policy/source.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { ruleOf } from '../../../src/source/right.ts';
import { eventually } from '../../support/eventually.ts';
import { NOW } from '../../support/healthy.ts';
import { useLoopTime } from '../../support/virtual-time.ts';
import { type Answers, answeringClient } from '../kube-answers.ts';

useLoopTime();

const API = 'v1.tides.example.com';
const NODES: NodeFacts[] = [
  { name: 'control-plane', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.2'] },
  { name: 'worker', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.10'] },
];
const TARGET: ApiTarget = {
  name: API,
  group: 'tides.example.com',
  version: 'v1',
  backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
  insecureSkipTLSVerify: false,
  service: {
    type: 'ClusterIP',
    clusterIP: '10.96.7.7',
    selector: { app: 'tide-gauge' },
    ports: [{ name: '', port: 443, targetPort: '10250' }],
  },
  addresses: [{ ip: '10.1.0.5', port: 10250, ready: true }],
  pods: [
    {
      namespace: 'harbour',
      name: 'tide-gauge-1',
      uid: 'u1',
      node: 'worker',
      ip: '10.1.0.5',
      hostNetwork: false,
      labels: { app: 'tide-gauge' },
      ports: [],
      containers: [],
    },
  ],
};
const NO_TUNNEL: Answers = { '/api/v1/namespaces/kube-system/pods': { items: [] } };

const object = (name: string, spec: object, metadata: object = {}): { metadata: object; spec: object } => ({
  metadata: { name, namespace: 'harbour', creationTimestamp: new Date(NOW - 86_400_000).toISOString(), ...metadata },
  spec: { podSelector: {}, ...spec },
});
const DENY = object('default-deny', { policyTypes: ['Ingress'] });
const ALLOW = object('allow', { ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 10250 }] }] });

let running: AbortController;
let now: number;
beforeEach(() => {
  running = new AbortController();
  now = NOW;
});
afterEach(() => running.abort());

/** A cache that a test fills. */
function fakeCache(state: SourceStatus['state'] = 'ok') {
  const listeners: ((change: CacheChange<PolicyRecord>) => void)[] = [];
  const held = new Map<string, PolicyRecord>();
  let cache: ResourceCache<PolicyRecord> | undefined;
  let relists = 0;
  const create: NonNullable<PolicySourceInput['createCache']> = (_, spec) => {
    cache = {
      spec,
      start() {},
      relist() {
        relists += 1;
      },
      unreadable: new Map(),
      onUnreadable: () => () => {},
      synced: state === 'ok',
      get: (key) => held.get(key),
      values: () => held.values(),
      get size() {
        return held.size;
      },
      subscribe(listener) {
        listeners.push(listener);
        return () => {};
      },
      status: () => ({ source: 'network-policies', state, ...(state === 'forbidden' && { rule: ruleOf(rightToWatch(spec.path)) }) }),
    };
    return cache;
  };
  const key = (raw: { metadata: object }) => `harbour/${(raw.metadata as { name: string }).name}`;
  return {
    create,
    relists: () => relists,
    keeps: (raw: object) => cache!.spec.project(raw) !== undefined,
    put(raw: ReturnType<typeof object>, live = false) {
      const record = cache!.spec.project(raw)!;
      const previous = held.get(key(raw));
      held.set(key(raw), record);
      for (const listener of listeners)
        listener({ type: previous ? 'modified' : 'added', key: key(raw), object: record, live, ...(previous && { previous }) });
    },
    remove(raw: ReturnType<typeof object>) {
      const record = held.get(key(raw))!;
      held.delete(key(raw));
      for (const listener of listeners) listener({ type: 'deleted', key: key(raw), object: record, live: true });
    },
  };
}

function start(cache: ReturnType<typeof fakeCache>, answers: Answers = NO_TUNNEL, differs: Partial<PolicySourceInput> = {}) {
  const changes: Change[] = [];
  const client = answeringClient(answers);
  const source = createPolicySource({
    client,
    targets: fixedTargets([TARGET]),
    nodes: () => NODES,
    apiservers: () => ['192.0.2.2:6443'],
    clock: () => now,
    log: SILENT,
    createCache: cache.create,
    ...differs,
  });
  source.onChange((change, namespace) => {
    if (namespace === 'harbour' || (namespace === undefined && /Cluster|Global/.test(change.object))) changes.push(change);
  });
  source.start(running.signal);
  return { source, client, changes };
}

const facts = (source: PolicySource): PolicyFacts => {
  const found = source.factsFor(API) as Observed<PolicyFacts> & { state: 'observed' };
  expect(found.state).toBe('observed');
  return found.value;
};
const looked = (source: PolicySource) => eventually(() => !facts(source).why.includes('not been looked for'));

describe('the policy source', () => {
  it('admits, blocks, and admits again as policies come and go, and tells each change once', async () => {
    const cache = fakeCache();
    const { source, changes } = start(cache);
    await looked(source);
    expect(facts(source)).toEqual({
      verdict: 'admits',
      why: 'no NetworkPolicy selects a backend pod',
      selecting: [],
      egress: ['the kube-apiserver', "the cluster's DNS"].map((name) => expect.objectContaining({ name, verdict: 'admits' })),
      notEvaluated: [],
    });

    now += 1000;
    const written = { time: new Date(now).toISOString(), manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': {} } };
    const deny = object(
      'default-deny',
      { policyTypes: ['Ingress'] },
      { creationTimestamp: new Date(now).toISOString(), managedFields: [written] },
    );
    cache.put(deny, true);
    expect(facts(source)).toMatchObject({ verdict: 'blocks', selecting: ['harbour/default-deny'], lastChange: now });

    now += 1000;
    cache.put({ ...deny, metadata: { ...deny.metadata, labels: { team: 'sea' } } }, true);
    expect(facts(source).lastChange).toBe(now - 1000);
    cache.put({ ...deny, spec: { ...ALLOW.spec } }, true);
    expect(facts(source)).toMatchObject({ verdict: 'admits', lastChange: now });

    now += 1000;
    cache.remove(deny);
    expect(facts(source)).toMatchObject({ verdict: 'admits', selecting: [], lastChange: now });
    expect(changes).toEqual([
      { what: 'network-policy', at: NOW + 1000, object: 'NetworkPolicy harbour/default-deny', summary: 'added', manager: 'kubectl-edit' },
      {
        what: 'network-policy',
        at: NOW + 2000,
        object: 'NetworkPolicy harbour/default-deny',
        summary: 'changed: ingress rules (0 → 1)',
        manager: 'kubectl-edit',
      },
      { what: 'network-policy', at: NOW + 3000, object: 'NetworkPolicy harbour/default-deny', summary: 'deleted' },
    ]);
  });

  it('does not call the first list a change, nor old policies of a namespace that is new to us', async () => {
    const cache = fakeCache();
    const { source, changes } = start(cache);
    await looked(source);
    cache.put(DENY);
    cache.put(ALLOW, true);
    expect(changes).toEqual([]);
    expect(facts(source)).toMatchObject({ verdict: 'admits', lastChange: NOW - 86_400_000 });
  });

  it('keeps policies of backend namespaces only, and lists anew when there are more of them', () => {
    const cache = fakeCache();
    const listeners: (() => void)[] = [];
    let all = [TARGET];
    start(cache, NO_TUNNEL, {
      targets: {
        all: () => all,
        get: (name) => all.find((target) => target.name === name),
        subscribe: (listener) => {
          listeners.push(() => listener({ kind: 'changed', target: TARGET }));
          return () => {};
        },
      },
    });
    const elsewhere = { ...DENY, metadata: { ...DENY.metadata, namespace: 'lighthouse' } };
    expect(cache.keeps(DENY)).toBe(true);
    expect(cache.keeps(elsewhere)).toBe(false);
    expect(cache.relists()).toBe(0);
    all = [TARGET, { ...TARGET, name: 'v1.other.example.com', backend: { ...TARGET.backend, namespace: 'lighthouse' } }];
    for (const listener of listeners) listener();
    expect(cache.relists()).toBe(1);
    expect(cache.keeps(elsewhere)).toBe(true);
    for (const listener of listeners) listener();
    expect(cache.relists()).toBe(1);
  });

  it('knows nothing before the first list, and says which right is missing', () => {
    expect(start(fakeCache('pending')).source.factsFor(API)).toMatchObject({
      state: 'unobserved',
      why: expect.stringContaining('has not answered yet'),
    });
    expect(start(fakeCache('forbidden')).source.factsFor(API)).toEqual({
      state: 'forbidden',
      rule: 'networking.k8s.io/networkpolicies: list, watch',
    });
    expect(start(fakeCache()).source.factsFor('v1.nothing.example.com')).toEqual({ state: 'unobserved' });
  });

  it('takes every node for a candidate while the kube-apiservers’ addresses are not known', async () => {
    const cache = fakeCache();
    const { source } = start(cache, NO_TUNNEL, { apiservers: () => [] });
    await looked(source);
    cache.put(object('some', { ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.2/32' } }] }] }));
    // The worker is the pod's own node, so it is admitted; the control plane is in the block.
    expect(facts(source).verdict).toBe('admits');
    cache.put(object('some', { ingress: [] }));
    expect(facts(source).verdict).toBe('undetermined');
  });
});

describe('what a backend needs', () => {
  const service = (name: string, spec: object) => ({ items: [{ metadata: { name }, spec }] });
  const pod = (name: string, labels: object, ip: string) => ({
    metadata: { name, namespace: 'tides', labels },
    spec: { nodeName: 'worker', containers: [{ name: 'server', ports: [{ name: 'web', containerPort: 9091, protocol: 'TCP' }] }] },
    status: { podIP: ip },
  });
  const CLUSTER: Answers = {
    '/api/v1/namespaces/kube-system/pods': (path: string) => ({
      items: path.includes('kube-dns') ? [pod('coredns', { 'k8s-app': 'kube-dns' }, '10.1.0.9')] : [],
    }),
    '/api/v1/namespaces/kube-system/services': service('kube-dns', {
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [{ port: 53, protocol: 'UDP', targetPort: 53 }],
    }),
    '/api/v1/namespaces/default/services': service('kubernetes', { clusterIP: '10.96.0.1' }),
    '/api/v1/namespaces/tides/services': service('timeseries', {
      clusterIP: '10.96.0.20',
      selector: { app: 'timeseries' },
      ports: [{ port: 9090, targetPort: 'web' }],
    }),
    '/api/v1/namespaces/tides/pods': { items: [pod('timeseries-0', { app: 'timeseries' }, '10.1.0.7')] },
  };
  const NEEDS = {
    targets: fixedTargets([{ ...TARGET, pods: TARGET.pods.map((one) => ({ ...one, args: ['--db=http://timeseries.tides.svc:9090'] })) }]),
  };
  const allow = (...egress: object[]) => object('stay-home', { policyTypes: ['Egress'], egress });
  const verdictsOf = (source: PolicySource) => facts(source).egress?.map(({ name, verdict }) => `${name}: ${verdict}`);
  const known = (source: PolicySource) => eventually(() => (facts(source).egress?.length ?? 0) === 3);

  it('is looked for once a policy is about the way out, by its Service and its pods', async () => {
    const cache = fakeCache();
    const { source, client } = start(cache, CLUSTER, NEEDS);
    await looked(source);
    expect(client.asked.some((path) => path.includes('/services'))).toBe(false);
    cache.put(allow({ ports: [{ port: 9091 }] }), true);
    await known(source);
    expect(verdictsOf(source)).toEqual([
      'the kube-apiserver: blocks',
      "the cluster's DNS: blocks",
      // The port of the pod, by its name: not the Service's.
      'Service tides/timeseries, port 9090: admits',
    ]);
    expect(facts(source).verdict).toBe('admits');

    now += 1000;
    cache.put(allow({ ports: [{ port: 6443 }] }, { ports: [{ port: 53, protocol: 'UDP' }] }), true);
    expect(verdictsOf(source)).toEqual([
      'the kube-apiserver: admits',
      "the cluster's DNS: admits",
      'Service tides/timeseries, port 9090: blocks',
    ]);
    now += 1000;
    cache.put(allow({ ports: [{ port: 9090 }] }), true);
    expect(verdictsOf(source)?.[2]).toBe('Service tides/timeseries, port 9090: undetermined');
  });

  it('is not known of a server whose Service is not there, and of DNS behind a cache on the node', async () => {
    const answers: Answers = {
      ...CLUSTER,
      '/api/v1/namespaces/tides/services': { items: [] },
      '/api/v1/namespaces/kube-system/pods': (path: string) => ({
        items: path.includes('node-local-dns') ? [pod('cache', {}, '192.0.2.10')] : [],
      }),
    };
    const cache = fakeCache();
    const { source } = start(cache, answers, { ...NEEDS, refreshMs: 20 });
    cache.put(allow({ to: [{ ipBlock: { cidr: '192.0.2.2/32' } }] }), true);
    await looked(source);
    await eventually(() => verdictsOf(source)?.[0] === 'the kube-apiserver: admits');
    expect(verdictsOf(source)).toEqual(['the kube-apiserver: admits', "the cluster's DNS: undetermined"]);
  });

  it('is the kubelets too, where it is metrics-server', async () => {
    const metricsServer = {
      ...TARGET,
      group: 'metrics.k8s.io',
      pods: TARGET.pods.map((one) => ({ ...one, args: ['--kubelet-use-node-status-port'] })),
    };
    const cache = fakeCache();
    const { source } = start(cache, CLUSTER, { targets: fixedTargets([metricsServer]) });
    cache.put(allow({ to: [{ ipBlock: { cidr: '198.51.100.0/24' } }] }), true);
    await looked(source);
    expect(verdictsOf(source)?.[2]).toBe('the kubelets, port 10250: blocks');
  });
});

describe('changes of other kinds of policies', () => {
  const CNP = '/apis/cilium.io/v2/namespaces/harbour/ciliumnetworkpolicies';
  const CCNP = '/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies';
  const policy = (name: string, namespace: string | undefined, generation: number, more: object = {}) => ({
    metadata: { name, ...(namespace !== undefined && { namespace }), uid: `u-${name}`, generation, ...more },
    spec: { endpointSelector: {}, ingress: [{ fromEntities: ['kube-apiserver'] }] },
  });
  const by = (manager: string, at: number) => ({
    managedFields: [{ manager, operation: 'Update', time: new Date(at).toISOString(), fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': {} } }],
  });

  /** Objects by path; a number is the status of a refusal. */
  type Look = Readonly<Record<string, readonly object[] | number>>;

  /** What is told after these looks. */
  async function after(looks: readonly Look[]): Promise<readonly Change[]> {
    let look = looks[0] ?? {};
    let asked = 0;
    const answer = (path: string) => () => {
      if (path === CCNP) asked++;
      const found = look[path] ?? [];
      return typeof found === 'number' ? found : { items: found };
    };
    const { source, changes } = start(fakeCache(), {
      ...NO_TUNNEL,
      '/apis/cilium.io/v2': {
        kind: 'APIResourceList',
        resources: [{ name: 'ciliumnetworkpolicies' }, { name: 'ciliumclusterwidenetworkpolicies' }],
      },
      [CNP]: answer(CNP),
      [CCNP]: answer(CCNP),
    });
    await looked(source);
    for (const next of looks.slice(1)) {
      look = next;
      now += 60_000;
      const before = asked;
      source.hurry?.();
      await eventually(() => asked > before);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return changes;
  }
  const at = (look: number) => NOW + look * 60_000;

  it.each<[string, readonly Look[], readonly Partial<Change>[]]>([
    ['the first look is none', [{ [CNP]: [policy('reef', 'harbour', 1)] }], []],
    ['nothing changed', [{ [CNP]: [policy('reef', 'harbour', 1)] }, { [CNP]: [policy('reef', 'harbour', 1)] }], []],
    [
      'one was added, at the time of its creation',
      [
        {},
        {
          [CNP]: [
            policy('reef', 'harbour', 1, { creationTimestamp: new Date(at(1) - 20_000).toISOString(), ...by('argocd', at(1) - 20_000) }),
          ],
        },
      ],
      [{ object: 'CiliumNetworkPolicy harbour/reef', summary: 'added', at: at(1) - 20_000, manager: 'argocd' }],
    ],
    [
      'one was changed, by whom and when its managers say',
      [
        { [CNP]: [policy('reef', 'harbour', 1, by('argocd', NOW - 90_000))] },
        { [CNP]: [policy('reef', 'harbour', 2, by('kubectl-edit', at(1) - 30_000))] },
      ],
      [{ object: 'CiliumNetworkPolicy harbour/reef', summary: 'changed', at: at(1) - 30_000, manager: 'kubectl-edit' }],
    ],
    [
      'one was deleted',
      [{ [CNP]: [policy('reef', 'harbour', 1)] }, {}],
      [{ object: 'CiliumNetworkPolicy harbour/reef', summary: 'deleted', at: at(1) }],
    ],
    [
      'one of the cluster was changed',
      [{ [CCNP]: [policy('sea', undefined, 1)] }, { [CCNP]: [policy('sea', undefined, 2)] }],
      [{ object: 'CiliumClusterwideNetworkPolicy sea', summary: 'changed' }],
    ],
    ['a look that is refused has not seen them go', [{ [CNP]: [policy('reef', 'harbour', 1)] }, { [CNP]: 403 }], []],
    ['what was not to be seen before is not new', [{ [CNP]: 403 }, { [CNP]: [policy('reef', 'harbour', 1)] }], []],
  ])('%s', async (_, looks, told) => {
    expect(await after(looks)).toEqual(told.map((one) => expect.objectContaining({ what: 'network-policy', ...one })));
  });
});

describe('other kinds of policies', () => {
  const served = (...names: string[]) => ({ kind: 'APIResourceList', resources: names.map((name) => ({ name })) });

  const cilium = (...fromEntities: string[]) => ({
    metadata: { name: 'reef', namespace: 'harbour' },
    spec: { endpointSelector: {}, ingress: [{ fromEntities }] },
  });
  const NS = '/apis/cilium.io/v2/namespaces/harbour/ciliumnetworkpolicies';

  it.each<[string, Answers, readonly string[], string, string]>([
    ['none', {}, [], 'blocks', 'default-deny isolates'],
    [
      'Cilium without policies',
      { '/apis/cilium.io/v2': served('ciliumnetworkpolicies'), [NS]: { items: [] } },
      [],
      'blocks',
      'default-deny',
    ],
    [
      'a Cilium policy that admits',
      { '/apis/cilium.io/v2': served('ciliumnetworkpolicies'), [NS]: { items: [cilium('kube-apiserver')] } },
      [],
      'admits',
      'CiliumNetworkPolicy harbour/reef admits the kube-apiserver (192.0.2.2) to port 10250 (ingress rule 1)',
    ],
    [
      'a Cilium policy that does not',
      { '/apis/cilium.io/v2': served('ciliumnetworkpolicies'), [NS]: { items: [cilium('world')] } },
      [],
      'blocks',
      'default-deny',
    ],
    [
      'a Cilium policy that cannot be read',
      { '/apis/cilium.io/v2': served('ciliumnetworkpolicies'), [NS]: { items: [{ ...cilium(), spec: { ingress: 'all' } }] } },
      ['CiliumNetworkPolicy'],
      'undetermined',
      'CiliumNetworkPolicy reef cannot be read: spec.ingress is "all"',
    ],
    [
      'Cilium policies that may not be listed',
      { '/apis/cilium.io/v2': served('ciliumclusterwidenetworkpolicies'), '/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies': 403 },
      ['CiliumClusterwideNetworkPolicy'],
      'undetermined',
      'which cilium.io/ciliumclusterwidenetworkpolicies: list would open',
    ],
    [
      'Calico',
      {
        '/apis/crd.projectcalico.org/v1': served('networkpolicies', 'globalnetworkpolicies', 'felixconfigurations'),
        '/apis/crd.projectcalico.org/v1/namespaces/harbour/networkpolicies': { items: [] },
        '/apis/crd.projectcalico.org/v1/globalnetworkpolicies': {
          items: [{ metadata: { name: 'sea' }, spec: { order: 1, ingress: [{ action: 'Allow' }] } }],
        },
      },
      [],
      'admits',
      'Calico GlobalNetworkPolicy sea admits',
    ],
    [
      'Calico whose new group is served from CRDs',
      {
        '/apis/apiregistration.k8s.io/v1/apiservices': { items: [{ metadata: { name: 'v3.projectcalico.org' }, spec: {} }] },
        '/apis/projectcalico.org/v3': served('globalnetworkpolicies'),
        '/apis/projectcalico.org/v3/globalnetworkpolicies': {
          items: [{ metadata: { name: 'sea' }, spec: { order: 1, ingress: [{ action: 'Allow' }] } }],
        },
      },
      [],
      'admits',
      'Calico GlobalNetworkPolicy sea admits',
    ],
    [
      'Calico whose new group is an aggregated API: it is not asked',
      {
        '/apis/apiregistration.k8s.io/v1/apiservices': {
          items: [{ metadata: { name: 'v3.projectcalico.org' }, spec: { service: { name: 'calico-api', namespace: 'calico-system' } } }],
        },
        '/apis/projectcalico.org/v3': () => {
          throw new Error('an aggregated API was asked');
        },
      },
      [],
      'blocks',
      'default-deny',
    ],
    [
      'an administrator who lets nobody decide',
      {
        '/apis/policy.networking.k8s.io/v1alpha1': served('adminnetworkpolicies', 'baselineadminnetworkpolicies'),
        '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies': {
          items: [
            {
              metadata: { name: 'open' },
              spec: { priority: 1, subject: { namespaces: {} }, ingress: [{ action: 'Allow', from: [{ namespaces: {} }] }] },
            },
          ],
        },
        '/apis/policy.networking.k8s.io/v1alpha1/baselineadminnetworkpolicies': { items: [] },
      },
      [],
      'blocks',
      'default-deny',
    ],
    [
      'a group that hides its kinds',
      { '/apis/policy.networking.k8s.io/v1alpha2': 403, '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies': 403 },
      ['ClusterNetworkPolicy'],
      'undetermined',
      'ClusterNetworkPolicy may not be listed',
    ],
    [
      'a group that does not answer',
      {
        '/apis/cilium.io/v2': new Error('time-out'),
        [NS]: new Error('time-out'),
        '/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies': 500,
      },
      ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'],
      'undetermined',
      'CiliumNetworkPolicy could not be listed: time-out',
    ],
    [
      'more than is read',
      {
        '/apis/policy.networking.k8s.io/v1alpha2': served('clusternetworkpolicies'),
        '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies': { metadata: { continue: 'more' }, items: [] },
      },
      ['ClusterNetworkPolicy'],
      'undetermined',
      'ClusterNetworkPolicy could not be listed: there are more than 2000',
    ],
  ])('%s', async (_, answers, notEvaluated, verdict, why) => {
    const cache = fakeCache();
    const { source } = start(cache, { ...NO_TUNNEL, ...answers });
    cache.put(DENY);
    await looked(source);
    expect(facts(source)).toMatchObject({ verdict, notEvaluated });
    expect(facts(source).why).toContain(why);
  });

  it('are undetermined before anybody looked', () => {
    const cache = fakeCache();
    const { source } = start(cache);
    cache.put(DENY);
    expect(facts(source)).toMatchObject({ verdict: 'undetermined', notEvaluated: [] });
  });

  it('stay known while they cannot be asked', async () => {
    const answers: Answers = {
      ...NO_TUNNEL,
      '/apis/cilium.io/v2': served('ciliumnetworkpolicies'),
      [NS]: { items: [cilium('kube-apiserver')] },
    };
    const cache = fakeCache();
    const { source, client } = start(cache, answers, { refreshMs: 20 });
    cache.put(DENY);
    await looked(source);
    answers['/apis/cilium.io/v2'] = new Error('time-out');
    answers[NS] = new Error('time-out');
    const before = client.asked.length;
    await eventually(() => client.asked.slice(before).filter((path) => path === '/apis/cilium.io/v2').length > 2);
    expect(facts(source)).toMatchObject({ verdict: 'admits', notEvaluated: [] });
  });

  it.each<[Answers, string]>([
    [NO_TUNNEL, 'blocks'],
    [{ '/api/v1/namespaces/kube-system/pods': 403 }, 'blocks'],
    [
      { '/api/v1/namespaces/kube-system/pods': (path: string) => ({ items: path.includes('k8s-app%3Dkonnectivity-agent') ? [{}] : [] }) },
      'undetermined',
    ],
  ])('tunnels %#: a rule for selected pods %s', async (answers, verdict) => {
    const cache = fakeCache();
    const { source } = start(cache, answers);
    cache.put(object('from-pods', { ingress: [{ from: [{ namespaceSelector: {} }] }] }));
    await looked(source);
    await eventually(() => facts(source).verdict === verdict);
  });
});
