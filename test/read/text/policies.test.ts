import { describe, expect, it } from 'vitest';
import { PolicyReader } from '../../../src/read/text/policies.ts';

const document = (ingress: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: tide\n  namespace: harbour\nspec:\n  podSelector: {matchLabels: {app: tide-gauge}}\n  policyTypes: [Ingress]\n  ingress: ${ingress}`;
const description = (traffic: string) =>
  `Name:         tide\nNamespace:    harbour\nSpec:\n  PodSelector:     app=tide-gauge\n  Allowing ingress traffic:\n${traffic}\n  Not affecting egress traffic\n  Policy Types: Ingress`;
const FROM = '    To Port: <any> (traffic allowed to all ports)\n    From:\n      NamespaceSelector: kubernetes.io/metadata.name=';

const asList = (text: string) =>
  `apiVersion: v1\nkind: List\nitems:\n${text
    .split('\n')
    .map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
    .join('\n')}`;
const BY_NOBODY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'tide', namespace: 'harbour' },
  spec: { podSelector: { matchLabels: { app: 'tide-gauge' } }, policyTypes: ['Ingress'] },
};
const ofCilium = (ingress: string) =>
  `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: tide, namespace: harbour}\nspec:\n  endpointSelector: {matchLabels: {app: tide-gauge}}\n  ingress: ${ingress}`;
const OF_CALICO =
  'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata:\n  name: keep-out\nspec:\n  selector: all()\n  types: [Ingress]';
const OF_ADMIN =
  'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata:\n  name: keep-out\nspec:\n  priority: 5\n  subject: {namespaces: {}}\n  ingress: [{action: Deny, from: [{nodes: {}}, {networks: [0.0.0.0/0]}]}]';

function verdictOf(text: string, { namespace = 'harbour', tunnelled = false }: { namespace?: string; tunnelled?: boolean } = {}) {
  const reader = new PolicyReader();
  for (const line of text.split('\n')) reader.read(line, false);
  reader.end();
  const found = reader.facts({ namespace, labels: {}, tunnelled: () => tunnelled, fits: (name) => name === 'tide-gauge' });
  return found?.policy.state === 'observed' ? found.policy.value.verdict : undefined;
}

describe('policies that a text shows', () => {
  it.each([
    ['no rule', document('[]'), 'blocks'],
    ['another namespace', document('[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: quay}}}]}]'), 'blocks'],
    ['the namespace of the system', document('[{from: [{namespaceSelector: {}}]}]'), 'undetermined'],
    ['everybody', document('[{}]'), undefined],
    ['a document that is cut', document('[{'), undefined],
    ['another pod', document('[]').replace('tide-gauge', 'ferry'), undefined],
    ['another namespace of its own', document('[]').replace('harbour', 'quay'), undefined],
    ['one of a list', asList(document('[]')), 'blocks'],
    ['JSON', JSON.stringify(BY_NOBODY, null, 4), 'blocks'],
    ['JSON in one line', JSON.stringify(BY_NOBODY), undefined],
    ['one that admits beside it', `${document('[]')}\n---\n${document('[{}]')}`, undefined],
    ['one beside it that cannot be read', `${document('[]')}\n---\n${document('[{ports: [{port: -1}]}]')}`, 'undetermined'],
    ['Cilium: another pod', ofCilium('[{fromEndpoints: [{matchLabels: {app: ferry}}]}]'), 'blocks'],
    ['Cilium: the kube-apiserver', ofCilium('[{fromEntities: [kube-apiserver]}]'), undefined],
    ['Calico: nothing', OF_CALICO, 'blocks'],
    ['the administrator: nodes that nobody knows the kube-apiserver by', OF_ADMIN, 'undetermined'],
    ['described: nobody', description('    <none> (Selected pods are isolated for ingress connectivity)'), 'blocks'],
    ['described: another namespace', description(`${FROM}quay`), 'blocks'],
    ['described: the system', description(`${FROM}kube-system`), 'undetermined'],
    [
      'described: everybody',
      description('    To Port: <any> (traffic allowed to all ports)\n    From: <any> (traffic not restricted by source)'),
      undefined,
    ],
  ])('%s', (_, text, verdict) => {
    expect(verdictOf(text)).toBe(verdict);
  });

  it.each([
    ['is called like the server', document('[]'), 'blocks'],
    ['selects everything in some namespace', document('[]').replace('{matchLabels: {app: tide-gauge}}', '{}'), undefined],
  ])('where the text tells no namespace of the server, and one %s', (_, text, verdict) => {
    const reader = new PolicyReader();
    for (const line of text.split('\n')) reader.read(line, false);
    reader.end();
    const found = reader.facts({ namespace: undefined, labels: {}, tunnelled: () => false, fits: (name) => name === 'tide-gauge' });
    expect(found?.policy.state === 'observed' ? found.policy.value.verdict : undefined).toBe(verdict);
  });

  it('leave open what a tunnel carries', () => {
    const quay = document('[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: quay}}}]}]');
    expect(verdictOf(quay, { tunnelled: true })).toBe('undetermined');
  });
});
