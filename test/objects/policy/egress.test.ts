import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyPod } from '../../../src/objects/policy/flow.ts';
import { kubeletPort, serversNamed } from '../../../src/objects/policy/needs.ts';
import { namespaceLabelsByName } from '../../../src/objects/policy/world.ts';
import type { ApiTarget } from '../../../src/objects/targets.ts';
import { others, POD, policy, verdicts, whys } from './network.ts';

const out = (...rules: object[]) => [policy({ policyTypes: ['Egress'], egress: rules })];
const to = (...peers: object[]) => out({ to: peers });
const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, ...(except.length > 0 && { except }) } });

describe('NetworkPolicies on the way out: in, to the kube-apiserver, to DNS', () => {
  it.each<[string, ReturnType<typeof out>, string]>([
    ['no policy', [], 'aaa'],
    ['ingress alone', [policy({ policyTypes: ['Ingress'] })], 'baa'],
    ['default deny of the way out', out(), 'abb'],
    ['default deny of both', [policy({ policyTypes: ['Ingress', 'Egress'] })], 'bbb'],
    ['egress rules without types: both', [policy({ egress: [{}] })], 'baa'],
    ['an empty rule, which lets everything out', out({}), 'aaa'],
    ['the address of the kube-apiserver', to(block('192.0.2.2/32')), 'aab'],
    ['the address without its port', out({ to: [block('192.0.2.0/24')], ports: [{ port: 443 }] }), 'aub'],
    ['the address with its port', out({ to: [block('192.0.2.0/24')], ports: [{ port: 6443 }] }), 'aab'],
    ['the ClusterIP, which the network may have translated', to(block('10.96.0.0/12')), 'auu'],
    ['everything outside of the cluster', to(block('0.0.0.0/0', '10.0.0.0/8')), 'aab'],
    ['every address: of pods nobody knows', to(block('0.0.0.0/0')), 'aau'],
    ['port 53 over UDP', out({ ports: [{ port: 53, protocol: 'UDP' }] }), 'aba'],
    ['port 53 over TCP alone', out({ ports: [{ port: 53 }] }), 'abb'],
    ['a named port of the DNS pods', out({ ports: [{ port: 'dns', protocol: 'UDP' }] }), 'aba'],
    ['every pod: no kube-apiserver', to({ namespaceSelector: {} }), 'aba'],
    ['pods of the own namespace', to({ podSelector: {} }), 'abb'],
    ['kube-system by name', to({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }), 'aba'],
    ['a namespace by a label that is not known', to({ namespaceSelector: { matchLabels: { team: 'core' } } }), 'abu'],
    ['DNS pods by label', to({ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }), 'aba'],
    ['other pods by label', to({ namespaceSelector: {}, podSelector: { matchLabels: { app: 'other' } } }), 'abb'],
    ['two policies, each lets one out', [...out({ ports: [{ port: 53, protocol: 'UDP' }] }), ...to(block('192.0.2.2/32'))], 'aaa'],
  ])('%s', (_, policies, expected) => {
    expect(verdicts({ policies })).toBe(expected);
  });

  it('knows a namespace by its labels where they can be read', () => {
    const policies = to({ namespaceSelector: { matchLabels: { team: 'core' } } });
    const labelled = (team: string) =>
      others({ namespaceLabels: (name) => ({ labels: { ...namespaceLabelsByName(name).labels, team }, complete: true }) });
    expect(verdicts({ policies, others: labelled('core') })).toBe('aba');
    expect(verdicts({ policies, others: labelled('sea') })).toBe('abb');
  });

  it('says which rule decides, and why nobody knows', () => {
    expect(whys({ policies: to(block('192.0.2.2/32')) })).toEqual([
      'no NetworkPolicy selects a backend pod',
      'NetworkPolicy harbour/under-test lets it reach the kube-apiserver (192.0.2.2) on port 6443/TCP (egress rule 1)',
      'NetworkPolicy harbour/under-test isolates pod tide-gauge-1 for egress, and no rule lets it reach Service kube-system/kube-dns (pod coredns-1, 10.1.0.9) on port 53/UDP',
    ]);
    expect(whys({ policies: to(block('10.96.0.0/12')) })[1]).toBe(
      'NetworkPolicy harbour/under-test has ipBlock 10.96.0.0/12: whether it matches the kube-apiserver (192.0.2.2) depends on how the network translates the address of its Service',
    );
  });

  it.each<[string, Partial<PolicyPod>, string]>([
    ['a pod in the host network', { hostNetwork: true }, 'auu'],
    ['a pod on the kube-apiserver’s node: only the way in is always open', { node: 'control-plane' }, 'abb'],
  ])('%s', (_, differs, expected) => {
    expect(verdicts({ policies: out(), pods: [{ ...POD, ...differs }] })).toBe(expected);
  });
});

