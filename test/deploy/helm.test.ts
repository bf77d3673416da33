import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load, loadAll } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHART, sourceFiles, wholeChart } from '../../scripts/chart/assemble.ts';
import { chartFiles } from '../../scripts/chart/files.ts';
import { committedRenderings, renderedFile, renderedHead, valueSets, valuesFile } from '../../scripts/chart/renderings.ts';
import { valuesJsonSchema } from '../../scripts/chart/values.ts';
import { printAll } from '../../src/commands/generate.ts';
import type { Artifact } from '../../src/generate/formats/rule-formats.ts';
import { complaintsOf } from '../generate/support/crd-schemas.ts';
import { documentsOf, kustomizationOf, type Manifest, manifests } from './manifests.ts';
import { comparable } from './same-objects.ts';

/** Needs Node only. What a real Helm makes of the chart stands in test/e2e/helm; here its committed renderings are read. */
const KIB = 1024;
const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each(Object.entries(chartFiles()))('deploy/helm/%s is what `npm run docs` prints', (file, text) => {
  expect(textOf(`deploy/helm/${file}`)).toBe(text);
});

it('the chart has the version of the program, for itself and for the image', () => {
  const { version } = JSON.parse(textOf('package.json')) as { version: string };
  expect(load(textOf('deploy/helm/Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

describe('the schema of the values', () => {
  const validate = new Ajv2020({ strict: false, formats: { uri: true, cidrv4: true, cidrv6: true } }).compile(valuesJsonSchema());

  it.each(valueSets())('accepts the values %s', (set) => {
    expect(validate(load(readFileSync(valuesFile(set), 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('accepts the defaults', () => {
    expect(validate(load(textOf('deploy/helm/values.yaml'))), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    [{ replicaCount: 10 }, '/replicaCount'],
    [{ image: { digest: 'latest' } }, '/image/digest'],
    [{ config: { probe: { interval: 'soon' } } }, '/config/probe/interval'],
    [{ rbac: { listProbes: [{ apiGroups: [], resources: ['flunders'] }] } }, '/rbac/listProbes/0/apiGroups'],
    [{ links: { grafanaUrl: 'https://grafana.example.com/' } }, '/links/grafanaUrl'],
    [{ serviceMonitors: {} }, ''],
  ])('refuses %j and says where', (values, path) => {
    expect(validate(values)).toBe(false);
    expect(validate.errors!.map(({ instancePath }) => instancePath)).toContain(path);
  });
});

describe('the committed renderings', () => {
  const rendered = (set: string) => (loadAll(readFileSync(renderedFile(set), 'utf8')) as (Manifest | null)[]).filter((one) => one !== null);

  it('are one for each set of values in deploy/helm/ci', () => {
    expect(committedRenderings().sort()).toEqual(valueSets().sort());
  });

  it.each(valueSets())('%s is of the chart as it is: `npm run chart:render` prints it anew', (set) => {
    expect(readFileSync(renderedFile(set), 'utf8').split('\n', 1)[0]).toBe(renderedHead(set).trimEnd());
  });

  it.each([
    ['kustomize', 'prometheus-operator/service-monitor.yaml'],
    ['authenticated', 'authenticated/rbac.yaml'],
    ['replicas', 'replicas/rbac.yaml', 'replicas/pod-disruption-budget.yaml', 'replicas/handover.yaml'],
    ['node-agents', ...['daemon-set', 'network-policy', 'rbac', 'service', 'service-account'].map((file) => `node-agents/${file}.yaml`)],
  ])('%s: has the objects that kustomize makes of deploy/%s', (set, ...files) => {
    const { ConfigMap, ...ofHelm } = byKind(rendered(set));
    const folderOfSet = files[0]!.split('/')[0]!;
    const patches = (kustomizationOf(folderOfSet).patches ?? []).flatMap(({ path }) => documentsOf<Manifest>(`${folderOfSet}/${path}`));
    const patched = manifests().map((object) => {
      const own = patches.filter(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
      return own.reduce((before, patch) => merged(before, patch) as Manifest, object);
    });
    const { ConfigMap: made = {}, ...others } = byKind(kustomized([...patched, ...files.flatMap((file) => documentsOf<Manifest>(file))]));
    expect(ofHelm).toEqual(others);
    expect(ConfigMap).toMatchObject(made);
    const folder = kustomizationOf(folderOfSet).configMapGenerator ? folderOfSet : 'kubernetes';
    expect(ConfigMap).toMatchObject({
      'ConfigMap aggregated-api-exporter': { data: { 'config.yaml': load(textOf(`deploy/${folder}/config.yaml`)) } },
    });
  });

  it.each(valueSets())('%s: pods are as Pod Security `restricted` wants them', (set) => {
    for (const { kind, spec } of rendered(set).filter((object) => ['Deployment', 'Pod'].includes(object.kind))) {
      const pod = (kind === 'Pod' ? spec : (spec as { template: { spec: object } }).template.spec) as {
        securityContext: object;
        containers: { securityContext: object }[];
      };
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext } of pod.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      expect(JSON.stringify(pod)).not.toMatch(/hostNetwork|hostPID|hostPath|privileged/);
    }
  });

  it('least: has one rule, and no object that nobody asked for', () => {
    const objects = rendered('least');
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'ClusterRole aggregated-api-exporter',
      'ClusterRoleBinding aggregated-api-exporter',
      'ConfigMap aggregated-api-exporter',
      'Deployment aggregated-api-exporter',
      'Pod aggregated-api-exporter-test',
      'Service aggregated-api-exporter',
      'ServiceAccount aggregated-api-exporter',
    ]);
    expect(objects.find(({ kind }) => kind === 'ClusterRole')!['rules']).toEqual([
      { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: ['list', 'watch'] },
    ]);
  });
});

describe('shards', () => {
  const objects = (loadAll(readFileSync(renderedFile('shards'), 'utf8')) as (Sharded | null)[]).filter((one) => one !== null);
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const deployments = of('Deployment').map(({ spec: { selector, template } }) => ({
    selector: selector.matchLabels!,
    labels: template!.metadata.labels,
    args: template!.spec.containers[0]!.args,
    spread: template!.spec.topologySpreadConstraints,
  }));
  const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>) =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);

  it('are a Deployment each, which is told its own and has its own pods', () => {
    expect(deployments.map(({ args }) => args.find((arg) => arg.startsWith('--shard')))).toEqual([
      '--shard=0/3',
      '--shard=1/3',
      '--shard=2/3',
    ]);
    for (const [own, { selector, spread }] of deployments.entries()) {
      expect(deployments.map(({ labels }) => selects(selector, labels))).toEqual(deployments.map((_, index) => index === own));
      expect(spread).toMatchObject([{ labelSelector: { matchLabels: selector } }]);
    }
  });

  it('elect each its own leader, with the rights and the objects for it', () => {
    const [name] = deployments[0]!.args.flatMap((arg) => /^--leader-election\.name=(.+)/.exec(arg)?.[1] ?? []);
    const leases = [0, 1, 2].map((index) => `${name}-shard-${index}`);
    expect(of('Lease').map(({ metadata }) => metadata.name)).toEqual(leases);
    expect(of('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(leases.map((lease) => `${lease}-logs`)));
    expect(of('Role')[0]!.rules!.flatMap(({ resourceNames = [] }) => resourceNames)).toEqual([
      ...leases,
      ...leases.map((lease) => `${lease}-logs`),
    ]);
  });

  it('have a Service each for their pages, and are scraped through one Service only', () => {
    const [{ matchLabels, matchExpressions } = {}] = of('ServiceMonitor').map(({ spec }) => spec.selector);
    expect(matchExpressions).toEqual([{ key: 'app.kubernetes.io/component', operator: 'DoesNotExist' }]);
    const scraped = of('Service').filter(
      ({ metadata: { labels } }) => selects(matchLabels!, labels!) && !('app.kubernetes.io/component' in labels!),
    );
    expect(scraped.map(({ metadata }) => metadata.name)).toEqual(['aggregated-api-exporter']);
    for (const { labels } of deployments) {
      expect(selects(scraped[0]!.spec.selector as Record<string, string>, labels)).toBe(true);
      const own = of('Service').filter(
        ({ spec, metadata }) => metadata.name.includes('-shard-') && selects(spec.selector as Record<string, string>, labels),
      );
      expect(own).toHaveLength(1);
    }
    const { 'config.yaml': config } = of('ConfigMap').find(({ data }) => data)!.data!;
    const { web } = load(config!) as { web: { shard_url: string } };
    const urls = [0, 1, 2].map((index) => web.shard_url.replace('{shard}', String(index)));
    expect(urls).toEqual(
      of('Service')
        .filter(({ metadata }) => metadata.name.includes('-shard-'))
        .map(({ metadata }) => `http://${metadata.name}.monitoring.svc:9944`),
    );
  });
});

/** What is read of an object above. */
interface Sharded extends Manifest {
  readonly rules?: readonly { readonly resourceNames?: readonly string[] }[];
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: { readonly matchLabels?: Record<string, string>; readonly matchExpressions?: readonly object[] };
    readonly template?: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly containers: readonly { readonly args: readonly string[] }[];
        readonly topologySpreadConstraints: readonly object[];
      };
    };
  };
}

/** Of objects in one form, by kind. */
function byKind(objects: readonly Manifest[]): Record<string, Record<string, unknown>> {
  const kinds: Record<string, Record<string, unknown>> = {};
  for (const [name, object] of Object.entries(comparable(objects))) {
    const kind = name.split(' ')[0]!;
    kinds[kind] = { ...kinds[kind], [name]: object };
  }
  return kinds;
}

/** A strategic merge as far as our patches need it: named things by their names, other lists as a whole. */
function merged(before: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) {
    const named = (list: unknown): list is { name: string }[] =>
      Array.isArray(list) && list.every((one) => typeof (one as { name?: unknown } | null)?.name === 'string');
    if (!named(before) || !named(patch)) return patch;
    const others = patch.filter(({ name }) => !before.some((one) => one.name === name));
    return [...before.map((one) => merged(one, patch.find(({ name }) => name === one.name) ?? {})), ...others];
  }
  if (typeof patch !== 'object' || patch === null) return patch;
  const known = before as Record<string, unknown> | undefined;
  const fields = Object.entries(patch).map(([key, of]) => [key, merged(known?.[key], of)]);
  return { ...(before as object), ...Object.fromEntries(fields) };
}

/** Fields that kustomize changes. */
interface Kustomized {
  readonly subjects?: readonly object[];
  readonly rules?: readonly { readonly resources?: readonly string[] }[];
  readonly spec?: { readonly template?: object };
}

/** What kustomize adds to the files of deploy/: the namespace, and the label, also to selectors. test/e2e/helm has kustomize itself. */
function kustomized(objects: readonly Manifest[]): Manifest[] {
  const { namespace, labels = [] } = kustomizationOf('kubernetes');
  const { pairs } = labels[0]!;
  return objects.map((object): Manifest => {
    const { metadata, kind, subjects, spec, rules } = object as Manifest & Kustomized;
    const placed = { ...metadata, namespace, labels: { ...metadata.labels, ...pairs } };
    return {
      ...object,
      metadata: placed,
      ...(subjects && { subjects: subjects.map((subject) => ({ ...subject, namespace })) }),
      // The chart gives the right to the kubelets' metrics only with config.resources.kubelet_token.
      ...(rules && { rules: rules.filter(({ resources }) => resources?.[0] !== 'nodes/metrics') }),
      ...(kind === 'Service' && { spec: { ...spec, selector: pairs } }),
      ...(kind === 'Deployment' && {
        spec: { ...spec, selector: { matchLabels: pairs }, template: { metadata: { labels: pairs }, ...spec?.template } },
      }),
    };
  });
}

describe('the whole chart', () => {
  let files: readonly Artifact[];
  beforeAll(async () => {
    files = await wholeChart();
  });
  const below = (folder: string) => files.filter(({ path }) => path.startsWith(`${CHART}/files/${folder}/`));

  it('is its source without ci, the rules and the dashboards', () => {
    const others = files.map(({ path }) => path).filter((path) => !path.startsWith(`${CHART}/files/`));
    const sources = sourceFiles().map(({ path }) => path);
    expect(others).toEqual(sources.filter((path) => !path.startsWith('ci/')).map((path) => `${CHART}/${path}`));
    expect(below('dashboards').map(({ path, content }) => [path.replace(`${CHART}/files/`, ''), content])).toEqual(
      below('dashboards').map(({ path }) => [path.replace(`${CHART}/files/`, ''), textOf(path.replace(`${CHART}/files/`, ''))]),
    );
    expect(below('dashboards')).toHaveLength(4);
  });

  it('has the groups of `generate --format prometheusrule`, an object each that its CRD accepts and that fits an annotation', async () => {
    const printed = (await printAll('rules', { format: 'prometheusrule' })).flatMap(({ artifacts }) => artifacts);
    const objects = printed.filter(({ path }) => path.startsWith('rules/prometheusrule/')).map(({ content }) => load(content) as Manifest);
    const specs = below('rules').map(({ content }) => load(content) as object);
    expect(specs).toEqual(objects.map(({ spec }) => spec));
    expect(specs.length).toBeGreaterThan(1);
    for (const spec of specs) {
      const object = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'tide' }, spec };
      expect(complaintsOf('prometheusrule', object)).toEqual([]);
      expect(Buffer.byteLength(JSON.stringify(object))).toBeLessThan(256 * KIB);
    }
  });

  it('is small enough for Helm, which keeps a chart and what it made of it in a Secret of at most 1 MiB', () => {
    // As Helm's storage encodes it: base64 of gzip of JSON, in which files are base64 too. test/e2e/helm measures the Secret itself.
    const kept = {
      files: files.map(({ path, content }) => ({ name: path, data: Buffer.from(content).toString('base64') })),
      manifest: [...below('rules'), ...below('rules'), ...below('dashboards')].map(({ content }) => content).join('\n'),
    };
    const bytes = (gzipSync(JSON.stringify(kept), { level: 9 }).length * 4) / 3;
    expect(bytes).toBeLessThan(512 * KIB);
  });
});
