import { addApiService, addBindings, addService, withoutIdentity } from './api-objects.ts';
import { type AggregatedServer, startAggregatedServer } from './backend/aggregated-server.ts';
import type { BackendRequest, Behaviour, Interception } from './backend/behaviour.ts';
import { bootLines, idleLine } from './backend/chatter.ts';
import type { ControlPlaneAccess } from './backend/delegation.ts';
import { type Authority, createAuthority, type KeyPair } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import { serviceAccount } from './control-plane/identities.ts';
import { type PodFactory, Workload } from './control-plane/workload.ts';
import type { Listener } from './network/listener.ts';
import { SimulatedPod } from './node/pod.ts';
import type { ApiServiceObject, ServiceObject } from './objects.ts';
import { required } from './required.ts';
import type { Cancel } from './timers.ts';

/** An aggregated API as a scenario states it. */
export interface ApiPlan {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  /** Name of the Service, the Deployment and the container. */
  readonly service: string;
  readonly resource: string;
  readonly kind: string;
  readonly replicas: number;
  readonly port: number;
  readonly readinessProbe: boolean;
  readonly livenessProbe: boolean;
  readonly openMetrics?: boolean;
}

const CACHE_MS = 10_000;
const CHATTER_MS = 15_000;
const MIB = 2 ** 20;

/** Puts its objects into the cluster, and starts its pods. */
export async function createApi(cluster: Cluster, plan: ApiPlan): Promise<SimulatedApi> {
  const serverName = serverNameOf(plan);
  const authority = await createAuthority(`${plan.service}-ca`);
  const serving = await authority.issue({
    commonName: serverName,
    usage: 'server',
    dnsNames: [serverName, `${serverName}.cluster.local`],
  });
  addBindings(cluster, plan);
  const service = await addService(cluster, plan);
  const api = new SimulatedApi(cluster, plan, { authority, serving, service });
  await api.start();
  return api;
}

function serverNameOf({ service, namespace }: ApiPlan): string {
  return `${service}.${namespace}.svc`;
}

/** What there is of an API before its pods. */
interface Foundation {
  readonly authority: Authority;
  readonly serving: KeyPair;
  readonly service: ServiceObject;
}

/** An aggregated API in the running cluster: its objects, its pods, and what their processes are made to do. */
export class SimulatedApi {
  readonly plan: ApiPlan;
  /** Of the APIService: `<version>.<group>`. */
  readonly name: string;
  readonly serviceKey: string;
  readonly serverName: string;
  readonly authority: Authority;
  readonly serving: KeyPair;
  /** Shared by all pods of the API. */
  behaviour: Behaviour = {};
  readonly workload: Workload;
  readonly #cluster: Cluster;
  readonly #service: ServiceObject;
  readonly #pods = new Set<SimulatedPod>();
  #stopChatter: Cancel = () => {};

  constructor(cluster: Cluster, plan: ApiPlan, { authority, serving, service }: Foundation) {
    this.plan = plan;
    this.name = `${plan.version}.${plan.group}`;
    this.serviceKey = `${plan.namespace}/${plan.service}`;
    this.serverName = serverNameOf(plan);
    this.authority = authority;
    this.serving = serving;
    this.#cluster = cluster;
    this.#service = service;
    this.workload = new Workload(
      {
        namespace: plan.namespace,
        name: plan.service,
        labels: { app: plan.service },
        replicas: plan.replicas,
        image: `registry.example/${plan.service}:v1.4.2`,
        args: [`--secure-port=${plan.port}`, '--cert-dir=/etc/serving'],
      },
      cluster,
      (part) => this.#newPod(part),
    );
  }

  /** Pods first: the APIService comes when there is somebody to answer. */
  async start(): Promise<void> {
    const { timers, random } = this.#cluster;
    await this.workload.start();
    addApiService(this.#cluster, this.plan, this.authority);
    this.#stopChatter = timers.every(timers.scaled(CHATTER_MS), () => {
      if (!this.#cluster.chatty) return;
      for (const pod of this.workload.pods) if (random.chance(0.7)) pod.write(idleLine(random));
    });
  }

  /** Pods that are not on their way out. */
  pods(): readonly SimulatedPod[] {
    return this.workload.pods;
  }

