import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SOURCE_STATES, SOURCES, type SourceName, type SourceState } from '../../src/domain/sources.ts';
import { statusAnswer } from '../../src/expose/answers.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { createObserver, type Observer } from '../../src/observe/observer.ts';
import { REGISTRY } from '../../src/observe/registry.ts';
import { SILENT } from '../../src/source/logger.ts';
import type { Right } from '../../src/source/right.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { viewOf } from '../expose/view.ts';
import { eventually } from '../support/eventually.ts';
import { answer, answerStatus, FakeCluster, startKubeServer } from '../support/kube-server.ts';
import { REALISTIC } from '../support/odd-objects.ts';
import { useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

/** Paths that a right opens. */
function pathsOf(right: Right): RegExp {
  if ('url' in right) return new RegExp(`^${right.url}$`);
  const { group, resources, namespace = '[^/]+', object } = right;
  const [root, names] = [
    group === '' ? '/api' : `/apis/${group.replaceAll('.', '\\.')}`,
    resources.map((name) => name.replace('/', '/[^/]+/')),
  ];
  return new RegExp(`^${root}/v[^/]+/(namespaces/${namespace}/)?(${names.join('|')})(/${object ?? '[^/]+'})?$`);
}

/** What a source asks for: nothing of it is answered when it is lost. */
const asks = (source: SourceName, path: string): boolean => {
  if (source === 'probes') return /^\/(readyz|apis\/(tides|moorings)\.)/.test(path);
  return REGISTRY[source].rights.some((right) => pathsOf(right).test(path));
};
/** The backends must be known, or there is nothing that they could ask. */
const BEHIND_PODS: readonly SourceName[] = [
  'logs',
  'resources',
  'events',
  'role-bindings',
  'config-maps',
  'apiserver-metrics',
  'probes',
  'autoscalers',
];
/** What they see, the backends show: test/observe/backend-metrics, test/probe/direct.test.ts. */
const BY_BACKENDS: readonly SourceName[] = ['backend-metrics', 'certificates'];
/** They come to us: test/reach. */
const COME: readonly SourceName[] = ['node-agents'];
/** A new source is one of these, unless it says otherwise above. */
const LISTS = SOURCES.filter(
  (source) => source !== 'api-services' && !BEHIND_PODS.includes(source) && !BY_BACKENDS.includes(source) && !COME.includes(source),
);
const EXPOSITION = '# TYPE apiserver_current_inflight_requests gauge\napiserver_current_inflight_requests{request_kind="readOnly"} 1\n';

/** An observer of a cluster in which the requests of these sources are answered with a status, once `broken` is set. */
async function start(
  sources: readonly SourceName[],
  status: number,
  { broken, disabled = [] }: { broken: boolean; disabled?: readonly SourceName[] },
) {
  const cluster = new FakeCluster();
  // The kube-apiserver is the one that answers here.
  for (const [path, objects] of Object.entries(REALISTIC))
    for (const object of objects) if (object.metadata.namespace !== 'default') cluster.collection(path).set(object);
  const now = { broken, shift: 0 };
  const healthy = (path: string, response: ServerResponse): boolean => {
    if (path === '/metrics') response.end(EXPOSITION);
    else if (path === '/readyz') response.end('ok');
    else if (path.endsWith('/log')) response.writeHead(200).flushHeaders();
    else if (path.startsWith('/apis/metrics.k8s.io'))
      answer(response, 200, {
        items: [
          { metadata: { name: 'tide-gauge-7c9f8d6b5-abcde' }, containers: [{ name: 'server', usage: { cpu: '10m', memory: '20Mi' } }] },
        ],
      });
    else if (asks('probes', path)) answer(response, 200, { kind: 'APIResourceList', groupVersion: path.slice(6), resources: [] });
    else if (path.endsWith('/extension-apiserver-authentication')) answer(response, 200, { data: {} });
    else return false;
    return true;
  };
  const server = await startKubeServer((request, response, url) => {
    if (now.broken && sources.some((source) => asks(source, url.pathname))) return answerStatus(response, status, 'Reason', 'no');
    if (!healthy(url.pathname, response)) cluster.handle(request, response, url);
  });
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    client.close();
    await server.stop();
  });
  const observer = createObserver({
    client,
    clock: () => Date.now() + now.shift,
    log: SILENT,
    options: {
      exclude: [],
      disabled,
      probe: { intervalMs: 200, vantages: ['aggregator'] },
      logs: {},
      rightsIntervalMs: 100,
      impactIntervalMs: 10,
      apiserverMetricsIntervalMs: 100,
      resourcesIntervalMs: 100,
    },
  });
  observer.start(stop.signal);
  return { observer, server, now };
}

