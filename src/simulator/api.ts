import { AGGREGATED_READER_ROLE } from './access.ts';
import { startAggregatedServer } from './backend/aggregated-server.ts';
import type { BackendRequest, Behaviour, Interception } from './backend/behaviour.ts';
import { bootLines, idleLine } from './backend/chatter.ts';
import { type Authority, createAuthority, type KeyPair } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import { serviceAccount } from './control-plane/identities.ts';
import { Workload } from './control-plane/workload.ts';
import type { Listener } from './network/listener.ts';
import { type PodPlan, SimulatedPod } from './node/pod.ts';
import type { ApiServiceObject, ServiceObject } from './objects.ts';

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

/** An aggregated API in the running cluster: its objects, its pods, and what their processes are made to do. */
export interface SimulatedApi {
  readonly plan: ApiPlan;
  /** Of the APIService: `<version>.<group>`. */
  readonly name: string;
  readonly serviceKey: string;
  readonly serverName: string;
  readonly authority: Authority;
  readonly serving: KeyPair;
  /** Shared by all pods of the API. */
  behaviour: Behaviour;
  readonly workload: Workload;
  /** Pods that are not on their way out. */
  pods(): readonly SimulatedPod[];
  /** Those too. */
  allPods(): readonly SimulatedPod[];
  /** A line in the log of each running container. */
  log(...lines: string[]): void;
  /** Cuts the connections that stand, so that a changed behaviour meets everyone. */
  reconnect(): void;
  /** Replaces the processes of all pods without touching the pods: a changed certificate or CA is loaded. */
  reload(): Promise<void>;
  editApiService(change: (copy: ApiServiceObject) => void, manager?: string): void;
  editService(change: (copy: ServiceObject) => void, manager?: string): void;
  deleteService(): void;
  /** The Service as it was made. */
  restoreService(): void;
  remove(): Promise<void>;
  stop(): Promise<void>;
}

const CACHE_MS = 10_000;
const CHATTER_MS = 15_000;
const MIB = 2 ** 20;

export async function createApi(cluster: Cluster, plan: ApiPlan): Promise<SimulatedApi> {
  const { store, timers, random } = cluster;
  const name = `${plan.version}.${plan.group}`;
  const serviceKey = `${plan.namespace}/${plan.service}`;
  const serverName = `${plan.service}.${plan.namespace}.svc`;
  const authority = await createAuthority(`${plan.service}-ca`);
  const serving = await authority.issue({
    commonName: serverName,
    usage: 'server',
    dnsNames: [serverName, `${serverName}.cluster.local`],
  });
  const account = serviceAccount(plan.namespace, plan.service);
  const pods = new Set<SimulatedPod>();

  const launch = (pod: SimulatedPod) =>
    startAggregatedServer({
      group: plan.group,
      version: plan.version,
      resource: { plural: plan.resource, kind: plan.kind, namespaced: false },
      port: pod.listener!.port,
      serving,
      access: () => {
        const { host, port } = cluster.apiServers[0]!;
        return { host, port, ca: cluster.authorities.cluster.certificate, token: cluster.tokens.tokenOf(account) };
      },
      behaviour: () => merged(api.behaviour, pod.behaviour),
      log: (...lines) => pod.write(...lines),
      reachable: () => pod.listener!.path !== 'drop',
      cacheMs: timers.scaled(CACHE_MS),
    }).then((server) => {
      pod.write(...bootLines(pod.listener!.port));
      return server;
    });

  async function newPod(part: Pick<PodPlan, 'name' | 'labels' | 'owner' | 'image' | 'args'>): Promise<SimulatedPod> {
    const listener: Listener = await cluster.network.reserve('pod', plan.port, (socket) => {
      if (pod.server) pod.server.accept(socket);
      else socket.resetAndDestroy();
    });
    const pod: SimulatedPod = new SimulatedPod(
      {
        ...part,
        namespace: plan.namespace,
        node: cluster.nextNode(),
        serviceAccount: plan.service,
        container: plan.service,
        limits: { cpuCores: 0.5, memoryBytes: 256 * MIB },
        probes: { readiness: plan.readinessProbe, liveness: plan.livenessProbe },
      },
      { ...cluster, launch, listener },
    );
    for (const gone of pods) if (!gone.object) pods.delete(gone);
    pods.add(pod);
    return pod;
  }

  addBindings(cluster, plan);
  const service = await addService(cluster, plan);
  const workload = new Workload(
    {
      namespace: plan.namespace,
      name: plan.service,
      labels: { app: plan.service },
      replicas: plan.replicas,
      image: `registry.example/${plan.service}:v1.4.2`,
      args: [`--secure-port=${plan.port}`, '--cert-dir=/etc/serving'],
    },
    cluster,
    newPod,
  );

  const api: SimulatedApi = {
    plan,
    name,
    serviceKey,
    serverName,
    authority,
    serving,
    behaviour: {},
    workload,
    pods: () => workload.pods,
    allPods: () => [...pods],
    log(...lines) {
      for (const pod of workload.pods) pod.write(...lines);
    },
    reconnect() {
      for (const pod of workload.pods) pod.listener?.cut('end');
    },
    async reload() {
      for (const pod of workload.pods) {
        if (!pod.container.running) continue;
        pod.server?.stop();
        pod.server = await launch(pod);
        pod.listener?.cut('end');
      }
    },
    editApiService(change, manager = 'kubectl-edit') {
      store.apiservices.update(name, change, { manager });
    },
    editService(change, manager = 'kubectl-edit') {
      store.services.update(serviceKey, change, { manager });
    },
    deleteService() {
      store.services.delete(serviceKey);
    },
    restoreService() {
      if (!store.services.get(serviceKey)) store.services.create(withoutIdentity(service), { manager: 'kubectl-create' });
      else
        api.editService((copy) => {
          copy.spec = structuredClone(service.spec);
        });
    },
    async remove() {
      store.apiservices.delete(name);
      store.services.delete(serviceKey);
      stopChatter();
      await workload.remove();
      await cluster.proxy.detach(serviceKey);
    },
    async stop() {
      await Promise.all([...pods].map((pod) => pod.stop()));
    },
  };

  await workload.start();
  addApiService(cluster, plan, authority);
  const stopChatter = timers.every(timers.scaled(CHATTER_MS), () => {
    for (const pod of workload.pods) if (random.chance(0.7)) pod.write(idleLine(random));
  });
  return api;
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

function withoutIdentity(service: ServiceObject) {
  const { namespace, name, labels, generation } = service.metadata;
  return {
    ...structuredClone(service),
    metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}), ...(generation ? { generation } : {}) },
  };
}

