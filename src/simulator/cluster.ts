import { randomBytes } from 'node:crypto';
import { addAccess } from './access.ts';
import { type ApiPlan, createApi, type SimulatedApi } from './api.ts';
import { type Authority, createAuthority } from './certificates.ts';
import { type ApiServer, startApiServer } from './control-plane/api-server.ts';
import { type Authorizer, createAuthorizer } from './control-plane/authorization.ts';
import { runEndpointSliceController } from './control-plane/endpoint-slices.ts';
import { createEventRecorder, type EventRecorder } from './control-plane/events.ts';
import { createTokens, type Tokens } from './control-plane/identities.ts';
import type { WatchBehaviour } from './control-plane/list-watch.ts';
import { LOCAL_GROUP_VERSIONS } from './control-plane/resources.ts';
import { createNetwork, type Network } from './network/network.ts';
import { createServiceProxy, type ServiceProxy } from './network/service-proxy.ts';
import { addNode, type SimulatedNode } from './node/node.ts';
import type { SimulatedPod } from './node/pod.ts';
import { timestamp } from './objects.ts';
import { createRandom, type Random } from './random.ts';
import { createStore, type Store } from './store.ts';
import { addSystemPods } from './system-pods.ts';
import { createTimers, type Timers } from './timers.ts';
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

/** Everything that a fault can lay hands on. */
export interface Cluster {
  readonly plan: ClusterPlan;
  readonly store: Store;
  readonly network: Network;
  readonly proxy: ServiceProxy;
  readonly events: EventRecorder;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly random: Random;
  readonly tokens: Tokens;
  readonly authorizer: Authorizer;
  readonly watchBehaviour: WatchBehaviour;
  readonly nodes: readonly SimulatedNode[];
  readonly apiServers: readonly ApiServer[];
  /** Pods of the control plane and of the system, by key. */
  readonly systemPods: ReadonlyMap<string, SimulatedPod>;
  readonly apis: ReadonlyMap<string, SimulatedApi>;
  readonly authorities: { readonly cluster: Authority; readonly frontProxy: Authority };
  /** Where the next pod goes: all workers in turn. */
  nextNode(): SimulatedNode;
  /** Throws when there is no such API, naming those that there are. */
  api(name: string): SimulatedApi;
  addApi(plan: ApiPlan): Promise<SimulatedApi>;
  removeApi(name: string): Promise<void>;
  /** A line in the log of every kube-apiserver. */
  logControlPlane(...lines: string[]): void;
  stop(): Promise<void>;
}

const BOOKMARK_MS = 60_000;

export async function createCluster(plan: ClusterPlan): Promise<Cluster> {
  const random = createRandom(plan.seed);
  const timers = createTimers(plan.compression);
  const timing = timingFor(plan.compression, plan.timeouts);
  const store = createStore();
  const network = createNetwork();
  const proxy = createServiceProxy(network, store, random);
  const events = createEventRecorder(store, random);
  const tokens = createTokens(() => randomBytes(24).toString('base64url'));
  const authorizer = createAuthorizer(store);
  const watchBehaviour: WatchBehaviour = { expiredAs: 'event', bookmarkMs: timers.scaled(BOOKMARK_MS), splitChunks: false };
  const [clusterAuthority, frontProxyAuthority] = await Promise.all([createAuthority('kubernetes'), createAuthority('front-proxy-ca')]);
  const frontProxy = await frontProxyAuthority.issue({ commonName: 'front-proxy-client', usage: 'client' });
  const apis = new Map<string, SimulatedApi>();
  const systemPods = new Map<string, SimulatedPod>();
  const nodes: SimulatedNode[] = [];
  const apiServers: ApiServer[] = [];

  let placed = 0;

  const stopSlices = runEndpointSliceController(store, random, timers);

  const cluster: Cluster = {
    plan,
    store,
    network,
    proxy,
    events,
    timers,
    timing,
    random,
    tokens,
    authorizer,
    watchBehaviour,
    nodes,
    apiServers,
    systemPods,
    apis,
    authorities: { cluster: clusterAuthority, frontProxy: frontProxyAuthority },
    nextNode() {
      const workers = nodes.filter((node) => !node.controlPlane);
      placed += 1;
      return workers[placed % workers.length]!;
    },
    api(name) {
      const api = apis.get(name);
      if (!api) throw new Error(`APIService ${JSON.stringify(name)}: not in this cluster; there are ${[...apis.keys()].join(', ')}`);
      return api;
    },
    async addApi(apiPlan) {
      const api = await createApi(cluster, apiPlan);
      apis.set(api.name, api);
      return api;
    },
    async removeApi(name) {
      await cluster.api(name).remove();
      apis.delete(name);
    },
    logControlPlane(...lines) {
      for (const [key, pod] of systemPods) if (key.startsWith('kube-system/kube-apiserver-')) pod.write(...lines);
    },
    async stop() {
      timers.stop();
      stopSlices();
      await Promise.all(apiServers.map((server) => server.stop()));
      await Promise.all([...apis.values()].map((api) => api.stop()));
      await Promise.all([...systemPods.values()].map((pod) => pod.stop()));
      await network.close();
    },
  };

  addLocalApiServices(store);
  addAccess(store, authorizer, frontProxyAuthority, clusterAuthority);
  for (let index = 0; index < plan.apiservers; index += 1) {
    const controlPlane = plan.apiservers === 1 ? 'control-plane' : `control-plane-${index + 1}`;
    apiServers.push(
      await startApiServer({
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
        podLogs: (pod, container) => logsOf(cluster, `${pod.metadata.namespace}/${pod.metadata.name}`, container),
        log: (...lines) => systemPods.get(`kube-system/kube-apiserver-${controlPlane}`)?.write(...lines),
        certificateFor: (host) =>
          clusterAuthority.issue({
            commonName: 'kube-apiserver',
            usage: 'server',
            dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'],
            addresses: [host, '127.0.0.1'],
          }),
      }),
    );
    nodes.push(await addNode(cluster, controlPlane, apiServers[index]!.host));
  }
  for (const name of plan.nodes) nodes.push(await addNode(cluster, name));
  await addSystemPods(cluster, systemPods);
  return cluster;
}

function logsOf(cluster: Cluster, key: string, container: string) {
  const pods = [...cluster.systemPods.values(), ...[...cluster.apis.values()].flatMap((api) => api.allPods())];
  const pod = pods.find((candidate) => candidate.key === key && candidate.container.name === container);
  return pod && { current: pod.container.log, previous: pod.container.previousLog };
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
