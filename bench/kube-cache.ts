import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ResourceCache } from '../src/kube/api.ts';
import { createResourceCache } from '../src/kube/cache.ts';
import { createKubeClient } from '../src/kube/client.ts';
import { keepYoungGenerationSmall } from '../src/kube/young-generation.ts';
import { PODS, type PodRecord } from '../src/objects/pods.ts';
import { SILENT } from '../src/source/logger.ts';
import { freePort } from '../test/support/free-port.ts';
import { ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';

/** Memory of a watched cluster: a server process that holds no pods but writes them, and a client process of its own. */
const FILE = fileURLToPath(import.meta.url);
const GOAL_PER_POD_KIB = 1;
const GOAL_RSS_MIB = 128;
const PODS_LISTED = 10_000;
const EVENTS = 10_000;
const FEW = 1_000;

interface Figures {
  readonly listSeconds: number;
  readonly eventSeconds: number;
  readonly cpuSeconds: number;
  readonly before: number;
  readonly after: number;
  readonly peak: number;
}

/**
 * Prints RSS and time with 10,000 pods of 10 KB listed, and as many events watched. The cost of a pod is the difference to a
 * process that lists few and watches as many events: both have the compiled code, the connection and the nursery. Returns whether the goal was met.
 */
export async function benchKubeCache(pods = PODS_LISTED, events = EVENTS): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-cache-'));
  const program = join(folder, 'kube-cache.mjs');
  try {
    const { build } = await import('esbuild');
    // Bundled, as the exporter is: a loader would weigh more than the pods.
    await build({ entryPoints: [FILE], outfile: program, bundle: true, platform: 'node', format: 'esm', external: ['esbuild'] });
    const client = report(await measure(program, FEW, events), await measure(program, pods, events), pods, events);
    const whole = await measureExporter(program, folder, pods, events);
    printRow({
      what: `RSS of the whole exporter, ${pods} pods listed and watched`,
      ours: `${whole.rss.toFixed(0)} MiB (${whole.peak.toFixed(0)} at most)`,
      bar: `≤ ${GOAL_RSS_MIB} MiB`,
      met: whole.rss <= GOAL_RSS_MIB,
    });
    return client && whole.rss <= GOAL_RSS_MIB;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function report(few: Figures, many: Figures, pods: number, events: number): boolean {
  const perPod = ((many.after - few.after) * 1024) / (pods - FEW);
  const kilobytes = Buffer.byteLength(podJson(1, 1)) / 1000;
  const speed = (pods * kilobytes) / 1000 / many.listSeconds;
  console.log(`kube-cache: ${pods} pods of ${kilobytes.toFixed(1)} KB listed, ${events} events watched`);
  console.log(
    `  list ${many.listSeconds.toFixed(1)} s (${speed.toFixed(0)} MB/s), events ${many.eventSeconds.toFixed(1)} s, CPU ${many.cpuSeconds.toFixed(1)} s in all`,
  );
  console.log(
    `  RSS ${many.after.toFixed(0)} MiB (${many.peak.toFixed(0)} at most), ${few.after.toFixed(0)} MiB with ${FEW} pods, ${many.before.toFixed(0)} MiB before`,
  );
  printRow({
    what: `RSS of the client alone, ${pods} pods listed and watched`,
    ours: `${many.after.toFixed(0)} MiB (${many.peak.toFixed(0)} at most)`,
    bar: `≤ ${GOAL_RSS_MIB} MiB`,
    met: many.after <= GOAL_RSS_MIB,
  });
  printRow({
    what: 'RSS, each further pod of 10 KB',
    ours: `${perPod.toFixed(2)} KiB`,
    bar: `≤ ${GOAL_PER_POD_KIB} KiB`,
    met: perPod <= GOAL_PER_POD_KIB,
  });
  return perPod <= GOAL_PER_POD_KIB && many.after <= GOAL_RSS_MIB;
}

async function measure(program: string, pods: number, events: number): Promise<Figures> {
  const server = child(program, 'server', pods, events);
  const [port] = (await once(server, 'message')) as [number];
  const client = child(program, 'client', pods, events, port);
  const [figures] = (await once(client, 'message')) as [Figures];
  client.kill();
  server.kill();
  return figures;
}

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const GIVE_UP_MS = 60_000;
const REST_MS = 15_000;

/** The bundled exporter against the same server, until its pods are listed and the events were read. */
async function measureExporter(program: string, folder: string, pods: number, events: number): Promise<ReturnType<typeof memoryOf>> {
  const server = child(program, 'server', pods, events);
  const [port] = (await once(server, 'message')) as [number];
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}`));
  const listen = await freePort();
  const args = [MAIN, 'serve', '--kubeconfig', kubeconfig, `--web.listen-address=127.0.0.1:${listen}`, '--log.level=error'];
  const exporter = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    for (const end = Date.now() + GIVE_UP_MS; !(await podsAreListed(listen)); await sleep(250))
      if (Date.now() > end) throw new Error(`the exporter listed no pods within ${GIVE_UP_MS / 1000} s`);
    await sleep(REST_MS);
    return memoryOf(exporter.pid!);
  } finally {
    exporter.kill();
    await ended(exporter);
    server.kill();
  }
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  });
}

async function podsAreListed(port: number): Promise<boolean> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return text.includes('aggregated_api_exporter_source_up{source="pods"} 1');
}

function child(program: string, role: string, ...numbers: number[]): ChildProcess {
  return fork(program, [role, ...numbers.map(String)], { execArgv: ['--expose-gc'] });
}

function podName(index: number): string {
  return `web-${Math.floor(index / 20)}-7c9f8d6b5-${String(index).padStart(5, '0')}`;
}

/** About 10 KB, 44 % of it managedFields, as an API server writes it. */
function podJson(index: number, version: number): string {
  const app = `web-${Math.floor(index / 20)}`;
  const labels = { app, 'pod-template-hash': '7c9f8d6b5', 'app.kubernetes.io/name': app, 'app.kubernetes.io/managed-by': 'Helm' };
  const at = '2026-01-05T08:00:00Z';
  const field = (name: string) => [`f:${name}`, { '.': {}, 'f:type': {}, 'f:status': {}, 'f:lastTransitionTime': {} }];
  const managedFields = ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: at,
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': labels },
      'f:spec': Object.fromEntries(Array.from({ length: 26 }, (_, i) => field(`field-${manager}-${i}`))),
    },
  }));
  return JSON.stringify({
    metadata: {
      name: podName(index),
      generateName: `${app}-7c9f8d6b5-`,
      namespace: `team-${index % 40}`,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(version),
      creationTimestamp: at,
      labels,
      annotations: { 'checksum/config': 'a'.repeat(64), 'example.com/note': 'the quick brown fox, '.repeat(60) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-7c9f8d6b5`, uid: 'x', controller: true, blockOwnerDeletion: true },
      ],
      managedFields,
    },
    spec: {
      volumes: [
        {
          name: `kube-api-access-${index}`,
          projected: {
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }, { configMap: { name: 'kube-root-ca.crt' } }],
          },
        },
      ],
      containers: [
        {
          name: 'server',
          image: `registry.example.com/${app}@sha256:${'0'.repeat(64)}`,
          args: ['--secure-port=10250', '--v=2'],
          env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}-${'y'.repeat(20)}` })),
          ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
          resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          livenessProbe: {
            httpGet: { path: '/livez', port: 'https', scheme: 'HTTPS' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            failureThreshold: 3,
          },
          readinessProbe: {
            httpGet: { path: '/readyz', port: 'https', scheme: 'HTTPS' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            failureThreshold: 3,
          },
          volumeMounts: [{ name: `kube-api-access-${index}`, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        },
      ],
      serviceAccountName: app,
      nodeName: `node-${index % 100}`,
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    },
    status: {
      phase: 'Running',
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: at,
      })),
      hostIP: '192.0.2.10',
      podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      startTime: at,
      containerStatuses: [
        {
          name: 'server',
          state: { running: { startedAt: at } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: `registry.example.com/${app}`,
          imageID: `sha256:${'0'.repeat(64)}`,
          containerID: `containerd://${'0'.repeat(64)}`,
          started: true,
        },
      ],
      qosClass: 'Burstable',
    },
  });
}

