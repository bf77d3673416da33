import { EXPORTER_ROLE, IDENTITIES, type IdentityName } from './access.ts';
import { ANOMALIES } from './anomalies/list.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { Rule } from './control-plane/authorization.ts';
import { runCronJob } from './control-plane/cron-jobs.ts';
import type { Clear, Fault } from './faults/fault.ts';
import { FAULTS } from './faults/list.ts';
import { writeClusterFiles } from './kubeconfig.ts';
import type { SimulatedPod } from './node/pod.ts';
import { readScenario, type Scenario, type ScenarioInput } from './scenario.ts';
import { SCENARIOS } from './scenarios/list.ts';
import { runTimeline } from './timeline.ts';
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
  inject(fault: string, api: string): Promise<void>;
  /** Resolves when it is gone; recovery takes what it takes. */
  clear(fault: string, api: string): Promise<void>;
  /** Faults that are in, oldest first. */
  injected(): readonly { readonly fault: string; readonly api: string; readonly since: number }[];
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
  const scenario = readScenario(typeof source === 'string' ? (SCENARIOS.get(source) ?? source) : source, {
    faults: [...INJECTABLE.keys()],
  });
  const cluster = await createCluster({
    nodes: scenario.nodes,
    apiservers: scenario.apiservers,
    compression: scenario.compression,
    timeouts: scenario.timeouts,
    seed,
  });
  try {
    for (const plan of scenario.apis) await cluster.addApi(plan);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  const files = writeClusterFiles(cluster);
  const active = new Map<string, { fault: string; api: string; since: number; clear: Clear }>();
  const stops = scenario.cronJobs.map((plan) =>
    runCronJob(cluster.store, cluster.events, cluster.timers, { ...plan, runsForMs: plan.runsFor }),
  );
  if (scenario.traffic) stops.push(runTraffic(cluster));

  const simulator: Simulator = {
    kubeconfig: files.kubeconfig,
    configFile: files.configFile,
    server: new URL(`https://${cluster.apiServers[0]!.host}:${cluster.apiServers[0]!.port}`),
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
    async inject(id, name) {
      const fault = INJECTABLE.get(id);
      if (!fault) throw new Error(`fault ${JSON.stringify(id)}: unknown; there are ${[...INJECTABLE.keys()].join(', ')}`);
      const key = `${id} ${name}`;
      if (active.has(key)) throw new Error(`fault ${id} is already injected for ${name}`);
      const clear = await fault.inject(cluster, cluster.api(name));
      active.set(key, { fault: id, api: name, since: Date.now(), clear });
    },
    async clear(id, name) {
      const key = `${id} ${name}`;
      const entry = active.get(key);
      if (!entry) throw new Error(`fault ${id} is not injected for ${name}`);
      active.delete(key);
      await entry.clear();
    },
    injected: () => [...active.values()].map(({ fault, api, since }) => ({ fault, api, since })),
    disconnectAll() {
      for (const server of cluster.apiServers) server.disconnectAll();
    },
    expireResourceVersions(as = 'event') {
      cluster.watchBehaviour.expiredAs = as;
      for (const [name, collection] of Object.entries(cluster.store))
        if (name !== 'revisions') (collection as { compact(): void }).compact();
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
      await cluster.addApi(full!);
    },
    removeApi: (name) => cluster.removeApi(name),
    async stop() {
      for (const stop of stops) stop();
      await cluster.stop();
      files.remove();
    },
  };
  stops.push(runTimeline(simulator, cluster.timers, scenario.timeline));
  return simulator;
}

const INJECTABLE: ReadonlyMap<string, Pick<Fault, 'inject'>> = new Map([...FAULTS, ...ANOMALIES].map((fault) => [fault.id, fault]));

function podOf(cluster: Cluster, key: string): SimulatedPod {
  const pods = [...cluster.systemPods.values(), ...[...cluster.apis.values()].flatMap((api) => api.allPods())];
  const pod = pods.find((candidate) => candidate.key === key);
  if (!pod) throw new Error(`pod ${JSON.stringify(key)}: not in this cluster; there are ${pods.map((other) => other.key).join(', ')}`);
  return pod;
}
