import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePolicies, type PolicyQuestion } from '../../../src/objects/policy/evaluate.ts';
import { type PolicyRecord, readNetworkPolicy } from '../../../src/objects/policy/network-policy.ts';
import { NODES, POD, policy, SOURCES } from './network.ts';

const ask = (policies: readonly PolicyRecord[], differs: Partial<PolicyQuestion> = {}) =>
  evaluatePolicies({ policies, pods: [POD], port: 10250, sources: SOURCES, nodes: NODES, ...differs });

const ingress = (...rules: object[]) => [policy({ policyTypes: ['Ingress'], ingress: rules })];
const from = (...peers: object[]) => ingress({ from: peers });
const ports = (...list: object[]) => ingress({ ports: list });
const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, ...(except.length > 0 && { except }) } });

describe('NetworkPolicies on the way kube-apiserver → pod', () => {
  it.each<[string, readonly PolicyRecord[], string]>([
    ['no policy at all', [], 'admits'],
    ['default deny', [policy({ policyTypes: ['Ingress'] })], 'blocks'],
    ['default deny with an empty list', [policy({ policyTypes: ['Ingress'], ingress: [] })], 'blocks'],
    ['default deny without types', [policy({})], 'blocks'],
    ['egress only', [policy({ policyTypes: ['Egress'], egress: [] })], 'admits'],
    ['an empty rule, which admits everything', ingress({}), 'admits'],
    ['a rule with empty lists, which is the same', ingress({ from: [], ports: [] }), 'admits'],
    ['a policy for other pods', [policy({ podSelector: { matchLabels: { app: 'other' } } })], 'admits'],
    [
      'a policy by expression',
      [policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['tide-gauge'] }] } })],
      'blocks',
    ],
    [
      'a policy by expression that does not match',
      [policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } })],
      'admits',
    ],
    ['the port', ports({ port: 10250 }), 'admits'],
    ['the port with its protocol', ports({ port: 10250, protocol: 'TCP' }), 'admits'],
    ['the port of another protocol', ports({ port: 10250, protocol: 'UDP' }), 'blocks'],
    ['the Service’s port, which is not the pod’s', ports({ port: 443 }), 'blocks'],
    ['all ports of the protocol', ports({ protocol: 'TCP' }), 'admits'],
    ['a range that holds the port', ports({ port: 10000, endPort: 10250 }), 'admits'],
    ['a range that ends before it', ports({ port: 10000, endPort: 10249 }), 'blocks'],
    ['a range that begins after it', ports({ port: 10251, endPort: 11000 }), 'blocks'],
    ['a named port', ports({ port: 'https' }), 'admits'],
    ['a named port that the pod does not have', ports({ port: 'web' }), 'blocks'],
    ['a named port of another protocol', ports({ port: 'gossip' }), 'blocks'],
    ['one port of several', ports({ port: 80 }, { port: 10250 }), 'admits'],
    ['the address', from(block('192.0.2.2/32')), 'admits'],
    ['its network', from(block('192.0.2.0/24')), 'admits'],
    ['everybody', from(block('0.0.0.0/0')), 'admits'],
    ['another network', from(block('198.51.100.0/24')), 'blocks'],
    ['a network without the address', from(block('192.0.2.0/24', '192.0.2.0/28')), 'blocks'],
    ['everybody without the network', from(block('0.0.0.0/0', '192.0.2.0/24', '10.0.0.0/8')), 'blocks'],
    ['IPv6 for an IPv4 address', from(block('::/0')), 'blocks'],
    ['the pod network, from which an overlay may send', from(block('10.1.0.0/16')), 'undetermined'],
    ['the address or another', from(block('198.51.100.0/24'), block('192.0.2.2/32')), 'admits'],
    ['pods of every namespace: no kube-apiserver', from({ namespaceSelector: {} }), 'blocks'],
    ['pods of the namespace: no kube-apiserver', from({ podSelector: {} }), 'blocks'],
    [
      'kube-system’s pods: no kube-apiserver',
      from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, podSelector: {} }),
      'blocks',
    ],
    ['the address on another port', ingress({ from: [block('192.0.2.2/32')], ports: [{ port: 443 }] }), 'blocks'],
    [
      'address and port in two rules: each alone',
      ingress({ from: [block('198.51.100.0/24')], ports: [{ port: 10250 }] }, { from: [block('192.0.2.2/32')], ports: [{ port: 443 }] }),
      'blocks',
    ],
    [
      'two policies, of which one admits',
      [policy({}, 'default-deny'), policy({ ingress: [{ ports: [{ port: 10250 }] }] }, 'allow')],
      'admits',
    ],
  ])('%s', (_, policies, verdict) => {
    expect(ask(policies).verdict).toBe(verdict);
  });

  it.each<[string, Partial<PolicyQuestion>, readonly PolicyRecord[], string]>([
    ['a pod on the kube-apiserver’s own node', { pods: [{ ...POD, node: 'control-plane' }] }, [policy({})], 'admits'],
    ['a pod in the host network', { pods: [{ ...POD, hostNetwork: true }] }, [policy({})], 'undetermined'],
    ['a pod in the host network that nothing selects', { pods: [{ ...POD, hostNetwork: true }] }, [], 'admits'],
    ['no pod and no policy', { pods: [] }, [], 'admits'],
    ['no pod and a policy', { pods: [] }, [policy({})], 'undetermined'],
    ['a target port by name', { port: 'https' }, ports({ port: 10250 }), 'admits'],
    ['a target port by a name that the pod lacks', { port: 'web' }, ports({ port: 10250 }), 'undetermined'],
    ['a target port that is not known, and a rule for all ports', { port: undefined }, ingress({}), 'admits'],
    ['no address known, default deny', { sources: { ...SOURCES, addresses: [] } }, [policy({})], 'blocks'],
    ['no address known, a block', { sources: { ...SOURCES, addresses: [] } }, from(block('192.0.2.0/24')), 'undetermined'],
    ['a kube-apiserver outside the nodes, no tunnel', { nodes: [] }, from({ podSelector: {} }), 'blocks'],
    [
      'a kube-apiserver outside the nodes, tunnels not visible',
      { nodes: [], sources: { ...SOURCES, tunnel: 'unknown' } },
      from({ podSelector: {} }),
      'undetermined',
    ],
    [
      'a kube-apiserver on a node, tunnels not visible',
      { sources: { ...SOURCES, tunnel: 'unknown' } },
      from({ podSelector: {} }),
      'blocks',
    ],
    ['tunnel agents', { sources: { ...SOURCES, tunnel: 'present' } }, from({ podSelector: {} }), 'undetermined'],
    ['tunnel agents, default deny', { sources: { ...SOURCES, tunnel: 'present' } }, [policy({})], 'blocks'],
    [
      'two kube-apiservers, both admitted',
      { sources: { ...SOURCES, addresses: ['192.0.2.2', '192.0.2.3'] } },
      from(block('192.0.2.0/24')),
      'admits',
    ],
    [
      'two kube-apiservers, one blocked',
      { sources: { ...SOURCES, addresses: ['192.0.2.2', '192.0.2.3'] } },
      from(block('192.0.2.2/32')),
      'blocks',
    ],
    [
      'two candidates, one blocked',
      { sources: { ...SOURCES, certain: false, addresses: ['192.0.2.2', '192.0.2.3'] } },
      from(block('192.0.2.2/32')),
      'undetermined',
    ],
    [
      'two candidates, both blocked',
      { sources: { ...SOURCES, certain: false, addresses: ['192.0.2.2', '192.0.2.3'] } },
      [policy({})],
      'blocks',
    ],
    [
      'two pods, one blocked',
      { pods: [POD, { ...POD, name: 'b', labels: { app: 'b' } }] },
      [policy({ podSelector: { matchLabels: { app: 'b' } } })],
      'undetermined',
    ],
    ['an IPv6 kube-apiserver', { sources: { ...SOURCES, addresses: ['2001:db8::2'] } }, from(block('2001:db8::/64')), 'admits'],
    ['IPv4 written as IPv6', { sources: { ...SOURCES, addresses: ['::ffff:192.0.2.2'] } }, from(block('192.0.2.0/24')), 'admits'],
  ])('%s', (_, differs, policies, verdict) => {
    expect(ask(policies, differs).verdict).toBe(verdict);
  });

  it('names the policies that select a pod, and says why', () => {
    const verdict = ask([policy({}, 'default-deny'), policy({ podSelector: { matchLabels: { app: 'other' } } }, 'for-others')]);
    expect(verdict).toEqual({
      verdict: 'blocks',
      selecting: ['harbour/default-deny'],
      why: 'NetworkPolicy harbour/default-deny isolates pod tide-gauge-1, and no rule admits the kube-apiserver (192.0.2.2) to port 10250',
    });
  });

  const read = (raw: object | null | undefined) => readNetworkPolicy({ ...raw, metadata: { name: 'odd', namespace: 'harbour' } });

  it.each([undefined, null, {}, { spec: null }, { spec: { ingress: [null] } }])('reads %j as Kubernetes does', (raw) => {
    expect(['admits', 'blocks']).toContain(ask([read(raw)]).verdict);
  });

  it.each<[string, object]>([
    ['spec.ingress is 7; an object', { ingress: [7] }],
    ['spec.ingress.ports is "x"; an object', { ingress: [{ ports: ['x'] }] }],
    ['spec.ingress.ports.port is 70000; 1 to 65535', { ingress: [{ ports: [{ port: 70_000 }] }] }],
    ['spec.ingress.from is "all"; a list', { ingress: [{ from: 'all' }] }],
    ['spec.ingress.from.ipBlock.cidr is "192.0.2.0/99"; a CIDR', { ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/99' } }] }] }],
    ['spec.podSelector.matchLabels is 1; a text', { podSelector: { matchLabels: { app: 1 } } }],
    ['spec.policyTypes is "Ingress"; a list', { policyTypes: 'Ingress' }],
  ])('does not guess what a policy does of which %s is allowed', (why, spec) => {
    expect(() => read({ spec })).toThrow(why);
  });
});