function serve(pods: number, events: number): void {
  const list = async (response: ServerResponse, from: number, limit: number) => {
    const to = Math.min(pods, from + limit);
    const next = to < pods ? `,"continue":"${to}"` : '';
    response.write(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${pods}"${next}},"items":[`);
    for (let i = from; i < to; i++) if (!response.write(`${i > from ? ',' : ''}${podJson(i, i + 1)}`)) await once(response, 'drain');
    response.end(']}\n');
  };
  const watch = async (response: ServerResponse) => {
    for (let i = 0; i < events; i++)
      if (!response.write(`{"type":"MODIFIED","object":${podJson(i % pods, pods + i + 1)}}\n`)) await once(response, 'drain');
  };
  const empty = (response: ServerResponse, watched: boolean) => {
    if (watched) response.flushHeaders();
    else response.end('{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}\n');
  };
  const server = http.createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url!, 'http://server');
    response.writeHead(200, { 'content-type': 'application/json' });
    if (pathname !== '/api/v1/pods') empty(response, query.has('watch'));
    else void (query.has('watch') ? watch(response) : list(response, Number(query.get('continue') ?? 0), Number(query.get('limit'))));
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

async function watchPods(pods: number, events: number, port: number): Promise<void> {
  keepYoungGenerationSmall();
  const source = { getCurrentCluster: () => ({ server: `http://127.0.0.1:${port}` }), applyToHTTPSOptions: async () => {} };
  const client = createKubeClient(source, { log: SILENT });
  const cache: ResourceCache<PodRecord> = createResourceCache(client, PODS, { clock: Date.now, log: SILENT });
  let changes = 0;
  cache.subscribe(() => changes++);
  const rss = () => process.memoryUsage.rss() / 2 ** 20;
  await sleep(500);
  globalThis.gc?.();
  await sleep(200);
  const before = rss();
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rss());
  }, 20);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  cache.start(new AbortController().signal);
  while (!cache.synced) await sleep(10);
  const listed = performance.now();
  while (changes < pods + events) await sleep(10);
  const done = performance.now();
  const used = process.cpuUsage(cpu);
  // As an idle exporter has it: V8 gives pages back some seconds after its last collection.
  globalThis.gc?.();
  await sleep(3_000);
  globalThis.gc?.();
  await sleep(500);
  clearInterval(sampling);
  if (cache.size !== pods || cache.unreadable.size > 0) throw new Error(`${cache.size} pods, ${cache.unreadable.size} not readable`);
  const figures: Figures = {
    before,
    after: rss(),
    peak,
    listSeconds: (listed - began) / 1000,
    eventSeconds: (done - listed) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
  };
  process.send!(figures);
}

if (process.argv[1] === FILE) {
  const [role, ...numbers] = process.argv.slice(2);
  const [pods = PODS_LISTED, events = EVENTS, port = 0] = numbers.map(Number);
  if (role === 'server') serve(pods, events);
  else if (role === 'client') await watchPods(pods, events, port);
  else process.exitCode = (await benchKubeCache()) ? 0 : 1;
}
