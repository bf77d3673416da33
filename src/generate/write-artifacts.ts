import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Artifact } from './formats/rule-formats.ts';

/**
 * Writes all or nothing that is half: each file is complete beside its place before the first one is renamed into it. Files of
 * `owned` folders that are no longer printed are removed; nothing else is touched.
 */
export async function writeArtifacts(root: string, artifacts: readonly Artifact[], owned: readonly string[]): Promise<void> {
  const partial = artifacts.map(({ path, content }) => ({ content, to: join(root, path), from: `${join(root, path)}.partial` }));
  try {
    for (const { from, content } of partial) {
      await mkdir(dirname(from), { recursive: true });
      await writeFile(from, content);
    }
    for (const { from, to } of partial) await rename(from, to);
  } catch (error) {
    await Promise.all(partial.map(({ from }) => rm(from, { force: true })));
    throw error;
  }
  for (const orphan of await orphans(root, artifacts, owned)) await rm(join(root, orphan));
}

export interface Difference {
  readonly path: string;
  readonly what: 'missing' | 'differs' | 'orphan';
}

/** How the files on disk differ from what is printed; empty = not at all. */
export async function compareArtifacts(root: string, artifacts: readonly Artifact[], owned: readonly string[]): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const { path, content } of artifacts) {
    const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (found === undefined) differences.push({ path, what: 'missing' });
    else if (found !== content) differences.push({ path, what: 'differs' });
  }
  for (const path of await orphans(root, artifacts, owned)) differences.push({ path, what: 'orphan' });
  return differences;
}

async function orphans(root: string, artifacts: readonly Artifact[], owned: readonly string[]): Promise<string[]> {
  const printed = new Set(artifacts.map((artifact) => artifact.path));
  const found: string[] = [];
  for (const folder of new Set(owned)) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile() && !printed.has(path)) found.push(path);
    }
  }
  return found.sort();
}