// --- against a naive evaluator: addresses are 10.0.0.x, everything in plain loops ---------------------------------------

interface NaiveRule {
  readonly ports: readonly { protocol: 'TCP' | 'UDP'; port?: number | 'https'; endPort?: number }[];
  readonly blocks: readonly { from: number; to: number; without?: number }[];
  readonly selector: boolean;
}
interface NaivePolicy {
  readonly app: 'tide' | 'other' | 'any';
  readonly types: readonly string[];
  readonly rules: readonly NaiveRule[];
}

/** Blocks are /32 or /0 of 203.0.113.x, so that a set of numbers says the same. */
function naive(policies: readonly NaivePolicy[], port: number, address: number): 'admits' | 'blocks' {
  let isolated = false;
  for (const { app, types, rules } of policies) {
    if (app === 'other') continue;
    if (types.length > 0 && !types.includes('Ingress')) continue;
    isolated = true;
    for (const rule of rules) {
      let portOk = rule.ports.length === 0;
      for (const { protocol, port: p, endPort } of rule.ports) {
        if (protocol !== 'TCP') continue;
        if (p === undefined) portOk = true;
        else if (p === 'https') portOk ||= port === 10250;
        else if (p === port) portOk = true;
        else if (endPort !== undefined && port >= p && port <= endPort) portOk = true;
      }
      let fromOk = rule.blocks.length === 0 && !rule.selector;
      for (const { from: low, to, without } of rule.blocks) if (address >= low && address <= to && address !== without) fromOk = true;
      if (portOk && fromOk) return 'admits';
    }
  }
  return isolated ? 'blocks' : 'admits';
}

