import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printAll } from '../../src/commands/generate.ts';
import type { ProbeTexts } from '../../src/generate/probes.ts';

interface Probe {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly spec: {
    readonly interval: string;
    readonly scrapeTimeout: string;
    readonly module: string;
    readonly prober: { readonly url: string };
    readonly targets: {
      readonly staticConfig: {
        readonly static: readonly string[];
        readonly labels: { readonly prober: string };
        readonly relabelingConfigs: readonly { readonly regex: string; readonly replacement: string }[];
      };
    };
  };
}

const APIS = 'v1beta1.metrics.k8s.io,v1.tides.example.com';
const BLACKBOX = '/usr/bin/prometheus-blackbox-exporter';

async function printed(flags: Parameters<typeof printAll>[1] = { apis: APIS }): Promise<{ probes: Probe[]; module: string }> {
  const files = (await printAll('probes', flags)).flatMap(({ artifacts }) => artifacts);
  const contentOf = (path: string) => files.find((file) => file.path === path)!.content;
  return { probes: loadAll(contentOf('probes/aggregated-apis.yaml')) as Probe[], module: contentOf('probes/blackbox/blackbox.yml') };
}

describe('probes of blackbox_exporter', () => {
  it('ask the kube-apiserver for the discovery of each API, and have its name as a label', async () => {
    const [{ spec }] = (await printed()).probes as [Probe];
    const { static: targets, relabelingConfigs } = spec.targets.staticConfig;
    expect(targets).toEqual([
      'https://kubernetes.default.svc/apis/metrics.k8s.io/v1beta1',
      'https://kubernetes.default.svc/apis/tides.example.com/v1',
    ]);
    // Prometheus anchors a regex.
    const [{ regex, replacement }] = relabelingConfigs as [Probe['spec']['targets']['staticConfig']['relabelingConfigs'][number]];
    expect(targets.map((target) => target.replace(new RegExp(`^(?:${regex})$`), replacement)).join()).toBe(APIS);
  });

  it('are an object for each place, paced and labelled as the rest', async () => {
    const { probes } = await printed({
      ...{ apis: APIS, probers: 'north:9115,south.example.com:80', probeUrl: 'https://192.0.2.2:6443' },
      ...{ scrapeInterval: '5s', namespace: 'harbour', objectLabels: 'release=tides' },
    });
    expect(probes.map(({ spec }) => [spec.prober.url, spec.targets.staticConfig.labels.prober])).toEqual([
      ['north:9115', 'north:9115'],
      ['south.example.com:80', 'south.example.com:80'],
    ]);
    expect(new Set(probes.map(({ metadata }) => metadata.name)).size).toBe(2);
    expect(probes[1]).toMatchObject({
      metadata: { namespace: 'harbour', labels: { release: 'tides' } },
      spec: {
        interval: '5s',
        scrapeTimeout: '5s',
        targets: { staticConfig: { static: [expect.stringMatching(/^https:\/\/192\.0\.2\.2:6443\/apis\//), expect.anything()] } },
      },
    });
  });

  it('name a module that there is', async () => {
    const { probes, module } = await printed();
    expect(Object.keys((load(module) as { modules: object }).modules)).toEqual([probes[0]!.spec.module]);
  });

  it.skipIf(!existsSync(BLACKBOX))('name a module that blackbox_exporter takes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'blackbox-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const check = (text: string) => {
      writeFileSync(join(folder, 'blackbox.yml'), text);
      return spawnSync(BLACKBOX, ['--config.check', `--config.file=${join(folder, 'blackbox.yml')}`]).status;
    };
    const { module } = await printed();
    expect([check(module), check(module.replace('valid_status_codes', 'valid_tides'))]).toEqual([0, 1]);
  });

  it.each<[string, ProbeTexts & { format?: string }, string]>([
    ['no API', {}, '--apis: names of APIServices separated by commas are wanted'],
    ['a group alone', { apis: 'metrics' }, '--apis "metrics": the name of an APIService is allowed, <version>.<group>'],
    ['a prober without a port', { apis: APIS, probers: 'north' }, '--probers "north": host:port of a blackbox_exporter is allowed'],
    [
      'a URL with a path',
      { apis: APIS, probeUrl: 'https://north/apis' },
      '--probe-url "https://north/apis": https://host:port of a kube-apiserver is allowed',
    ],
    ['a format of rules', { apis: APIS, format: 'loki' }, '--format "loki": of probes are allowed probe'],
  ])('refuse %s', async (_, flags, problem) => {
    await expect(printAll('probes', flags)).rejects.toThrow(problem);
  });
});
