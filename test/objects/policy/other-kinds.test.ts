import { describe, expect, it } from 'vitest';
import { readAdminPolicy } from '../../../src/objects/policy/admin-policy.ts';
import { readCalicoPolicy, readCalicoTier } from '../../../src/objects/policy/calico-policy.ts';
import { readCalicoSelector } from '../../../src/objects/policy/calico-selector.ts';
import { readCiliumPolicy } from '../../../src/objects/policy/cilium-policy.ts';
import type { BackendPods } from '../../../src/objects/policy/evaluate.ts';
import { others, POD, policy, verdicts, whys } from './network.ts';

const DENY_IN = policy({ policyTypes: ['Ingress'] }, 'default-deny');
const OPEN_IN = policy({ policyTypes: ['Ingress'], ingress: [{}] }, 'open');
const HARBOUR = { matchLabels: { 'kubernetes.io/metadata.name': 'harbour' } };

describe('policies of the administrator: in, to the kube-apiserver, to DNS', () => {
  const cnp = (spec: object, name = 'rule-the-sea') =>
    readAdminPolicy('ClusterNetworkPolicy', {
      metadata: { name },
      spec: { tier: 'Admin', priority: 10, subject: { namespaces: HARBOUR }, ...spec },
    });
  const anp = (spec: object) =>
    readAdminPolicy('AdminNetworkPolicy', { metadata: { name: 'old' }, spec: { priority: 10, subject: { namespaces: HARBOUR }, ...spec } });
  const banp = (spec: object) =>
    readAdminPolicy('BaselineAdminNetworkPolicy', { metadata: { name: 'default' }, spec: { subject: { namespaces: {} }, ...spec } });
  const admin = (...list: ReturnType<typeof cnp>[]) => ({ others: others({ admin: list }) });
  const everybody = { networks: ['0.0.0.0/0'] };
  const out = (...rules: object[]) => ({ egress: rules });
  const rule = (action: string, to: object = everybody, more: object = {}) => ({ action, to: [to], ...more });

  it.each<[string, Partial<BackendPods>, string]>([
    ['a denial of everything on the way out', admin(cnp(out(rule('Deny')))), 'abb'],
    [
      'the same for another namespace',
      admin(cnp({ ...out(rule('Deny')), subject: { namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'lighthouse' } } } })),
      'aaa',
    ],
    [
      'the same for a namespace by a label that is not known',
      admin(cnp({ ...out(rule('Deny')), subject: { namespaces: { matchLabels: { sea: 'north' } } } })),
      'auu',
    ],
    [
      'for pods by label',
      admin(
        cnp({ ...out(rule('Deny')), subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'tide-gauge' } } } } }),
      ),
      'abb',
    ],
    [
      'for other pods by label',
      admin(cnp({ ...out(rule('Deny')), subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'x' } } } } })),
      'aaa',
    ],
    ['pods are accepted first', admin(cnp(out(rule('Accept', { namespaces: {} }), rule('Deny')))), 'aba'],
    ['denied first, accepted then', admin(cnp(out(rule('Deny'), rule('Accept', { namespaces: {} })))), 'abb'],
    ['nodes are accepted first', admin(cnp(out(rule('Accept', { nodes: {} }), rule('Deny')))), 'aab'],
    ['nodes by a label that is not known', admin(cnp(out(rule('Accept', { nodes: { matchLabels: { pier: '1' } } }), rule('Deny')))), 'aub'],
    ['domain names are accepted first', admin(cnp(out(rule('Accept', { domainNames: ['*.example.com'] }), rule('Deny')))), 'auu'],
    ['a peer of a newer version', admin(cnp(out(rule('Accept', { moons: {} }), rule('Deny')))), 'auu'],
    ['by protocol', admin(cnp(out(rule('Deny', everybody, { protocols: [{ udp: { destinationPort: { number: 53 } } }] })))), 'aab'],
    [
      'by a range of ports',
      admin(cnp(out(rule('Deny', everybody, { protocols: [{ tcp: { destinationPort: { range: { start: 6000, end: 7000 } } } }] })))),
      'aba',
    ],
    ['every port of a protocol', admin(cnp(out(rule('Deny', everybody, { protocols: [{ tcp: {} }] })))), 'aba'],
    ['a named port', admin(cnp(out(rule('Deny', { namespaces: {} }, { protocols: [{ destinationNamedPort: 'dns' }] })))), 'aab'],
    ['of no kube-apiserver on a node, on the way in', admin(cnp({ ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] })), 'aaa'],
    ['a later priority', admin(cnp(out(rule('Deny')), 'a'), cnp({ ...out(rule('Accept')), priority: 9 }, 'b')), 'aaa'],
    ['the same priority, which nobody decides', admin(cnp(out(rule('Deny')), 'a'), cnp(out(rule('Accept')), 'b')), 'auu'],
    ['the same priority, of one mind', admin(cnp(out(rule('Deny')), 'a'), cnp(out(rule('Deny')), 'b')), 'abb'],
    ['passed to NetworkPolicies, which are none', admin(cnp(out(rule('Pass'), rule('Deny')))), 'aaa'],
    [
      'passed to a NetworkPolicy',
      { ...admin(cnp(out(rule('Pass'), rule('Deny')))), policies: [policy({ policyTypes: ['Egress'] })] },
      'abb',
    ],
    [
      'accepted before a NetworkPolicy is asked',
      { ...admin(cnp(out(rule('Accept')))), policies: [policy({ policyTypes: ['Egress'] })] },
      'aaa',
    ],
    ['a baseline', admin(cnp({ ...out(rule('Deny')), tier: 'Baseline' })), 'abb'],
    [
      'a baseline behind a NetworkPolicy that lets it out',
      { ...admin(cnp({ ...out(rule('Deny')), tier: 'Baseline' })), policies: [policy({ policyTypes: ['Egress'], egress: [{}] })] },
      'aaa',
    ],
    ['v1alpha1, by port', admin(anp(out(rule('Deny', everybody, { ports: [{ portNumber: { protocol: 'UDP', port: 53 } }] })))), 'aab'],
    ['v1alpha1, by range', admin(anp(out(rule('Deny', everybody, { ports: [{ portRange: { start: 6000, end: 7000 } }] })))), 'aba'],
    ['v1alpha1, allowed before a baseline', admin(anp(out(rule('Allow', { namespaces: {} }))), banp(out(rule('Deny')))), 'aba'],
  ])('%s', (_, backend, expected) => {
    expect(verdicts(backend)).toBe(expected);
  });

  it('name the policy and its rule', () => {
    expect(whys(admin(cnp(out(rule('Deny', everybody, { name: 'stay' })))))[1]).toBe(
      'ClusterNetworkPolicy rule-the-sea denies it the kube-apiserver (192.0.2.2) on port 6443/TCP (egress rule 1, stay)',
    );
    expect(whys(admin(cnp(out(rule('Deny')), 'a'), cnp(out(rule('Accept')), 'b')))[1]).toContain('of the same priority 10 disagree');
  });

  it.each<[object, string]>([
    [{ subject: {} }, 'spec.subject is an object; namespaces or pods'],
    // What network-policy-api 0.1.1 had in the place of a selector: read as one without conditions, it would be everybody.
    [{ subject: { namespaces: { namespaceSelector: HARBOUR } } }, 'spec.subject.namespaces.namespaceSelector is an object; matchLabels'],
    [out(rule('Deny', { namespaces: { sameLabels: ['sea'] } })), 'spec.egress.to.namespaces.sameLabels is a list; matchLabels'],
    [{ priority: 'high' }, 'spec.priority is "high"'],
    [out(rule('Drop')), 'spec.egress.action is "Drop"; Accept, Allow, Deny or Pass'],
    [out(rule('Deny', { networks: ['sea'] })), 'spec.egress.to.networks is "sea"; a CIDR'],
    [out(rule('Deny', everybody, { protocols: [{ quic: {} }] })), 'spec.egress.protocols is an object; tcp, udp, sctp'],
  ])('with %j are not guessed', (spec, why) => {
    expect(() => cnp(spec)).toThrow(why);
  });
});

