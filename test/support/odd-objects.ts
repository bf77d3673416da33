import { setTimeout as later } from 'node:timers';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { CAUSES } from '../../src/correlations/list.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { HourBook } from '../../src/expose/hour/hour-book.ts';
import { renderApiPage } from '../../src/expose/page/api-page.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { createObserver } from '../../src/observe/observer.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { readSignals } from '../../src/signals/read.ts';
import { SILENT } from '../../src/source/logger.ts';
import { eventually } from './eventually.ts';
import { apiService, deployment, endpoint, event, node, pod, service, slice } from './kube-objects.ts';
import { answer, answerStatus, FakeCluster, type KubeObject, startKubeServer } from './kube-server.ts';

const POLICY: KubeObject = {
  metadata: { name: 'default-deny', namespace: 'harbour', creationTimestamp: '2026-01-04T09:00:00Z' },
  spec: {
    podSelector: { matchLabels: { app: 'tide-gauge' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['tide-gauge'] }] },
    policyTypes: ['Ingress'],
    ingress: [
      { ports: [{ protocol: 'TCP', port: 10250, endPort: 10260 }], from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.9.0.0/16'] } }] },
    ],
  },
};
const CRON_JOB: KubeObject = {
  metadata: { name: 'backup', namespace: 'harbour' },
  spec: { schedule: '*/5 * * * *', suspend: false, timeZone: 'Etc/UTC' },
  status: { lastScheduleTime: '2026-01-04T09:00:00Z' },
};
const BINDING: KubeObject = {
  metadata: { name: 'tide-gauge', namespace: 'kube-system' },
  roleRef: { kind: 'Role', name: 'extension-apiserver-authentication-reader' },
  subjects: [{ kind: 'ServiceAccount', name: 'tide-gauge', namespace: 'harbour' }],
};
const apiserverSlice = slice({
  name: 'kubernetes',
  namespace: 'default',
  service: 'kubernetes',
  ports: [{ name: 'https', port: 6443 }],
  endpoints: [endpoint({ ip: '192.0.2.2', pod: null })],
});

/** One object of each kind that is read, by collection. */
export const REALISTIC: Readonly<Record<string, readonly KubeObject[]>> = {
  '/apis/apiregistration.k8s.io/v1/apiservices': [apiService(), apiService('v1.moorings.example.com')],
  '/api/v1/services': [service()],
  '/apis/discovery.k8s.io/v1/endpointslices': [slice(), apiserverSlice],
  '/api/v1/pods': [pod()],
  '/api/v1/nodes': [node()],
  '/api/v1/events': [event('probe-failed')],
  '/apis/apps/v1/deployments': [deployment()],
  '/apis/networking.k8s.io/v1/networkpolicies': [POLICY],
  '/apis/batch/v1/cronjobs': [CRON_JOB],
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings': [BINDING],
};

/** Values that types and schemas let through, or that a hostile hand writes; beside them any JSON. */
const NASTY = [
  null,
  true,
  0,
  -1,
  1.5,
  65_536,
  70_000,
  1e308,
  '',
  ' ',
  'a\r\nHost: x',
  '../..',
  '__proto__',
  // Names that every object inherits: a table must not know them.
  'constructor',
  'toString',
  '__defineGetter__',
  '-1',
  'NaN',
  '9'.repeat(400),
  [],
  {},
  [[]],
  [null],
  { '': 1 },
];
const value = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...NASTY) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

function pathsOf(object: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof object !== 'object' || object === null) return [[...path]];
  const below = Object.entries(object).flatMap(([key, entry]) => pathsOf(entry, [...path, Array.isArray(object) ? Number(key) : key]));
  return path.length === 0 ? below : [[...path], ...below];
}

function withValue(object: unknown, [key, ...rest]: readonly (string | number)[], put: unknown): unknown {
  if (key === undefined) return put;
  const copy = (Array.isArray(object) ? [...(object as unknown[])] : { ...(object as object) }) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, put);
  return copy;
}

/** A collection, and one of its objects with one to three of its fields replaced. */
const oddity = fc
  .constantFrom(...Object.entries(REALISTIC).flatMap(([path, objects]) => objects.map((object) => ({ path, object }))))
  .chain(({ path, object }) =>
    fc.array(fc.tuple(fc.constantFrom(...pathsOf(object)), value), { minLength: 1, maxLength: 3 }).map((changes) => ({
      path,
      object: changes.reduce<unknown>((odd, [at, put]) => {
        try {
          return withValue(odd, at, put);
        } catch {
          // An earlier change took the way away.
          return odd;
        }
      }, object),
    })),
  );

/** An APIService without a Service is a local one: that it goes is right. */
function isLocal({ path, object }: { path: string; object: unknown }): boolean {
  const { spec } = (object ?? {}) as { spec?: { service?: unknown } | null };
  const readable = spec === null || spec === undefined || (typeof spec === 'object' && !Array.isArray(spec));
  return path.endsWith('/apiservices') && readable && (spec?.service ?? null) === null;
}

/** Bindings are listed now and then. */
const WATCHED = Object.keys(REALISTIC).filter((path) => !path.includes('/rbac.'));
const TRUE_APIS = ['v1.moorings.example.com', 'v1.tides.example.com'];
const HANGS_MS = 120_000;

