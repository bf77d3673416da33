import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/simulator/random.ts';
import { Cluster } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import { seriesOf } from './harness/exposition.ts';
import { until } from './harness/process.ts';
import { path } from './harness/workloads.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/monitoring/leases/aggregated-api-exporter-leader';
const TOLD = '/api/v1/namespaces/monitoring/configmaps/aggregated-api-exporter-leader-logs';
const BUOY = 'v1.buoy.example.com';
const REPLICAS = 3;
/** Ten in CI; KILLS=100 is the long run. */
const KILLS = Number(process.env.KILLS ?? 10);
/** Short, so that a takeover takes seconds. Milliseconds. */
const TIMING = { lease: 3000, deadline: 2000, retry: 500 };
const TICK = 1000;
/** client-go: seen late by one try, and taken late by another one. */
const LONGEST_WAIT = TIMING.lease + 2 * 2.2 * TIMING.retry;
/** Between two looks of ours at who leads. */
const LOOK = 50;
/** Of the shared processors of this machine. */
const SLACK = 2500;
const SLACK_SECONDS = 20;

const LINE = 'E0105 09:00:00.000000       1 server.go:1] dial tcp 10.0.0.1:443: connect: connection refused';

describe('three replicas', () => {
  let cluster: Cluster;
  let replicas: Exporter[];
  let watch: LeaderWatch;

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    replicas = [];
    for (let i = 0; i < REPLICAS; i++) {
      const config = {
        diagnosis: { interval: `${TICK / 1000}s` },
        leader_election: {
          namespace: 'monitoring',
          identity: `replica-${i}`,
          lease_duration: `${TIMING.lease / 1000}s`,
          renew_deadline: `${TIMING.deadline / 1000}s`,
          retry_period: `${TIMING.retry}ms`,
        },
        incidents: { file: join(cluster.folder, `replica-${i}.jsonl`) },
      };
      const options = { deploy: 'replicas', name: `replica-${i}`, port: 9944 + i, args: ['--leader-election'] };
      replicas.push(await Exporter.prepare(cluster, config, options));
    }
    await installBuoy(cluster);
    for (const replica of replicas) await replica.start();
    watch = new LeaderWatch(replicas);
    watch.start();
  });
  afterAll(async () => {
    await watch?.stop();
    for (const replica of replicas ?? []) await replica.daemon.stop();
    await cluster?.stop();
  });

  it('have one leader, which reads the logs; the others say who it is, and what it has read', async () => {
    const leader = await until('a leader', 20, () => watch.leader());
    const others = replicas.filter((replica) => replica !== leader);
    const name = `replica-${replicas.indexOf(leader)}`;
    for (const other of others) {
      await until('the others to know it', 20, async () => (await replicaOf(other)).holder === name);
      expect(await replicaOf(other)).toMatchObject({ leads: false, holder: name });
      expect(await (await fetch(other.url)).text()).toContain(`follows <b>${name}</b>, which reads the logs for all`);
    }
    expect(await replicaOf(leader)).toMatchObject({ identity: name, leads: true });
    const lines = buoyLines(cluster);
    await until('each replica to count the lines', 30, async () => (await Promise.all(replicas.map(counted))).every((n) => n >= lines));
  });

  it(`count each line once, never lead two at once, and go on after the lease has run out: ${KILLS} leaders killed`, async () => {
    const dice = createRandom(5);
    const highest = new Map<Exporter, number>();
    const waits: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const leader = await until('a leader', 20, () => watch.leader());
      await sleep(dice.integer(0, 2500));
      const before = watch.leader() ?? leader;
      const at = Date.now();
      before.daemon.signal('SIGKILL');
      highest.delete(before);
      waits.push((await until('the next leader', 20, () => watch.beganAfter(at, before))) - at);
      await until('the killed one to be gone', 5, () => !before.daemon.running);
      await before.start();
      for (const replica of replicas) {
        const now = await counted(replica);
        expect(now, 'a count fell').toBeGreaterThanOrEqual(highest.get(replica) ?? 0);
        expect(now, 'more lines were counted than written').toBeLessThanOrEqual(buoyLines(cluster));
        highest.set(replica, now);
      }
    }
    waits.sort((a, b) => a - b);
    console.log(`takeovers after ${waits.map((ms) => (ms / 1000).toFixed(1)).join(' ')} s (lease ${TIMING.lease / 1000} s)`);
    expect(watch.together).toEqual([]);
    expect(watch.looks).toBeGreaterThan(50 * KILLS);
    expect(waits.at(-1)).toBeLessThan(LONGEST_WAIT + TICK + SLACK);
    expect((await cluster.kube.get(LEASE)).spec.leaseTransitions).toBeGreaterThanOrEqual(KILLS);
    await stopWriting(cluster);
    const lines = buoyLines(cluster);
    await until('each replica to have counted every line once', 30, async () =>
      (await Promise.all(replicas.map(counted))).every((n) => n === lines),
    );
    expect(lines).toBeGreaterThan(5 * KILLS);
  });

  it('a leader that ends gives the Lease up, and the next one needs not wait for it to run out', async () => {
    const leader = await until('a leader', 20, () => watch.leader());
    const at = Date.now();
    await leader.daemon.stop();
    const waited = (await until('the next leader', 20, () => watch.beganAfter(at, leader))) - at;
    console.log(`released after ${(waited / 1000).toFixed(1)} s`);
    expect(waited).toBeLessThan(2.2 * TIMING.retry + SLACK);
    await leader.start();
  });

  it('go on when the Lease is deleted, and when what the leader told is', async () => {
    const before = await counted(replicas[0]!);
    await cluster.kube.remove(LEASE);
    await cluster.kube.remove(TOLD);
    // What was told is told again after 20 s, where nothing has changed since.
    await until('both to be there again', 20 + SLACK_SECONDS, async () => {
      await cluster.kube.get(TOLD);
      return (await cluster.kube.get(LEASE)).spec.holderIdentity;
    });
    await until('each to count as before', 20, async () => (await Promise.all(replicas.map(counted))).every((n) => n === before));
    expect(watch.together).toEqual([]);
  });

  it('one that stands still while another one takes over leads no more when it goes on', async () => {
    const leader = await until('a leader', 20, () => watch.leader());
    const at = Date.now();
    leader.daemon.signal('SIGSTOP');
    await until('the next leader', 20, () => watch.beganAfter(at, leader));
    leader.daemon.signal('SIGCONT');
    await sleep(2000);
    expect(watch.together).toEqual([]);
    expect((await replicaOf(leader)).leads).toBe(false);
  });

  it('that may not write the Lease follow, and say which right is missing', async () => {
    const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/monitoring/roles/aggregated-api-exporter-leader';
    const { rules } = await cluster.kube.get(role);
    await cluster.kube.patch(role, { rules: rules.filter(({ resources }: { resources: string[] }) => resources[0] !== 'leases') });
    const rule = 'coordination.k8s.io/leases: get, create, update (monitoring/aggregated-api-exporter-leader)';
    await until('no leader', 30, async () => (await Promise.all(replicas.map(replicaOf))).every((one) => !one.leads && one.rule === rule));
    await cluster.kube.patch(role, { rules });
    await until('a leader', 30, () => watch.leader());
    expect(watch.together).toEqual([]);
  });
});

