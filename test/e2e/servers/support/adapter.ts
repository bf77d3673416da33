import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Undo } from '../../cluster/fault.ts';
import type { Cluster } from '../../cluster/harness/cluster.ts';
import { APISERVER_ADDRESSES } from '../../cluster/harness/control-plane.ts';
import { filter, type PacketFilter } from '../../cluster/harness/network.ts';
import type { CertificateAuthority, LeafOptions } from '../../cluster/harness/pki.ts';
import { until } from '../../cluster/harness/process.ts';
import { type AggregatedServer, clusterRoleBinding, install, path } from '../../cluster/harness/workloads.ts';

/** Adapters run as a user of their own, so that packet filters can hit only them. */
export const ADAPTER_UID = 20_100;

export const asAdapter = (...command: string[]): string[] => [
  ...['setpriv', `--reuid=${ADAPTER_UID}`, `--regid=${ADAPTER_UID}`, '--clear-groups'],
  ...command,
];

/** What servers of custom-metrics-apiserver's library ask the kube-apiserver by, whatever they ask of it. */
export const kubeconfigFlags = (kubeconfig: string): string[] =>
  ['lister', 'authentication', 'authorization'].map((use) => `--${use}-kubeconfig=${kubeconfig}`);

/** Installs an aggregated server and waits until its APIs are available. */
export async function serve(cluster: Cluster, server: AggregatedServer): Promise<void> {
  await install(cluster.kube, server);
  for (const { group, version } of server.apiServices) await cluster.available(`${version}.${group}`);
}

/** A role by its name for one subject of the cluster. */
export async function grant({ kube }: Pick<Cluster, 'kube'>, name: string, rules: readonly object[], subject: object): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await kube.apply(`${rbac}/clusterroles/${name}`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules,
  });
  await kube.apply(`${rbac}/clusterrolebindings/${name}`, clusterRoleBinding(name, name, subject));
}

/** The group of {@link Cluster.ordinaryClient}. */
export const CLIENTS = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'harbour' };

/** New pods in the place of those that run. */
export async function restart({ kube }: Cluster, { namespace, name }: Pick<AggregatedServer, 'namespace' | 'name'>): Promise<void> {
  const at = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = await kube.get(`${at}?labelSelector=app=${name}`);
  for (const { metadata } of items) await kube.remove(`${at}/${metadata.name}`, { gracePeriodSeconds: 0 });
}

export async function scale({ kube }: Cluster, { namespace, name }: AggregatedServer, replicas: number): Promise<void> {
  await kube.patch(path.deployment(namespace, name), { spec: { replicas } });
}

/** Puts its objects back, and new pods in the place of those that had the fault. */
export async function again(cluster: Cluster, server: AggregatedServer): Promise<void> {
  await install(cluster.kube, server);
  await restart(cluster, server);
  await ready(cluster, server);
}

export async function ready(cluster: Cluster, { name }: Pick<AggregatedServer, 'name'>): Promise<void> {
  await until(`a ready pod of ${name}`, 120, () =>
    cluster.kubelets.some((kubelet) => kubelet.podOf('app', name)?.container.ready ?? false),
  );
}

/** One of the two bindings of every aggregated server is gone, and its pods are new where that shows at a start alone. */
export async function unbind(cluster: Cluster, server: AggregatedServer, at: string, { atStart = false } = {}): Promise<Undo> {
  await cluster.kube.remove(at);
  if (atStart) await restart(cluster, server);
  return () => again(cluster, server);
}

export const bindings = {
  authDelegator: ({ name }: AggregatedServer): string => path.clusterRoleBinding(`${name}:system:auth-delegator`),
  authReader: ({ name }: AggregatedServer): string => path.roleBinding('kube-system', `${name}-auth-reader`),
};

/** Packets of adapters to the kube-apiserver meet this. */
export function cutFromApiserver(action: PacketFilter['action']): Undo {
  return filter({ to: APISERVER_ADDRESSES[0], action, uid: ADAPTER_UID });
}

/**
 * Key pairs in a folder as a Secret of type kubernetes.io/tls is mounted, readable by adapters: ca.crt, tls.crt, tls.key. They serve, and
 * are shown to others, as those that an operator makes.
 */
export function mountCertificates(
  folder: string,
  name: string,
  names: readonly string[],
  ca: CertificateAuthority,
  differs: Partial<LeafOptions> = {},
): void {
  mkdirSync(folder, { recursive: true });
  const made = ca.issue(`${name}-made`, { commonName: name, names, usage: 'both', ...differs });
  for (const [from, to] of [
    [ca.certFile, 'ca.crt'],
    [made.certFile, 'tls.crt'],
    [made.keyFile, 'tls.key'],
  ] as const) {
    copyFileSync(from, join(folder, to));
    chmodSync(join(folder, to), 0o644);
  }
}

/** The APIServices of the server believe another authority than the one of its certificate. */
export async function believeOther({ kube }: Cluster, { apiServices }: AggregatedServer, ca: CertificateAuthority): Promise<void> {
  for (const { group, version } of apiServices)
    await kube.patch(path.apiService(`${version}.${group}`), { spec: { caBundle: Buffer.from(ca.pem).toString('base64') } });
}
