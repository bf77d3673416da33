import type { ServerResponse } from 'node:http';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { ApiTarget, TargetChange, TargetContainer, TargetPod, Targets } from '../../../src/objects/targets.ts';
import { createLogTail, type LogTail, type LogTailOptions } from '../../../src/observe/logs/log-tail.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { answer, answerStatus, type KubeServer, startKubeServer } from '../../support/kube-server.ts';

/** A Monday morning, as the node's clock has it. */
export const FIRST_STAMP = Date.UTC(2026, 0, 5, 9, 0, 0);

interface StampedLine {
  /** Nanoseconds since the Unix epoch. */
  readonly at: bigint;
  readonly text: string;
}

/** The log of one container as a kubelet has it: the current file of the instance that runs, and that of the one before. */
export class ContainerLog {
  lines: StampedLine[] = [];
  previous: StampedLine[] | undefined;
  /** The container runs: followers wait for more. */
  running = true;
  /** Of the next line, nanoseconds; the clock goes on by itself, a millisecond a line. */
  clock = BigInt(FIRST_STAMP) * 1_000_000n;
  /** Says how the next stream ends: after so many bytes, cleanly or not. */
  nextEnd: (() => { after: number; how: 'cut' | 'end' | 'stand' }) | undefined;
  /** Called before a stream is served. */
  onFollow: (() => void) | undefined;
  /** Takes requests and says nothing. */
  silent = false;
  /** Answers instead of a log. */
  refusal: { status: number; reason: string; message: string } | undefined;
  readonly followers = new Set<ServerResponse>();
  readonly requests: URLSearchParams[] = [];

  write(...texts: string[]): void {
    for (const text of texts) {
      this.writeAt(this.clock, text);
      this.clock += 1_000_000n;
    }
  }

  writeAt(at: bigint, text: string): void {
    const line = { at, text };
    this.lines.push(line);
    for (const follower of this.followers) follower.write(printed(line));
  }

  /** What was written can't be read any more; followers go on. */
  rotate(): void {
    this.lines = [];
  }

  /** The container ends, and a new instance of it begins. */
  restart(...firstLines: string[]): void {
    this.stop();
    this.previous = this.lines;
    this.lines = [];
    this.running = true;
    this.clock += 2_000_000_000n;
    this.write(...firstLines);
  }

  /** Streams end; the container waits for its restart. */
  stop(): void {
    this.running = false;
    this.end();
  }

  /** Streams end, with what the kubelet has to say of it. */
  end(complaint = ''): void {
    for (const follower of this.followers) follower.end(complaint);
    this.followers.clear();
  }

  /** Cuts the streams in the middle of whatever they say. */
  cut(): void {
    for (const follower of this.followers) follower.destroy();
    this.followers.clear();
  }

  serve(response: ServerResponse, query: URLSearchParams): void {
    this.requests.push(query);
    if (this.silent) return;
    if (query.get('follow') === 'true') this.onFollow?.();
    const file = query.get('previous') === 'true' ? this.previous : this.lines;
    const refusal = file ? this.refusal : { status: 400, reason: 'BadRequest', message: 'previous terminated container not found' };
    if (!file || refusal) {
      answerStatus(response, refusal!.status, refusal!.reason, refusal!.message);
      return;
    }
    // Before the file is read: it may write.
    const end = query.get('follow') === 'true' ? this.nextEnd?.() : undefined;
    const since = query.has('sinceTime') ? BigInt(Date.parse(query.get('sinceTime')!)) * 1_000_000n : undefined;
    const tail = query.has('tailLines') ? file.slice(-Number(query.get('tailLines'))) : file;
    const bytes = Buffer.from(
      tail
        .filter(({ at }) => since === undefined || at >= since)
        .map(printed)
        .join(''),
    );
    response.writeHead(200, { 'content-type': 'text/plain' });
    const follows = query.get('follow') === 'true' && this.running;
    if (end && end.how !== 'stand') {
      const part = bytes.subarray(0, end.after);
      if (end.how === 'end') response.end(part);
      else response.write(part, () => response.destroy());
      return;
    }
    // Like a kubelet: not even a header before the first line.
    if (bytes.length > 0) response.write(bytes);
    if (!follows) {
      response.end();
      return;
    }
    this.followers.add(response);
    response.on('close', () => this.followers.delete(response));
  }
}

