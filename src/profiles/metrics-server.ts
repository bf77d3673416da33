import type { ServerProfile } from './profile.ts';

export const metricsServer: ServerProfile = {
  id: 'metrics-server',
  title: 'metrics-server',
  source: 'kubernetes-sigs/metrics-server v0.8.0 and v0.9.0: pkg/server/server.go, pkg/scraper, pkg/storage, manifests/base',
  groups: /^metrics\.k8s\.io$/,
  called: /metrics-server/,
  startUp: {
    seconds: 45,
    because:
      'its readiness wants two scrapes of the kubelets, 15 s apart (--metric-resolution), and its probe first asks after 20 s and then each 10 s',
  },
  normal: [
    {
      about: 'readiness',
      says: 'it is not ready while no kubelet at all could be scraped, so kubelets that refuse it take the API down though the server itself runs',
    },
    {
      about: 'readiness',
      says: '0.9 wants figures of a node and of a pod, 0.8 of either: kubelets that get nothing from their container runtime take the API down from 0.9 on, and leave it available without a pod before',
    },
    {
      about: 'readiness',
      says: 'it does not listen before it has read all nodes and pods of the kube-apiserver: without the right to list them its connections are refused',
    },
    {
      about: 'log',
      says: 'of kubelets that answer without figures it says nothing but "no metrics to serve", unless it runs with --v=1',
    },
    {
      about: 'log',
      says: 'from 0.9 on a scrape that fails on a node that is not Ready is told at --v=4 only; 0.8 tells it of each node',
    },
    {
      about: 'data',
      says: 'a pod or node that it has scraped once only has no metrics yet: `kubectl top` and an HPA miss new pods for up to two scrapes, 30 s',
    },
    { about: 'data', says: 'after each restart it knows nothing: it keeps its two last scrapes in memory only' },
    { about: 'availability', says: 'one node that cannot be scraped costs the metrics of that node only: the API stays available' },
    {
      about: 'log',
      says: '"Failed to scrape node" of a node that is just being added or removed is harmless; of a node that stays it is not',
    },
  ],
  flags: [
    { name: 'metric-resolution', says: 'seconds between two scrapes, at least 10 s; readiness takes two of them' },
    {
      name: 'kubelet-insecure-tls',
      says: "without it kubelets need serving certificates of a CA that it knows: a self-signed one, the kubelet's default, is refused",
    },
    { name: 'kubelet-preferred-address-types', says: 'which address of a node it dials: host names often do not resolve in a pod' },
    { name: 'kubelet-request-timeout', says: '10 s by default: slower kubelets count as not scraped' },
    { name: 'secure-port', says: "the Service's target port" },
  ],
};