  /** Those too. */
  allPods(): readonly SimulatedPod[] {
    return [...this.#pods];
  }

  /** A line in the log of each running container. */
  log(...lines: string[]): void {
    for (const pod of this.workload.pods) pod.write(...lines);
  }

  /** Cuts the connections that stand, so that a changed behaviour meets everyone. */
  reconnect(): void {
    for (const pod of this.workload.pods) pod.listener?.cut('end');
  }

  /** Replaces the processes of all pods without touching the pods: a changed certificate or CA is loaded. */
  async reload(): Promise<void> {
    for (const pod of this.workload.pods) {
      if (!pod.container.running) continue;
      pod.server?.stop();
      pod.server = await this.#launch(pod);
      pod.listener?.cut('end');
    }
  }

  editApiService(change: (copy: ApiServiceObject) => void, manager = 'kubectl-edit'): void {
    this.#cluster.store.apiservices.update(this.name, change, { manager });
  }

  editService(change: (copy: ServiceObject) => void, manager = 'kubectl-edit'): void {
    this.#cluster.store.services.update(this.serviceKey, change, { manager });
  }

  deleteService(): void {
    this.#cluster.store.services.delete(this.serviceKey);
  }

  /** The Service as it was made. */
  restoreService(): void {
    const { services } = this.#cluster.store;
    if (!services.get(this.serviceKey)) services.create(withoutIdentity(this.#service), { manager: 'kubectl-create' });
    else
      this.editService((copy) => {
        copy.spec = structuredClone(this.#service.spec);
      });
  }

  async remove(): Promise<void> {
    this.#cluster.store.apiservices.delete(this.name);
    this.#cluster.store.services.delete(this.serviceKey);
    this.#stopChatter();
    await this.workload.remove();
    await this.#cluster.proxy.detach(this.serviceKey);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pods].map((pod) => pod.stop()));
  }

  async #newPod(part: Parameters<PodFactory>[0]): Promise<SimulatedPod> {
    const { plan } = this;
    const { store, events, timers, random, network } = this.#cluster;
    const listener: Listener = await network.reserve('pod', plan.port, (socket) => {
      if (pod.server) pod.server.accept(socket);
      else socket.resetAndDestroy();
    });
    const pod: SimulatedPod = new SimulatedPod(
      {
        ...part,
        namespace: plan.namespace,
        node: this.#cluster.nextNode(),
        serviceAccount: plan.service,
        container: plan.service,
        limits: { cpuCores: 0.5, memoryBytes: 256 * MIB },
        probes: { readiness: plan.readinessProbe, liveness: plan.livenessProbe },
      },
      { store, events, timers, random, listener, launch: (started) => this.#launch(started) },
    );
    for (const gone of this.#pods) if (!gone.object) this.#pods.delete(gone);
    this.#pods.add(pod);
    return pod;
  }

  async #launch(pod: SimulatedPod): Promise<AggregatedServer> {
    const { plan } = this;
    const { timers } = this.#cluster;
    const listener = required(pod.listener, `the listener of pod ${pod.key}`);
    const server = await startAggregatedServer({
      group: plan.group,
      version: plan.version,
      resource: { plural: plan.resource, kind: plan.kind, namespaced: false },
      port: listener.port,
      serving: this.serving,
      access: () => this.#access(),
      behaviour: () => merged(this.behaviour, pod.behaviour),
      log: (...lines) => pod.write(...lines),
      reachable: () => listener.path !== 'drop',
      cacheMs: timers.scaled(CACHE_MS),
    });
    pod.write(...bootLines(listener.port));
    return server;
  }

  /** The first kube-apiserver, as the ServiceAccount of the API. */
  #access(): ControlPlaneAccess {
    const { apiServers, authorities, tokens } = this.#cluster;
    const [first] = apiServers;
    const { host, port } = required(first, 'the first kube-apiserver');
    const token = tokens.tokenOf(serviceAccount(this.plan.namespace, this.plan.service));
    return { host, port, ca: authorities.cluster.certificate, token };
  }
}

/** Own deviations of a pod come on top of those that all pods of the API share. */
function merged(shared: Behaviour, own: Behaviour): Behaviour {
  const { intercept: first } = shared;
  const { intercept: second } = own;
  const intercept =
    first && second
      ? async (request: BackendRequest): Promise<Interception | undefined> => (await first(request)) ?? (await second(request))
      : (first ?? second);
  return { ...shared, ...own, ...(intercept ? { intercept } : {}) };
}
