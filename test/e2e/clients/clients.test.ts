import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, Undo } from '../cluster/fault.ts';
import { Cluster, WARDLE } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import { type Capture, type Client, capture, writeCaptures } from './captures.ts';

/**
 * What clients print while an API of a real kube-apiserver is broken, written to test/read/captures; test/read/captures.test.ts then holds
 * what is read out of each against docs/real-world/clients.md. `npm run e2e:clients` takes them anew.
 */
const FOLDER = new URL('../../read/captures/', import.meta.url).pathname;
const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const STATES = [
  'healthy',
  ...['service-deleted', 'scaled-to-zero', 'packets-refused', 'packets-dropped', 'server-hung', 'ca-bundle', 'certificate-expired'],
  ...['request-header-ca', 'version-not-served', 'auth-delegator-missing', 'unknown-flag'],
].filter((state) => process.env.E2E_STATES?.split(',').includes(state) ?? true);
/** Until a fault shows in the condition of its APIService, which is looked at each half minute. */
const SHOWN_MS = 20_000;
/** Discovery of kube-controller-manager is made anew each half minute. */
const SETTLED_MS = 35_000;
const GROUP = 'wardle.example.com';

const bin = execFileSync(BUILD, ['kubernetes', 'kubectl-1.37', 'helm4', 'helm3'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const WARM = join(folder, 'warm-kubectl');

/** What is asked of an API `VERSION.GROUP`. */
const kubectl = (api: string): Client['commands'] => {
  const discovery = `/apis/${GROUP}/${api.slice(0, api.indexOf('.'))}`;
  return {
    'get-apiservice': ['get', 'apiservice'],
    'get-apiservice-yaml': ['get', 'apiservice', api, '-o', 'yaml'],
    'describe-apiservice': ['describe', 'apiservice', api],
    'get-flunders': ['get', 'flunders', '-A'],
    'warm-get-flunders': ['get', 'flunders', '-A', `--cache-dir=${WARM}`],
    explain: ['explain', 'flunder'],
    'api-resources-group': ['api-resources', `--api-group=${GROUP}`],
    'raw-discovery': ['get', '--raw', discovery],
    'v6-list': ['get', '--raw', discovery, '-v=6'],
    'describe-ns': ['describe', 'ns', 'pier'],
    'get-ns-yaml': ['get', 'ns', 'pier', '-o', 'yaml'],
    'apply-flunder': ['apply', '-f', join(folder, 'flunder.yaml')],
    'delete-all': ['delete', 'all', '--all', '-n', 'quay'],
  };
};
const helm: Client['commands'] = {
  install: ['install', 'anchor', join(folder, 'plain')],
  'install-flunder': ['install', 'buoy', join(folder, 'flunder')],
  upgrade: ['upgrade', 'moorings', join(folder, 'plain'), '--set', 'depth=3'],
  'list-all': ['list', '-A'],
  uninstall: ['uninstall', 'moorings'],
};
const KUBECTL = { name: 'kubectl 1.37', program: join(bin, '1.37', 'kubectl') };
const HELMS: readonly Client[] = [
  { name: 'helm 3.22', program: join(bin, 'helm3'), commands: helm },
  { name: 'helm 4.3', program: join(bin, 'helm4'), commands: helm },
];

let cluster: Cluster;
let hidden: ReadonlyMap<string, string>;

beforeAll(async () => {
  writeFiles();
  cluster = new Cluster();
  await cluster.start();
  hidden = new Map([
    [folder, '/home/ada/charts'],
    [cluster.folder, '/home/ada/.kube'],
  ]);
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('clients of a broken API', () => {
  it.each(STATES)('print this while the state is %s', async (state) => {
    const known = await fault(state);
    for (const client of HELMS) await ask(client, ['install', 'moorings', join(folder, 'plain')]);
    await ask({ ...KUBECTL, commands: {} }, ['get', 'flunders', '-A', `--cache-dir=${WARM}`]);
    await namespace('quay');
    await namespace('pier');
    const from = controllerLog().length;
    const undo: Undo | undefined = await known?.inject(cluster);
    try {
      await sleep(SHOWN_MS);
      await cluster.kube.remove('/api/v1/namespaces/pier').catch(() => undefined);
      await sleep(SETTLED_MS);
      for (const client of [{ ...KUBECTL, commands: kubectl(known?.api ?? WARDLE) }, ...HELMS]) {
        const captures: Capture[] = [];
        for (const name of Object.keys(client.commands)) captures.push(await capture(client, name, environment(client)));
        expect(captures.filter(({ exit, output }) => exit === 0 && output === '')).toEqual([]);
        writeCaptures(FOLDER, client.name, state, captures, hidden);
      }
      writeCaptures(FOLDER, 'kube-controller-manager 1.36', state, [controllerLines(from)], hidden);
    } finally {
      await undo?.();
    }
    await cluster.available(WARDLE);
    for (const client of HELMS) for (const release of ['anchor', 'buoy', 'moorings']) await ask(client, ['uninstall', release]);
    await ask({ ...KUBECTL, commands: {} }, ['delete', 'flunders', '--all', '-A']);
    await until('the namespace to be gone', 120, async () => (await cluster.kube.raw('GET', '/api/v1/namespaces/pier')).status === 404);
    // A kept cache of discovery would be warm in the next state.
    rmSync(join(folder, 'cold'), { recursive: true, force: true });
  });
});

async function fault(state: string): Promise<Fault | undefined> {
  if (state === 'healthy') return undefined;
  return ((await import(`../cluster/faults/${state}.ts`)) as { fault: Fault }).fault;
}

let asked = 0;
/** Each command begins with nothing in its cache, but where it names one; each Helm has a namespace of its own. */
function environment(client: Client): Record<string, string> {
  asked += 1;
  const cold = join(folder, 'cold', String(asked));
  return {
    KUBECONFIG: cluster.adminKubeconfig(),
    KUBECACHEDIR: cold,
    HELM_CACHE_HOME: cold,
    HELM_CONFIG_HOME: cold,
    HELM_DATA_HOME: cold,
    ...(client.name.startsWith('helm')
      ? { HELM_NAMESPACE: client.name === 'helm 4.3' ? 'default' : 'kube-public', HOME: cold }
      : { HOME: cold }),
  };
}

const ask = (client: Client, args: readonly string[]) => capture({ ...client, commands: { args } }, 'args', environment(client));

const namespace = (name: string) =>
  cluster.kube.apply(`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const controllerLog = () => readFileSync(cluster.controlPlane.controllerManager.logFile, 'utf8');

/** What kube-controller-manager wrote of discovery, collection of garbage, quotas and namespaces since the fault: it repeats itself. */
function controllerLines(from: number): Capture {
  const lines = controllerLog().slice(from).split('\n');
  const times = new Map<string, number>();
  const telling = lines.filter((line) => {
    const place = / (\w+\.go:\d+)\]/.exec(line)?.[1];
    if (place === undefined || !/discover|stale/i.test(line)) return false;
    times.set(place, (times.get(place) ?? 0) + 1);
    return times.get(place)! <= 2;
  });
  return { name: 'log', exit: 0, command: 'kube-controller-manager', output: telling.join('\n') };
}

function writeFiles(): void {
  const flunder = `apiVersion: ${GROUP}/v1alpha1\nkind: Flunder\nmetadata:\n  name: sole\n`;
  writeFileSync(join(folder, 'flunder.yaml'), `${flunder.replace('sole', 'turbot')}  namespace: default\n`);
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  depth: "{{ .Values.depth }}"\n';
  for (const [name, text] of [
    ['plain', configMap],
    ['flunder', flunder],
  ] as const) {
    mkdirSync(join(folder, name, 'templates'), { recursive: true });
    writeFileSync(join(folder, name, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`);
    writeFileSync(join(folder, name, 'values.yaml'), 'depth: 2\n');
    writeFileSync(join(folder, name, 'templates', 'object.yaml'), text);
  }
}