/** The same in plain loops: the DNS pod is 10.1.0.9:53/UDP in kube-system, the kube-apiserver 192.0.2.2:6443/TCP. */
interface PlainRule {
  readonly port: number | undefined;
  readonly protocol: 'TCP' | 'UDP';
  readonly to: 'all' | 'apiserver' | 'elsewhere' | 'own pods' | 'all pods' | 'dns pods';
}
const PEERS: Readonly<Record<Exclude<PlainRule['to'], 'all'>, object>> = {
  apiserver: block('192.0.2.2/32'),
  elsewhere: block('198.51.100.0/24'),
  'own pods': { podSelector: {} },
  'all pods': { namespaceSelector: {} },
  'dns pods': { namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
};
const WAYS = [
  { port: 6443, protocol: 'TCP', among: new Set(['all', 'apiserver']) },
  { port: 53, protocol: 'UDP', among: new Set(['all', 'all pods', 'dns pods']) },
] as const;

function plain(policies: readonly (readonly PlainRule[])[]): string {
  return WAYS.map(({ port, protocol, among }) => {
    if (policies.length === 0) return 'a';
    for (const rules of policies)
      for (const rule of rules) if ((rule.port ?? port) === port && rule.protocol === protocol && among.has(rule.to)) return 'a';
    return 'b';
  }).join('');
}

const aRule: fc.Arbitrary<PlainRule> = fc.record({
  port: fc.constantFrom(undefined, 53, 6443, 9090),
  protocol: fc.constantFrom('TCP', 'UDP'),
  to: fc.constantFrom('all', 'apiserver', 'elsewhere', 'own pods', 'all pods', 'dns pods'),
});

it('agrees with plain loops on what the way out is open to', () => {
  fc.assert(
    fc.property(fc.array(fc.array(aRule, { maxLength: 3 }), { maxLength: 3 }), (generated) => {
      const policies = generated.flatMap((rules) =>
        out(
          ...rules.map(({ port, protocol, to: peer }) => ({ ports: [{ port, protocol }], ...(peer !== 'all' && { to: [PEERS[peer]] }) })),
        ),
      );
      expect(verdicts({ policies }).slice(1)).toBe(plain(generated));
    }),
    { numRuns: 500 },
  );
});

describe('what a backend needs', () => {
  const target = (...args: string[]): ApiTarget => ({
    name: 'v1beta1.metrics.k8s.io',
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    insecureSkipTLSVerify: false,
    addresses: [],
    pods: [{ ...POD, uid: 'u1', containers: [], args }],
  });

  it.each<[string, readonly string[]]>([
    ['--prometheus-url=http://prometheus.monitoring.svc:9090/', ['monitoring/prometheus:9090']],
    ['--prometheus-url=https://prometheus.monitoring.svc.cluster.local', ['monitoring/prometheus:443']],
    ['--metrics-service-address=keda-operator.keda.svc.cluster.local:9666', ['keda/keda-operator:9666']],
    ['--prometheus-url=http://prometheus:9090', ['harbour/prometheus:9090']],
    ['http://timeseries.monitoring:8080/api', ['monitoring/timeseries:8080']],
    ['--metrics-service-address=keda-operator.keda.svc', []],
    ['--upstream=https://tide-gauge.harbour.svc', []],
    ['--bind-address=0.0.0.0:10250', []],
    ['--otel=collector.example.com:4317', []],
    ['--url=http://localhost:8080', []],
    ['--cipher=TLS_AES_128.GCM_SHA256', []],
  ])('%s names %j', (argument, expected) => {
    expect(serversNamed(target(argument)).map(({ namespace, service, port }) => `${namespace}/${service}:${port}`)).toEqual(expected);
  });

  it('takes five servers of one backend, and no more', () => {
    expect(serversNamed(target(...[1, 2, 3, 4, 5, 6].map((n) => `--a=http://s${n}:80`)))).toHaveLength(5);
  });

  it.each<[readonly string[], number | undefined]>([
    [['--kubelet-preferred-address-types=InternalIP'], 10_250],
    [['--kubelet-port=10255'], 10_255],
    [['/metrics-server'], 10_250],
    [['--secure-port=4443'], undefined],
  ])('of kubelets with %j: port %s', (args, port) => {
    expect(kubeletPort(target(...args))).toBe(port);
    expect(kubeletPort({ ...target(...args), group: 'tides.example.com' })).toBeUndefined();
  });
});
