import type { Kube, KubeObject } from './kube.ts';

/** Binds pods that name no node to the one given, twice a second: kube-scheduler is not among the components. */
export class Scheduler {
  private readonly kube: Kube;
  private readonly namespace: string;
  private readonly node: string;
  private loop: NodeJS.Timeout | undefined;

  constructor(kube: Kube, { namespace, node }: { readonly namespace: string; readonly node: string }) {
    this.kube = kube;
    this.namespace = namespace;
    this.node = node;
  }

  start(): void {
    // A pod that was bound or deleted meanwhile is no trouble: the next round sees it.
    this.loop = setInterval(() => void this.sync().catch(() => {}), 500);
  }

  stop(): void {
    clearInterval(this.loop);
  }

  private async sync(): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    const list: KubeObject = await this.kube.get(`${path}?fieldSelector=spec.nodeName=`);
    for (const { metadata } of list.items)
      await this.kube.create(`${path}/${metadata.name}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: metadata.name },
        target: { apiVersion: 'v1', kind: 'Node', name: this.node },
      });
  }
}
