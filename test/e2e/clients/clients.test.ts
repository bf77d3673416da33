import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, Undo } from '../cluster/fault.ts';
import { Cluster, WARDLE } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import { type Capture, type Client, capture, withoutRepeats, writeCaptures } from './captures.ts';

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

/** What is asked while an API `VERSION.GROUP` is broken, of a program that a component is built into. */
interface Asked {
  readonly name: string;
  readonly component: string;
  /** Below the folder of what is built. */
  readonly program: string;
  readonly commands: (api: string) => Client['commands'];
  /** It may have nothing to say and end well. */
  readonly silent?: true;
}

const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const warmCache = (component: string): string => join(folder, `warm-${component}`);

const kubectl = (version: string): Asked => {
  const component = `kubectl-${version}`;
  const commands = (api: string) => {
    const discovery = `/apis/${GROUP}/${versionOf(api)}`;
    return {
      'get-apiservice': ['get', 'apiservice'],
      'get-apiservice-yaml': ['get', 'apiservice', api, '-o', 'yaml'],
      'describe-apiservice': ['describe', 'apiservice', api],
      'get-flunders': ['get', 'flunders', '-A'],
      'warm-get-flunders': ['get', 'flunders', '-A', `--cache-dir=${warmCache(component)}`],
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
  return { name: `kubectl ${version}`, component, program: join(version, 'kubectl'), commands };
};
const helm = (version: string): Asked => {
  const component = `helm${version[0]}`;
  const commands = () => ({
    install: ['install', 'anchor', join(folder, 'plain')],
    'install-flunder': ['install', 'buoy', join(folder, 'flunder')],
    upgrade: ['upgrade', 'moorings', join(folder, 'plain'), '--set', 'depth=3'],
    'list-all': ['list', '-A'],
    uninstall: ['uninstall', 'moorings'],
  });
  return { name: `helm ${version}`, component, program: component, commands };
};
/** Of the backend's pods, the end of the log. */
const STERN_WARDLE = ['wardle', '-n', 'wardle', '--no-follow', '--tail=12'];
const versionOf = (api: string): string => api.slice(0, api.indexOf('.'));
const watched = (api: string): readonly string[] => [`--group=${GROUP}`, `--version=${versionOf(api)}`];

/** What operators are built on watches until in sync, or for a third of a minute. */
const CLIENTS: readonly Asked[] = [
  kubectl('1.34'),
  kubectl('1.37'),
  helm('3.22'),
  helm('4.3'),
  {
    name: 'stern 1.33',
    component: 'stern',
    program: 'stern',
    commands: () => ({
      default: STERN_WARDLE,
      timestamps: [...STERN_WARDLE, '--timestamps'],
      raw: [...STERN_WARDLE, '--output=raw'],
      json: [...STERN_WARDLE, '--output=json'],
      extjson: [...STERN_WARDLE, '--output=extjson'],
      'all-namespaces': ['wardle', '-A', '--no-follow', '--tail=12'],
    }),
    silent: true,
  },
  {
    name: 'client-go 0.37',
    component: 'go-clients',
    program: 'go-informer',
    commands: (api) => ({ informer: [...watched(api), '--resource=flunders'] }),
  },
  {
    name: 'controller-runtime 0.25',
    component: 'go-clients',
    program: 'go-controller',
    commands: (api) => ({
      controller: [...watched(api), '--kind=Flunder'],
      'controller-json': [...watched(api), '--kind=Flunder', '--zap-devel=false'],
    }),
  },
];
/** `E2E_CLIENT="kubectl 1.34"` takes one of them alone. */
const isWanted = (name: string): boolean => process.env.E2E_CLIENT?.split(',').includes(name) ?? true;
const WANTED = CLIENTS.filter(({ name }) => isWanted(name));
const CONTROLLERS = 'kube-controller-manager 1.36';

const bin = execFileSync(BUILD, [...new Set(['kubernetes', ...WANTED.map(({ component }) => component)])], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();
const clientOf = ({ name, program, commands }: Asked, api: string): Client => ({
  name,
  program: join(bin, program),
  commands: commands(api),
});
const KUBECTLS = WANTED.filter(({ name }) => name.startsWith('kubectl'));
const HELMS = WANTED.filter(({ name }) => name.startsWith('helm'));

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
    for (const client of KUBECTLS) await ask(client, ['get', 'flunders', '-A', `--cache-dir=${warmCache(client.component)}`]);
    await namespace('quay');
    await namespace('pier');
    const from = controllerLog().length;
    const undo: Undo | undefined = await known?.inject(cluster);
    try {
      await sleep(SHOWN_MS);
      await cluster.kube.remove('/api/v1/namespaces/pier').catch(() => undefined);
      await sleep(SETTLED_MS);
      for (const asked of WANTED) {
        const client = clientOf(asked, known?.api ?? WARDLE);
        const captures: Capture[] = [];
        for (const name of Object.keys(client.commands)) {
          const taken = await capture(client, name, environment(client));
          captures.push(asked.component === 'go-clients' ? { ...taken, output: withoutRepeats(taken.output) } : taken);
        }
        if (!asked.silent) expect(captures.filter(({ exit, output }) => exit === 0 && output === '')).toEqual([]);
        writeCaptures(FOLDER, client.name, state, captures, hidden);
      }
      if (isWanted(CONTROLLERS)) writeCaptures(FOLDER, CONTROLLERS, state, [controllerLines(from)], hidden);
    } finally {
      await undo?.();
    }
    await cluster.available(WARDLE);
    for (const client of HELMS) for (const release of ['anchor', 'buoy', 'moorings']) await ask(client, ['uninstall', release]);
    for (const namespace of ['default', 'kube-public'])
      await cluster.kube.remove(`/apis/${GROUP}/v1alpha1/namespaces/${namespace}/flunders`).catch(() => undefined);
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
function environment(client: Pick<Client, 'name'>): Record<string, string> {
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

const ask = (asked: Asked, args: readonly string[]) =>
  capture({ ...clientOf(asked, WARDLE), commands: { args } }, 'args', environment(asked));

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