async function addService(cluster: Cluster, plan: ApiPlan): Promise<ServiceObject> {
  const listener = await cluster.proxy.add(SERVICE_PORT);
  const service = cluster.store.services.create(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: plan.namespace, name: plan.service, generation: 1, labels: { app: plan.service } },
      spec: {
        type: 'ClusterIP',
        clusterIP: listener.host,
        clusterIPs: [listener.host],
        selector: { app: plan.service },
        ports: [{ name: 'https', port: listener.port, targetPort: 'https', protocol: 'TCP' }],
      },
      status: { loadBalancer: {} },
    },
    { manager: 'helm' },
  );
  cluster.proxy.attach(listener, `${plan.namespace}/${plan.service}`);
  return service;
}

/** Not 443: an ordinary user may not listen there. */
const SERVICE_PORT = 8443;

/** The two rights that every aggregated server needs, and those of its readers. */
function addBindings({ store, authorizer }: Cluster, plan: ApiPlan): void {
  const subject = { kind: 'ServiceAccount' as const, namespace: plan.namespace, name: plan.service };
  const id = `${plan.namespace}:${plan.service}`;
  if (!store.namespaces.get(plan.namespace))
    store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: plan.namespace } });
  if (!store.clusterrolebindings.get(`${id}:system:auth-delegator`))
    store.clusterrolebindings.create(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `${id}:system:auth-delegator` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
        subjects: [subject],
      },
      { manager: 'helm' },
    );
  if (!store.rolebindings.get(`kube-system/${id}:auth-reader`))
    store.rolebindings.create(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { namespace: 'kube-system', name: `${id}:auth-reader` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' },
        subjects: [subject],
      },
      { manager: 'helm' },
    );
  authorizer.setRules(AGGREGATED_READER_ROLE, [
    ...authorizer.rules(AGGREGATED_READER_ROLE),
    { apiGroups: [plan.group], resources: [plan.resource], verbs: ['get', 'list'] },
  ]);
}

function addApiService(cluster: Cluster, plan: ApiPlan, authority: Authority): void {
  const service = cluster.store.services.get(`${plan.namespace}/${plan.service}`)!;
  cluster.store.apiservices.create(
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${plan.version}.${plan.group}`, generation: 1, labels: { app: plan.service } },
      spec: {
        group: plan.group,
        version: plan.version,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: plan.namespace, name: plan.service, port: service.spec.ports[0]!.port },
        caBundle: Buffer.from(authority.certificate).toString('base64'),
      },
      status: {},
    },
    { manager: 'helm' },
  );
}
