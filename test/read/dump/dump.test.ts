import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dump as toYaml } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiFacts, Snapshot } from '../../../src/domain/snapshot.ts';
import { filesOfClusterInfo } from '../../../src/read/dump/cluster-info.ts';
import { readDump, readDumpFiles } from '../../../src/read/dump/dump.ts';
import { looksLikeClusterInfo, looksLikeTar } from '../../../src/read/dump/open-input.ts';
import { filesOfTar } from '../../../src/read/dump/tar.ts';
import { filesBelow } from '../../../src/read/dump/walk.ts';

const TIME = '2026-01-05T09:00:00Z';
const EARLIER = '2026-01-05T08:40:00Z';
const API = 'v1.tides.example.com';
const POD = 'tide-gauge-7c9f8d6b5-abcde';

const metadata = (name: string, namespace?: string) => ({
  name,
  ...(namespace ? { namespace } : {}),
  uid: `uid-${name}`,
  creationTimestamp: EARLIER,
});
const apiService = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: metadata(API),
  spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'tide-gauge', port: 443 } },
  status: {
    conditions: [
      {
        type: 'Available',
        status: 'False',
        reason: 'MissingEndpoints',
        message: 'endpoints for service/tide-gauge in "harbour" have no addresses with port name "https"',
        lastTransitionTime: '2026-01-05T08:50:00Z',
      },
    ],
  },
};
const local = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: metadata('v1.apps'),
  spec: { group: 'apps', version: 'v1' },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata('tide-gauge', 'harbour'),
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.7.7',
    selector: { app: 'tide-gauge' },
    ports: [{ name: 'https', port: 443, targetPort: 10250 }],
  },
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata(POD, 'harbour'), labels: { app: 'tide-gauge' } },
  spec: { nodeName: 'node-a', containers: [{ name: 'server', image: 'tide-gauge:1', args: ['--secure-port=10250'] }] },
  status: {
    phase: 'Running',
    podIP: '10.1.0.5',
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'PodScheduled', status: 'True' },
    ],
    containerStatuses: [
      {
        name: 'server',
        ready: false,
        restartCount: 9,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
        lastState: {
          terminated: { reason: 'OOMKilled', exitCode: 137, startedAt: '2026-01-05T08:55:00Z', finishedAt: '2026-01-05T08:56:00Z' },
        },
      },
    ],
  },
};
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: metadata('tide-gauge.1', 'harbour'),
  involvedObject: { kind: 'Pod', namespace: 'harbour', name: POD },
  type: 'Warning',
  reason: 'BackOff',
  message: 'Back-off restarting failed container server in pod',
  firstTimestamp: EARLIER,
  lastTimestamp: TIME,
  count: 12,
};
const otherEvent = {
  ...event,
  metadata: metadata('quay.1', 'harbour'),
  involvedObject: { kind: 'Pod', namespace: 'harbour', name: 'quay' },
};
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: metadata('node-a'),
  status: {
    addresses: [{ type: 'InternalIP', address: '192.0.2.10' }],
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: EARLIER }],
  },
};
const endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: metadata('tide-gauge', 'harbour'),
  subsets: [{ notReadyAddresses: [{ ip: '10.1.0.5', targetRef: { kind: 'Pod', name: POD } }], ports: [{ name: 'https', port: 10250 }] }],
};
const LOG = [
  'I0105 08:55:01.000000       1 serving.go:374] Generated self-signed cert',
  'E0105 08:55:59.000000       1 tide.go:12] panic: runtime error: index out of range [3] with length 3',
  '',
].join('\n');

/** A typed list, whose items carry no kind of their own. */
const list = (kind: string, ...items: object[]) =>
  JSON.stringify({ kind, apiVersion: 'v1', items: items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined })) });
const yamlList = (...items: object[]) => toYaml({ apiVersion: 'v1', kind: 'List', items });

