import type { EgressPeer, NodeFacts } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { countOf, labelsOf, unheard } from '../../kube/fields.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';
import { splitHostPort } from '../../net/addresses.ts';
import { PODS } from '../../objects/pods.ts';
import type { Destination } from '../../objects/policy/evaluate.ts';
import type { Peer, Protocol } from '../../objects/policy/flow.ts';
import { kubeletPort, type NamedServer, serversNamed } from '../../objects/policy/needs.ts';
import type { ApiTarget } from '../../objects/targets.ts';
import { findNamed, listAll } from './asking.ts';

/** Something that a backend must reach. */
export interface Need {
  readonly peer: EgressPeer;
  readonly name: string;
  readonly destination: Destination;
}

/** A Service with some of the pods behind it, as policies see it. */
interface Found {
  readonly peers: readonly Peer[];
  readonly port: number | undefined;
}

const MAX_SERVERS = 20;
/** Of one Service: what admits one of its pods and not another tells their labels apart, and few do. */
const MAX_PODS = 5;
/** Kubelets that are asked for by name; one rule is for all of them. */
const MAX_KUBELETS = 50;

/** By their makers: CoreDNS of kubeadm and of most clouds, and OpenShift's. */
const DNS_SERVICES: readonly NamedServer[] = [
  { namespace: 'kube-system', service: 'kube-dns', port: 53 },
  { namespace: 'openshift-dns', service: 'dns-default', port: 53 },
];
/** A cache on the node of each pod answers in DNS's place, from an address that no Service has. */
const NODE_CACHE = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dnode-local-dns';

