import type { Kube, KubeObject } from './kube.ts';
import { type Destination, programServices } from './network.ts';

/** What kube-proxy does for ClusterIPs, with iptables, twice a second. */
export class ServiceProxy {
  private readonly kube: Kube;
  private loop: NodeJS.Timeout | undefined;
  private programmed = '';
  private busy = false;

  constructor(kube: Kube) {
    this.kube = kube;
  }

  start(): void {
    this.loop = setInterval(() => void this.sync(), 500);
  }

  stop(): void {
    clearInterval(this.loop);
  }

  private async sync(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const [services, slices] = await Promise.all([
        this.kube.get('/api/v1/services'),
        this.kube.get('/apis/discovery.k8s.io/v1/endpointslices'),
      ]);
      const rules: { from: Destination; to: Destination[] }[] = [];
      for (const service of services.items) {
        if (!service.spec.clusterIP || service.spec.clusterIP === 'None') continue;
        const own = slices.items.filter(
          (slice: { metadata: { namespace: string; labels?: Record<string, string> } }) =>
            slice.metadata.namespace === service.metadata.namespace &&
            slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
        );
        for (const address of (service.spec.clusterIPs ?? [service.spec.clusterIP]) as string[])
          for (const port of service.spec.ports ?? []) {
            const family = own.filter((slice: { addressType: string }) => (slice.addressType === 'IPv6') === address.includes(':'));
            rules.push({ from: { address, port: port.port }, to: destinationsOf(family, port.name ?? '') });
          }
      }
      const text = JSON.stringify(rules);
      if (text !== this.programmed) programServices(rules);
      this.programmed = text;
    } catch {
      // The kube-apiserver may be away; the rules stay as they are, as with kube-proxy.
    } finally {
      this.busy = false;
    }
  }
}

/** Addresses that are ready, behind the port of this name. */
function destinationsOf(slices: readonly KubeObject[], name: string): Destination[] {
  const to: Destination[] = [];
  for (const slice of slices)
    for (const port of slice.ports ?? [])
      if ((port.name ?? '') === name)
        for (const endpoint of slice.endpoints ?? [])
          if (endpoint.conditions?.ready !== false) to.push({ address: endpoint.addresses[0], port: port.port });
  return to;
}
