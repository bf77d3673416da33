import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerGenerate } from '../../src/commands/generate.ts';

let root: string;
let out: string;
let complaints: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'generate-'));
  out = '';
  complaints = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
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
  await program.parseAsync(['generate', ...args, '--output', root], { from: 'user' });
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
    expect(read('aggregated-api-causes.yaml').groups[0]!.rules.map(({ alert }) => alert)).toEqual([
      'AggregatedAPIDNSFailing',
      'AggregatedAPIPanic',
    ]);
    const weighed = read('aggregated-api-diagnosis.yaml').groups.flatMap(({ rules }) => rules.flatMap(({ labels }) => labels?.cause ?? []));
    expect(new Set(weighed).size).toBeGreaterThan(35);
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
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string; readonly labels?: { readonly cause?: string } }[] }[];
}