async function counted(replica: Exporter): Promise<number> {
  const series = seriesOf(await replica.metrics(), 'aggregated_api_log_matches_total', { apiservice: BUOY, signature: 'dial-refused' });
  return series[0]?.value ?? 0;
}

async function replicaOf(replica: Exporter): Promise<any> {
  return ((await (await fetch(`${replica.url}/api/v1/status`)).json()) as any).replica;
}

const buoyLines = (cluster: Cluster): number => {
  const pod = cluster.kubelets.map((kubelet) => kubelet.podOf('app', 'buoy')).find((found) => found !== undefined);
  return pod?.container.lines.filter(({ text }) => text.includes('connection refused')).length ?? 0;
};

/** A backend that is nothing but its log: a line each tenth of a second, until a file says stop. */
async function installBuoy(cluster: Cluster): Promise<void> {
  const { kube } = cluster;
  const stop = join(cluster.folder, 'buoy-stop');
  await kube.apply(path.namespace('buoy'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'buoy' } });
  await kube.apply(path.deployment('buoy', 'buoy'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'buoy', namespace: 'buoy' },
    spec: {
      selector: { matchLabels: { app: 'buoy' } },
      template: {
        metadata: { labels: { app: 'buoy' } },
        spec: {
          automountServiceAccountToken: false,
          nodeName: 'node-a',
          containers: [
            {
              name: 'server',
              image: 'e2e/shell',
              args: [`while [ ! -e ${stop} ]; do echo '${LINE}'; sleep 0.1; done; exec sleep infinity`],
              ports: [{ name: 'https', containerPort: 8443 }],
            },
          ],
        },
      },
    },
  });
  await kube.apply(path.service('buoy', 'buoy'), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'buoy', namespace: 'buoy' },
    spec: { selector: { app: 'buoy' }, ports: [{ name: 'https', port: 443, targetPort: 8443 }] },
  });
  await kube.apply(path.apiService(BUOY), {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: BUOY },
    spec: {
      ...{ group: 'buoy.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ service: { namespace: 'buoy', name: 'buoy', port: 443 }, insecureSkipTLSVerify: true },
    },
  });
  await until('the buoy to speak', 60, () => buoyLines(cluster) > 0);
}