describe('policies of Cilium', () => {
  const cilium = (...specs: object[]) => ({
    others: others({
      cilium: {
        served: true,
        policies: specs.flatMap((spec) =>
          readCiliumPolicy('CiliumNetworkPolicy', {
            metadata: { name: 'reef', namespace: 'harbour' },
            spec: { endpointSelector: {}, ...spec },
          }),
        ),
      },
    }),
  });
  const entities = (...fromEntities: string[]) => cilium({ ingress: [{ fromEntities }] });

  it.each<[string, Partial<BackendPods>, string]>([
    ['no section', cilium({}), 'aaa'],
    ['empty lists', cilium({ ingress: [], egress: [] }), 'aaa'],
    ['an empty rule, which closes and admits nobody', cilium({ ingress: [{}] }), 'baa'],
    ['an empty rule on the way out', cilium({ egress: [{}] }), 'abb'],
    ['no default deny', cilium({ ingress: [{}], enableDefaultDeny: { ingress: false } }), 'aaa'],
    ['for other pods', cilium({ endpointSelector: { matchLabels: { app: 'x' } }, ingress: [{}] }), 'aaa'],
    [
      'for pods by a label with its source',
      cilium({ endpointSelector: { matchLabels: { 'k8s:app': 'tide-gauge' } }, ingress: [{}] }),
      'baa',
    ],
    ['for nodes', cilium({ endpointSelector: null, nodeSelector: {}, ingress: [{}] }), 'aaa'],
    ['the entity kube-apiserver', entities('kube-apiserver'), 'aaa'],
    ['the entity remote-node', entities('remote-node'), 'aaa'],
    ['the entity host: only of the own node', entities('host'), 'baa'],
    ['the entity cluster', entities('cluster'), 'aaa'],
    ['the entity world: no node of the cluster', entities('world'), 'baa'],
    ['the entity all', entities('all'), 'aaa'],
    ['the entity none', entities('none'), 'baa'],
    ['an entity of a newer version', entities('moon'), 'uaa'],
    ['every endpoint: no kube-apiserver', cilium({ ingress: [{ fromEndpoints: [{}] }] }), 'baa'],
    ['a reserved label', cilium({ ingress: [{ fromEndpoints: [{ matchLabels: { 'reserved:kube-apiserver': '' } }] }] }), 'uaa'],
    ['the address, which is a node’s', cilium({ ingress: [{ fromCIDR: ['192.0.2.2'] }] }), 'uaa'],
    ['another address', cilium({ ingress: [{ fromCIDR: ['198.51.100.0/24'] }] }), 'baa'],
    [
      'a set of addresses without this one',
      cilium({ ingress: [{ fromCIDRSet: [{ cidr: '0.0.0.0/0', except: ['192.0.2.0/24'] }] }] }),
      'baa',
    ],
    ['a port', cilium({ ingress: [{ toPorts: [{ ports: [{ port: '10250', protocol: 'TCP' }] }] }] }), 'aaa'],
    ['a port without protocol', cilium({ ingress: [{ toPorts: [{ ports: [{ port: '10250' }] }] }] }), 'aaa'],
    ['a range of ports', cilium({ ingress: [{ toPorts: [{ ports: [{ port: '10000', endPort: 11000 }] }] }] }), 'aaa'],
    ['a named port', cilium({ ingress: [{ toPorts: [{ ports: [{ port: 'https' }] }] }] }), 'aaa'],
    ['another port', cilium({ ingress: [{ toPorts: [{ ports: [{ port: '443' }] }] }] }), 'baa'],
    [
      'the entity on another port',
      cilium({ ingress: [{ fromEntities: ['kube-apiserver'], toPorts: [{ ports: [{ port: '443' }] }] }] }),
      'baa',
    ],
    [
      'a rule of HTTP',
      cilium({ ingress: [{ fromEntities: ['all'], toPorts: [{ ports: [{ port: '10250' }], rules: { http: [{}] } }] }] }),
      'uaa',
    ],
    ['a denial', cilium({ ingressDeny: [{ fromEntities: ['kube-apiserver'] }], ingress: [{ fromEntities: ['all'] }] }), 'baa'],
    ['a denial of others', cilium({ ingressDeny: [{ fromEntities: ['world'] }], ingress: [{ fromEntities: ['all'] }] }), 'aaa'],
    ['a field that is not known', cilium({ ingress: [{ fromGroups: [{}] }] }), 'uaa'],
    ['an order, which can change everything', cilium({ order: 5, ingress: [{}] }), 'uaa'],
    ['one of two admits', cilium({ ingress: [{}] }, { ingress: [{ fromEntities: ['kube-apiserver'] }] }), 'aaa'],
    ['a NetworkPolicy closes, Cilium admits', { ...entities('kube-apiserver'), policies: [DENY_IN] }, 'aaa'],
    ['Cilium closes, a NetworkPolicy admits', { ...cilium({ ingress: [{}] }), policies: [OPEN_IN] }, 'aaa'],
    ['both close', { ...cilium({ ingress: [{}] }), policies: [DENY_IN] }, 'baa'],
    ['Cilium denies what a NetworkPolicy admits', { ...cilium({ ingressDeny: [{ fromEntities: ['all'] }] }), policies: [OPEN_IN] }, 'baa'],
    ['the entity on the way out', cilium({ egress: [{ toEntities: ['kube-apiserver'] }] }), 'aab'],
    ['the cluster on the way out', cilium({ egress: [{ toEntities: ['cluster'] }] }), 'aaa'],
    ['endpoints of the own namespace', cilium({ egress: [{ toEndpoints: [{}] }] }), 'abb'],
    [
      'DNS pods by namespace and label, every name',
      cilium({
        egress: [
          {
            toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
            toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
          },
        ],
      }),
      'aba',
    ],
    ['names of the world: neither is known', cilium({ egress: [{ toFQDNs: [{ matchName: 'example.com' }] }] }), 'auu'],
    ['an address of pods, which no CIDR matches', cilium({ egress: [{ toCIDR: ['10.0.0.0/8'] }] }), 'aub'],
  ])('%s', (_, backend, expected) => {
    expect(verdicts(backend)).toBe(expected);
  });

  it('clusterwide select by namespace', () => {
    const wide = (namespace: string) => ({
      others: others({
        cilium: {
          served: true,
          policies: readCiliumPolicy('CiliumClusterwideNetworkPolicy', {
            metadata: { name: 'reef' },
            specs: [{ endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': namespace } }, ingress: [{}] }],
          }),
        },
      }),
    });
    expect([verdicts(wide('harbour')), verdicts(wide('lighthouse'))]).toEqual(['baa', 'aaa']);
    expect(whys(wide('harbour'))[0]).toBe(
      'CiliumClusterwideNetworkPolicy reef isolates pod tide-gauge-1, and no rule admits the kube-apiserver (192.0.2.2) to port 10250',
    );
  });

  it('make an ipBlock of a NetworkPolicy doubtful for nodes', () => {
    const policies = [policy({ ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] })];
    expect(verdicts({ policies })).toBe('aaa');
    expect(verdicts({ policies, others: others({ cilium: { served: true, policies: [] } }) })).toBe('uaa');
  });
});

describe('policies of Calico', () => {
  const net = (spec: object, name = 'buoy') =>
    readCalicoPolicy('Calico NetworkPolicy', { metadata: { name, namespace: 'harbour' }, spec })!;
  const global = (spec: object, name = 'sea') => readCalicoPolicy('Calico GlobalNetworkPolicy', { metadata: { name }, spec })!;
  const tier = (name: string, order: number, defaultAction = 'Deny') =>
    readCalicoTier({ metadata: { name }, spec: { order, defaultAction } });
  const calico = (policies: ReturnType<typeof net>[], tiers: ReturnType<typeof tier>[] = [], sets: 'yes' | 'no' = 'no') => ({
    others: others({ calico: { policies, tiers, sets } }),
  });
  const allow = (source: object = {}) => ({ action: 'Allow', source });

  it.each<[string, Partial<BackendPods>, string]>([
    ['nothing but types', calico([net({ types: ['Ingress'] })]), 'baa'],
    ['no types and no rules: ingress', calico([net({})]), 'baa'],
    ['rules for the way out alone', calico([net({ egress: [{ action: 'Allow', protocol: 'UDP' }] })]), 'aba'],
    ['an empty rule', calico([net({ ingress: [allow()] })]), 'aaa'],
    ['a denial first', calico([net({ ingress: [{ action: 'Deny' }, allow()] })]), 'baa'],
    ['logged, then allowed', calico([net({ ingress: [{ action: 'Log' }, allow()] })]), 'aaa'],
    ['the address', calico([net({ ingress: [allow({ nets: ['192.0.2.0/24'] })] })]), 'aaa'],
    ['all but the address', calico([net({ ingress: [allow({ notNets: ['192.0.2.0/24'] })] })]), 'baa'],
    ['the pod network, from which an overlay may send', calico([net({ ingress: [allow({ nets: ['10.1.0.0/16'] })] })]), 'uaa'],
    ['pods: no kube-apiserver', calico([net({ ingress: [allow({ selector: 'all()' })] })]), 'baa'],
    ['pods, where host endpoints are', calico([net({ ingress: [allow({ selector: 'all()' })] })], [], 'yes'), 'uaa'],
    ['pods of all namespaces', calico([net({ ingress: [allow({ namespaceSelector: 'all()' })] })]), 'baa'],
    ['the port', calico([net({ ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [10250] } }] })]), 'aaa'],
    ['a range of ports', calico([net({ ingress: [{ action: 'Allow', protocol: 6, destination: { ports: ['10000:11000'] } }] })]), 'aaa'],
    ['a named port', calico([net({ ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: ['https'] } }] })]), 'aaa'],
    ['every port but this', calico([net({ ingress: [{ action: 'Allow', protocol: 'TCP', destination: { notPorts: [10250] } }] })]), 'baa'],
    ['another protocol', calico([net({ ingress: [{ action: 'Allow', protocol: 'UDP' }] })]), 'baa'],
    ['a selector of other pods', calico([net({ selector: "app == 'x'", types: ['Ingress'] })]), 'aaa'],
    ['a selector of these', calico([net({ selector: "app in {'x', 'tide-gauge'}", types: ['Ingress'] })]), 'baa'],
    ['a selector that cannot be read', calico([net({ selector: 'app ~ x', types: ['Ingress'] })]), 'uaa'],
    ['by ServiceAccount', calico([net({ serviceAccountSelector: "role == 'x'", types: ['Ingress'] })]), 'uaa'],
    ['of host endpoints only', { others: others({ calico: { policies: [], tiers: [], sets: 'no' } }) }, 'aaa'],
    ['a field that is not known', calico([net({ ingress: [{ action: 'Allow', http: { methods: ['GET'] } }] })]), 'uaa'],
    [
      'global, for the namespace',
      calico([global({ namespaceSelector: "projectcalico.org/name == 'harbour'", types: ['Ingress'] })]),
      'baa',
    ],
    ['global, for another', calico([global({ namespaceSelector: "projectcalico.org/name == 'x'", types: ['Ingress'] })]), 'aaa'],
    [
      'global, by a label of the pod',
      calico([global({ selector: "projectcalico.org/namespace == 'harbour'", types: ['Ingress'] })]),
      'baa',
    ],
    ['global, by a label of namespaces that is not known', calico([global({ namespaceSelector: 'has(sea)', types: ['Ingress'] })]), 'uaa'],
    [
      'the lowest order first',
      calico([net({ order: 2, ingress: [{ action: 'Deny' }] }, 'a'), net({ order: 1, ingress: [allow()] }, 'b')]),
      'aaa',
    ],
    ['without order last', calico([net({ ingress: [{ action: 'Deny' }] }, 'a'), net({ order: 9, ingress: [allow()] }, 'b')]), 'aaa'],
    ['after a NetworkPolicy that admits', { ...calico([net({ ingress: [{ action: 'Deny' }] })]), policies: [OPEN_IN] }, 'aaa'],
    ['before it', { ...calico([net({ order: 5, ingress: [{ action: 'Deny' }] })]), policies: [OPEN_IN] }, 'baa'],
    ['after one that closes', { ...calico([net({ ingress: [allow()] })]), policies: [DENY_IN] }, 'aaa'],
    ['both close', { ...calico([net({ types: ['Ingress'] })]), policies: [DENY_IN] }, 'baa'],
    [
      'one for other pods, and a NetworkPolicy that closes',
      { ...calico([net({ selector: "app == 'x'", types: ['Ingress'] })]), policies: [DENY_IN] },
      'baa',
    ],
    ['a tier before', { ...calico([global({ tier: 'ops', ingress: [allow()] })], [tier('ops', 10)]), policies: [DENY_IN] }, 'aaa'],
    [
      'a tier before, which passes',
      { ...calico([global({ tier: 'ops', ingress: [{ action: 'Pass' }] })], [tier('ops', 10)]), policies: [DENY_IN] },
      'baa',
    ],
    ['a tier that ends in a denial', calico([global({ tier: 'ops', types: ['Ingress'] })], [tier('ops', 10)]), 'baa'],
    ['a tier that ends in a pass', calico([global({ tier: 'ops', types: ['Ingress'] })], [tier('ops', 10, 'Pass')]), 'aaa'],
    ['a tier that is not known', calico([global({ tier: 'ops', ingress: [{ action: 'Deny' }] })]), 'uaa'],
    [
      'to DNS by namespace and label',
      calico([
        net({
          egress: [
            {
              action: 'Allow',
              protocol: 'UDP',
              destination: { namespaceSelector: "projectcalico.org/name == 'kube-system'", selector: "k8s-app == 'kube-dns'", ports: [53] },
            },
          ],
        }),
      ]),
      'aba',
    ],
    ['to pods of the own namespace', calico([net({ egress: [{ action: 'Allow', destination: { selector: 'all()' } }] })]), 'abb'],
    [
      'to a Service by name',
      calico([net({ egress: [{ action: 'Allow', destination: { services: { name: 'kubernetes', namespace: 'default' } } }] })]),
      'auu',
    ],
  ])('%s', (_, backend, expected) => {
    expect(verdicts(backend)).toBe(expected);
  });

  it('for host endpoints only are none for pods', () => {
    expect(
      readCalicoPolicy('Calico GlobalNetworkPolicy', { metadata: { name: 'raw' }, spec: { doNotTrack: true, applyOnForward: true } }),
    ).toBeUndefined();
  });

  it('beside policies of Cilium are evaluated as of two networks', () => {
    const both = (fromEntities: string[]) => ({
      others: others({
        cilium: {
          served: true,
          policies: readCiliumPolicy('CiliumNetworkPolicy', {
            metadata: { name: 'reef', namespace: 'harbour' },
            spec: { endpointSelector: {}, ingress: [{ fromEntities }] },
          }),
        },
        calico: { policies: [net({ types: ['Ingress'] })], tiers: [], sets: 'no' },
      }),
    });
    expect(verdicts(both(['none']))).toBe('baa');
    expect(verdicts(both(['kube-apiserver']))).toBe('uaa');
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['', {}, true],
    ['all()', {}, true],
    ['global()', {}, false],
    ['has(a)', { a: '' }, true],
    ['!has(a)', { a: '' }, false],
    ["a == 'b'", { a: 'b' }, true],
    ['a == "b"', { a: 'c' }, false],
    ["a != 'b'", {}, true],
    ["a in {'b','c'}", { a: 'c' }, true],
    ["a not in { 'b', 'c' }", {}, true],
    ["a contains 'x'", { a: 'axe' }, true],
    ["a starts with 'ax'", { a: 'axe' }, true],
    ["a ends  with 'e'", { a: 'axe' }, true],
    ["a == 'b' && c == 'd'", { a: 'b', c: 'd' }, true],
    ["a == 'b' || c == 'd' && has(e)", { a: 'b' }, true],
    ["(a == 'b' || c == 'd') && has(e)", { a: 'b' }, false],
    ["!(a == 'b') && !has(constructor)", { a: 'x' }, true],
  ])('selector %s of %j: %s', (text, labels, expected) => {
    expect(readCalicoSelector(text)?.({ labels, complete: true })).toBe(expected ? 'yes' : 'no');
  });

  it.each([
    'a',
    'a ==',
    'a == b',
    "a == 'b",
    'has()',
    '(all()',
    'all() all()',
    'a in b',
    'x()',
    '!'.repeat(9000),
    `${'('.repeat(60)}all()${')'.repeat(60)}`,
  ])('selector %s is none', (text) => {
    expect(readCalicoSelector(text)).toBeUndefined();
  });

  it('a selector knows nothing of labels that are not known', () => {
    expect(readCalicoSelector("a == 'b' || has(c)")?.({ labels: { c: '' }, complete: false })).toBe('yes');
    expect(readCalicoSelector("a == 'b'")?.({ labels: {}, complete: false })).toBe('maybe');
  });
});

it('a pod that a kube-apiserver shares its node with is open to it, whatever policies say', () => {
  const pods = [{ ...POD, node: 'control-plane' }];
  expect(verdicts({ pods, policies: [DENY_IN] })).toBe('aaa');
});
