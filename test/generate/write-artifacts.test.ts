import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareArtifacts, writeArtifacts } from '../../src/generate/write-artifacts.ts';

const FILES = [
  { path: 'rules/prometheus/a.yaml', content: 'a\n' },
  { path: 'rules/prometheus/b.yaml', content: 'b\n' },
];
const OWNED = ['rules/prometheus'];
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'artifacts-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('writing', () => {
  it('makes folders, and leaves nothing but the files', async () => {
    await writeArtifacts(root, FILES, OWNED);
    expect(await readdir(join(root, 'rules/prometheus'))).toEqual(['a.yaml', 'b.yaml']);
    expect(await readFile(join(root, 'rules/prometheus/b.yaml'), 'utf8')).toBe('b\n');
    expect(await compareArtifacts(root, FILES, OWNED)).toEqual([]);
  });

  it('removes what is no longer printed from its own folders, and nothing else', async () => {
    await writeArtifacts(root, FILES, OWNED);
    await mkdir(join(root, 'rules/prometheus/mine'));
    for (const file of ['rules/mine.yaml', 'rules/prometheus/old.yaml', 'rules/prometheus/mine/x.yaml'])
      await writeFile(join(root, file), '');
    // Rules and their tests both own the folder.
    await writeArtifacts(root, FILES, [...OWNED, ...OWNED]);
    expect((await readdir(root, { recursive: true })).filter((path) => path.endsWith('.yaml')).sort()).toEqual([
      'rules/mine.yaml',
      'rules/prometheus/a.yaml',
      'rules/prometheus/b.yaml',
      'rules/prometheus/mine/x.yaml',
    ]);
  });

  it('writes nothing when one file cannot be written', async () => {
    await writeArtifacts(root, FILES, OWNED);
    await writeFile(join(root, 'file'), '');
    const changed = [
      { path: 'rules/prometheus/a.yaml', content: 'new\n' },
      { path: 'file/c.yaml', content: '' },
    ];
    await expect(writeArtifacts(root, changed, OWNED)).rejects.toThrow('file');
    expect(await readFile(join(root, 'rules/prometheus/a.yaml'), 'utf8')).toBe('a\n');
    expect(await readdir(join(root, 'rules/prometheus'))).toEqual(['a.yaml', 'b.yaml']);
  });
});

describe('comparing', () => {
  it('names what is missing, differs, or is an orphan', async () => {
    await writeArtifacts(root, FILES, OWNED);
    await writeFile(join(root, 'rules/prometheus/a.yaml'), 'edited\n');
    await rm(join(root, 'rules/prometheus/b.yaml'));
    await writeFile(join(root, 'rules/prometheus/old.yaml'), '');
    expect(await compareArtifacts(root, FILES, OWNED)).toEqual([
      { path: 'rules/prometheus/a.yaml', what: 'differs' },
      { path: 'rules/prometheus/b.yaml', what: 'missing' },
      { path: 'rules/prometheus/old.yaml', what: 'orphan' },
    ]);
  });

  it('calls everything missing where there is nothing', async () => {
    expect((await compareArtifacts(join(root, 'nowhere'), FILES, OWNED)).map((difference) => difference.what)).toEqual([
      'missing',
      'missing',
    ]);
  });
});
