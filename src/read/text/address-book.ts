import type { TargetRole } from '../../domain/utterance.ts';

/** `kubectl get services`: name, type, ClusterIP; in front of them a namespace, where all are listed. */
const SERVICE = /^(?:\S{1,63}\s+)?([a-z][a-z0-9.-]{0,62})\s+(?:ClusterIP|NodePort|LoadBalancer)\s+([0-9a-f.:]{2,45})\s/;
/** The Service `kubernetes` has the addresses of the kube-apiservers as endpoints. */
const ENDPOINTS = /^(?:default\s+)?kubernetes\s+((?:\[?[0-9a-f.:]{2,45}\]?:\d{1,5},?){1,9})\s/;
/** The aggregator names the address that it checks: what else speaks of it speaks of the backend. */
const CHECKED = /(?:failing or missing|no) response from https:\/\/(\[[0-9a-f:]{2,45}\]|[\d.]{7,15})[:/]/;

/** Services that other programs of a cluster ask, by the names that their manifests give them. */
const ROLE_OF_NAME: readonly (readonly [name: RegExp, role: TargetRole])[] = [
  [/^kubernetes$/, 'kube-apiserver'],
  [/^(?:kube-dns|coredns|(?:rke2|rancher)-coredns\S*|dns-default|node-local-dns)$/, 'name-server'],
  [/webhook/, 'webhook'],
  [/^(?:\S+-)?(?:prometheus|thanos)(?:-(?:k8s|server|operated|prometheus|query|querier))?$/, 'prometheus'],
];

const MOST_ADDRESSES = 5000;

/** Whose addresses a text shows, so that an error that gives an address only says whom it is about. */
export class AddressBook {
  readonly #roles = new Map<string, TargetRole>();
  /** Service → its ClusterIP. */
  readonly #services = new Map<string, string>();

  mention(line: string): void {
    if (this.#roles.size + this.#services.size >= MOST_ADDRESSES) return;
    const head = line.length > 400 ? line.slice(0, 400) : line;
    const [, service, address] = /ClusterIP|NodePort|LoadBalancer/.test(head) ? (SERVICE.exec(head) ?? []) : [];
    if (service !== undefined && address !== undefined) this.#services.set(service, address);
    if (head.includes('kubernetes ')) this.#endpoints(ENDPOINTS.exec(head)?.[1]);
    const checked = head.includes('response from') ? CHECKED.exec(head)?.[1] : undefined;
    if (checked !== undefined) this.#roles.set(checked.replace(/^\[|\]$/g, ''), 'backend');
  }

  #endpoints(list = ''): void {
    for (const place of list.split(','))
      if (place !== '') this.#roles.set(place.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, ''), 'kube-apiserver');
  }

  /** Address → what it is. @param backends Services behind the APIs that the text is about. */
  roles(backends: readonly string[]): ReadonlyMap<string, TargetRole> {
    const roles = new Map(this.#roles);
    for (const [service, address] of this.#services) {
      const role = backends.includes(service) ? 'backend' : ROLE_OF_NAME.find(([name]) => name.test(service))?.[1];
      if (role) roles.set(address, role);
    }
    return roles;
  }
}
