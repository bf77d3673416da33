import type { AggregatedServer } from '../backend/aggregated-server.ts';
import type { Behaviour } from '../backend/behaviour.ts';
import { StartFailure } from '../backend/start-failure.ts';
import type { EventRecorder, Reported } from '../control-plane/events.ts';
import type { Listener } from '../network/listener.ts';
import { type OwnerReference, type PodObject, type ProbeSpec, referenceTo } from '../objects.ts';
import type { Random } from '../random.ts';
import { keyOf, type Store } from '../store.ts';
import type { Cancel, Timers } from '../timers.ts';
import { Container, type Ending } from './container.ts';
import { goDuration } from './durations.ts';
import { podStatus } from './pod-status.ts';
import { probeContainer } from './probe.ts';
import { createUsage, type Usage } from './usage.ts';

export interface PodPlan {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference[];
  readonly node: { readonly name: string; readonly address: string };
  readonly serviceAccount: string;
  readonly container: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly limits: { readonly cpuCores: number; readonly memoryBytes: number };
  readonly hostNetwork?: boolean;
  readonly probes: { readonly readiness: boolean; readonly liveness: boolean };
}

/** What keeps a pod from running at all. */
export type Hold =
  | { readonly kind: 'unschedulable'; readonly message: string }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly events: readonly Reported[] };

/** What the process of the container does, beside serving. */
export interface Program {
  /** It ends by itself after this time in the cluster's milliseconds; 0 = before it listens. */
  readonly endsAfter?: number;
  readonly ending?: Ending;
  /** Lines that it writes first. */
  readonly firstLines?: readonly string[];
}

export interface PodContext {
  readonly store: Store;
  readonly events: EventRecorder;
  readonly timers: Timers;
  readonly random: Random;
  /** Starts the process; undefined for pods that serve nothing. Rejects with StartFailure. */
  readonly launch?: (pod: SimulatedPod) => Promise<AggregatedServer>;
  /** Address of the pod, reserved. */
  readonly listener?: Listener;
}

const PROBE_PERIOD = 10_000;
const PROBE_TIMEOUT = 1000;
/** The kubelet waits so many times longer than it says: here it shares its core with everything else. */
const PROBE_PATIENCE = 3;
const FAILURE_THRESHOLD = 3;
const PROBES = {
  readiness: { path: '/readyz', words: 'Readiness' },
  liveness: { path: '/livez', words: 'Liveness' },
} as const;
const BACK_OFF = { first: 10_000, most: 300_000 };
/** The kubelet never takes less, whatever the compression. */
const LEAST_PERIOD = 200;

/** How the process ends that could not start. */
function endingOf(error: unknown): Ending {
  const { exitCode, lines } = error instanceof StartFailure ? error : new StartFailure(1, [String(error)]);
  return { exitCode, lines };
}

/** A pod and its kubelet: starts, probes, restarts and reports as the real one does, in the cluster's (compressed) time. */
export class SimulatedPod {
  readonly plan: PodPlan;
  readonly key: string;
  readonly container: Container;
  readonly usage: Usage;
  readonly listener: Listener | undefined;
  /** On top of what its API's pods share. */
  behaviour: Behaviour = {};
  program: Program = {};
  /** Health is asked for on a port of its own, which goes on answering: probes pass whatever the serving port does. */
  probesPass = false;
  server: AggregatedServer | undefined;
  readonly #context: PodContext;
  readonly #timers = new Set<Cancel>();
  #hold: Hold | undefined;
  #failed: { reason: string; message: string } | undefined;
  #nodeLost = false;
  #crashes = 0;
  #runs = 0;
  #deleted = false;
  #failures = { readiness: 0, liveness: 0 };

  constructor(plan: PodPlan, context: PodContext) {
    this.plan = plan;
    this.key = keyOf(plan);
    this.#context = context;
    this.listener = context.listener;
    this.container = new Container(plan.container, context.random);
    this.usage = createUsage(plan.limits);
    context.store.pods.create(this.#firstObject(), { manager: 'kube-controller-manager' });
  }

  get object(): PodObject | undefined {
    return this.#context.store.pods.get(this.key);
  }

  get ip(): string | undefined {
    return this.plan.hostNetwork ? this.plan.node.address : this.listener?.host;
  }

  get ready(): boolean {
    return this.container.ready;
  }

  write(...lines: string[]): void {
    this.container.log?.write(...lines);
  }

  report(event: Omit<Reported, 'component'> & { component?: string }): void {
    const object = this.object;
    if (object) this.#context.events.report(referenceTo(object), { component: 'kubelet', host: this.plan.node.name, ...event });
  }

  #reportNew(event: Parameters<EventRecorder['reportNew']>[1]): void {
    if (this.object) this.#context.events.reportNew(referenceTo(this.object), event);
  }

