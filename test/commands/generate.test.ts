import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { load, loadAll } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerGenerate } from '../../src/commands/generate.ts';

let root: string;
let out: string;
let complaints: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'generate-'));
  out = '';
  complaints = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown, done: unknown) => {
    out += String(text);
    if (typeof done === 'function') done();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complaints += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** Exit code of `generate ARGS --output <a temporary folder>`. @throws what main.ts prints. */
async function generate(...args: string[]): Promise<number> {
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => (complaints += text) });
  registerGenerate(program);
  process.exitCode = undefined;
  const output = args.includes('--output') ? [] : ['--output', root];
  await program.parseAsync(['generate', ...args, ...output], { from: 'user' });
  return Number(process.exitCode ?? 0);
}

describe('generate', () => {
  it('writes what is asked for, and nothing else', async () => {
    expect(await generate('rules', '--format', 'prometheusrule', '--namespace', 'monitoring')).toBe(0);
    expect(readdirSync(root)).toEqual(['rules']);
    expect(readdirSync(join(root, 'rules')).sort()).toEqual(['alertmanager', 'prometheusrule']);
    expect(complaints).toMatch(/no window over scraped series is shorter than 4 scrapes[\s\S]*files written below/);
  });

  it('says which windows a scrape interval widens', async () => {
    await generate('rules', '--format', 'prometheus', '--scrape-interval', '60s');
    expect(complaints).toMatch(/Windows of \d.* are widened to 4m, so that they hold 4 scrapes/);
  });

  it('gives only the chosen causes an alert, and weighs all', async () => {
    await generate('rules', '--format', 'prometheus', '--causes', 'dns-failing,panic');
    const read = (file: string) => load(readFileSync(join(root, 'rules/prometheus', file), 'utf8')) as RuleFile;
    expect(read('aggregated-api-causes.yaml').groups[0]!.rules.flatMap(({ alert }) => alert ?? [])).toEqual([
      'AggregatedAPIDNSFailing',
      'AggregatedAPIPanic',
    ]);
    const weighed = read('aggregated-api-diagnosis.yaml').groups.flatMap(({ rules }) => rules.flatMap(({ labels }) => labels?.cause ?? []));
    expect(new Set(weighed).size).toBeGreaterThan(35);
  });
});

