import { lstat, readFile } from 'node:fs/promises';
import { ignoreAbsence, regularOrAbsent, replaceFile } from '../files/safe-file.ts';

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
  await replaceFile(target, text, previousState(target));
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