/** The same cluster in the layouts of the three tools. */
const LAYOUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kubectl cluster-info dump, with APIServices beside it': {
    'nodes.json': list('NodeList', node),
    'harbour/services.json': list('ServiceList', service),
    'harbour/pods.json': list('PodList', pod),
    'harbour/events.json': list('EventList', event, otherEvent),
    [`harbour/${POD}/logs.txt`]: `==== START logs for container server of pod harbour/${POD} ====\n${LOG}==== END logs for container server of pod harbour/${POD} ====\n`,
    'apiservices.yaml': yamlList(apiService, local),
  },
  'must-gather': {
    'quay-io-image/cluster-scoped-resources/apiregistration.k8s.io/apiservices/v1.tides.example.com.yaml': toYaml(apiService),
    'quay-io-image/cluster-scoped-resources/apiregistration.k8s.io/apiservices/v1.apps.yaml': toYaml(local),
    'quay-io-image/cluster-scoped-resources/core/nodes/node-a.yaml': toYaml(node),
    'quay-io-image/namespaces/harbour/core/services.yaml': yamlList(service),
    // oc adm inspect 4.21 writes a pod twice, and the log below it insecurely where it could not otherwise (pkg/cli/admin/inspect/pod.go).
    'quay-io-image/namespaces/harbour/core/pods.yaml': yamlList(pod),
    'quay-io-image/namespaces/harbour/core/endpoints.yaml': yamlList(endpoints),
    'quay-io-image/namespaces/harbour/core/events.yaml': yamlList(event, otherEvent),
    [`quay-io-image/namespaces/harbour/pods/${POD}/${POD}.yaml`]: toYaml(pod),
    [`quay-io-image/namespaces/harbour/pods/${POD}/server/server/logs/current.log`]: '',
    [`quay-io-image/namespaces/harbour/pods/${POD}/server/server/logs/current.insecure.log`]: LOG,
    [`quay-io-image/namespaces/harbour/pods/${POD}/server/server/logs/previous.log`]: LOG,
    'quay-io-image/event-filter.html': '<html></html>',
  },
  'support bundle': {
    'cluster-resources/nodes.json': JSON.stringify([node].map(({ kind: _, ...rest }) => rest)),
    'cluster-resources/services/harbour.json': list('ServiceList', service),
    'cluster-resources/pods/harbour.json': list('PodList', pod),
    'cluster-resources/events/harbour.json': JSON.stringify([event, otherEvent].map(({ kind: _, ...rest }) => rest)),
    [`cluster-resources/pods/logs/harbour/${POD}/server.log`]: LOG,
    [`cluster-resources/pods/logs/harbour/${POD}/server-previous.log`]: LOG,
    'cluster-resources/custom-resources/apiservices.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [apiService, local] }),
    'host-collectors/system.json': '{"hostname": "node-a"}',
  },
};

/** A stream in pieces of some length. */
async function* pieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** As GNU tar packs files, names of more than 100 bytes in an entry of their own. */
function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const entry = (name: string, type: string, content: Buffer): Buffer[] => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(type, 156);
    header.write('ustar\u000000', 257);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  };
  const blocks = Object.entries(files).flatMap(([name, content]) => [
    ...entry(`${name.split('/')[0] ?? ''}/`, '5', Buffer.alloc(0)),
    ...(name.length > 100 ? entry('././@LongLink', 'L', Buffer.from(`${name}\0`)) : []),
    ...entry(name, '0', Buffer.from(content)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'dump-'));
});
afterAll(() => rmSync(root, { recursive: true }));