describe('the rule tests that are printed', () => {
  const namedBy = (folder: string): string[] =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.test.yaml'))
      .flatMap((file) => (load(readFileSync(join(root, folder, file), 'utf8')) as { rule_files: string[] }).rule_files)
      .map((file) => join(root, folder, file));

  it.each([
    ['all', '--format', 'prometheus'],
    ['all', '--format', 'mimir'],
    // A wrapper as `prometheusrule` alone and `vmrule` are: the files beside it are the same.
    ['all', '--format', 'prometheusrule,loki'],
    ['rule-tests'],
  ])('find the rule files that they name: generate %s %s %s', async (...args) => {
    expect(await generate(...args)).toBe(0);
    const named = namedBy('rules/tests');
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  it.each([['loki'], ['json']])('are none where no rule is over metrics: --format %s', async (format) => {
    expect(await generate('all', '--format', format)).toBe(0);
    expect(existsSync(join(root, 'rules/tests'))).toBe(false);
  });
});

describe('generate --output -', () => {
  const stream = async (...args: string[]) => {
    out = '';
    await generate(...args, '--output', '-');
    return out;
  };

  it('prints rules as one file of Prometheus, and writes none', async () => {
    const { groups } = load(await stream('rules')) as RuleFile;
    expect(groups.length).toBeGreaterThan(3);
    expect(readdirSync(root)).toEqual([]);
    expect(existsSync('-')).toBe(false);
  });

  it('prints objects as documents that can be applied', async () => {
    const objects = loadAll(await stream('rules', '--format', 'prometheusrule', '--mixin-fix')) as { kind: string }[];
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(['PrometheusRule']));
  });

  it('prints rule tests, dashboards and runbooks', async () => {
    expect((loadAll(await stream('rule-tests')) as { tests?: unknown }[]).filter(({ tests }) => tests).length).toBeGreaterThan(3);
    expect((await stream('dashboards')).match(/^\{$/gm)?.length).toBe(4);
    expect((await stream('dashboards', '--format', 'configmap')).match(/^kind: ConfigMap$/gm)?.length).toBe(4);
    expect(await stream('runbooks')).toContain('<!-- Source: runbooks/panic.md -->');
  });

  it.each([
    [['all'], /rules\/prometheus \(yaml\).*runbooks \(md\).*in one stream; one kind is allowed/],
    [['rules', '--format', 'mimir,vmrule'], /rules\/mimir \(yaml\), rules\/vmrule \(yaml\) in one stream/],
    [['rules', '--check'], /a folder is allowed/],
  ])('refuses %j', async (args, words) => {
    await expect(generate(...args, '--output', '-')).rejects.toThrow(words);
    expect(out).toBe('');
  });
});

describe('links of alerts', () => {
  const links = async (...flags: string[]) => {
    await generate('rules', '--format', 'prometheus', ...flags);
    const { groups } = load(readFileSync(join(root, 'rules/prometheus/aggregated-api-symptoms.yaml'), 'utf8')) as RuleFile;
    const { status_url, runbook_url, dashboard_url } = groups[0]!.rules.find(({ alert }) => alert === 'AggregatedAPIDown')!.annotations!;
    return [status_url, runbook_url, dashboard_url?.split('?')[0]];
  };

  it('open from a browser where it is said what people open', async () => {
    expect(await links('--web.external-url', 'https://harbour.example.com/apis/', '--grafana.url', 'https://grafana.example.com/')).toEqual(
      [
        'https://harbour.example.com/apis/apis/{{ $labels.apiservice }}',
        'https://harbour.example.com/apis/runbooks/{{ $labels.cause }}',
        'https://grafana.example.com/d/aggregated-api-one',
      ],
    );
    expect(complaints).not.toMatch(/--web.external-url|--grafana.url/);
  });

  it('go elsewhere where that is said', async () => {
    const elsewhere = ['--runbook-url', 'https://wiki.example.com/{page}', '--dashboard-url', 'https://boards.example.com/{uid}'];
    expect(await links('--web.external-url', 'https://harbour.example.com', ...elsewhere)).toEqual([
      'https://harbour.example.com/apis/{{ $labels.apiservice }}',
      'https://wiki.example.com/{{ $labels.cause }}',
      'https://boards.example.com/aggregated-api-one',
    ]);
  });

  it('say when they do not, and which flag mends it', async () => {
    await links();
    expect(complaints).toContain('runbook_url and status_url open inside the cluster only: --web.external-url');
    expect(complaints).toContain('dashboard_url is a path, which opens in Grafana only: --grafana.url');
  });
});

describe('generate --check', () => {
  it('is content with what was just written', async () => {
    await generate('runbooks');
    expect(await generate('runbooks', '--check')).toBe(0);
    expect(out).toBe('');
  });

  it('names what differs, is missing, or is printed no longer, and writes nothing', async () => {
    await generate('runbooks');
    const file = (name: string) => join(root, 'runbooks', name);
    writeFileSync(file('panic.md'), 'edited');
    rmSync(file('dns-failing.md'));
    writeFileSync(file('full-moon.md'), '');
    expect(await generate('runbooks', '--check')).toBe(1);
    expect(out.split('\n').sort()).toEqual([
      '',
      'differs: runbooks/panic.md',
      'missing: runbooks/dns-failing.md',
      'orphan: runbooks/full-moon.md',
    ]);
    expect(readFileSync(file('panic.md'), 'utf8')).toBe('edited');
    expect(existsSync(file('dns-failing.md'))).toBe(false);
  });

  it('finds everything missing where there is nothing', async () => {
    expect(await generate('dashboards', '--check')).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('generate refuses', () => {
  it.each([
    ['an unknown output', ['alarms'], 'Allowed choices are all, rules, dashboards, runbooks, rule-tests'],
    ['an unknown format', ['rules', '--format', 'nagios'], '--format "nagios": of rules are allowed prometheus, prometheusrule'],
    ['a format of something else', ['dashboards', '--format', 'loki'], '--format "loki": of dashboards are allowed json, configmap'],
    [
      'an unknown cause',
      ['rules', '--causes', 'panic,full-moon'],
      '--causes "full-moon": no cause is called so; allowed are aggregated-request-forbidden, ',
    ],
    ['a label that collides', ['rules', '--labels', 'cause=x'], '--labels cause: collides with a label of the rules'],
    ['a cluster label that collides', ['rules', '--cluster-label', 'reason'], '--cluster-label reason: collides'],
    ['an interval that is too long', ['rules', '--scrape-interval', '2m'], '--scrape-interval 2m: too long for the window of 5m'],
    ['another exporter', ['rules', '--with', 'node-exporter'], '--with "node-exporter": allowed are'],
    ['an unknown flag', ['rules', '--colour', 'red'], "unknown option '--colour'"],
  ])('%s, and writes nothing', async (_, args, words) => {
    const error = await generate(...args).then(
      () => '',
      (failure: Error) => failure.message,
    );
    expect(`${error}\n${complaints}`).toContain(words);
    expect(readdirSync(root)).toEqual([]);
  });

  it('everything at once', async () => {
    await expect(generate('rules', '--format', 'nagios', '--scrape-interval', 'soon', '--causes', 'x')).rejects.toThrow(
      /--scrape-interval "soon"[\s\S]*--format "nagios"/,
    );
  });

  it('to leave half of it: a folder that is in the way fails before the first file is in place', async () => {
    await generate('runbooks');
    const before = readFileSync(join(root, 'runbooks/panic.md'), 'utf8');
    writeFileSync(join(root, 'runbooks/panic.md'), 'old');
    writeFileSync(join(root, 'rules'), 'a file where a folder must be');
    await expect(generate('all', '--format', 'prometheus,json')).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(readFileSync(join(root, 'runbooks/panic.md'), 'utf8')).toBe('old');
    expect(readdirSync(join(root, 'runbooks')).filter((file) => file.endsWith('.partial'))).toEqual([]);
    expect(existsSync(join(root, 'dashboards', 'aggregated-api-fleet.json'))).toBe(false);
    expect(before).not.toBe('old');
  });
});

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string;
      readonly labels?: { readonly cause?: string };
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  }[];
}
