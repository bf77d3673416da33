import { type DumpFile, fileInMemory } from './dump-file.ts';

/** A larger one is left out. */
export const LARGEST_FILE = 64 * 2 ** 20;
/** Of all files together; what comes later is left out. */
export const ARCHIVE_BYTES = 512 * 2 ** 20;
const MOST_FILES = 50_000;
/** What readers of dumps open. */
const OF_USE = /\.(?:json|ya?ml|log|txt|out|md|tar|tgz|tar\.gz|zip)$/i;

/** Files taken out of an archive, in memory, within bounds. */
export class ArchiveFiles {
  readonly #files: DumpFile[] = [];
  #bytesLeft: number;
  #leftOut = 0;

  /** @param most bytes of all files together. */
  constructor(most: number) {
    this.#bytesLeft = most;
  }

  /** Whether there is room for a file of that size; one that has none is counted. */
  hasRoom(size: number): boolean {
    const fits = size <= LARGEST_FILE && size <= this.#bytesLeft && this.#files.length < MOST_FILES;
    if (!fits) this.#leftOut++;
    return fits;
  }

  /** @param cut its end is missing. */
  add(name: string, bytes: Buffer, cut: boolean): void {
    this.#bytesLeft -= bytes.length;
    this.#files.push(fileInMemory(segmentsOf(name), bytes, cut));
  }

  /** In a fixed order. `note` hears of what was left out. */
  end(note: (text: string) => void): DumpFile[] {
    if (this.#leftOut > 0)
      note(`${this.#leftOut} files of the archive are too large, or too many, and are left out: unpack it, and give its folder`);
    return this.#files.sort((a, b) => (a.segments.join('/') < b.segments.join('/') ? -1 : 1));
  }
}

/** Whether a reader of dumps opens a file of this name. */
export function isOfUse(name: string): boolean {
  return OF_USE.test(name);
}

/** No name leads out of the archive. Some packers on Windows separate folders as that system does. */
function segmentsOf(name: string): readonly string[] {
  return name.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
}
