import type { ClusterEvent } from './snapshot.ts';

interface SystemComponent {
  /** After "about", for people. */
  readonly words: string;
  /** Name of its pods and workloads, without what controllers append. */
  readonly names: RegExp;
  /** It serves its own node only: elsewhere it does not matter to a backend. */
  readonly ofNode: boolean;
}

/**
 * Programs that every aggregated API stands on, by the names that their own manifests give their pods: kubeadm v1.36 (static pods, CoreDNS,
 * kube-proxy), the DaemonSets of the usual CNIs, Konnectivity and the tunnel of AKS. What scales DNS, or reconciles policies, serves nobody.
 */
export const SYSTEM_COMPONENTS = {
  'kube-apiserver': { words: 'the kube-apiserver', names: /^kube-apiserver(?:-|$)/, ofNode: false },
  etcd: { words: 'etcd', names: /^etcd(?:-|$)/, ofNode: false },
  dns: {
    words: "the cluster's DNS",
    names: /^(?:coredns|kube-dns|node-local-dns|nodelocaldns)(?!-autoscaler)(?:-|$)/,
    ofNode: false,
  },
  network: {
    words: 'the CNI',
    names:
      /^(?:cilium|calico-node|calico-typha|canal|kube-flannel|weave-net|aws-node|azure-cn[is]|antrea-agent|kindnet|kube-router|ovnkube-node|kube-ovn-cni)(?:-|$)/,
    ofNode: true,
  },
  proxy: { words: 'kube-proxy', names: /^kube-proxy(?:-|$)/, ofNode: true },
  tunnel: { words: 'the tunnel to the nodes', names: /^(?:konnectivity|tunnelfront|aks-link)(?:-|$)/, ofNode: false },
} as const satisfies Readonly<Record<string, SystemComponent>>;

export type SystemComponentName = keyof typeof SYSTEM_COMPONENTS;

/** Namespaces in which such programs run; CNIs have some of their own. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'calico-system', 'cilium', 'kube-flannel']);

const NAMES = Object.keys(SYSTEM_COMPONENTS) as readonly SystemComponentName[];

/** Which of them an event of such a namespace is about; undefined: another. */
export function componentOf({ object }: Pick<ClusterEvent, 'object'>): SystemComponentName | undefined {
  const name = object.slice(object.indexOf('/') + 1);
  return NAMES.find((component) => SYSTEM_COMPONENTS[component].names.test(name));
}
