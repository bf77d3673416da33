import { randomBytes } from 'node:crypto';
import { addAccess } from './access.ts';
import { type ApiPlan, createApi, type SimulatedApi } from './api.ts';
import { type Authority, createAuthority, type KeyPair } from './certificates.ts';
import { type ApiServer, startApiServer } from './control-plane/api-server.ts';
import { type Authorizer, createAuthorizer } from './control-plane/authorization.ts';
import { runEndpointSliceController } from './control-plane/endpoint-slices.ts';
import { createEventRecorder, type EventRecorder } from './control-plane/events.ts';
import { createTokens, type Tokens } from './control-plane/identities.ts';
import type { Interfere } from './control-plane/interference.ts';
import type { WatchBehaviour } from './control-plane/list-watch.ts';
import type { ContainerLogs } from './control-plane/pod-logs.ts';
import { LOCAL_GROUP_VERSIONS } from './control-plane/resources.ts';
import { createNetwork, type Network } from './network/network.ts';
import { createServiceProxy, type ServiceProxy } from './network/service-proxy.ts';
import { addNode, type SimulatedNode } from './node/node.ts';
import type { SimulatedPod } from './node/pod.ts';
import { type PodObject, timestamp } from './objects.ts';
import { createRandom, type Random } from './random.ts';
import { required } from './required.ts';
import { createStore, keyOf, type Store } from './store.ts';
import { addSystemPods } from './system-pods.ts';
import { type Cancel, createTimers, type Timers } from './timers.ts';
import { type Timing, timingFor } from './timing.ts';

export interface ClusterPlan {
  /** Worker nodes. */
  readonly nodes: readonly string[];
  readonly apiservers: 1 | 2;
  /** Times the cluster's own periods are shortened by. */
  readonly compression: number;
  /** Times the control plane's time-outs are shortened by; 1 = as in Kubernetes. */
  readonly timeouts: number;
  readonly seed: number;
}

interface Authorities {
  readonly cluster: Authority;
  readonly frontProxy: Authority;
}

const BOOKMARK_MS = 60_000;

/** A cluster with its control plane, nodes and system pods; APIs come with addApi(). */
export async function createCluster(plan: ClusterPlan): Promise<Cluster> {
  const [clusterAuthority, frontProxyAuthority] = await Promise.all([createAuthority('kubernetes'), createAuthority('front-proxy-ca')]);
  const frontProxy = await frontProxyAuthority.issue({ commonName: 'front-proxy-client', usage: 'client' });
  const cluster = new Cluster(plan, { cluster: clusterAuthority, frontProxy: frontProxyAuthority });
  await cluster.start(frontProxy);
  return cluster;
}

/** Everything that a fault can lay hands on. */
export class Cluster {
  readonly plan: ClusterPlan;
  readonly authorities: Authorities;
  readonly random: Random;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly store: Store = createStore();
  readonly network: Network = createNetwork();
  readonly proxy: ServiceProxy;
  readonly events: EventRecorder;
  readonly tokens: Tokens = createTokens(() => randomBytes(24).toString('base64url'));
  readonly authorizer: Authorizer;
  readonly watchBehaviour: WatchBehaviour;
  /** Whether the servers of APIs write a line now and then of their own accord. */
  chatty = true;
  /** Asked for each request that a kube-apiserver has let in; undefined leaves it alone. */
  interfere: Interfere = () => undefined;
  readonly #nodes: SimulatedNode[] = [];
  readonly #apiServers: ApiServer[] = [];
  readonly #systemPods = new Map<string, SimulatedPod>();
  readonly #apis = new Map<string, SimulatedApi>();
  readonly #stopSlices: Cancel;
  /** Pods that nextNode() has placed. */
  #placed = 0;

  constructor(plan: ClusterPlan, authorities: Authorities) {
    this.plan = plan;
    this.authorities = authorities;
    this.random = createRandom(plan.seed);
    this.timers = createTimers(plan.compression);
    this.timing = timingFor(plan.compression, plan.timeouts);
    this.proxy = createServiceProxy(this.network, this.store, this.random);
    this.events = createEventRecorder(this.store, this.random);
    this.authorizer = createAuthorizer(this.store);
    this.watchBehaviour = {
      expiredAs: 'event',
      bookmarkMs: this.timers.scaled(BOOKMARK_MS),
      splitChunks: false,
      bookmarks: true,
      open: new Set(),
    };
    this.#stopSlices = runEndpointSliceController(this.store, this.random, this.timers);
  }

  get nodes(): readonly SimulatedNode[] {
    return this.#nodes;
  }

  get apiServers(): readonly ApiServer[] {
    return this.#apiServers;
  }

