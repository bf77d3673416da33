import { ARCHIVE_BYTES, ArchiveFiles, isOfUse } from './archive-files.ts';
import type { DumpFile } from './dump-file.ts';
import { InputError } from './input-error.ts';
import { looksLikeTar } from './open-input.ts';

const BLOCK = 512;

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/**
 * The files of use in a tar archive, in memory, and nothing on disk: no name in it can lead anywhere. Links are not followed. An
 * archive that is cut gives what there is. `note` hears of what was left out. @param most bytes of all files together.
 * @throws InputError when it is none.
 */
export async function filesOfTar(chunks: AsyncIterable<Buffer>, note: (text: string) => void, most = ARCHIVE_BYTES): Promise<DumpFile[]> {
  const archive = new Archive(new BlockReader(chunks), most);
  while (await archive.next());
  return archive.files.end(note);
}

class Archive {
  readonly files: ArchiveFiles;
  readonly #reader: BlockReader;
  /** The next entry's, where its header has no room for it. */
  #longName: string | undefined;

  constructor(reader: BlockReader, most: number) {
    this.#reader = reader;
    this.files = new ArchiveFiles(most);
  }

  /** Reads one entry; false at the end. */
  async next(): Promise<boolean> {
    const header = await this.#reader.take(BLOCK);
    if (header.length < BLOCK) return false;
    if (header.every((byte) => byte === 0)) return true;
    const { name, size, type } = entryOf(header);
    const entry = { name: this.#longName ?? name, size, type };
    this.#longName = undefined;
    if (LONG_NAMES.has(type) && size < LONGEST_NAME) this.#longName = longNameIn(await this.#reader.take(size), type);
    else if (isFileOfUse(entry)) await this.#file(entry);
    else await this.#reader.skip(size);
    await this.#reader.skip((BLOCK - (size % BLOCK)) % BLOCK);
    return true;
  }

  async #file({ name, size }: Entry): Promise<void> {
    if (!this.files.hasRoom(size)) {
      await this.#reader.skip(size);
      return;
    }
    const bytes = await this.#reader.take(size);
    this.files.add(name, bytes, bytes.length < size);
  }
}

/** Entries that name the next one: GNU tar's, and a record of POSIX. */
const LONG_NAMES: ReadonlySet<string> = new Set(['L', 'x']);
const LONGEST_NAME = 65_536;

function isFileOfUse({ type, name }: Entry): boolean {
  return (type === '0' || type === '\0') && isOfUse(name);
}

function entryOf(header: Buffer): Entry {
  if (!looksLikeTar(header)) throw new InputError('the tar archive is damaged: a header in it is none');
  const prefix = textIn(header, 345, 155);
  const name = textIn(header, 0, 100);
  const size = Number.parseInt(textIn(header, 124, 12).trim(), 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new InputError('the tar archive is damaged: a size in it is none');
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: String.fromCharCode(header[156] ?? 0) };
}

function textIn(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** GNU tar's long name, or `path` among the records of POSIX: `27 path=namespaces/…\n`. */
function longNameIn(bytes: Buffer, type: string): string | undefined {
  const text = bytes.toString('utf8').replace(/\0+$/, '');
  return type === 'L' ? text : /(?:^|\n)\d{1,9} path=([^\n]{1,4096})\n/.exec(text)?.[1];
}

/** Takes so many bytes out of a stream at a time. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fewer at the end of the stream. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0 && (await this.#fill())) {
      const part = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0 && (await this.#fill()); ) {
      const part = Math.min(missing, this.#held.length);
      this.#held = this.#held.subarray(part);
      missing -= part;
    }
  }

  /** False at the end. */
  async #fill(): Promise<boolean> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#held = next.value;
    }
    return true;
  }
}
