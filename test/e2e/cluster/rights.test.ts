import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceName } from '../../../src/domain/sources.ts';
import { Cluster, WARDLE } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import { until } from './harness/process.ts';
import { policyKinds } from './support/policy-kinds.ts';
import { type Status, statusOf, sumOf } from './support/status.ts';

const RBAC = new URL('../../../deploy/kubernetes/rbac.yaml', import.meta.url).pathname;
const PACE = { probe: { interval: '1s', network: 'cluster' }, diagnosis: { interval: '1s' }, resources: { interval: '5s' } };

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What is seen when a rule is gone. */
interface Loss {
  /** Says that it is forbidden, and names the rule. */
  readonly source?: SourceName;
  /** How it names the rule; our own name of it when absent. */
  readonly rule?: string;
  /** The rule is named, but another way leads to the same knowledge. */
  readonly namedBy?: SourceName;
  /** Without a source of its own: the value that a series of the sample-apiserver has then; undefined = it is gone. */
  readonly series?: { readonly name: string; readonly becomes: number | undefined };
  readonly config?: object;
}

/** Every rule of deploy/kubernetes/rbac.yaml, by its first resource. A new rule needs a line here. */
const LOSSES: Readonly<Record<string, Loss>> = {
  'apiregistration.k8s.io/apiservices': { source: 'api-services' },
  services: { source: 'services' },
  'discovery.k8s.io/endpointslices': { source: 'endpoint-slices' },
  pods: { source: 'pods' },
  // Either kind of event is enough: the other one is asked then. Both are taken away in a test of their own.
  events: {},
  'events.k8s.io/events': {},
  nodes: { source: 'nodes' },
  'apps/deployments': { source: 'workloads' },
  'networking.k8s.io/networkpolicies': { source: 'network-policies' },
  'autoscaling/horizontalpodautoscalers': { source: 'autoscalers' },
  namespaces: { source: 'namespaces' },
  'admissionregistration.k8s.io/validatingwebhookconfigurations': { source: 'webhooks' },
  'velero.io/schedules': { source: 'backup-schedules' },
  'cert-manager.io/certificates': { source: 'issued-certificates' },
  'coordination.k8s.io/leases': { source: 'leases' },
  'batch/cronjobs': { source: 'cron-jobs' },
  'rbac.authorization.k8s.io/clusterrolebindings': { source: 'role-bindings' },
  'rbac.authorization.k8s.io/rolebindings': { source: 'role-bindings' },
  // What the servers' own roles allow: a binding that is missing is then not known, and the source says so.
  'rbac.authorization.k8s.io/clusterroles': { source: 'role-bindings', rule: 'clusterroles: get' },
  'cilium.io/ciliumnetworkpolicies': { series: { name: 'aggregated_api_network_policies_not_evaluated', becomes: 1 } },
  'crd.projectcalico.org/networkpolicies': { series: { name: 'aggregated_api_network_policies_not_evaluated', becomes: 1 } },
  'policy.networking.k8s.io/adminnetworkpolicies': { series: { name: 'aggregated_api_network_policies_not_evaluated', becomes: 1 } },
  '/metrics': { source: 'apiserver-metrics' },
  // What the kubelet refuses, the metrics API still tells in part.
  'nodes/metrics': { namedBy: 'resources', config: { resources: { interval: '5s', kubelet_token: true } } },
  'metrics.k8s.io/pods': { source: 'resources' },
  'pods/log': { source: 'logs' },
  'configmaps (extension-apiserver-authentication)': {
    source: 'config-maps',
    rule: 'configmaps: get',
    series: { name: 'aggregated_api_front_proxy_ca_published', becomes: undefined },
  },
};

/** Sources that have nothing to look at without another one: logs of pods that are not seen, certificates of unknown backends. */
const FOLLOWING: Partial<Record<SourceName, readonly SourceName[]>> = { 'api-services': ['logs', 'certificates'], pods: ['logs'] };

