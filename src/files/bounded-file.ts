import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** More than any file of settings, certificates or signatures has. */
const MOST_BYTES = 16 * 2 ** 20;
const CHUNK_BYTES = 64 * 1024;

/**
 * The text of a file that must have an end: settings, certificates, keys, tokens. Regular files and pipes (`<(…)`) are read, `/dev/null` is
 * empty. @throws Error with the path when it can't be read, is a folder or a device that gives bytes for ever, or is over 16 MiB.
 */
export function readBoundedFile(path: string, mostBytes = MOST_BYTES): string {
  const file = openSync(path, 'r');
  try {
    const facts = fstatSync(file);
    if (facts.isDirectory()) throw new Error(`${path} is a folder; a file is allowed`);
    if (isEndless(facts, file)) throw new Error(`${path} is ${kindOf(facts)}; a regular file is allowed`);
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      total += read;
      if (total > mostBytes) throw new Error(`${path} is longer than ${mostBytes} bytes`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** Devices such as /dev/zero and /dev/full, which never end; a terminal ends with Ctrl-D, and /dev/null at once. */
export function isEndless(facts: Stats, descriptor?: number): boolean {
  if (!facts.isCharacterDevice() && !facts.isBlockDevice()) return false;
  if (descriptor !== undefined && isatty(descriptor)) return false;
  const nothing = statSync(devNull, { throwIfNoEntry: false });
  return !(nothing && nothing.rdev === facts.rdev && nothing.isCharacterDevice() === facts.isCharacterDevice());
}

/** What a path is, in words, for an error message. */
export function kindOf(facts: Stats): string {
  if (facts.isFile()) return 'a regular file';
  if (facts.isDirectory()) return 'a folder';
  if (facts.isCharacterDevice()) return 'a character device';
  if (facts.isBlockDevice()) return 'a block device';
  if (facts.isFIFO()) return 'a pipe';
  return facts.isSocket() ? 'a socket' : 'no regular file';
}