/** A stream that is cut asks for all of them again. */
const PRINTED = new WeakMap<StampedLine, string>();

function printed(line: StampedLine): string {
  const known = PRINTED.get(line) ?? print(line);
  PRINTED.set(line, known);
  return known;
}

function print({ at, text }: StampedLine): string {
  return `${new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}.${String(at % 1_000_000_000n).padStart(9, '0')}Z ${text}\n`;
}

/** Targets that a test changes. */
export class ChangingTargets implements Targets {
  private targets: readonly ApiTarget[];
  private readonly listeners = new Set<(change: TargetChange) => void>();

  constructor(...targets: ApiTarget[]) {
    this.targets = targets;
  }

  all(): readonly ApiTarget[] {
    return this.targets;
  }

  get(name: string): ApiTarget | undefined {
    return this.targets.find((target) => target.name === name);
  }

  subscribe(listener: (change: TargetChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(...targets: ApiTarget[]): void {
    const removed = this.targets.filter(({ name }) => !targets.some((target) => target.name === name));
    this.targets = targets;
    for (const listener of this.listeners) {
      for (const target of targets) listener({ kind: 'changed', target });
      for (const target of removed) listener({ kind: 'removed', target });
    }
  }
}

export function container(differs: Partial<TargetContainer> = {}): TargetContainer {
  return { name: 'server', init: false, restarts: 0, running: true, startedAt: 0, limits: {}, ...differs };
}

export function pod(differs: Partial<TargetPod> = {}): TargetPod {
  const name = differs.name ?? 'tides';
  return {
    namespace: 'harbour',
    name,
    uid: `uid-${name}`,
    node: 'worker',
    ip: '10.1.0.5',
    hostNetwork: false,
    labels: { app: 'tides' },
    ports: [],
    containers: [container()],
    ...differs,
  };
}

export function target(differs: Partial<ApiTarget> = {}): ApiTarget {
  const name = differs.name ?? 'v1.tides.example.com';
  return {
    name,
    group: name.slice(name.indexOf('.') + 1),
    version: name.slice(0, name.indexOf('.')),
    backend: { namespace: 'harbour', service: 'tides', port: 443 },
    insecureSkipTLSVerify: false,
    addresses: [],
    pods: [pod()],
    ...differs,
  };
}

export interface TailedCluster {
  readonly tail: LogTail;
  readonly targets: ChangingTargets;
  readonly server: KubeServer;
  /** Of `pod/container`; made when it is asked for. */
  log(key: string): ContainerLog;
  /** Pods that the search for kube-apiservers finds. */
  apiserverPods: object[];
  /** Unix milliseconds. */
  now: number;
  start(): void;
  close(): Promise<void>;
}

/** An API server that has logs, and a log tail that reads them over sockets; slow things are fast. */
export async function tailedCluster(
  targets: readonly ApiTarget[],
  options: LogTailOptions = {},
  prepare: (cluster: Pick<TailedCluster, 'log' | 'apiserverPods'>) => void = () => {},
): Promise<TailedCluster> {
  const logs = new Map<string, ContainerLog>();
  const log = (key: string): ContainerLog => {
    const known = logs.get(key) ?? new ContainerLog();
    logs.set(key, known);
    return known;
  };
  const server = await startKubeServer((_request, response, url) => {
    const [, podName] = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)\/log$/.exec(url.pathname) ?? [];
    if (podName !== undefined) log(`${podName}/${url.searchParams.get('container')}`).serve(response, url.searchParams);
    else if (url.pathname === '/api/v1/namespaces/kube-system/pods') answer(response, 200, { items: cluster.apiserverPods });
    else answerStatus(response, 404, 'NotFound', `${url.pathname} is not there`);
  });
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const stop = new AbortController();
  const changing = new ChangingTargets(...targets);
  const cluster: TailedCluster = {
    tail: createLogTail({
      client,
      targets: changing,
      clock: () => cluster.now,
      log: SILENT,
      options: { ...options, pace: { firstMs: 2, maxMs: 40, idleMs: 60_000, quietMs: 20, ...options.pace } },
    }),
    targets: changing,
    server,
    log,
    apiserverPods: [],
    now: FIRST_STAMP,
    start: () => cluster.tail.start(stop.signal),
    async close() {
      stop.abort();
      client.close();
      await server.stop();
    },
  };
  prepare(cluster);
  cluster.start();
  return cluster;
}