const stateOf = (observer: Observer, source: SourceName): SourceState =>
  observer.sources().find((status) => status.source === source)!.state;

/** The same state on the page, in /metrics and in /api/v1/status. */
async function expectShown(observer: Observer, source: SourceName, state: SourceState): Promise<void> {
  await eventually(() => expect([source, stateOf(observer, source)]).toEqual([source, state]), 25_000);
  const view = viewOf(observer.snapshot());
  const exposition = createExposition({ signals: [] });
  exposition.update(view);
  const metrics = (await exposition.page('text')).body.toString();
  const of = (family: string) => familyOf(metrics, `aggregated_api_exporter_source_${family}`)[`source="${source}"`];
  const off = state === 'disabled';
  expect([of('up'), of('forbidden'), of('unauthorised')], source).toEqual(
    off
      ? [undefined, undefined, undefined]
      : [SOURCE_STATES[state].blind ? 0 : 1, state === 'forbidden' ? 1 : 0, state === 'unauthorised' ? 1 : 0],
  );
  const { sources } = statusAnswer(view, () => view.snapshot, { version: '1' }).body as { sources: { source: string; state: string }[] };
  expect(sources.find((shown) => shown.source === source)?.state).toBe(state);
  const row = new RegExp(`<td class="name">${source}</td><td class="w"><span[^>]*>${state}</span>`);
  const page = renderFleetPage(view, { version: '1' }).document;
  if (state === 'ok') expect(page).not.toMatch(new RegExp(`<td class="name">${source}</td><td class="w"><span[^>]*>(?!ok)`));
  else expect(page).toMatch(row);
}

const STATUSES: readonly [SourceState, number][] = [
  ['unauthorised', 401],
  ['forbidden', 403],
  ['absent', 404],
  ['failed', 500],
];
/** A log that is not there is no source that is missing; a metrics API that is not there leaves containers unread. Probes find faults. */
const EXCEPT: Partial<Record<SourceName, Partial<Record<SourceState, SourceState>>>> = {
  logs: { absent: 'ok' },
  resources: { absent: 'failed' },
  probes: { forbidden: 'ok', absent: 'ok', failed: 'ok' },
};
const expected = (source: SourceName, state: SourceState): SourceState => EXCEPT[source]?.[state] ?? state;

describe.each([
  ['lists', LISTS],
  ['what is asked for known backends', BEHIND_PODS],
  ['the list of APIServices', ['api-services'] as const],
] as const)('the sources of %s', (_, sources) => {
  it('are ok when they are answered', async () => {
    const { observer } = await start([], 200, { broken: false });
    for (const source of sources) await expectShown(observer, source, 'ok');
  });

  it.each(STATUSES)('are %s when they are answered %i', async (state, status) => {
    const { observer } = await start(sources, status, { broken: true });
    for (const source of sources) await expectShown(observer, source, expected(source, state));
  });

  it('are stale when they were answered once, and not for a while', async () => {
    const { observer, server, now } = await start(sources, 500, { broken: false });
    for (const source of sources) await eventually(() => stateOf(observer, source) === 'ok');
    now.broken = true;
    server.cut();
    for (const source of sources)
      if (source !== 'probes') await eventually(() => observer.sources().find((status) => status.source === source)?.message !== undefined);
    now.shift = 11 * 60_000;
    for (const source of sources) if (source !== 'probes') await expectShown(observer, source, 'stale');
  });
});

it('are off when the configuration says so', async () => {
  const { observer } = await start([], 200, { broken: false, disabled: SOURCES });
  for (const source of SOURCES) await expectShown(observer, source, 'disabled');
});

it('names `roles: get` when only that is missing', async () => {
  const { observer, server } = await start([], 200, { broken: false });
  const before = server.handler;
  const binding = {
    metadata: { name: 'own' },
    roleRef: { kind: 'ClusterRole', name: 'own-role' },
    subjects: [{ kind: 'ServiceAccount', name: 'tide-gauge', namespace: 'harbour' }],
  };
  server.handler = (request, response, url) => {
    if (url.pathname.endsWith('/clusterrolebindings')) return answer(response, 200, { kind: 'List', metadata: {}, items: [binding] });
    if (url.pathname.endsWith('/clusterroles/own-role')) return answerStatus(response, 403, 'Forbidden', 'no');
    before(request, response, url);
  };
  await eventually(() =>
    expect(observer.sources()).toContainEqual(
      expect.objectContaining({ source: 'role-bindings', state: 'forbidden', rule: 'rbac.authorization.k8s.io/roles, clusterroles: get' }),
    ),
  );
});
