import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderedFile, renderedHead, valueSets, valuesFile } from '../../../scripts/chart/renderings.ts';
import type { Manifest } from '../../deploy/manifests.ts';
import { comparable } from '../../deploy/same-objects.ts';
import { HELMS, helm, objectsIn, SOURCE, template } from './support/helm.ts';

const DEPLOY = new URL('../../../deploy', import.meta.url).pathname;

describe.each(HELMS)('%s', (name) => {
  it.each(valueSets())('finds nothing against the values %s', async (set) => {
    const { ok, out, err } = await helm(name, ['lint', '--strict', SOURCE, '--values', valuesFile(set)]);
    expect(ok, out + err).toBe(true);
  });

  it.each(valueSets())('makes of the values %s what is committed', async (set) => {
    const committed = readFileSync(renderedFile(set), 'utf8');
    expect(committed.startsWith(renderedHead(set))).toBe(true);
    expect(await template(name, SOURCE, ['--values', valuesFile(set)])).toEqual(objectsIn(committed));
  });

  it.each([
    ['--set=config.probe.interval=soon', "at '/config/probe/interval': 'soon' does not match pattern"],
    ['--set=config.harbour=north', "at '/config': additional properties 'harbour' not allowed"],
    ['--set=serviceMonitors.enabled=true', "additional properties 'serviceMonitors' not allowed"],
    ['--set=replicaCount=10', "at '/replicaCount': maximum: got 10, want 9"],
    [
      '--set=replicaCount=2,state.existingClaim=history',
      'state.existingClaim history: with replicaCount 2 each replica has a disk of its own',
    ],
    ['--set=shards=3,state.existingClaim=history', 'state.existingClaim history: of 3 shards each has a disk of its own'],
    ['--set=shards=0', "at '/shards': minimum: got 0, want 1"],
    ['--set=image.digest=latest', "at '/image/digest': 'latest' does not match pattern"],
    ['--set=links.externalUrl=tides.example.com', "at '/links/externalUrl': 'tides.example.com' does not match pattern"],
    ['--set=serviceMonitor.enabled=true,serviceMonitor.interval=5s', 'serviceMonitor.scrapeTimeout 10s is longer than'],
    ['--set=vmServiceScrape.enabled=true,vmServiceScrape.interval=1m,vmRule.enabled=true', 'vmServiceScrape.interval 1m: the windows of'],
    ['--set=prometheusRule.enabled=true', 'prometheusRule.enabled: this folder is the source of the chart'],
    ['--set=grafana.dashboards.enabled=true', 'grafana.dashboards.enabled: this folder is the source of the chart'],
    ['--set=config.web.listen_addresses={:9000}', 'config.web.listen_addresses [:9000]: the pod and its probes use port 9944'],
  ])('refuses %s, and says what is allowed', async (flag, message) => {
    const { ok, err } = await helm(name, ['template', SOURCE, flag]);
    expect(ok).toBe(false);
    expect(err).toContain(message);
  });

  it.each([
    ['', []],
    ['logs.enabled=false', ['get /pods/log']],
    ['apiserver_metrics.enabled=false', ['get /metrics']],
    ['probe.list=false', []],
    ['resources.enabled=false', []],
    ['probe.list=false,config.resources.enabled=false', ['list metrics.k8s.io/pods']],
    ['diagnosis.disabled_sources={events}', ['list /events', 'list events.k8s.io/events', 'watch /events', 'watch events.k8s.io/events']],
    ['diagnosis.disabled_sources={cron-jobs}', ['list batch/cronjobs', 'watch batch/cronjobs']],
    ['diagnosis.disabled_sources={config-maps}', ['get /configmaps', 'list /configmaps', 'watch /configmaps']],
    [
      'diagnosis.disabled_sources={role-bindings}',
      ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'].map(
        (resource) => `${resource.endsWith('s') && resource.includes('bindings') ? 'list' : 'get'} rbac.authorization.k8s.io/${resource}`,
      ),
    ],
  ])('with %s there are no rights of it', async (setting, gone) => {
    const rights = async (flags: readonly string[]) => rightsOf(await template(name, SOURCE, flags));
    const left = new Set(await rights(setting === '' ? [] : [`--set=config.${setting}`]));
    expect((await rights([])).filter((right) => !left.has(right))).toEqual([...gone].sort());
  });

  it('leaves the choice of users to OpenShift', async () => {
    const flags = ['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => `--set=podSecurityContext.${field}=null`);
    const deployment = (await template(name, SOURCE, flags)).find(({ kind }) => kind === 'Deployment') as any;
    expect(deployment.spec.template.spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  });

  it("gives the kubelet's metrics to a token that may go there only", async () => {
    expect(rightsOf(await template(name, SOURCE, []))).not.toContain('get /nodes/metrics');
    expect(rightsOf(await template(name, SOURCE, ['--set=config.resources.kubelet_token=true']))).toContain('get /nodes/metrics');
  });
});

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** Each thing that some role allows, e.g. `list batch/cronjobs`, sorted. */
function rightsOf(objects: readonly Manifest[]): string[] {
  const rules = objects.flatMap(({ kind, rules }) => (kind === 'ClusterRole' ? (rules as readonly Rule[]) : []));
  const rights = rules.flatMap(({ apiGroups = [], resources = [], nonResourceURLs = [], verbs }) =>
    [...apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)), ...nonResourceURLs].flatMap((thing) =>
      verbs.map((verb) => `${verb} ${thing}`),
    ),
  );
  return [...new Set(rights)].sort();
}

describe('kustomize and Helm', () => {
  it.each([
    ['kubernetes', 'kustomize', ['--set=serviceMonitor.enabled=false']],
    ['prometheus-operator', 'kustomize', []],
    ['authenticated', 'authenticated', []],
    ['replicas', 'replicas', []],
    ['node-agents', 'node-agents', []],
    ['tls', 'tls', []],
  ])('make the same objects of deploy/%s', async (folder, set, flags) => {
    const kustomized = objectsIn(execFileSync('kubectl', ['kustomize', `${DEPLOY}/${folder}`], { encoding: 'utf8' }));
    // The chart gives this right with config.resources.kubelet_token only.
    const flagsForAll = ['--set=config.resources.kubelet_token=true', ...flags];
    const charted = await template('helm4', SOURCE, ['--values', valuesFile(set), ...flagsForAll]);
    const config = (objects: Readonly<Record<string, any>>) => objects['ConfigMap aggregated-api-exporter'].data['config.yaml'];
    const helmObjects = comparable(charted);
    delete config(helmObjects).resources;
    expect(helmObjects).toEqual(comparable(kustomized));
  });
});