let tally = 0;
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(tally++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function read(
  files: Readonly<Record<string, string>>,
): Promise<{ before: Snapshot; after: Snapshot; api: ApiFacts; notes: string[] }> {
  const notes: string[] = [];
  const [before, after] = (await readDump(folderWith(files), (text) => notes.push(text))) as [Snapshot, Snapshot];
  return { before, after, api: after.apis[0]!, notes };
}

describe('dump', () => {
  it.each(Object.entries(LAYOUTS))('reads a %s', async (layout, files) => {
    const { before, after, api, notes } = await read(files);
    expect(notes).toEqual([]);
    expect(after.apis.map(({ name }) => name)).toEqual([API]);
    expect(api.condition).toMatchObject({ state: 'observed', value: { status: 'False', reason: 'MissingEndpoints' } });
    expect(api.service).toMatchObject({ state: 'observed', value: { clusterIP: '10.96.7.7', selectedPods: 1 } });
    expect(api.pods).toMatchObject({
      state: 'observed',
      value: [
        {
          name: POD,
          ready: false,
          containers: [{ restarts: 9, waiting: { reason: 'CrashLoopBackOff' }, lastTermination: { reason: 'OOMKilled' } }],
        },
      ],
    });
    expect(api.events).toMatchObject({ state: 'observed', value: { counts: [{ reason: 'BackOff', kind: 'Pod', count: 12 }] } });
    expect(api.logs.state === 'observed' && api.logs.value.matches.map(({ signature }) => signature).join()).toMatch(/panic/);
    expect(api.logs).toMatchObject({ value: { lines: { info: layout.startsWith('kubectl') ? 1 : 2 } } });
    expect(after.cluster.nodes).toMatchObject({ state: 'observed', value: [{ name: 'node-a', ready: true }] });
    expect(new Date(after.time).toISOString()).toBe('2026-01-05T09:00:01.000Z');
    expect(api.endpoints.state).toBe(layout === 'must-gather' ? 'observed' : 'unobserved');
    // What the dump does not hold proves nothing.
    expect([api.rights, api.resources, api.policy, after.cluster.frontProxyCa].map(({ state }) => state)).toEqual(
      Array(4).fill('unobserved'),
    );
    expect(after.sources.filter(({ state }) => state === 'ok').map(({ source }) => source)).toEqual(
      ['api-services', 'services', 'endpoint-slices', 'pods', 'nodes', 'events', 'logs'].filter(
        (source) => layout === 'must-gather' || source !== 'endpoint-slices',
      ),
    );

    const first = before.apis[0]!;
    expect(before.time).toBeLessThan(after.time);
    expect(first.condition.state).toBe('unobserved');
    expect(first.pods).toMatchObject({ value: [{ containers: [{ restarts: 8 }] }] });
    expect(first.events).toMatchObject({ value: { counts: [{ reason: 'BackOff', count: 0 }], recent: [] } });
    expect(first.logs).toMatchObject({ value: { matches: [{ count: 0 }] } });
  });

  it('counts of a log what the server says itself, not what its clients put into a line', async () => {
    const said = 'x509: certificate has expired or is not yet valid';
    const line = (own: string) => `I0105 08:56:00.000000       1 httplog.go:134] "HTTP" verb="GET" URI="/x" ${own}\n`;
    const matchesOf = async (log: string) => {
      const { api } = await read({
        ...LAYOUTS['must-gather'],
        [`quay-io-image/namespaces/harbour/pods/${POD}/server/server/logs/current.log`]: log,
      });
      return api.logs.state === 'observed' && api.logs.value.matches.map(({ signature, count }) => [signature, count]);
    };
    const theirs = await matchesOf(line(`userAgent="${said}" srcIP="10.0.0.2:1" resp=200`));
    const own = await matchesOf(`E0105 08:56:00.000000       1 tide.go:12] "no answer" err="${said}"\n`);
    expect(JSON.stringify(theirs)).not.toContain('certificate');
    expect(JSON.stringify(own)).toContain('certificate');
  });

  it('counts endpoints of a must-gather by their readiness', async () => {
    const { api } = await read(LAYOUTS['must-gather']!);
    expect(api.endpoints).toMatchObject({
      value: { ready: 0, notReady: 1, portServed: true, addresses: [{ ip: '10.1.0.5', port: 10250, ready: false, pod: POD }] },
    });
    expect(api.logs).toMatchObject({ value: { lastWords: [{ pod: POD, container: 'server', lines: LOG.trim().split('\n') }] } });
  });

  it.each(Object.entries(LAYOUTS))('reads the same of a tar archive of a %s', async (_, files) => {
    const { after } = await read(files);
    const packed = tarOf(files);
    expect(looksLikeTar(packed)).toBe(true);
    for (const length of [packed.length, 1000]) {
      const notes: string[] = [];
      const [, unpacked] = await readDumpFiles('bundle.tar', await filesOfTar(pieces(packed, length), (text) => notes.push(text)), (text) =>
        notes.push(text),
      );
      expect([unpacked, notes]).toEqual([after, []]);
    }
  });

  it('takes long names out of an archive, and no way out of it', async () => {
    const name = `${'deep/'.repeat(25)}../../../apiservices.yaml`;
    const files = await filesOfTar(pieces(tarOf({ [name]: yamlList(apiService) }), 700), () => {});
    expect(files.map(({ segments }) => segments.join('/'))).toEqual([`${'deep/'.repeat(25)}apiservices.yaml`]);
    expect(await files[0]!.text()).toBe(yamlList(apiService));
  });

  it('reads what there is of an archive that is cut, and refuses one that is damaged', async () => {
    const packed = tarOf({ 'apiservices.yaml': yamlList(apiService), 'harbour/pods.json': list('PodList', pod) });
    const files = await filesOfTar(pieces(packed.subarray(0, packed.length - 2000), 512), () => {});
    expect(files.length).toBeGreaterThan(0);
    packed.fill('x', 124, 136);
    await expect(filesOfTar(pieces(packed, 512), () => {})).rejects.toThrow(/damaged: a size/);
  });

  it('reads the output of `kubectl cluster-info dump`, document after document', async () => {
    const gauge = { ...service, metadata: metadata('metrics-server', 'kube-system') };
    const pods = list('PodList', { ...pod, metadata: { ...pod.metadata, namespace: 'kube-system' } });
    const printed = [list('NodeList', node), list('EventList', event), list('ReplicationControllerList'), list('ServiceList', gauge), pods]
      .map((text) => JSON.stringify(JSON.parse(text), null, 4))
      .join('\n');
    const logs = ['server', 'sidecar'].map(
      (container) =>
        `==== START logs for container ${container} of pod kube-system/${POD} ====\n${LOG}last words==== END logs for container ${container} of pod kube-system/${POD} ====\n`,
    );
    const stream = Buffer.from(`${printed}\n${logs.join('')}`);
    expect(looksLikeClusterInfo(stream.toString())).toBe(true);
    const files = await filesOfClusterInfo(pieces(stream, 999), () => {});
    expect(await files.at(-1)!.text()).toBe(`${LOG}last words`);
    const notes: string[] = [];
    const [, after] = await readDumpFiles('standard input', files, (text) => notes.push(text));
    expect(after!.apis[0]).toMatchObject({
      name: 'v1beta1.metrics.k8s.io',
      pods: { state: 'observed', value: [{ name: POD }] },
      logs: { state: 'observed', value: { lines: { error: 2 } } },
    });
    expect(after!.sources.find(({ source }) => source === 'api-services')).toEqual({
      source: 'api-services',
      state: 'absent',
      message: 'not in the dump: `kubectl cluster-info dump` takes none',
    });
    expect(notes).toEqual([expect.stringMatching(/takes none; the APIs are guessed/)]);
  });

  it.each<[what: string, text: string, answer: boolean]>([
    ['a dump', JSON.stringify({ kind: 'NodeList', apiVersion: 'v1' }, null, 4), true],
    [
      'one below its command and a warning',
      `ada@bastion:~$ kubectl cluster-info dump -A\nWarning: v1 Endpoints is deprecated in v1.33+\n${JSON.stringify({ kind: 'NodeList' }, null, 4)}`,
      true,
    ],
    ['nodes below another command', `$ kubectl get --raw /api/v1/nodes\n${JSON.stringify({ kind: 'NodeList' })}`, false],
    ['pods', JSON.stringify({ kind: 'PodList', apiVersion: 'v1' }, null, 4), false],
    ['a text about one', 'of "kind": "NodeList" nothing is known', false],
  ])('knows a dump by its beginning: %s', (_, text, answer) => {
    expect(looksLikeClusterInfo(text)).toBe(answer);
  });

  it('takes from a support bundle, which holds no APIServices, what discovery said of them', async () => {
    const said = `unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1`;
    const { api, after, notes } = await read({
      'cluster-resources/groups-resources-errors.json': JSON.stringify([said]),
      'cluster-resources/services/harbour.json': list('ServiceList', service),
    });
    expect(api).toMatchObject({
      name: API,
      condition: { state: 'unobserved' },
      reported: { state: 'failing', because: expect.stringContaining(said) as string },
    });
    expect(notes[0]).toMatch(/a support bundle of replicatedhq\/troubleshoot takes none/);
    expect(after.sources.find(({ source }) => source === 'nodes')?.message).toBe('not in the dump');
    const well = readDump(
      folderWith({
        'cluster-resources/groups-resources-errors.json': 'null',
        'cluster-resources/services/harbour.json': list('ServiceList', service),
      }),
      () => {},
    );
    await expect(well).rejects.toThrow(/no aggregated API/);
  });

  const discovered = (groupVersion: string, resources: readonly object[] = [{ name: 'gauges' }]) => ({ groupVersion, resources });
  /** As replicatedhq/troubleshoot 0.133 writes what discovery gave. */
  const discovery = (lists: readonly object[], errors?: readonly string[]) => ({
    'cluster-resources/resources.json': JSON.stringify(lists),
    'cluster-resources/custom-resource-definitions.json': JSON.stringify({
      kind: 'CustomResourceDefinitionList',
      items: [{ spec: { group: 'moorings.example.com' } }],
    }),
    ...(errors ? { 'cluster-resources/groups-resources-errors.json': JSON.stringify(errors) } : {}),
  });
  const STALE = `unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1`;
  const inBundle = {
    'cluster-resources/services/harbour.json': list('ServiceList', service),
    'cluster-resources/pods/harbour.json': list('PodList', pod),
    'cluster-resources/endpoints/harbour.json': list('EndpointsList', endpoints),
  };

  it.each<[what: string, files: Readonly<Record<string, string>>, reported: Readonly<Record<string, string | undefined>>]>([
    [
      'the groups that answered, and are neither built in nor custom resources',
      discovery(['v1', 'apps/v1', 'moorings.example.com/v1', 'quays.example.com/v1'].map((one) => discovered(one))),
      { 'v1.quays.example.com': 'healthy' },
    ],
    [
      'those that did not answer, beside others',
      discovery([discovered('quays.example.com/v1')], [STALE]),
      { [API]: 'failing', 'v1.quays.example.com': 'healthy' },
    ],
    [
      'one that answered, whose Service has no ready endpoint any more',
      { ...discovery([discovered('tides.example.com/v1')]), ...inBundle },
      { [API]: 'failing' },
    ],
    ['not one that listed no resource', { ...discovery([discovered('tides.example.com/v1', [])], [STALE]) }, { [API]: 'failing' }],
  ])('takes from the discovery of a support bundle %s', async (_, files, reported) => {
    const { after } = await read(files);
    expect(Object.fromEntries(after.apis.map((api) => [api.name, api.reported?.state]))).toEqual(reported);
  });

  it('takes no group for an aggregated API where nothing tells which are custom resources', async () => {
    const { 'cluster-resources/resources.json': resources } = discovery([discovered('quays.example.com/v1')]);
    await expect(readDump(folderWith({ 'cluster-resources/resources.json': resources }), () => {})).rejects.toThrow(/no aggregated API/);
  });

  it.each<[what: string, services: readonly string[], backend: string]>([
    ['its Service shares a word with the group', ['tide-gauge', 'quay'], 'tide-gauge'],
    ['no Service does', ['quay'], ''],
    ['several do', ['tide-gauge', 'tide-table'], ''],
  ])('knows what is behind an API that discovery names only if %s', async (_, services, backend) => {
    const { api } = await read({
      ...discovery([], [STALE]),
      ...inBundle,
      'cluster-resources/services/harbour.json': list(
        'ServiceList',
        ...services.map((name) => ({ ...service, metadata: metadata(name, 'harbour') })),
      ),
    });
    const state = backend === '' ? 'unobserved' : 'observed';
    expect([api.backend.service, api.service.state, api.endpoints.state, api.pods.state]).toEqual([backend, state, state, state]);
  });

  it('does not call an API healthy because a pod of it is ready', async () => {
    const gauge = { ...service, metadata: metadata('metrics-server', 'kube-system') };
    const ready = { ...pod.status, conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [] };
    const { api } = await read({
      'kube-system/services.json': list('ServiceList', gauge),
      'kube-system/pods.json': list('PodList', { ...pod, metadata: { ...pod.metadata, namespace: 'kube-system' }, status: ready }),
    });
    expect(api.pods).toMatchObject({ value: [{ ready: true }] });
    expect(api.reported).toBeUndefined();
  });

  const namesake = { ...pod, metadata: { ...pod.metadata, namespace: 'pier' } };
  const podLog = (namespace: string) => `cluster-resources/pods/logs/${namespace}/${POD}/server.log`;
  it.each<[what: string, files: Readonly<Record<string, string>>, lines: number | undefined]>([
    ['its own', { [podLog('harbour')]: LOG }, 1],
    ["not that of another namespace's pod of the same name", { [podLog('pier')]: LOG }, undefined],
    ['once, where a collector took it again', { [podLog('harbour')]: LOG, [`tide-logs/${POD}/server.log`]: LOG }, 1],
    ['not where nothing tells of which namespace it is', { [`tide-logs/${POD}/server.log`]: LOG }, undefined],
  ])("counts of logs for an API's pod %s", async (_, files, lines) => {
    const { api } = await read({
      'apiservices.yaml': yamlList(apiService),
      'harbour/services.json': list('ServiceList', service),
      'harbour/pods.json': list('PodList', pod),
      'pier/pods.json': list('PodList', namesake),
      ...files,
    });
    expect(api.logs.state === 'observed' ? api.logs.value.lines.info : undefined).toBe(lines);
  });

  it('guesses the API behind a well-known Service when no APIService is there, and says so', async () => {
    const gauge = { ...service, metadata: metadata('metrics-server', 'kube-system') };
    const { api, notes } = await read({
      'kube-system/services.json': list('ServiceList', gauge),
      'kube-system/pods.json': list('PodList', { ...pod, metadata: { ...pod.metadata, namespace: 'kube-system' } }),
    });
    expect(api).toMatchObject({
      name: 'v1beta1.metrics.k8s.io',
      backend: { namespace: 'kube-system', service: 'metrics-server' },
      condition: { state: 'unobserved' },
      reported: { state: 'failing', because: 'no pod of it is ready' },
    });
    expect(notes[0]).toMatch(/guessed/);
  });

  it.each([
    [
      'no aggregated API at all',
      { 'a.yaml': toYaml(local), 'harbour/services.json': list('ServiceList', service) },
      /no aggregated API in 2 files; put the output/,
    ],
    ['an empty folder', {}, /no aggregated API in 0 files/],
  ])('refuses %s', async (_, files, message) => {
    await expect(readDump(folderWith(files as Record<string, string>), () => {})).rejects.toThrow(message);
  });

  it.each<[what: string, name: string, text: string]>([
    ['YAML', 'all.yaml', `---\n${[apiService, service, local].map((one) => toYaml(one)).join('--- # next\n')}...\n`],
    [
      'YAML with Windows line ends',
      'all.yaml',
      [apiService, service]
        .map((one) => toYaml(one))
        .join('---\n')
        .replaceAll('\n', '\r\n'),
    ],
    ['YAML, one of which is broken', 'all.yaml', `${toYaml(apiService)}---\nkind: Pod\nmetadata: [unclosed\n---\n${toYaml(service)}`],
    ['JSON', 'all.json', [apiService, service].map((one) => `${JSON.stringify(one, null, 4)}\n`).join('')],
    [
      'JSON, one of which is cut',
      'all.json',
      `${[apiService, service].map((one) => `${JSON.stringify(one, null, 4)}\n`).join('')}{\n "kind": "Pod",\n`,
    ],
  ])('reads a stream of documents in %s', async (what, name, text) => {
    const { api, notes } = await read({ [name]: text });
    expect([api.name, api.condition.state, api.service.state]).toEqual([API, 'observed', 'observed']);
    expect(notes.map((one) => one.slice(0, 22))).toEqual(/broken|cut/.test(what) ? [`${name} is not readable`.slice(0, 22)] : []);
  });

  it.each<[what: string, name: string, pack: (bytes: Buffer) => Buffer]>([
    ['a tar archive', 'case/must-gather.tar', (bytes) => bytes],
    ['a packed one', 'case/must-gather.tar.gz', gzipSync],
    ['one that is called otherwise', 'case/must-gather.tgz', gzipSync],
    ['one that is cut', 'case/must-gather.tar.gz', (bytes) => gzipSync(bytes).subarray(0, -12)],
    ['one within another', 'case.tar', (bytes) => tarOf({ 'must-gather.tar': bytes.toString('utf8') })],
  ])('reads %s in a folder as a folder', async (_, name, pack) => {
    const files = LAYOUTS['must-gather']!;
    const { after } = await read(files);
    const folder = folderWith({ 'README.md': 'of the case', 'other.7z': '7z' });
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), pack(tarOf(files)));
    const notes: string[] = [];
    const [, unpacked] = await readDump(folder, (text) => notes.push(text));
    expect(unpacked).toEqual(after);
    expect(notes).toEqual(['other.7z: 7z, zstd, xz and bzip2 are not unpacked here; unpack what you want to be read']);
  });

  it.each<[what: string, content: string, note: RegExp]>([
    ['is no archive', 'nothing of the kind', /^case\.tar is no tar and no zip archive, and is left out$/],
    [
      'is damaged',
      tarOf({ 'pods.json': '{}' }).fill('x', 124, 136).toString('latin1'),
      /^case\.tar is not readable: the tar archive is damaged/,
    ],
  ])('says that a file in a folder %s, and reads the others', async (_, content, note) => {
    const { api, notes } = await read({ 'apiservices.yaml': yamlList(apiService), 'case.tar': content });
    expect(api.name).toBe(API);
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  it('says which files it could not read, and reads the others', async () => {
    const { api, notes } = await read({
      'apiservices.yaml': yamlList(apiService),
      'harbour/pods.json': '{"kind": "PodList", "items": [{"metadata"',
      'harbour/services.yaml': `kind: Service\nmetadata: [unclosed`,
      'harbour/events.json': list('EventList', event, { metadata: {} }),
    });
    expect(api.pods.state).toBe('unobserved');
    expect(notes.map((text) => text.slice(0, 38))).toEqual([
      expect.stringContaining('harbour/pods.json is not readable'),
      expect.stringContaining('harbour/services.yaml is not readable'),
      expect.stringContaining('1 of 2 objects of kind Event'),
    ]);
  });

  it('tells what complains of the system, as of the dump', async () => {
    const dns = {
      ...event,
      metadata: metadata('dns.1', 'kube-system'),
      involvedObject: { kind: 'Pod', namespace: 'kube-system', name: 'coredns-1' },
    };
    const folder = folderWith({
      'apiservices.yaml': yamlList(apiService),
      'kube-system/events.json': list('EventList', dns, { ...dns, metadata: metadata('dns.2', 'kube-system'), type: 'Normal' }),
    });
    const systemEvents = (await readDump(folder, () => {})).at(-1)?.cluster.systemEvents;
    expect(systemEvents).toEqual({ state: 'observed', value: [expect.objectContaining({ object: 'kube-system/coredns-1', count: 12 })] });
    const without = await readDump(folderWith({ 'apiservices.yaml': yamlList(apiService) }), () => {});
    expect(without.at(-1)?.cluster.systemEvents.state).toBe('unobserved');
  });

  it('does not follow links out of the folder', async () => {
    const folder = folderWith({ 'apiservices.yaml': yamlList(apiService) });
    symlinkSync(root, join(folder, 'up'));
    symlinkSync('/etc/hostname', join(folder, 'hostname.log'));
    expect((await filesBelow(folder, () => {})).map(({ segments }) => segments.join('/'))).toEqual(['apiservices.yaml']);
  });

  it('tells a Service that is gone from one that the dump does not cover', async () => {
    const other = { ...service, metadata: metadata('quay', 'harbour') };
    const gone = await read({ 'apiservices.yaml': yamlList(apiService), 'harbour/services.json': list('ServiceList', other) });
    expect(gone.api.service.state).toBe('absent');
    const uncovered = await read({
      'apiservices.yaml': yamlList(apiService),
      'dock/services.json': list('ServiceList', { ...other, metadata: metadata('quay', 'dock') }),
    });
    expect(uncovered.api.service.state).toBe('unobserved');
  });
});