function asObject({ app, types, rules }: NaivePolicy, index: number): PolicyRecord {
  const cidr = (low: number, to: number) => (low === to ? `203.0.113.${low}/32` : '203.0.113.0/24');
  return policy(
    {
      podSelector: app === 'any' ? {} : { matchLabels: { app: app === 'tide' ? 'tide-gauge' : 'other' } },
      ...(types.length > 0 && { policyTypes: types }),
      ingress: rules.map((rule) => ({
        ports: rule.ports,
        from: [
          ...rule.blocks.map(({ from: low, to, without }) => ({
            ipBlock: { cidr: cidr(low, to), ...(without !== undefined && { except: [`203.0.113.${without}/32`] }) },
          })),
          ...(rule.selector ? [{ namespaceSelector: {} }] : []),
        ],
      })),
    },
    `p${index}`,
  );
}

const aPort = fc.constantFrom(443, 8443, 10250);
const anAddress = fc.integer({ min: 0, max: 3 });
const aRule: fc.Arbitrary<NaiveRule> = fc.record({
  ports: fc.array(
    fc
      .record({
        protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
        port: fc.option(fc.oneof(aPort, fc.constant('https' as const)), { nil: undefined }),
        end: fc.boolean(),
      })
      .map(({ protocol, port, end }) => ({
        protocol,
        ...(port !== undefined && { port }),
        ...(typeof port === 'number' && end && { endPort: port + 2000 }),
      })),
    { maxLength: 2 },
  ),
  blocks: fc.array(
    fc.oneof(
      anAddress.map((a) => ({ from: a, to: a })),
      fc.constant({ from: 0, to: 255 }),
      anAddress.map((without) => ({ from: 0, to: 255, without })),
    ),
    { maxLength: 2 },
  ),
  selector: fc.boolean(),
});
const aPolicy: fc.Arbitrary<NaivePolicy> = fc.record({
  app: fc.constantFrom('tide' as const, 'other' as const, 'any' as const),
  types: fc.constantFrom<readonly string[]>([], ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  rules: fc.array(aRule, { maxLength: 3 }),
});

describe('the policy evaluator', () => {
  it('agrees with a naive one on every combination of ports, blocks and types', () => {
    fc.assert(
      fc.property(fc.array(aPolicy, { maxLength: 4 }), aPort, anAddress, (policies, port, address) => {
        const verdict = ask(policies.map(asObject), { port, sources: { ...SOURCES, addresses: [`203.0.113.${address}`] } });
        expect(verdict.verdict).toBe(naive(policies, port, address));
      }),
      { numRuns: 500 },
    );
  });

  it('admits more, never less, with one more policy on a pod that is isolated already', () => {
    const order = { blocks: 0, undetermined: 1, admits: 2 };
    fc.assert(
      fc.property(fc.array(aPolicy, { maxLength: 3 }), aPolicy, aPort, anAddress, (policies, more, port, address) => {
        const differs = { port, sources: { ...SOURCES, addresses: [`203.0.113.${address}`] } };
        const isolated = [policy({}, 'default-deny'), ...policies.map(asObject)];
        expect(order[ask([...isolated, asObject(more, 9)], differs).verdict]).toBeGreaterThanOrEqual(order[ask(isolated, differs).verdict]);
      }),
      { numRuns: 200 },
    );
  });
});