/** Where backends have to go, read in turns: Services that nobody else watches, and their pods. */
export class Destinations {
  readonly #client: KubeClient;
  #servers = new Map<string, Found>();
  #dns: Found | undefined;
  #dnsIsCached = false;
  #apiserver: Peer['before'];
  /** It was looked at least once. */
  looked = false;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Never rejects. @param targets whose egress some policy is about. */
  async refresh(targets: readonly ApiTarget[]): Promise<void> {
    if (targets.length === 0) return;
    const clusterIP = await this.#clusterIP('default', 'kubernetes');
    if (clusterIP !== undefined) this.#apiserver = { address: clusterIP, port: 443 };
    await this.#refreshDns();
    const wanted = new Map(targets.flatMap(serversNamed).map((server): [string, NamedServer] => [keyOf(server), server]));
    const now = new Map<string, Found>();
    for (const [key, server] of [...wanted].slice(0, MAX_SERVERS)) {
      const found = (await this.#find(server, 'TCP')) ?? this.#servers.get(key);
      if (found) now.set(key, found);
    }
    this.#servers = now;
    this.looked = true;
  }

  /** Namespaces that rules about these may select by labels. */
  get namespaces(): readonly string[] {
    const all = [...this.#servers.values(), ...(this.#dns ? [this.#dns] : [])];
    return [...new Set(all.flatMap(({ peers }) => peers.flatMap(({ pod }) => pod?.namespace ?? [])))];
  }

  needsOf(target: ApiTarget, nodes: readonly NodeFacts[], apiservers: readonly string[]): readonly Need[] {
    return [this.#kubeApiserver(nodes, apiservers), this.#names(), ...kubelets(target, nodes), ...this.#named(target)];
  }

  #kubeApiserver(nodes: readonly NodeFacts[], apiservers: readonly string[]): Need {
    const ends = apiservers.flatMap((instance) => splitHostPort(instance) ?? []);
    const words = 'the kube-apiserver';
    const peers = ends.map(({ host }): Peer => {
      const node = nodeAt(nodes, host);
      const before = this.#apiserver;
      return {
        words: `${words} (${host})`,
        address: host,
        ...(node !== undefined && { node }),
        carriedByPod: 'no',
        apiserver: true,
        ...(before && { before }),
      };
    });
    return {
      peer: 'kube-apiserver',
      name: words,
      destination: { peers, words, port: ends[0]?.port, protocol: 'TCP', each: true },
    };
  }

  #names(): Need {
    const words = "the cluster's DNS";
    // Where a node's own cache is asked, nothing is known of the way there.
    const peers = this.#dnsIsCached ? [] : (this.#dns?.peers ?? []);
    return { peer: 'dns', name: words, destination: { peers, words, port: this.#dns?.port ?? 53, protocol: 'UDP', each: false } };
  }

  #named(target: ApiTarget): Need[] {
    return serversNamed(target).flatMap((server): Need[] => {
      const found = this.#servers.get(keyOf(server));
      if (!found) return [];
      const words = `Service ${server.namespace}/${server.service}`;
      return [
        {
          peer: 'dependency',
          name: `${words}, port ${server.port}`,
          destination: { peers: found.peers, words, port: found.port, protocol: 'TCP', each: false },
        },
      ];
    });
  }

  async #refreshDns(): Promise<void> {
    const cache = await listAll(this.#client, NODE_CACHE, 1);
    if (cache.state === 'ok') this.#dnsIsCached = cache.items.length > 0;
    for (const server of DNS_SERVICES) {
      const found = await this.#find(server, 'UDP');
      if (!found) continue;
      this.#dns = found;
      return;
    }
  }

  async #clusterIP(namespace: string, name: string): Promise<string | undefined> {
    const { clusterIP } = rawObject(rawObject(await findNamed(this.#client, `/api/v1/namespaces/${namespace}/services`, name)).spec);
    return typeof clusterIP === 'string' && clusterIP !== 'None' ? clusterIP : undefined;
  }

  /** Undefined: it is not there, or could not be read. */
  async #find({ namespace, service, port }: NamedServer, protocol: Protocol): Promise<Found | undefined> {
    const raw = await findNamed(this.#client, `/api/v1/namespaces/${namespace}/services`, service);
    if (raw === undefined) return undefined;
    const { clusterIP, selector, ports } = rawObject(rawObject(raw).spec);
    const entry = rawArray(ports)
      .map(rawObject)
      .find((one) => one.port === port && (one.protocol ?? 'TCP') === protocol);
    const labels = Object.entries(labelsOf(selector, 'spec.selector', unheard)).map(([key, value]) => `${key}=${value}`);
    const before = typeof clusterIP === 'string' && clusterIP !== 'None' ? { address: clusterIP, port } : undefined;
    const words = `Service ${namespace}/${service}`;
    const pods = labels.length === 0 ? [] : await this.#pods(namespace, labels.join(','));
    const peers = pods.map((pod) => ({ ...peerOf(pod, words), ...(before && { before }) }));
    return { peers, port: numberOf(entry?.targetPort ?? port, peers, protocol) };
  }

  async #pods(namespace: string, labels: string): Promise<readonly ReturnType<typeof readPod>[]> {
    const found = await listAll(this.#client, `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels)}`, MAX_PODS);
    return found.state === 'ok' ? found.items.map(readPod).filter((pod) => pod?.ip !== undefined) : [];
  }
}

const keyOf = ({ namespace, service, port }: NamedServer): string => `${namespace}/${service}:${port}`;

function readPod(raw: unknown) {
  try {
    return PODS.project(raw);
  } catch {
    return undefined;
  }
}

function peerOf(pod: ReturnType<typeof readPod>, words: string): Peer {
  const { namespace = '', name = '', ip = '', labels = {}, hostNetwork, node, template } = pod ?? {};
  const ports = template?.containers.flatMap((container) => container.ports) ?? [];
  const end = { words: `${words} (pod ${name}, ${ip})`, address: ip, carriedByPod: 'no', apiserver: false } as const;
  if (hostNetwork) return { ...end, ...(node !== undefined && { node }) };
  return { ...end, pod: { namespace, labels: { labels, complete: true }, ports } };
}

/** A name is one of a container's port. */
function numberOf(targetPort: unknown, peers: readonly Peer[], protocol: Protocol): number | undefined {
  if (typeof targetPort !== 'string') return countOf(targetPort, 'targetPort', unheard);
  for (const { pod } of peers)
    for (const { name, port, protocol: its } of pod?.ports ?? []) if (name === targetPort && its === protocol) return port;
  return undefined;
}

function kubelets(target: ApiTarget, nodes: readonly NodeFacts[]): Need[] {
  const port = kubeletPort(target);
  if (port === undefined) return [];
  const peers = nodes.slice(0, MAX_KUBELETS).flatMap(({ name, addresses: [address] }): Peer[] => {
    if (address === undefined) return [];
    return [{ words: `the kubelet of ${name} (${address})`, address, node: name, carriedByPod: 'no', apiserver: false }];
  });
  return [
    {
      peer: 'dependency',
      name: `the kubelets, port ${port}`,
      destination: { peers, words: 'the kubelets', port, protocol: 'TCP', each: false },
    },
  ];
}

function nodeAt(nodes: readonly NodeFacts[], address: string): string | undefined {
  return nodes.find((node) => node.addresses.includes(address))?.name;
}
