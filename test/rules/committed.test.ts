import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { printAll } from '../../src/commands/generate.ts';
import type { Artifact } from '../../src/generate/formats/rule-formats.ts';
import { compareArtifacts } from '../../src/generate/write-artifacts.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDERS = ['rules', 'dashboards', 'runbooks'];

/** What `npm run generate` writes. */
let artifacts: readonly Artifact[];

beforeAll(async () => {
  artifacts = (await printAll('all', {})).flatMap((printed) => printed.artifacts);
});

describe('committed rules/, dashboards/ and runbooks/', () => {
  it('are what the catalogue prints: run npm run generate', async () => {
    expect(await compareArtifacts(ROOT, artifacts, [])).toEqual([]);
  });

  it('hold nothing else', async () => {
    const found: string[] = [];
    for (const folder of FOLDERS)
      for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }))
        if (entry.isFile()) found.push(join(entry.parentPath, entry.name).slice(ROOT.length));
    expect(found.sort()).toEqual(artifacts.map(({ path }) => path).sort());
  });

  it('are a few megabytes at most', () => {
    expect(artifacts.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)).toBeLessThan(5 * 2 ** 20);
  });
});
