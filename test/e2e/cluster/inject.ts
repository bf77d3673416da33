import { connect, createServer, type Socket } from 'node:net';
import type { Undo } from './fault.ts';
import type { Cluster } from './harness/cluster.ts';
import { APISERVER_UID } from './harness/control-plane.ts';
import { EXPORTER_UID } from './harness/exporter.ts';
import type { KubeObject } from './harness/kube.ts';
import { filter, type PacketFilter, redirect } from './harness/network.ts';
import { until } from './harness/process.ts';
import { install, path } from './harness/workloads.ts';

/** Steps that several faults share. Each returns what takes it back. */

/** Cuts packets to the pod of the sample-apiserver for the kube-apiserver and the exporter, but not for the kubelet's probes. */
export function cutPod(
  cluster: Cluster,
  rule: Omit<PacketFilter, 'to' | 'uid'>,
  who: readonly number[] = [APISERVER_UID, EXPORTER_UID],
): Undo {
  const { ip } = cluster.pod(cluster.wardle);
  const undos = who.map((uid) => filter({ ...rule, to: ip, uid }));
  return () => {
    for (const undo of undos) undo();
  };
}

/** Changes the Deployment of the sample-apiserver; the undo installs it as it was and waits until it serves. */
export async function changeDeployment(
  cluster: Cluster,
  change: object,
  kind: 'merge' | 'strategic-merge' | 'json' = 'strategic-merge',
): Promise<Undo> {
  await cluster.kube.patch(path.deployment('wardle', 'wardle'), change, kind);
  return () => reinstall(cluster);
}

export const containerChange = (container: object): object => ({
  spec: { template: { spec: { containers: [{ name: 'server', ...container }] } } },
});

export const addArguments = (cluster: Cluster, ...args: string[]): Promise<Undo> => changeDeployment(cluster, containerChange({ args }));

/** Puts every object of the sample-apiserver back. A Deployment is deleted first: server-side apply leaves fields of other managers. */
export async function reinstall(cluster: Cluster): Promise<void> {
  await cluster.kube.remove(path.deployment('wardle', 'wardle'), { propagationPolicy: 'Background' });
  await until(
    'the Deployment to be gone',
    20,
    async () => (await cluster.kube.raw('GET', path.deployment('wardle', 'wardle'))).status === 404,
  );
  await install(cluster.kube, cluster.wardle);
}

/** Kills the container each time it has run for `after` milliseconds, until undone. */
export function keepKilling(cluster: Cluster, after: number, as?: 'OOMKilled'): Undo {
  let since = 0;
  let run: string | undefined;
  const loop = setInterval(() => {
    const container = safePod(cluster)?.container;
    if (!container?.running) return;
    if (container.startedAt !== run) {
      run = container.startedAt;
      since = Date.now();
    }
    if (Date.now() - since >= after) container.kill('SIGKILL', as);
  }, 100);
  safePod(cluster)?.container.kill('SIGKILL', as);
  return async () => {
    clearInterval(loop);
    // A fresh pod: the back-off of the old one would outlast the test.
    await restartPod(cluster);
  };
}

/** Deletes the pod; its ReplicaSet makes another one. */
export async function restartPod(cluster: Cluster): Promise<void> {
  const pod = safePod(cluster);
  if (!pod) return;
  await cluster.kube.remove(`/api/v1/namespaces/wardle/pods/${pod.object.metadata.name}`, { gracePeriodSeconds: 0 });
}

function safePod(cluster: Cluster) {
  return cluster.kubelets.map((kubelet) => kubelet.podOf('app', 'wardle')).find((found) => found !== undefined);
}

/** A serving certificate that differs; the container restarts to read it. */
export function serveCertificate(cluster: Cluster, differs: Parameters<Cluster['issueWardleCertificate']>[0]): Undo {
  cluster.issueWardleCertificate(differs);
  cluster.pod(cluster.wardle).container.terminate();
  return async () => {
    cluster.issueWardleCertificate({});
    await restartPod(cluster);
  };
}

export async function changeApiService(cluster: Cluster, name: string, change: (object: KubeObject) => void): Promise<Undo> {
  const before = await cluster.kube.get(path.apiService(name));
  const object = structuredClone(before);
  change(object);
  await cluster.kube.patch(path.apiService(name), { spec: object.spec });
  return async () => {
    await cluster.kube.patch(path.apiService(name), { spec: before.spec });
  };
}

export async function changeService(cluster: Cluster, spec: object): Promise<Undo> {
  await cluster.kube.patch(path.service('wardle', 'wardle'), { spec });
  return async () => {
    await cluster.kube.remove(path.service('wardle', 'wardle'));
    await install(cluster.kube, cluster.wardle);
  };
}

export async function deleteObject(cluster: Cluster, at: string): Promise<Undo> {
  await cluster.kube.remove(at);
  return () => install(cluster.kube, cluster.wardle);
}

/** Every answer of the sample-apiserver comes `milliseconds` late; TCP connects at once. */
export async function delayAnswers(cluster: Cluster, milliseconds: number): Promise<Undo> {
  const { ip } = cluster.pod(cluster.wardle);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: ip, port: 8443, localAddress: '127.0.0.1' });
    sockets.add(client).add(upstream);
    client.on('data', (chunk: Buffer) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => setTimeout(() => client.writable && client.write(chunk), milliseconds));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        setTimeout(() => other.destroy(), milliseconds);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(18_443, '127.0.0.1', resolve));
  // The harness runs as root: its own packets pass, so the proxy reaches the pod and the kubelet's probes stay quick.
  const undo = redirect({ address: ip, port: 8443 }, { address: '127.0.0.1', port: 18_443 }, 0);
  // Only new connections are redirected: those that stand have to end.
  const undoCut = cutPod(cluster, { action: 'refuse', standing: true });
  return async () => {
    undo();
    await undoCut();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