export interface Survived {
  readonly objects: number;
  readonly snapshot: Snapshot;
  /** What the sources said of values that they refused, each once. */
  readonly messages: ReadonlySet<string>;
  /** Snapshots in which one of the two APIServices was missing. */
  readonly vanished: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** Sends odd objects through all sources, probes, signals, diagnosis, page and exposition, so many and for so long; then heals all of them. */
export async function bombard({
  milliseconds = 0,
  atLeast,
  seed,
}: {
  milliseconds?: number;
  atLeast: number;
  seed: number;
}): Promise<Survived> {
  const cluster = new FakeCluster();
  for (const [path, objects] of Object.entries(REALISTIC)) for (const object of objects) cluster.collection(path).set(object);
  const probed = (path: string) => path === '/readyz' || /^\/apis\/(tides|moorings)\./.test(path);
  let healing = false;
  const server = await startKubeServer((request, response, url) => {
    if (probed(url.pathname))
      return answer(response, 200, { kind: 'APIResourceList', groupVersion: 'tides.example.com/v1', resources: [] });
    // The versions of the odd objects begin with a 9: whoever watches from one must list again, and sees what is true.
    const odd = url.searchParams.get('watch') && url.searchParams.get('resourceVersion')?.startsWith('9');
    if (healing && odd) return answerStatus(response, 410, 'Expired', 'too old resource version');
    cluster.handle(request, response, url);
  });
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const stop = new AbortController();
  const probe = { intervalMs: 100, discoveryTimeoutMs: 80, allowAddresses: ['127.0.0.0/8'] };
  const observer = createObserver({
    client,
    clock: Date.now,
    log: SILENT,
    options: { exclude: [], disabled: [], probe, logs: {}, rightsIntervalMs: 200 },
  });
  observer.start(stop.signal);
  const doctor = createDiagnostician({ causes: CAUSES, signals: SIGNALS });
  const exposition = createExposition({ signals: SIGNALS });
  const hours = new HourBook();
  const messages = new Set<string>();
  let vanished = 0;
  const look = async (): Promise<Snapshot> => {
    const snapshot = observer.snapshot();
    const signals = readSignals(snapshot);
    const view = { snapshot, signals, round: doctor.observe(snapshot, signals) };
    exposition.update(view);
    await exposition.page('text');
    hours.observe(snapshot);
    renderFleetPage(view, { version: 'test' });
    for (const { name } of snapshot.apis) renderApiPage(view, name, hours, { version: 'test' });
    JSON.stringify(snapshot);
    for (const { message } of snapshot.sources) if (message?.includes('allowed')) messages.add(message);
    return snapshot;
  };
  const healthy = (name: string): boolean =>
    observer
      .snapshot()
      .apis.some((api) => api.name === name && [api.condition, api.pods, api.endpoints].every(({ state }) => state === 'observed'));
  try {
    await inTime('the start', () => eventually(() => observer.ready() && WATCHED.every((path) => cluster.collection(path).watchers > 0)));
    const heapBefore = process.memoryUsage().heapUsed;
    const end = performance.now() + milliseconds;
    let objects = 0;
    for (const { path, object } of endless(seed)) {
      const versioned = typeof object === 'object' && object !== null ? withVersion(object, ++objects) : object;
      cluster.collection(path).send(JSON.stringify({ type: 'MODIFIED', object: versioned }));
      if (objects % 50 === 0) {
        await sleep(10);
        const { apis } = await inTime('a look', look);
        if (!TRUE_APIS.every((name) => apis.some((api) => api.name === name))) vanished++;
        if (objects >= atLeast && performance.now() > end) break;
      } else await turn();
    }
    healing = true;
    server.cut();
    // Whoever saw nothing but objects without a version watches on from before them, and is told once more what is true.
    for (const [path, objects] of Object.entries(REALISTIC)) for (const object of objects) cluster.collection(path).set(object);
    // The longest wait between two attempts, and its answer.
    await inTime(
      'the healing',
      () => eventually(() => TRUE_APIS.every(healthy), 45_000),
      () => observer.sources(),
    );
    return { objects, snapshot: await look(), messages, vanished, heapBefore, heapAfter: process.memoryUsage().heapUsed };
  } finally {
    stop.abort();
    client.close();
    await inTime('the end of the server', () => server.stop());
  }
}

/** By the real clock and far beyond what any of it takes: what hangs says where, and what was seen then. */
async function inTime<T>(what: string, work: () => Promise<T>, seen?: () => unknown): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, fail) => {
    late = later(() => fail(new Error(`${what} did not end within ${HANGS_MS} ms: ${JSON.stringify(seen?.())}`)), HANGS_MS);
  });
  return Promise.race([work(), hangs]).finally(() => clearTimeout(late));
}

function* endless(seed: number): Generator<{ path: string; object: unknown }> {
  for (let round = 0; ; round++) yield* fc.sample(oddity, { numRuns: 200, seed: seed + round }).filter((one) => !isLocal(one));
}

function withVersion(object: object, version: number): unknown {
  const { metadata } = object as { metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return object;
  return { ...object, metadata: { ...metadata, resourceVersion: `9${version}` } };
}
