import { lstat, open, realpath, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { kindOf } from './bounded-file.ts';

/** The path itself, behind links. @throws Error when something else than a regular file is there. */
export async function regularOrAbsent(file: string): Promise<string> {
  const path = (await realpath(file).catch(ignoreAbsence)) ?? file;
  const facts = await lstat(path).catch(ignoreAbsence);
  if (facts && !facts.isFile()) throw new Error(`${file} is ${kindOf(facts)}; a regular file, or none yet, is allowed`);
  return path;
}

/**
 * Puts a new whole file in the place of `target`: written beside it and flushed, then renamed, and the folder flushed. At each moment the old
 * or the new one is there. @param keep where the old one goes; without it, it is gone. @throws Error, and the old one is where it was.
 */
export async function replaceFile(target: string, content: string | Buffer, keep?: string): Promise<void> {
  const partial = `${target}.partial`;
  await regularOrAbsent(partial);
  await writeWhole(partial, content);
  if (keep !== undefined) await rename(target, keep).catch(ignoreAbsence);
  await rename(partial, target);
  await flushFolder(dirname(target));
}

/** @throws Error, and nothing of it is left: on a full disk half a file would keep the rest of it from others. */
async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

/** Without it a power cut may forget the renames. Some file systems can't; then there is nothing to do. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

export function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