  /** From scheduling to serving, or to whatever `hold` or the program make of it. Never rejects. */
  async start(hold?: Hold): Promise<void> {
    this.#hold = hold;
    if (hold?.kind === 'unschedulable') {
      this.#reportNew({
        type: 'Warning',
        reason: 'FailedScheduling',
        message: hold.message,
        component: 'default-scheduler',
        action: 'Scheduling',
      });
      this.#writeStatus();
      return;
    }
    this.#context.store.pods.update(this.key, (copy) => {
      copy.spec.nodeName = this.plan.node.name;
    });
    this.#reportNew({
      reason: 'Scheduled',
      message: `Successfully assigned ${this.key} to ${this.plan.node.name}`,
      component: 'default-scheduler',
      action: 'Binding',
    });
    if (hold?.kind === 'waiting') {
      this.container.wait(hold.reason, hold.message || undefined);
      this.#writeStatus();
      this.#repeat(PROBE_PERIOD, () => {
        for (const event of hold.events) this.report(event);
      });
      return;
    }
    await this.#run();
  }

  /** The process ends as told, now; the kubelet starts it again after its back-off. */
  async crash(ending: Ending): Promise<void> {
    if (!this.container.running) return;
    this.container.end(ending);
    await this.#processGone();
    this.#scheduleRestart();
  }

  /** The process ends and starts again without a back-off, as after a failed liveness probe. */
  async restart(ending: Ending): Promise<void> {
    this.#cancelAll();
    if (this.container.running) {
      this.container.end(ending);
      await this.#processGone();
    }
    this.container.restarts += 1;
    await this.#run();
  }

  /** What stood in the way is gone: starts now, without waiting for a back-off. */
  async recover(): Promise<void> {
    this.program = {};
    this.#crashes = 0;
    if (this.container.running || this.#deleted) return;
    this.#cancelAll();
    if (this.container.state.waiting?.reason === 'CrashLoopBackOff') this.container.restarts += 1;
    if (this.#hold) await this.start();
    else await this.#run();
  }

  /** The pod fails for good (phase Failed); the kubelet stops it. */
  async fail(reason: string, message: string): Promise<void> {
    this.#cancelAll();
    if (this.container.running) this.container.end({ exitCode: 137 });
    this.#failed = { reason, message };
    await this.#processGone();
  }

  setNodeLost(lost: boolean): void {
    this.#nodeLost = lost;
    this.#writeStatus();
  }

  /** Graceful deletion: terminating first, gone after the cluster's two seconds. */
  async delete(): Promise<void> {
    if (this.#deleted) return;
    this.#deleted = true;
    const { store, timers } = this.#context;
    store.pods.update(this.key, (copy) => {
      copy.metadata.deletionTimestamp = new Date().toISOString().replace(/\.\d{3}Z$/, 'Z');
      copy.metadata.deletionGracePeriodSeconds = 30;
    });
    if (this.container.running) this.report({ reason: 'Killing', message: `Stopping container ${this.container.name}` });
    await timers.sleep(timers.scaled(2000));
    this.#cancelAll();
    if (this.container.running) this.container.end({ exitCode: 0 });
    await this.#stopServing();
    store.pods.delete(this.key);
  }

  async stop(): Promise<void> {
    this.#deleted = true;
    this.#cancelAll();
    this.container.log?.end();
    this.server?.stop();
    await this.listener?.close();
  }

  async #run(): Promise<void> {
    if (this.#deleted || this.#context.timers.stopped) return;
    const run = ++this.#runs;
    this.#begin();
    const { program } = this;
    const { endsAfter, ending } = program;
    if (endsAfter === 0 && ending) return this.crash(ending);
    try {
      this.server = await this.#context.launch?.(this);
      if (run !== this.#runs || !this.container.running) return;
      if (this.listener && this.listener.path !== 'drop') await this.listener.set('open');
    } catch (error) {
      return this.crash(endingOf(error));
    }
    this.#endLater(program);
    this.#startProbes();
  }

  #begin(): void {
    this.#hold = undefined;
    const log = this.container.begin();
    this.#failures = { readiness: 0, liveness: 0 };
    this.report({ reason: 'Pulled', message: `Container image "${this.plan.image}" already present on machine` });
    this.report({ reason: 'Created', message: 'Container created' });
    this.report({ reason: 'Started', message: 'Container started' });
    if (this.program.firstLines) log.write(...this.program.firstLines);
    this.#writeStatus();
  }

  #endLater({ endsAfter, ending }: Program): void {
    if (endsAfter !== undefined && ending) this.#after(endsAfter, () => void this.crash(ending));
  }

  #startProbes(): void {
    if (!this.plan.probes.readiness || !this.listener) this.#setReady(true);
    if (!this.listener) return;
    if (this.plan.probes.readiness) this.#repeat(PROBE_PERIOD, () => void this.#probe('readiness'));
    if (this.plan.probes.liveness) this.#repeat(PROBE_PERIOD, () => void this.#probe('liveness'));
  }

  async #probe(kind: 'readiness' | 'liveness'): Promise<void> {
    if (!this.container.running || !this.listener) return;
    const run = this.#runs;
    // Traffic from the pod's own node is never subject to a NetworkPolicy.
    const bypassed = this.probesPass || this.listener.path === 'drop';
    const { path, words } = PROBES[kind];
    const outcome = bypassed
      ? { ok: true as const }
      : await probeContainer(this.listener.host, this.listener.port, path, PROBE_TIMEOUT * PROBE_PATIENCE);
    if (run !== this.#runs || !this.container.running || this.#context.timers.stopped) return;
    if (outcome.ok) {
      this.#failures[kind] = 0;
      if (kind === 'readiness') this.#setReady(true);
      return;
    }
    this.report({
      type: 'Warning',
      reason: 'Unhealthy',
      message: `${words} probe failed: ${outcome.words}`,
    });
    this.#failures[kind] += 1;
    if (this.#failures[kind] < FAILURE_THRESHOLD) return;
    if (kind === 'readiness') this.#setReady(false);
    else await this.#killForLiveness();
  }

  async #killForLiveness(): Promise<void> {
    this.report({ reason: 'Killing', message: `Container ${this.container.name} failed liveness probe, will be restarted` });
    await this.crash({ exitCode: 137 });
  }

  #setReady(ready: boolean): void {
    if (this.container.ready === ready) return;
    this.container.ready = ready;
    this.#writeStatus();
  }

  #scheduleRestart(): void {
    const wait = Math.min(BACK_OFF.first * 2 ** this.#crashes, BACK_OFF.most);
    this.#crashes += 1;
    const uid = this.object?.metadata.uid ?? '';
    const { namespace, name } = this.plan;
    this.#writeStatus();
    this.#after(Math.min(1000, wait / 4), () => {
      this.container.wait(
        'CrashLoopBackOff',
        `back-off ${goDuration(wait)} restarting failed container=${this.container.name} pod=${name}_${namespace}(${uid})`,
      );
      this.report({
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${this.container.name} in pod ${name}_${namespace}(${uid})`,
      });
      this.#writeStatus();
    });
    this.#after(wait, () => {
      this.container.restarts += 1;
      void this.#run();
    });
  }

  async #processGone(): Promise<void> {
    this.#cancelAll();
    this.#writeStatus();
    await this.#stopServing();
  }

  async #stopServing(): Promise<void> {
    this.server?.stop();
    this.server = undefined;
    if (this.listener && this.listener.path !== 'drop') await this.listener.set('closed');
  }

  #writeStatus(): void {
    const hold = this.#hold;
    this.#context.store.pods.update(
      this.key,
      (copy) => {
        copy.status = podStatus(copy, {
          container: this.container,
          image: this.plan.image,
          ip: this.ip,
          hostIp: this.plan.node.address,
          unschedulable: hold?.kind === 'unschedulable' ? hold.message : undefined,
          failed: this.#failed,
          nodeLost: this.#nodeLost,
        });
      },
      { manager: 'kubelet', subresource: 'status' },
    );
  }

  #after(clusterMs: number, run: () => void): void {
    const { timers } = this.#context;
    this.#timers.add(timers.after(timers.scaled(clusterMs), run));
  }

  #repeat(clusterMs: number, run: () => void): void {
    const { timers } = this.#context;
    run();
    this.#timers.add(timers.every(Math.max(timers.scaled(clusterMs), LEAST_PERIOD), run));
  }

  #cancelAll(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #firstObject() {
    const { namespace, name, labels, owner, serviceAccount, container, image, args, limits, hostNetwork, probes } = this.plan;
    const probe = (path: string): ProbeSpec => ({
      httpGet: { path, port: 'https', scheme: 'HTTPS' },
      periodSeconds: PROBE_PERIOD / 1000,
      timeoutSeconds: PROBE_TIMEOUT / 1000,
      failureThreshold: FAILURE_THRESHOLD,
    });
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name, labels: { ...labels }, ...(owner ? { ownerReferences: owner } : {}) },
      spec: {
        serviceAccountName: serviceAccount,
        ...(hostNetwork ? { hostNetwork } : {}),
        restartPolicy: 'Always' as const,
        terminationGracePeriodSeconds: 30,
        containers: [
          {
            name: container,
            image,
            imagePullPolicy: 'IfNotPresent' as const,
            args: [...args],
            ports: this.listener ? [{ name: 'https', containerPort: this.listener.port, protocol: 'TCP' as const }] : [],
            resources: { limits: { cpu: `${limits.cpuCores * 1000}m`, memory: `${limits.memoryBytes / 2 ** 20}Mi` } },
            ...(probes.readiness ? { readinessProbe: probe('/readyz') } : {}),
            ...(probes.liveness ? { livenessProbe: probe('/livez') } : {}),
          },
        ],
      },
      status: { phase: 'Pending' as const, conditions: [] },
    };
  }
}