async function stopWriting(cluster: Cluster): Promise<void> {
  writeFileSync(join(cluster.folder, 'buoy-stop'), '');
  let before = -1;
  await until('the buoy to be silent', 10, () => {
    const now = buoyLines(cluster);
    const same = now === before;
    before = now;
    return same;
  });
}

/** One answer: it led, or not, at some moment between these two. Unix milliseconds. */
interface Look {
  readonly leads: boolean;
  readonly asked: number;
  readonly answered: number;
}

/** Asks all replicas again and again whether they lead. */
class LeaderWatch {
  /** Moments at which two led, each proven: one led before and after a moment at which another one did. */
  readonly together: string[] = [];
  looks = 0;
  readonly #replicas: readonly Exporter[];
  readonly #last = new Map<Exporter, Look>();
  readonly #began = new Map<Exporter, number>();
  /** In which somebody led, the newest last. */
  #leading: (Look & { readonly of: Exporter })[] = [];
  #goesOn = true;
  #rounds: Promise<unknown> = Promise.resolve();

  constructor(replicas: readonly Exporter[]) {
    this.#replicas = replicas;
  }

  start(): void {
    this.#rounds = Promise.all(this.#replicas.map((replica) => this.#ask(replica)));
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#rounds;
  }

  leader(): Exporter | undefined {
    return this.#replicas.find((replica) => this.#last.get(replica)?.leads);
  }

  /** When another one than that began to lead, after a moment. */
  beganAfter(at: number, than: Exporter): number | undefined {
    const began = [...this.#began].filter(([replica, when]) => replica !== than && when >= at).map(([, when]) => when);
    return began.length > 0 ? Math.min(...began) : undefined;
  }

  async #ask(replica: Exporter): Promise<void> {
    while (this.#goesOn) {
      const asked = Date.now();
      const leads = await fetch(`${replica.url}/metrics`, { signal: AbortSignal.timeout(1000) })
        .then((answer) => answer.text())
        .then((text) => seriesOf(text, 'aggregated_api_exporter_leader')[0]?.value === 1)
        .catch(() => undefined);
      if (leads === undefined) this.#last.delete(replica);
      else this.#note(replica, { leads, asked, answered: Date.now() });
      await sleep(LOOK);
    }
  }

  #note(replica: Exporter, look: Look): void {
    this.looks++;
    const before = this.#last.get(replica);
    this.#last.set(replica, look);
    if (!look.leads) return;
    if (!before?.leads) this.#began.set(replica, look.asked);
    else
      for (const other of this.#leading)
        if (other.of !== replica && other.asked >= before.answered && other.answered <= look.asked)
          this.together.push(`${replica.url} and ${other.of.url} at ${new Date(other.asked).toISOString()}`);
    this.#leading = [...this.#leading.slice(-200), { ...look, of: replica }];
  }
}
