/** Parts of the way from a client to what an aggregated API serves: where a cause sits, and what a vantage can blame or clear. */
export const PARTS = [
  /** Who asks: its rights, its credentials. */
  'client',
  /** The kube-apiserver itself, its flags, and etcd behind it. */
  'kube-apiserver',
  /** Between kube-apiserver and backend: routes, policies, tunnels, proxies, the connections themselves. */
  'path',
  /** Certificates and certificate authorities by which the two know each other. */
  'trust',
  /** What the one may ask of the other, and how that is found out. */
  'rights',
  /** How the backend is found: APIService, Service, ports, selector, the service proxy. */
  'service',
  /** The server and its pods, the nodes that they are on, and what the server depends on. */
  'backend',
  /** The network or the DNS of the whole cluster. */
  'network',
] as const;
export type Part = (typeof PARTS)[number];