  /** Pods of the control plane and of the system, by key. */
  get systemPods(): ReadonlyMap<string, SimulatedPod> {
    return this.#systemPods;
  }

  get apis(): ReadonlyMap<string, SimulatedApi> {
    return this.#apis;
  }

  /** Of the system and of all APIs, those on their way out too. */
  allPods(): SimulatedPod[] {
    return [...this.#systemPods.values(), ...[...this.#apis.values()].flatMap((api) => api.allPods())];
  }

  /** Control plane, nodes and system pods. @param frontProxy the aggregator's client certificate */
  async start(frontProxy: KeyPair): Promise<void> {
    addLocalApiServices(this.store);
    addAccess(this.store, this.authorizer, this.authorities.frontProxy, this.authorities.cluster);
    for (let index = 1; index <= this.plan.apiservers; index += 1)
      await this.#addControlPlane(this.plan.apiservers === 1 ? 'control-plane' : `control-plane-${index}`, frontProxy);
    for (const name of this.plan.nodes) this.#nodes.push(await addNode(this, name));
    await addSystemPods(this, this.#systemPods);
  }

  /** Where the next pod goes: all workers in turn. */
  nextNode(): SimulatedNode {
    const workers = this.#nodes.filter((node) => !node.controlPlane);
    this.#placed += 1;
    return required(workers[this.#placed % workers.length], 'a worker node');
  }

  /** Throws when there is no such API, naming those that there are. */
  api(name: string): SimulatedApi {
    const api = this.#apis.get(name);
    if (!api) throw new Error(`APIService ${JSON.stringify(name)}: not in this cluster; there are ${[...this.#apis.keys()].join(', ')}`);
    return api;
  }

  async addApi(plan: ApiPlan): Promise<SimulatedApi> {
    const api = await createApi(this, plan);
    this.#apis.set(api.name, api);
    return api;
  }

  async removeApi(name: string): Promise<void> {
    await this.api(name).remove();
    this.#apis.delete(name);
  }

  /** A line in the log of every kube-apiserver. */
  logControlPlane(...lines: string[]): void {
    for (const [key, pod] of this.#systemPods) if (key.startsWith('kube-system/kube-apiserver-')) pod.write(...lines);
  }

  async stop(): Promise<void> {
    this.timers.stop();
    this.#stopSlices();
    await Promise.all(this.#apiServers.map((server) => server.stop()));
    await Promise.all([...this.#apis.values()].map((api) => api.stop()));
    await Promise.all([...this.#systemPods.values()].map((pod) => pod.stop()));
    await this.network.close();
  }

  /** A kube-apiserver and the node that it runs on. */
  async #addControlPlane(name: string, frontProxy: KeyPair): Promise<void> {
    const { store, network, proxy, tokens, authorizer, timers, timing, random, watchBehaviour, authorities } = this;
    const apiServer = await startApiServer({
      store,
      network,
      proxy,
      tokens,
      authorizer,
      timers,
      timing,
      random,
      frontProxy,
      watchBehaviour,
      interfere: (request) => this.interfere(request),
      podLogs: (pod, container) => this.#logsOf(pod, container),
      log: (...lines) => this.#systemPods.get(`kube-system/kube-apiserver-${name}`)?.write(...lines),
      certificateFor: (host) =>
        authorities.cluster.issue({
          commonName: 'kube-apiserver',
          usage: 'server',
          dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'],
          addresses: [host, '127.0.0.1'],
        }),
    });
    this.#apiServers.push(apiServer);
    this.#nodes.push(await addNode(this, name, apiServer.host));
  }

  #logsOf({ metadata }: PodObject, container: string): ContainerLogs | undefined {
    const key = keyOf(metadata);
    const pod = this.allPods().find((candidate) => candidate.key === key && candidate.container.name === container);
    return pod && { current: pod.container.log, previous: pod.container.previousLog };
  }
}

/** The groups that the kube-apiserver serves itself; always available. */
function addLocalApiServices(store: Store): void {
  for (const groupVersion of LOCAL_GROUP_VERSIONS) {
    const [group, version] = groupVersion.includes('/') ? (groupVersion.split('/') as [string, string]) : ['', groupVersion];
    store.apiservices.create(
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
        spec: { group, version, groupPriorityMinimum: 17_000, versionPriority: 15 },
        status: {
          conditions: [
            {
              type: 'Available',
              status: 'True',
              reason: 'Local',
              message: 'Local APIServices are always available',
              lastTransitionTime: timestamp(),
            },
          ],
        },
      },
      { manager: 'kube-apiserver' },
    );
  }
}
