import type { SignalId } from '../../../src/domain/ids.ts';
import { ABSENT, observed } from '../../../src/domain/observed.ts';
import type { CertificateFacts } from '../../../src/domain/probe.ts';
import {
  type ApiFacts,
  CHANGE_KINDS,
  type ClusterFacts,
  type ConditionFacts,
  EGRESS_PEERS,
  type EgressPeer,
  type EndpointFacts,
  type NodeFacts,
  type PolicyFacts,
  type PolicyVerdict,
  type ServiceFacts,
} from '../../../src/domain/snapshot.ts';
import { healthyApi, healthyCluster, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import type { Row } from './row.ts';

/** The healthy fact with what differs. */
const seenIn = <T>(fact: { readonly state: string; readonly value?: T }): T => {
  if (fact.value === undefined) throw new Error('the healthy cluster shows all');
  return fact.value;
};
const service = (differs: Partial<ServiceFacts>): Partial<ApiFacts> => ({
  service: observed({ ...seenIn<ServiceFacts>(healthyApi().service), ...differs }),
});
const endpoints = (differs: Partial<EndpointFacts>): Partial<ApiFacts> => ({
  endpoints: observed({ ...seenIn<EndpointFacts>(healthyApi().endpoints), ...differs }),
});
const policy = (differs: Partial<PolicyFacts>): Partial<ApiFacts> => ({
  policy: observed({ ...seenIn<PolicyFacts>(healthyApi().policy), ...differs }),
});
const because = (reason: string, differs: Partial<ConditionFacts> = {}): Partial<ApiFacts> => ({
  condition: observed({ status: 'False', reason, message: '', lastTransition: NOW - 86_400_000, ...differs }),
});

const BACKEND: readonly Row[] = [
  ['service-exists', 1, 1, service({ clusterIP: 'None' })],
  ['service-port-declared', 1, 0, service({ ports: [{ name: 'https', port: 8443, targetPort: '10250' }] })],
  ['service-port-declared', 1, 1, service({ ports: [{ name: 'tls', port: 443, targetPort: '8443' }] })],
  ['service-routable', 1, 0, service({ clusterIP: 'None' })],
  ['service-routable', 1, 0, service({ type: 'ExternalName' })],
  ['service-routable', 1, 1, service({ type: 'NodePort' })],
  ['selected-pods', 1, 0, service({ selectedPods: 0 })],
  ['selected-pods', 1, 1, endpoints({ ready: 0 })],
  ['endpoints-ready', 1, 1, endpoints({ notReady: 2 })],
  ['endpoints-not-ready', 0, 2, endpoints({ notReady: 2 })],
  ['endpoints-not-ready', 0, 0, endpoints({ ready: 0 })],
  ['endpoints-terminating', 0, 1, endpoints({ terminating: 1 })],
  ['endpoints-terminating', 0, 0, endpoints({ notReady: 1 })],
  ['endpoint-port-served', 1, 0, endpoints({ portServed: false })],
  ['endpoint-port-served', 1, 1, endpoints({ ready: 0 })],
];

const REASONS = {
  'condition-service-not-found': 'ServiceNotFound',
  'condition-service-access-error': 'ServiceAccessError',
  'condition-service-port-error': 'ServicePortError',
  'condition-endpoints-not-found': 'EndpointsNotFound',
  'condition-endpoints-access-error': 'EndpointsAccessError',
  'condition-missing-endpoints': 'MissingEndpoints',
  'condition-failed-discovery-check': 'FailedDiscoveryCheck',
  'condition-other-reason': 'TideOut',
} as const satisfies Partial<Record<SignalId, string>>;

const CONDITION: readonly Row[] = [
  ['failing', 0, 0, { probes: [healthyTally('service', 'discovery', { last: probeResult({ vantage: 'service', ok: false }) })] }],
  ['available', 1, 1, { createdAt: NOW }],
  ['condition-passed', 1, 0, because('MissingEndpoints')],
  ['condition-passed', 1, 1, because('Passed', { status: 'Unknown' })],
  ...(Object.entries(REASONS) as [keyof typeof REASONS, string][]).flatMap(([signal, reason]): Row[] => [
    [signal, 0, 1, because(reason)],
    [signal, 0, 0, because(reason === 'TideOut' ? 'ServiceNotFound' : 'TideOut')],
  ]),
  ['became-unavailable', 0, 2, { transitions: { True: 1, False: 2, Unknown: 0 } }],
  ['became-unavailable', 0, 0, { transitions: { True: 1, False: 0, Unknown: 0 } }],
  ['became-available', 0, 1, { transitions: { True: 1, False: 2, Unknown: 0 } }],
  ['became-available', 0, 0, { transitions: { True: 0, False: 2, Unknown: 0 } }],
  ['became-unknown', 0, 3, { transitions: { True: 0, False: 0, Unknown: 3 } }],
  ['became-unknown', 0, 0, { transitions: { True: 1, False: 1, Unknown: 0 } }],
  ['condition-changed', NOW / 1000 - 86_400, NOW / 1000, because('MissingEndpoints', { lastTransition: NOW })],
  ['condition-changed', NOW / 1000 - 86_400, NOW / 1000 - 86_400, because('MissingEndpoints')],
  ['apiservice-created', NOW / 1000 - 30 * 86_400, NOW / 1000, { createdAt: NOW }],
  ['apiservice-created', NOW / 1000 - 30 * 86_400, NOW / 1000 - 30 * 86_400, because('MissingEndpoints')],
];

const CHANGES: readonly Row[] = CHANGE_KINDS.flatMap((what, index): Row[] => {
  const other = CHANGE_KINDS[(index + 1) % CHANGE_KINDS.length] ?? what;
  const change = (of: typeof what): Partial<ApiFacts> => ({ changes: [{ what: of, at: NOW, object: 'x', summary: '' }] });
  return [
    [`last-change-${what}`, undefined, NOW / 1000, change(what)],
    [`last-change-${what}`, undefined, undefined, change(other)],
  ];
});

const YEAR = 31_536_000;
const shown = (differs: Partial<CertificateFacts>, vantage: 'endpoint' | 'control' = 'endpoint'): Partial<ApiFacts> => {
  const certificate: CertificateFacts = {
    notBefore: NOW / 1000 - YEAR,
    notAfter: NOW / 1000 + YEAR,
    subject: 'CN=tide-gauge',
    issuer: 'CN=harbour-ca',
    dnsNames: ['tide-gauge.harbour.svc'],
    serverName: 'tide-gauge.harbour.svc',
    nameMatches: true,
    verifiedByCaBundle: true,
    verifiedBySystem: false,
    fingerprint256: 'AA',
    ...differs,
  };
  return { probes: [healthyTally(vantage, 'discovery', { last: probeResult({ vantage, certificate }) })] };
};
const caBundle = (differs: Partial<NonNullable<ApiFacts['caBundle']>>): Partial<ApiFacts> => ({
  caBundle: { sha256: 'c0ffee', valid: true, notAfterSeconds: NOW / 1000 + YEAR, subjects: [], ...differs },
});
const frontProxy = (notAfterSeconds: number): Partial<ClusterFacts> => ({
  frontProxyCa: observed({ notAfterSeconds, subjects: [], allowedNames: [] }),
});
/** The kube-apiserver's own certificate is not the backend's. */
const OF_THE_APISERVER = shown({ nameMatches: false, verifiedByCaBundle: false, notAfter: NOW / 1000 - 60 }, 'control');

const CERTIFICATES: readonly Row[] = [
  ['certificate-not-after', undefined, NOW / 1000 + YEAR, shown({})],
  ['certificate-not-after', undefined, undefined, OF_THE_APISERVER],
  ['certificate-in-force', undefined, 1, shown({ nameMatches: false })],
  ['certificate-in-force', undefined, 0, shown({ notAfter: NOW / 1000 - 60 })],
  ['certificate-in-force', undefined, 0, shown({ notBefore: NOW / 1000 + 60 })],
  ['certificate-in-force', undefined, undefined, OF_THE_APISERVER],
  ['certificate-name-matches', undefined, 0, shown({ nameMatches: false })],
  ['certificate-name-matches', undefined, 1, shown({ verifiedByCaBundle: false })],
  ['certificate-name-matches', undefined, undefined, OF_THE_APISERVER],
  ['certificate-trusted', undefined, 0, shown({ verifiedByCaBundle: false })],
  ['certificate-trusted', undefined, 1, shown({ nameMatches: false })],
  ['certificate-trusted', undefined, undefined, { ...shown({ verifiedByCaBundle: false }), insecureSkipTLSVerify: true }],
  ['ca-bundle-present', 1, 0, { caBundle: null }],
  ['ca-bundle-present', 1, 1, { caBundle: null, insecureSkipTLSVerify: true }],
  ['ca-bundle-valid', 1, 0, caBundle({ valid: false })],
  ['ca-bundle-valid', 1, 1, caBundle({ notAfterSeconds: 0 })],
  ['ca-bundle-seconds-left', YEAR, -60, caBundle({ notAfterSeconds: NOW / 1000 - 60 })],
  ['ca-bundle-seconds-left', YEAR, YEAR, caBundle({ valid: false })],
  ['tls-verified', 1, 1, { caBundle: null }],
  ['front-proxy-ca-seconds-left', YEAR, -60, {}, frontProxy(NOW / 1000 - 60)],
  ['front-proxy-ca-seconds-left', YEAR, YEAR, caBundle({ notAfterSeconds: 0 })],
  ['front-proxy-ca-published', 1, 1, {}, frontProxy(NOW / 1000 - 60)],
];

/** On the way to one kind of peer, of which there may be several, in place of the healthy cluster's. */
const wayOut = (peer: EgressPeer, ...verdicts: PolicyVerdict[]): Partial<ApiFacts> =>
  policy({
    egress: [
      ...(seenIn<PolicyFacts>(healthyApi().policy).egress ?? []).filter((facts) => facts.peer !== peer),
      ...verdicts.map((verdict) => ({ peer, name: '', verdict, why: '' })),
    ],
  });

const POLICIES: readonly Row[] = [
  ['policy-admits', 1, 0, policy({ verdict: 'undetermined' })],
  ['policy-admits', 1, 1, policy({ selecting: ['default-deny'] })],
  ['policy-blocks', 0, 0, policy({ verdict: 'undetermined' })],
  ['policy-undetermined', 0, 1, policy({ verdict: 'undetermined' })],
  ['policy-undetermined', 0, 0, policy({ verdict: 'blocks' })],
  ['policies-selecting', 0, 2, policy({ selecting: ['default-deny', 'admit-apiserver'] })],
  ['policies-selecting', 0, 0, policy({ notEvaluated: ['CiliumNetworkPolicy'] })],
  ['policies-not-evaluated', 0, 1, policy({ notEvaluated: ['CiliumNetworkPolicy'] })],
  ['policies-not-evaluated', 0, 0, policy({ selecting: ['default-deny'] })],
  ...EGRESS_PEERS.flatMap((peer): Row[] => {
    const other = peer === 'dns' ? 'dependency' : 'dns';
    return [
      [`egress-blocks-${peer}`, 0, 1, wayOut(peer, 'admits', 'blocks')],
      [`egress-blocks-${peer}`, 0, 0, wayOut(peer, 'undetermined')],
      [`egress-undetermined-${peer}`, 0, 1, wayOut(peer, 'undetermined', 'admits')],
      [`egress-undetermined-${peer}`, 0, 0, wayOut(other, 'undetermined')],
      [`egress-admits-${peer}`, 1, 0, wayOut(peer, 'blocks')],
      [`egress-admits-${peer}`, 1, 1, wayOut(other, 'blocks')],
    ];
  }),
];

/** The nodes of the healthy cluster, of which one differs: `node-a` hosts the backend, `node-b` does not. */
const node = (name: 'node-a' | 'node-b', differs: Partial<NodeFacts>): Partial<ClusterFacts> => ({
  nodes: observed(seenIn<readonly NodeFacts[]>(healthyCluster().nodes).map((one) => (one.name === name ? { ...one, ...differs } : one))),
});
const HOST_STATES = {
  'hosts-not-ready': { ready: false },
  'hosts-memory-pressure': { pressure: ['memory'] },
  'hosts-disk-pressure': { pressure: ['disk'] },
  'hosts-pid-pressure': { pressure: ['pid'] },
  'hosts-network-unavailable': { pressure: ['network'] },
  'hosts-cordoned': { unschedulable: true },
} as const satisfies Partial<Record<SignalId, Partial<NodeFacts>>>;

const NODES: readonly Row[] = [
  ['hosts-known', 1, 0, {}, node('node-a', { name: 'node-c' })],
  ['hosts-known', 1, 1, {}, node('node-b', { name: 'node-c' })],
  ...(Object.entries(HOST_STATES) as [keyof typeof HOST_STATES, Partial<NodeFacts>][]).flatMap(([signal, differs]): Row[] => [
    [signal, 0, 1, {}, node('node-a', differs)],
    [signal, 0, 0, {}, node('node-b', differs)],
  ]),
  ['nodes-not-ready', 0, 1, {}, node('node-b', { ready: false })],
  ['nodes-not-ready', 0, 0, {}, node('node-b', { pressure: ['memory'] })],
];

const RIGHTS: readonly Row[] = [
  ['auth-reader-bound', 1, 0, { rights: observed({ authReader: false, authDelegator: true }) }],
  ['auth-reader-bound', 1, 1, { rights: observed({ authReader: true, authDelegator: false }) }],
  ['auth-delegator-bound', 1, 1, { rights: observed({ authReader: false, authDelegator: true }) }],
];

const SEEN: readonly Row[] = [
  ['blind-sources', 0, 1, { events: { state: 'forbidden', rule: 'events: list, watch' } }],
  ['blind-sources', 0, 1, { probes: [] }],
  ['blind-sources', 0, 0, { events: ABSENT }],
];

/** What objects of the cluster say: APIService, Service, slices, policies, nodes, bindings, certificates. */
export const OBJECT_ROWS: readonly Row[] = [
  ...BACKEND,
  ...CONDITION,
  ...CHANGES,
  ...CERTIFICATES,
  ...POLICIES,
  ...NODES,
  ...RIGHTS,
  ...SEEN,
];
