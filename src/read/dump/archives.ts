import { ARCHIVE_BYTES } from './archive-files.ts';
import type { DumpFile } from './dump-file.ts';
import { looksLikeTar, looksLikeZip, openInput } from './open-input.ts';
import { filesOfTar } from './tar.ts';
import { filesOfZip } from './zip.ts';

/** A collection within a collection: a must-gather in the folder of a case, a bundle that another tool put into its own. */
const ARCHIVE = /\.(?:tar|tar\.gz|tgz|zip)$/i;
/** Packed as nothing here unpacks it. */
const OTHER = /\.(?:7z|t?zst|t?xz|t?bz2?)$/i;

/** Archives in archives. */
const DEEPEST = 3;

interface Unpacking {
  readonly note: (text: string) => void;
  /** Bytes that may still be unpacked, of all archives together. */
  left: number;
}

/** The same files, with what stands in the archives among them in the place of these. `note` hears of what is left out. */
export async function unpacked(files: readonly DumpFile[], note: (text: string) => void): Promise<readonly DumpFile[]> {
  return opened(files, { note, left: ARCHIVE_BYTES }, DEEPEST);
}

async function opened(files: readonly DumpFile[], unpacking: Unpacking, depth: number): Promise<readonly DumpFile[]> {
  noteOthers(files, unpacking.note);
  if (depth === 0 || !files.some(isArchive)) return files;
  const all: DumpFile[] = [];
  for (const file of files) all.push(...(isArchive(file) ? await opened(await filesIn(file, unpacking), unpacking, depth - 1) : [file]));
  return all;
}

function isArchive({ segments }: DumpFile): boolean {
  return ARCHIVE.test(segments.at(-1) ?? '');
}

async function filesIn(file: DumpFile, unpacking: Unpacking): Promise<readonly DumpFile[]> {
  const { note } = unpacking;
  const name = file.segments.join('/');
  try {
    const { head, chunks } = await openInput(file.chunks());
    const unpack = looksLikeTar(head) ? filesOfTar : looksLikeZip(head) ? filesOfZip : undefined;
    if (!unpack) {
      note(`${name} is no tar and no zip archive, and is left out`);
      return [];
    }
    const inside = await unpack(chunks, (text) => note(`${name}: ${text}`), unpacking.left);
    for (const { size } of inside) unpacking.left -= await size();
    return inside.map((one) => ({ ...one, segments: [...file.segments, ...one.segments] }));
  } catch (error) {
    note(`${name} is not readable: ${(error as Error).message.split('\n')[0] ?? ''}`);
    return [];
  }
}

function noteOthers(files: readonly DumpFile[], note: (text: string) => void): void {
  const [first, ...more] = files.filter(({ segments }) => OTHER.test(segments.at(-1) ?? ''));
  if (!first) return;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  note(`${first.segments.join('/')}${others}: 7z, zstd, xz and bzip2 are not unpacked here; unpack what you want to be read`);
}
