import type { Meaning } from './meaning.ts';

/** What is between a program and whom it asks: the fault is there, whoever was asked. */
export const BETWEEN: readonly Meaning[] = [
  {
    id: 'tunnel-fails',
    roles: ['tunnel'],
    pointsTo: ['tunnel-down'],
    because: 'The kube-apiserver reaches nodes and pods through this socket or port only (konnectivity, egress selector).',
  },
  {
    id: 'tunnel-without-agent',
    roles: ['backend', 'kubelet', 'webhook', 'unknown', 'client'],
    reasons: ['no-agent'],
    pointsTo: ['tunnel-down'],
    because: 'The words are of the proxy server of konnectivity: no agent of the nodes is connected to it.',
  },
  {
    id: 'http-proxy-in-the-way',
    roles: ['http-proxy'],
    pointsTo: ['proxy-in-the-way'],
    because: 'net/http dials the proxy of the environment instead of the address, and says so as `proxyconnect`.',
  },
  {
    id: 'address-out-of-reach',
    roles: ['backend', 'webhook', 'unknown'],
    reasons: ['not-allowed'],
    pointsTo: ['overlay-not-routable'],
    because: 'The dialer of a managed control plane refuses addresses outside the network that it reaches.',
  },
  {
    id: 'name-server-silent',
    roles: [
      'backend',
      'webhook',
      'kube-apiserver',
      'kubelet',
      'name-server',
      'unknown',
      'prometheus',
      'dependency',
      'cloud-api',
      'etcd',
      'registry',
    ],
    reasons: ['name-server-failing'],
    pointsTo: ['dns-failing'],
    because: 'The resolver itself answered with SERVFAIL, or not at all: the name does not matter.',
  },
  {
    id: 'packet-filter-refuses',
    roles: ['backend', 'webhook', 'kube-apiserver', 'kubelet', 'prometheus', 'dependency', 'cloud-api', 'etcd', 'name-server', 'unknown'],
    reasons: ['not-permitted'],
    pointsTo: ['network-policy-blocking'],
    because: 'EPERM of connect and sendto comes from the packet filter of the caller (netfilter, BPF of the CNI), not from the other end.',
  },
  {
    id: 'own-limit-of-requests',
    roles: ['kube-apiserver', 'unknown', 'kubelet', 'dependency'],
    reasons: ['client-limit'],
    pointsTo: ['client-side-throttled'],
    because: "client-go's own limiter (QPS, burst) held the request back until its deadline.",
  },
];
