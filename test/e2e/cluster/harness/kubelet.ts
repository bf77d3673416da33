import { readFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { Agent, createServer, request as requestTls, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { Container, type Exit, seconds } from './container.ts';
import type { Kube, KubeObject } from './kube.ts';
import { callerOf, type Manner, serveKubelet } from './kubelet-server.ts';
import type { KeyPair } from './pki.ts';

export interface KubeletOptions {
  readonly kube: Kube;
  readonly node: string;
  readonly address: string;
  readonly serving: KeyPair;
  readonly clientCaFile: string;
  /** Image → the command of a pod's container; undefined = the image can't be pulled. */
  readonly images: (image: string, pod: KubeObject, podIP: string) => readonly string[] | undefined;
  readonly nextPodIP: () => string;
  /** Of a cluster of both families: the second address of the pod that has this one. */
  readonly secondPodIP?: (ip: string) => string;
}

interface RunningPod {
  readonly object: KubeObject;
  readonly ip: string;
  readonly container: Container;
  readonly command: readonly string[] | undefined;
  failedProbes: number;
  timer?: NodeJS.Timeout;
  evicted?: string;
  stopped: boolean;
  lastStatus: string;
}

/** The kubelet's first restart waits 10 s and the wait doubles up to 300 s; here a tenth of it. */
const FIRST_BACKOFF = 1;
const LONGEST_BACKOFF = 30;

/**
 * A small kubelet: starts the process of each pod bound to its node, probes readiness, restarts with back-off, and writes the
 * status, events and logs that the real one would. So crash loops, probe failures and evictions are real ones.
 */
export class Kubelet {
  readonly options: KubeletOptions;
  readonly pods = new Map<string, RunningPod>();
  /** Absent: it serves. */
  manner: Manner | undefined;
  private server: Server | undefined;
  private readonly probes = new Agent({ rejectUnauthorized: false, keepAlive: false });
  private loops: NodeJS.Timeout[] = [];
  private heartbeats = true;
  private busy = false;

  constructor(options: KubeletOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    const { serving, address } = this.options;
    await this.register();
    this.server = createServer({ ...this.contextOf(serving), requestCert: true, rejectUnauthorized: false }, (call, answer) => {
      const socket = call.socket as TLSSocket;
      void serveKubelet(this, this.options.kube, call, answer, socket.authorized ? callerOf(socket.getPeerCertificate()) : undefined);
    });
    await new Promise<void>((resolve) => this.server!.listen(10250, address, resolve));
    this.loops = [setInterval(() => void this.sync(), 300), setInterval(() => void this.heartbeat(), 4000)];
  }

  async stop(): Promise<void> {
    for (const loop of this.loops) clearInterval(loop);
    for (const pod of this.pods.values()) this.halt(pod);
    this.probes.destroy();
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  /** Who connects from now on sees this certificate. */
  present(pair: KeyPair): void {
    this.server!.setSecureContext(this.contextOf(pair));
    this.server!.closeIdleConnections();
  }

  private contextOf({ certFile, keyFile }: KeyPair) {
    return { cert: readFileSync(certFile), key: readFileSync(keyFile), ca: readFileSync(this.options.clientCaFile) };
  }

  /** The node goes silent, as when its machine is lost: no heartbeats, no containers. */
  lose(): void {
    this.heartbeats = false;
    for (const pod of this.pods.values()) pod.container.pause();
  }

  async find(): Promise<void> {
    this.heartbeats = true;
    for (const pod of this.pods.values()) pod.container.resume();
    await this.heartbeat();
  }

  podOf(label: string, value: string): RunningPod | undefined {
    return [...this.pods.values()].find((pod) => !pod.stopped && pod.object.metadata.labels?.[label] === value);
  }

  podNamed(namespace: string, name: string): RunningPod | undefined {
    return [...this.pods.values()].find((pod) => pod.object.metadata.namespace === namespace && pod.object.metadata.name === name);
  }

  async evict(pod: RunningPod, message: string): Promise<void> {
    pod.evicted = message;
    this.halt(pod);
    await this.event(pod, 'Warning', 'Evicted', message);
    await this.report(pod);
  }

  private async register(): Promise<void> {
    const { kube, node, address } = this.options;
    await kube.apply(`/api/v1/nodes/${node}`, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node, labels: { 'kubernetes.io/hostname': node } },
    });
    await kube.patch(`/api/v1/nodes/${node}/status`, {
      status: {
        addresses: [
          { type: 'InternalIP', address },
          { type: 'Hostname', address: node },
        ],
        capacity: { cpu: '4', memory: '8Gi', pods: '110' },
        allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        nodeInfo: { kubeletVersion: 'v1.36.3', operatingSystem: 'linux', architecture: 'amd64' },
      },
    });
    await this.heartbeat();
    await kube.patch(`/api/v1/nodes/${node}`, { spec: { taints: null } });
  }

  private async heartbeat(): Promise<void> {
    if (!this.heartbeats) return;
    const { kube, node } = this.options;
    const now = new Date().toISOString();
    try {
      await kube.apply(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: node, namespace: 'kube-node-lease' },
        spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: now.replace('Z', '000Z') },
      });
      await kube.patch(
        `/api/v1/nodes/${node}/status`,
        {
          status: {
            conditions: [
              {
                type: 'Ready',
                status: 'True',
                reason: 'KubeletReady',
                message: 'kubelet is posting ready status',
                lastHeartbeatTime: seconds(now),
                lastTransitionTime: this.readySince,
              },
            ],
          },
        },
        'strategic-merge',
      );
    } catch {
      // The kube-apiserver may be away: that is what some tests do.
    }
  }

  private readonly readySince = seconds(new Date().toISOString());

  private async sync(): Promise<void> {
    if (this.busy || !this.heartbeats) return;
    this.busy = true;
    try {
      const list = await this.options.kube.get(`/api/v1/pods?fieldSelector=spec.nodeName=${this.options.node}`);
      const seen = new Set<string>();
      for (const object of list.items) {
        const uid: string = object.metadata.uid;
        seen.add(uid);
        const known = this.pods.get(uid);
        if (object.metadata.deletionTimestamp) await this.remove(object, known);
        else if (!known && object.status?.phase !== 'Failed') this.admit(object);
      }
      for (const [uid, pod] of this.pods)
        if (!seen.has(uid)) {
          this.halt(pod);
          this.pods.delete(uid);
        }
      for (const pod of this.pods.values()) await this.report(pod);
    } catch {
      // As above; the next round tries again.
    } finally {
      this.busy = false;
    }
  }

  private admit(object: KubeObject): void {
    const spec = object.spec.containers[0];
    const ip = object.spec.hostNetwork ? this.options.address : this.options.nextPodIP();
    const pod: RunningPod = {
      object,
      ip,
      container: new Container(spec.name),
      command: this.options.images(spec.image, object, ip),
      failedProbes: 0,
      stopped: false,
      lastStatus: '',
    };
    this.pods.set(object.metadata.uid, pod);
    if (pod.command) this.run(pod);
    else this.failPull(pod, spec.image);
    if (spec.readinessProbe)
      pod.timer = setInterval(() => this.probe(pod, spec.readinessProbe), (spec.readinessProbe.periodSeconds ?? 10) * 1000);
  }

  private run(pod: RunningPod): void {
    if (pod.stopped) return;
    const hasProbe = Boolean(pod.object.spec.containers[0].readinessProbe);
    pod.container.start(pod.command!, (exit) => this.exited(pod, exit));
    pod.container.ready = !hasProbe;
    void this.event(pod, 'Normal', 'Started', `Container started`);
  }

  private exited(pod: RunningPod, exit: Exit): void {
    if (pod.stopped || pod.object.spec.restartPolicy === 'Never') return;
    const ran = Date.parse(exit.finishedAt) - Date.parse(exit.startedAt);
    const { container } = pod;
    // A run of ten minutes resets the real back-off; a tenth of it here.
    container.backoff = ran > 60_000 ? 0 : Math.min(LONGEST_BACKOFF, container.backoff === 0 ? FIRST_BACKOFF : container.backoff * 2);
    const wait = container.backoff;
    const name = pod.object.metadata.name;
    if (wait > FIRST_BACKOFF) {
      const message = `back-off ${wait}s restarting failed container=${container.name} pod=${name}_${pod.object.metadata.namespace}(${pod.object.metadata.uid})`;
      container.waiting = { reason: 'CrashLoopBackOff', message };
      void this.event(
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${name}_${pod.object.metadata.namespace}(${pod.object.metadata.uid})`,
      );
    }
    setTimeout(() => {
      if (pod.stopped) return;
      container.restarts++;
      this.run(pod);
    }, wait * 1000);
  }

  private failPull(pod: RunningPod, image: string): void {
    const error = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`;
    pod.container.waiting = { reason: 'ErrImagePull', message: error };
    void this.event(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
    setTimeout(() => {
      pod.container.waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${error}` };
      void this.event(pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`);
      void this.event(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    }, 2000);
  }

  private probe(pod: RunningPod, spec: KubeObject): void {
    if (!pod.container.running || pod.stopped) return;
    const { path, scheme = 'HTTP' } = spec.httpGet;
    const tls = scheme === 'HTTPS';
    const port = portOf(pod.object.spec.containers[0], spec.httpGet.port);
    const failed = (why: string) => {
      pod.failedProbes++;
      void this.event(pod, 'Warning', 'Unhealthy', `Readiness probe failed: ${why}`);
      if (pod.failedProbes >= (spec.failureThreshold ?? 3)) pod.container.ready = false;
    };
    const call = (tls ? requestTls : requestPlain)(
      {
        host: pod.ip,
        port,
        path,
        agent: tls ? this.probes : false,
        timeout: (spec.timeoutSeconds ?? 1) * 1000,
        headers: { 'user-agent': 'kube-probe/1.36' },
      },
      (answer) => {
        answer.resume();
        if ((answer.statusCode ?? 0) >= 200 && (answer.statusCode ?? 0) < 400) {
          pod.failedProbes = 0;
          pod.container.ready = true;
        } else failed(`HTTP probe failed with statuscode: ${answer.statusCode}`);
      },
    );
    const url = `${scheme.toLowerCase()}://${pod.ip}:${port}${path}`;
    call.on('timeout', () => call.destroy(new Error('context deadline exceeded (Client.Timeout exceeded while awaiting headers)')));
    call.on('error', (error) =>
      failed(
        `Get "${url}": ${error.message.includes('ECONNREFUSED') ? `dial tcp ${pod.ip}:${port}: connect: connection refused` : error.message}`,
      ),
    );
    call.end();
  }

  private async remove(object: KubeObject, known: RunningPod | undefined): Promise<void> {
    if (known && !known.stopped) {
      known.container.ready = false;
      await this.event(known, 'Normal', 'Killing', `Stopping container ${known.container.name}`);
      this.halt(known);
    }
    await this.options.kube.remove(`/api/v1/namespaces/${object.metadata.namespace}/pods/${object.metadata.name}`, {
      gracePeriodSeconds: 0,
    });
    this.pods.delete(object.metadata.uid);
  }

  private halt(pod: RunningPod): void {
    pod.stopped = true;
    clearInterval(pod.timer);
    pod.container.kill('SIGKILL');
  }

  private async report(pod: RunningPod): Promise<void> {
    const status = podStatus(pod, this.options);
    const text = JSON.stringify(status);
    if (text === pod.lastStatus) return;
    await this.options.kube.patch(`/api/v1/namespaces/${pod.object.metadata.namespace}/pods/${pod.object.metadata.name}/status`, {
      status,
    });
    pod.lastStatus = text;
  }

  private readonly eventCounts = new Map<string, { name: string; count: number }>();

  /** Events as the kubelet's recorder sends them: the same message again raises the count. */
  private async event(pod: RunningPod, type: string, reason: string, message: string): Promise<void> {
    const { kube, node } = this.options;
    const { namespace, name, uid } = pod.object.metadata;
    const key = `${uid} ${reason} ${message}`;
    const known = this.eventCounts.get(key);
    const now = seconds(new Date().toISOString());
    const path = `/api/v1/namespaces/${namespace}/events`;
    try {
      if (known) {
        known.count++;
        await kube.patch(`${path}/${known.name}`, { count: known.count, lastTimestamp: now });
        return;
      }
      const created = {
        metadata: { name: `${name}.${Date.now().toString(16)}${this.eventCounts.size}`, namespace },
        involvedObject: { kind: 'Pod', namespace, name, uid, apiVersion: 'v1' },
        source: { component: 'kubelet', host: node },
        type,
        reason,
        message,
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
      };
      this.eventCounts.set(key, { name: created.metadata.name, count: 1 });
      await kube.create(path, created);
    } catch {
      // Events are best effort for the real kubelet too.
    }
  }
}

/** A container's port by its number or its name. */
function portOf(container: KubeObject, port: number | string): number {
  return typeof port === 'number' ? port : container.ports.find(({ name }: { name: string }) => name === port).containerPort;
}

function phaseOf({ object, container }: RunningPod): string {
  if (container.running) return 'Running';
  if (!container.lastExit) return 'Pending';
  if (object.spec.restartPolicy !== 'Never') return 'Running';
  return container.lastExit.exitCode === 0 ? 'Succeeded' : 'Failed';
}

function podStatus(pod: RunningPod, { address: hostIP, secondPodIP }: Pick<KubeletOptions, 'address' | 'secondPodIP'>): object {
  const { container } = pod;
  const now = seconds(new Date().toISOString());
  if (pod.evicted) return { phase: 'Failed', reason: 'Evicted', message: pod.evicted, containerStatuses: null, conditions: null };
  const exit = container.lastExit && { terminated: container.lastExit };
  const state = container.running
    ? { running: { startedAt: seconds(container.startedAt ?? now) } }
    : container.waiting
      ? { waiting: container.waiting }
      : (exit ?? {});
  const ready = container.ready && container.running;
  const condition = (type: string, status: boolean, reason?: string) => ({
    type,
    status: status ? 'True' : 'False',
    ...(reason && !status ? { reason, message: `containers with unready status: [${container.name}]` } : {}),
  });
  return {
    phase: phaseOf(pod),
    hostIP,
    podIP: pod.ip,
    podIPs: [{ ip: pod.ip }, ...(secondPodIP ? [{ ip: secondPodIP(pod.ip) }] : [])],
    startTime: pod.object.metadata.creationTimestamp,
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready, 'ContainersNotReady'),
      condition('Ready', ready, 'ContainersNotReady'),
    ],
    containerStatuses: [
      {
        name: container.name,
        image: pod.object.spec.containers[0].image,
        imageID: '',
        ...(container.id === undefined ? {} : { containerID: container.id }),
        ready,
        started: container.running,
        restartCount: container.restarts,
        state,
        lastState: (container.running || container.waiting) && exit ? exit : {},
      },
    ],
  };
}

export type { RunningPod };
