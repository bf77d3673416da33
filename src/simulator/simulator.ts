import { EXPORTER_ROLE, IDENTITIES, type IdentityName } from './access.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { Rule } from './control-plane/authorization.ts';
import { runAutoscaler } from './control-plane/autoscalers.ts';
import { runCronJob } from './control-plane/cron-jobs.ts';
import { runPassingNamespace } from './control-plane/namespaces.ts';
import { INJECTABLE_IDS, type InjectableId, type Injection, Injections } from './injections.ts';
import { writeClusterFiles } from './kubeconfig.ts';
import type { SimulatedPod } from './node/pod.ts';
import { createRequests } from './requests.ts';
import { required } from './required.ts';
import { readScenario, type Scenario, type ScenarioInput } from './scenario.ts';
import { SCENARIOS } from './scenarios/list.ts';
import type { Store } from './store.ts';
import { runTimeline } from './timeline.ts';
import type { Cancel } from './timers.ts';
import { runTraffic } from './traffic.ts';

export interface SimulatorOptions {
  /** Name of a scenario that comes along, YAML text, or a literal. */
  readonly scenario: string | ScenarioInput;
  /** Default 1. The same seed gives the same names and dice. */
  readonly seed?: number;
}

/** A running cluster, for tests and for the demo. */
export interface Simulator {
  /** Path, mode 600; contexts `exporter` (current), `admin`, `ordinary`. */
  readonly kubeconfig: string;
  /** Path of the exporter's configuration for this cluster. */
  readonly configFile: string;
  /** Of the first kube-apiserver. */
  readonly server: URL;
  /** PEM */
  readonly ca: string;
  readonly scenario: Scenario;
  /** For tests that need more than what is below. */
  readonly cluster: Cluster;
  readonly apiServer: { restart(downForMs?: number): Promise<void> };
  token(identity: IdentityName): string;
  /** The identity's token answers 401 from now on. */
  revokeToken(identity: IdentityName): void;
  /** `api` is the APIService's name. Resolves when the fault is in effect; rejects when fault or API is unknown, or it is in already. */
  inject(fault: InjectableId, api: string): Promise<void>;
  /** Resolves when it is gone; recovery takes what it takes. */
  clear(fault: InjectableId, api: string): Promise<void>;
  /** Faults that are in, oldest first. */
  injected(): readonly Injection[];
  /** Cuts every connection to the kube-apiservers: requests, watches, log streams. */
  disconnectAll(): void;
  /** Watches and lists that go on from before now get 410. */
  expireResourceVersions(as?: 'status' | 'event'): void;
  /** Replaces the rules of the exporter's ClusterRole. */
  setRbac(rules: readonly Rule[]): void;
  rbac(): readonly Rule[];
  /** Writes to a pod's log; `pod` is namespace/name. Throws when there is no such pod. */
  log(pod: string, ...lines: string[]): void;
  /** Rotates a pod's log: what was written can't be read any more, followers go on. */
  rotateLog(pod: string): void;
  podsOf(api: string): readonly SimulatedPod[];
  addApi(plan: ScenarioInput['apis'][number]): Promise<void>;
  removeApi(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startSimulator({ scenario: source, seed = 1 }: SimulatorOptions): Promise<Simulator> {
  const scenario = readScenario(typeof source === 'string' ? (SCENARIOS.get(source) ?? source) : source, { faults: INJECTABLE_IDS });
  const cluster = await startCluster(scenario, seed);
  const files = writeClusterFiles(cluster);
  const injections = new Injections(cluster);
  const stops = runBackground(cluster, scenario);
  const [first] = cluster.apiServers;
  const { host, port } = required(first, 'the first kube-apiserver');

  const simulator: Simulator = {
    kubeconfig: files.kubeconfig,
    configFile: files.configFile,
    server: new URL(`https://${host}:${port}`),
    ca: cluster.authorities.cluster.certificate,
    scenario,
    cluster,
    apiServer: {
      async restart(downForMs) {
        await Promise.all(cluster.apiServers.map((server) => server.restart(downForMs)));
      },
    },
    token: (identity) => cluster.tokens.tokenOf(IDENTITIES[identity]),
    revokeToken: (identity) => cluster.tokens.revoke(IDENTITIES[identity]),
    inject: (fault, api) => injections.inject(fault, api),
    clear: (fault, api) => injections.clear(fault, api),
    injected: () => injections.list(),
    disconnectAll() {
      for (const server of cluster.apiServers) server.disconnectAll();
    },
    expireResourceVersions(as = 'event') {
      cluster.watchBehaviour.expiredAs = as;
      compactAll(cluster.store);
    },
    setRbac: (rules) => cluster.authorizer.setRules(EXPORTER_ROLE, rules),
    rbac: () => cluster.authorizer.rules(EXPORTER_ROLE),
    log(key, ...lines) {
      podOf(cluster, key).write(...lines);
    },
    rotateLog(key) {
      podOf(cluster, key).container.log?.rotate();
    },
    podsOf: (name) => cluster.api(name).pods(),
    async addApi(plan) {
      const [full] = readScenario({ name: 'addition', apis: [plan] }, { faults: [] }).apis;
      await cluster.addApi(required(full, 'the API of the addition'));
    },
    removeApi: (name) => cluster.removeApi(name),
    async stop() {
      for (const stop of stops) stop();
      await cluster.stop();
      files.remove();
    },
  };
  stops.push(runTimeline(injections, cluster.timers, scenario.timeline));
  return simulator;
}

/** The cluster of the scenario with its APIs, or nothing of it. */
async function startCluster(scenario: Scenario, seed: number): Promise<Cluster> {
  const { nodes, apiservers, compression, timeouts } = scenario;
  const cluster = await createCluster({ nodes, apiservers, compression, timeouts, seed });
  try {
    for (const plan of scenario.apis) await cluster.addApi(plan);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** What goes on beside the faults. Returns the stop functions. */
function runBackground(cluster: Cluster, { cronJobs, autoscalers, namespaces, traffic }: Scenario): Cancel[] {
  const controllers = createRequests(cluster, 'kube-controller-manager/v1.36.3');
  const stops = [
    ...cronJobs.map((plan) => runCronJob(cluster.store, cluster.events, cluster.timers, { ...plan, runsForMs: plan.runsFor })),
    ...autoscalers.map((plan) => runAutoscaler(cluster, controllers, plan)),
    ...namespaces.map((plan) => runPassingNamespace(cluster, controllers, plan)),
    () => controllers.close(),
  ];
  if (traffic) stops.push(runTraffic(cluster));
  return stops;
}

function compactAll(store: Store): void {
  for (const [name, collection] of Object.entries(store)) if (name !== 'revisions') (collection as { compact(): void }).compact();
}

function podOf(cluster: Cluster, key: string): SimulatedPod {
  const pods = cluster.allPods();
  const pod = pods.find((candidate) => candidate.key === key);
  if (!pod) throw new Error(`pod ${JSON.stringify(key)}: not in this cluster; there are ${pods.map((other) => other.key).join(', ')}`);
  return pod;
}
