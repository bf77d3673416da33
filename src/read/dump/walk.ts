import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpFile, fileOnDisk } from './dump-file.ts';

interface FoundFile {
  readonly path: string;
  /** Folders and name below the root. */
  readonly segments: readonly string[];
}

const DEEPEST = 16;
const MOST_FILES = 50_000;

/**
 * The files below a folder, in a fixed order. Links are not followed, so that an unpacked archive cannot lead out of itself;
 * depth and number are bounded. `note` hears of what was left out.
 */
export async function filesBelow(root: string, note: (text: string) => void): Promise<DumpFile[]> {
  const found: FoundFile[] = [];
  const folders: (readonly string[])[] = [[]];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const path = join(root, ...folder);
    for (const { name, kind } of await entriesOf(path, folder.length === 0, note)) {
      const segments = [...folder, name];
      if (kind === 'folder' && segments.length < DEEPEST) folders.push(segments);
      else if (kind === 'file') found.push({ path: join(path, name), segments });
      if (found.length >= MOST_FILES) {
        note(`more than ${MOST_FILES} files: the rest is left out`);
        return sorted(found);
      }
    }
  }
  return sorted(found);
}

function sorted(files: FoundFile[]): DumpFile[] {
  return files.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, segments }) => fileOnDisk(path, segments));
}

async function entriesOf(
  path: string,
  isRoot: boolean,
  note: (text: string) => void,
): Promise<{ name: string; kind: 'file' | 'folder' }[]> {
  const entries: { name: string; kind: 'file' | 'folder' }[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory()) entries.push({ name: entry.name, kind: 'folder' });
      else if (entry.isFile()) entries.push({ name: entry.name, kind: 'file' });
    }
  } catch (error) {
    if (isRoot) throw error;
    note(`${path} can't be read: ${(error as Error).message}`);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
