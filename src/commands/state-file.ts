import { lstat, open, readFile, realpath, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { kindOf } from '../files/bounded-file.ts';

/** An hour of history of a thousand APIs is a tenth of that. */
const MOST_BYTES = 512 * 2 ** 20;

/** Where the state before the last one is: it is whole, whatever happened while the last one was written. */
export function previousState(file: string): string {
  return `${file}.previous`;
}

/**
 * Writes the state so that at each moment one whole state is on the disk: the new one beside it and flushed, then the old one moved to
 * `.previous`, then the new one to its place, and the folder flushed. @throws Error when something else than a regular file is in its place.
 */
export async function saveState(file: string, text: string): Promise<void> {
  const target = await regularOrAbsent(file);
  const partial = `${target}.partial`;
  await regularOrAbsent(partial);
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(target, previousState(target)).catch(ignoreAbsence);
  await rename(partial, target);
  await flushFolder(dirname(target));
}

/** The last state and the one before it, newest first, of those that can be read. @throws Error when what is there is no regular file. */
export async function readStates(file: string): Promise<{ readonly path: string; readonly text: string }[]> {
  const target = await regularOrAbsent(file);
  const found: { path: string; text: string }[] = [];
  for (const path of [target, previousState(target)]) {
    const facts = await lstat(path).catch(ignoreAbsence);
    if (facts?.isFile() && facts.size <= MOST_BYTES) found.push({ path, text: await readFile(path, 'utf8') });
  }
  return found;
}

/** The path itself, behind links. */
async function regularOrAbsent(file: string): Promise<string> {
  const path = (await realpath(file).catch(ignoreAbsence)) ?? file;
  const facts = await lstat(path).catch(ignoreAbsence);
  if (facts && !facts.isFile()) throw new Error(`${file} is ${kindOf(facts)}; a regular file, or none yet, is allowed`);
  return path;
}

/** Without it a power cut may forget the renames. Some file systems can't; then there is nothing to do. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