const nameOf = ({ apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string =>
  nonResourceURLs?.[0] ?? `${apiGroups![0] ? `${apiGroups![0]}/` : ''}${resources![0]}${resourceNames ? ` (${resourceNames[0]})` : ''}`;

const objects = loadAll(readFileSync(RBAC, 'utf8')) as {
  kind: string;
  metadata: { name: string };
  roleRef?: { name: string };
  rules?: PolicyRule[];
}[];
/** A role that deploy/ binds nowhere is an offer, not a right. */
const bound = new Set(objects.map(({ roleRef }) => roleRef?.name));
const rules = objects
  .filter(({ kind, metadata }) => kind === 'ClusterRole' && bound.has(metadata.name))
  .flatMap(({ metadata, rules }) => rules!.map((rule) => ({ role: metadata.name, name: nameOf(rule) })));

describe('rights', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  let whole: Status;

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    await policyKinds(cluster);
    exporter = await Exporter.prepare(cluster, PACE);
    await exporter.start();
    // The metrics-server answers for a pod from its second scrape on.
    whole = await until('resources to be read', 60, async () => {
      const status = await statusOf(exporter);
      return stateOf(status, 'resources') === 'ok' && (await seriesOf('aggregated_api_front_proxy_ca_published')) === 1 && status;
    });
  });
  afterAll(async () => {
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('knows what the loss of each rule of deploy/ means', () => {
    expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(LOSSES).sort());
  });

  it.each(rules)('$name: without it the source says so, and the rest goes on', async ({ role, name }) => {
    const loss = LOSSES[name]!;
    await without([{ role, name }], loss.config, async () => {
      if (loss.source) await forbidden(loss.source, loss.rule ?? name);
      const { namedBy, series } = loss;
      if (namedBy) await until(`${namedBy} to name ${name}`, 20, async () => names(await statusOf(exporter), namedBy, name));
      if (series) await until(`${series.name} to be ${series.becomes}`, 20, async () => (await seriesOf(series.name)) === series.becomes);
      await goesOn(name === 'apiregistration.k8s.io/apiservices', loss.source);
    });
  });

  it('says that events are forbidden when neither kind is allowed', async () => {
    const both = rules.filter(({ name }) => name === 'events' || name === 'events.k8s.io/events');
    expect(both).toHaveLength(2);
    await without(both, undefined, async () => {
      await forbidden('events', 'events');
      await goesOn(false, 'events');
    });
  });

  const stateOf = (status: Status, source: SourceName) => status.sources.find((one) => one.source === source)?.state;
  const names = (status: Status, source: SourceName, rule: string) =>
    status.sources.find((one) => one.source === source)?.rule?.includes(rule) ?? false;
  const seriesOf = (name: string) => exporter.metric(name, { apiservice: WARDLE });

  /** A watch that is open keeps its rights, so the exporter starts anew under what is left. */
  async function without(taken: readonly { role: string; name: string }[], config: object | undefined, check: () => Promise<void>) {
    const at = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${taken[0]!.role}`;
    const before = (await cluster.kube.get(at)).rules as PolicyRule[];
    const configFile = join(cluster.folder, 'exporter.yaml');
    await exporter.daemon.stop();
    await cluster.kube.patch(at, { rules: before.filter((rule) => !taken.some(({ name }) => name === nameOf(rule))) });
    writeFileSync(configFile, JSON.stringify({ ...PACE, ...config }));
    try {
      exporter.daemon.start();
      await until('the first tick', 40, async () => (await fetch(`${exporter.url}/-/ready`)).status === 200);
      await check();
    } finally {
      await cluster.kube.patch(at, { rules: before });
      writeFileSync(configFile, JSON.stringify(PACE));
    }
  }

  async function forbidden(source: SourceName, rule: string): Promise<void> {
    await until(`${source} to be forbidden`, 20, async () => stateOf(await statusOf(exporter), source) === 'forbidden');
    expect(names(await statusOf(exporter), source, rule)).toBe(true);
    expect(await exporter.metric('aggregated_api_exporter_source_forbidden', { source })).toBe(1);
    expect(await exporter.metric('aggregated_api_exporter_source_up', { source })).toBe(0);
    expect(await (await fetch(exporter.url)).text()).toContain(rule);
  }

  /** Everything else that answered before answers, probes go on, and nobody is blamed for what we may not see. */
  async function goesOn(blind: boolean, lost: SourceName | undefined): Promise<void> {
    const silent = (lost && FOLLOWING[lost]) ?? [];
    const others = whole.sources
      .filter(({ source, state }) => state === 'ok' && source !== lost && !silent.includes(source))
      .map(({ source }) => source);
    await until(`all others to answer: ${others.join(', ')}`, 20, async () => {
      const status = await statusOf(exporter);
      const missing = others.filter((source) => stateOf(status, source) !== 'ok');
      if (missing.length > 0) throw new Error(`silent: ${missing.join(', ')}`);
      return true;
    });
    if (blind) return;
    const attempts = () =>
      sumOf(exporter, 'aggregated_api_probes_total', { apiservice: WARDLE, vantage: 'aggregator', request: 'discovery' });
    const before = await attempts();
    await until('another probe', 20, async () => (await attempts()) > before);
    expect((await exporter.diagnoses()).diagnoses).toEqual([]);
  }
});
