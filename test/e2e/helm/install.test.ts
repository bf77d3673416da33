import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueSets, valuesFile } from '../../../scripts/chart/renderings.ts';
import { Cluster, WARDLE } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import { Scheduler } from '../cluster/harness/scheduler.ts';
import { installCrds } from './support/crds.ts';
import { HELMS, type HelmName, helm, kubeconform, SOURCE, writeChart } from './support/helm.ts';
import { everyObject } from './support/objects.ts';
import { Prometheus } from './support/prometheus.ts';
import { schemasOf } from './support/schemas.ts';

const NAMESPACE = 'tides';
const RELEASE = 'aggregated-api-exporter';
const KIB = 1024;
/** Everything that is off by default and can be made here. */
const EVERYTHING = [
  ...['serviceMonitor', 'podMonitor', 'vmServiceScrape', 'prometheusRule', 'vmRule', 'grafana.dashboards'],
  ...['networkPolicy', 'podDisruptionBudget'],
].map((key) => `--set=${key}.enabled=true`);

let cluster: Cluster;
let scheduler: Scheduler;
let prometheus: Prometheus;
let folder: string;
let chart: string;
let before: ReadonlySet<string>;

beforeAll(async () => {
  cluster = new Cluster();
  await cluster.start();
  await cluster.kube.apply(`/api/v1/namespaces/${NAMESPACE}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  await until('the ServiceAccount of the namespace', 20, () => cluster.kube.get(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`));
  scheduler = new Scheduler(cluster.kube, { namespace: NAMESPACE, node: 'node-a' });
  scheduler.start();
  folder = mkdtempSync(join(tmpdir(), 'helm-'));
  prometheus = new Prometheus(cluster.kube, NAMESPACE, folder);
  await prometheus.start();
  chart = await writeChart();
});
afterAll(async () => {
  scheduler?.stop();
  await prometheus?.stop();
  await cluster?.stop();
  for (const made of [folder, chart]) if (made) rmSync(made, { recursive: true, force: true });
});

