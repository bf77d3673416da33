import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Each room imports `domain` and the rooms that stand before it, never one that stands behind. */
const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  files: [],
  scan: [],
  signatures: ['domain', 'scan'],
  redact: [],
  source: ['domain'],
  net: ['domain'],
  kube: ['domain', 'source', 'files', 'redact', 'scan', 'net'],
  objects: ['domain', 'source', 'redact', 'net', 'kube'],
  probe: ['domain', 'source', 'redact', 'net', 'kube', 'objects'],
  observe: ['domain', 'source', 'signatures', 'redact', 'scan', 'net', 'kube', 'objects', 'probe'],
  read: ['domain', 'signatures', 'redact', 'scan', 'kube', 'objects'],
  signals: ['domain', 'signatures'],
  correlations: ['domain'],
  diagnose: ['domain', 'signals', 'correlations'],
  expose: ['domain', 'files', 'signals', 'correlations'],
  generate: ['domain', 'signals', 'correlations', 'signatures', 'scan'],
  simulator: [],
};
const ROOT = new URL('../src/', import.meta.url).pathname;

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const stageOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file);

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => relative(ROOT, join(ROOT, dirname(file), match[1]!)));
}

describe('layers', () => {
  it.each(files.filter((file) => stageOf(file) in ALLOWED))('%s imports only what its stage may', (file) => {
    const own = stageOf(file);
    const wrong = importsOf(file).filter((target) => stageOf(target) !== own && !ALLOWED[own]!.includes(stageOf(target)));
    expect(wrong).toEqual([]);
  });

  it('has no stage that the design does not name', () => {
    const stages = new Set(files.map(stageOf).filter((stage) => !stage.endsWith('.ts')));
    expect([...stages].filter((stage) => !(stage in ALLOWED) && stage !== 'commands')).toEqual([]);
  });
});