/** Helm with the administrator's rights, and nothing of this machine's own Helm. */
async function ask(name: HelmName, ...args: string[]): Promise<string> {
  const env = { KUBECONFIG: cluster.adminKubeconfig(), HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
  const answer = await helm(name, [...args, '--namespace', NAMESPACE], env);
  if (!answer.ok) throw new Error([answer.err, ...podsSay()].join('\n'));
  return answer.out;
}

/** The last lines of each pod: why Helm waits. */
function podsSay(): string[] {
  const pods = cluster.kubelets
    .flatMap((kubelet) => [...kubelet.pods.values()])
    .filter((pod) => pod.object.metadata.namespace === NAMESPACE);
  return pods.map(({ object, container }) => {
    const lines = [...container.previous, ...container.lines].slice(-10).map(({ text }) => text);
    return [`${object.metadata.name}: ${container.running ? 'running' : 'not running'}, ready: ${container.ready}`, ...lines].join('\n  ');
  });
}

const install = (name: HelmName, what: string, ...flags: string[]) =>
  ask(name, 'install', RELEASE, what, '--wait', '--timeout=90s', ...flags);
const test = (name: HelmName) => ask(name, 'test', RELEASE, '--timeout=60s');
const at = (path: string) => cluster.kube.get(path);
const query = (expression: string) => prometheus.query(expression);
const scraped = async () => (await query('up'))[RELEASE] === 1;

/** Uninstalls, and waits until the cluster holds what it held before. */
async function leavesNothing(name: HelmName): Promise<void> {
  await ask(name, 'uninstall', RELEASE, '--wait');
  await until('nothing to be left', 30, async () => {
    const left = [...(await everyObject(cluster.kube))].filter((object) => !before.has(object));
    if (left.length > 0) throw new Error(left.join(', '));
    return true;
  });
}

describe('a cluster that knows no operator', () => {
  it.each(HELMS)('%s names the kind that is not known, and leaves nothing behind', async (name) => {
    before = await everyObject(cluster.kube);
    await expect(install(name, chart, '--set=serviceMonitor.enabled=true')).rejects.toThrow('no matches for kind "ServiceMonitor"');
    expect([...(await everyObject(cluster.kube))].filter((object) => !before.has(object))).toEqual([]);
  });
});

describe('a cluster with the kinds of both operators', () => {
  beforeAll(async () => {
    await installCrds(cluster.kube);
    before = await everyObject(cluster.kube);
  });

  it('is scraped by Prometheus after one `helm install` into a bare namespace, under Pod Security `restricted`', async () => {
    expect(await query('up')).toEqual({});
    const begun = Date.now();
    const notes = await install('helm4', chart, ...EVERYTHING);
    await until('the first scrape', 30, scraped);
    console.log(`from helm install to the first scrape: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    expect(notes).toContain(`kubectl --namespace ${NAMESPACE} port-forward service/${RELEASE} 9944`);
    await until('a diagnosis of the APIs', 30, async () => (await query('aggregated_api_available'))[WARDLE] === 1);
    // As with deploy/kubernetes: what is offered and bound nowhere, and what a backend itself refuses.
    expect(await query('aggregated_api_exporter_source_forbidden == 1')).toEqual({ 'backend-metrics': 1, 'config-maps': 1 });
  });

  it('holds rules and dashboards as objects that fit, and the release in its Secret', async () => {
    const path = `/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}/prometheusrules`;
    const { items } = await at(path);
    expect(items.length).toBe((await at('/apis/operator.victoriametrics.com/v1beta1/vmrules')).items.length);
    const text = JSON.stringify(items);
    expect(text).toContain(`"runbook_url":"http://${RELEASE}.${NAMESPACE}.svc:9944/runbooks/`);
    expect(text).not.toContain('.monitoring.svc');
    for (const item of items) expect(JSON.stringify({ ...item, metadata: {} }).length).toBeLessThan(256 * KIB);
    const maps = await at(`/api/v1/namespaces/${NAMESPACE}/configmaps?labelSelector=grafana_dashboard=1`);
    expect(maps.items).toHaveLength(4);
    const secret = await at(`/api/v1/namespaces/${NAMESPACE}/secrets/sh.helm.release.v1.${RELEASE}.v1`);
    const bytes = Buffer.from(secret.data.release, 'base64').length;
    console.log(`the Secret of the release with everything on: ${(bytes / KIB).toFixed(0)} KiB`);
    expect(bytes).toBeLessThan(512 * KIB);
  });

  it('passes `helm test`; where the Service leads nowhere the pod of the test stays and says so', async () => {
    const scale = (replicas: number) =>
      cluster.kube.patch(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${RELEASE}`, { spec: { replicas } });
    expect(await test('helm4')).toMatch(/Phase:\s+Succeeded/);
    await scale(0);
    await until('no pod', 30, async () => (await at(`/api/v1/namespaces/${NAMESPACE}/pods`)).items.length === 0);
    await expect(test('helm4')).rejects.toThrow(/\.svc:9944\/-\/ready connect ECONNREFUSED/);
    await scale(1);
    await until('an endpoint', 60, scraped);
    expect(await test('helm4')).toMatch(/Phase:\s+Succeeded/);
  });

  it('is as it was after `helm uninstall`', async () => {
    await leavesNothing('helm4');
  });

  it.each(valueSets())('kubeconform finds nothing against the values %s, by the schemas of this kube-apiserver', async (set) => {
    const location = await schemas();
    const { out: text } = await helm('helm4', ['template', RELEASE, chart, '--values', valuesFile(set), ...EVERYTHING]);
    const { ok, out } = await kubeconform(['-strict', '-summary', '-verbose', '-schema-location', location], text);
    expect(ok, out).toBe(true);
    expect(out).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
    const wrong = await kubeconform(['-strict', '-schema-location', location], text.replace('policyTypes:', 'policyKinds:'));
    expect(wrong.ok).toBe(false);
  });
  let location: Promise<string> | undefined;
  const schemas = () => (location ??= schemasOf(cluster.kube));
});

describe('while an aggregated API is broken', () => {
  let previous: string;
  beforeAll(async () => {
    // No version of the chart is released yet: the one before is today's with a lower number, and what a user set then.
    await ask('helm4', 'package', chart, '--version=0.0.9', '--app-version=0.0.9', '--destination', folder);
    previous = join(folder, `${RELEASE}-0.0.9.tgz`);
    before = await everyObject(cluster.kube);
    cluster.pod(cluster.wardle).container.pause();
    await until(`${WARDLE} to be unavailable`, 60, async () => (await cluster.condition(WARDLE))?.status === 'False');
  });
  afterAll(() => cluster.pod(cluster.wardle).container.resume());

  it.each(HELMS)('%s installs, upgrades, tests and uninstalls', async (name) => {
    const podOf = async () => {
      const selector = encodeURIComponent(`app.kubernetes.io/name=${RELEASE}`);
      const { items } = await at(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${selector}`);
      return items.map((pod: any) => pod.spec.containers[0].image);
    };
    const times: string[] = [];
    const timed = async (what: string, run: () => Promise<unknown>) => {
      const begun = Date.now();
      await run();
      times.push(`${what} ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    };
    await timed('install', () => install(name, previous, ...EVERYTHING));
    expect(await podOf()).toEqual([`${RELEASE}:0.0.9`]);
    await timed('upgrade', () =>
      ask(name, 'upgrade', RELEASE, chart, '--reuse-values', '--wait', '--timeout=90s', '--set=config.probe.interval=5s'),
    );
    expect(await podOf()).toEqual([`${RELEASE}:0.1.0`]);
    const { data } = await at(`/api/v1/namespaces/${NAMESPACE}/configmaps/${RELEASE}`);
    expect(data['config.yaml']).toContain('interval: 5s');
    await until('the broken API to be named', 30, async () => (await query('aggregated_api_available'))[WARDLE] === 0);
    await timed('test', async () => expect(await test(name)).toMatch(/Phase:\s+Succeeded/));
    const begun = Date.now();
    await leavesNothing(name);
    console.log(`${name} while an API hangs: ${times.join(', ')}, uninstall ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  });
});

it('SOURCE installs as it is, without rules and dashboards', async () => {
  expect(await ask('helm4', 'install', RELEASE, SOURCE, '--dry-run=client')).toContain('kind: Deployment');
});
