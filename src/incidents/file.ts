import { open, readFile, stat } from 'node:fs/promises';
import { ignoreAbsence, regularOrAbsent, replaceFile } from '../files/safe-file.ts';
import { FILE_VERSION, ForeignFileError, headerLine, type ReadFile, readFileText } from './file-format.ts';

/** What is longer is no file of ours: ours is compacted long before. */
const MOST_BYTES = 2 ** 30;

/**
 * An append-only file of lines. What is appended is flushed; what was torn by a crash or a full disk is cut off before the next append, so
 * nothing that stood before it is lost, and nothing that comes after it is spoilt. One writer: calls must not overlap.
 */
export class AppendFile {
  readonly #path: string;
  /** Bytes up to the end of the last line that is known to be whole. */
  #end: number;
  #version: number;

  private constructor(path: string, { end, version }: ReadFile) {
    this.#path = path;
    this.#end = end;
    this.#version = version;
  }

  /** @throws Error when it can't be read, ForeignFileError when it is not ours; it is as it was then. */
  static async open(file: string): Promise<{ readonly file: AppendFile; readonly read: ReadFile; readonly torn: number }> {
    const path = await regularOrAbsent(file);
    const facts = await stat(path).catch(ignoreAbsence);
    if (facts && facts.size > MOST_BYTES) throw new Error(`it has ${facts.size} bytes; at most ${MOST_BYTES} are allowed`);
    const content = facts ? await readFile(path) : Buffer.alloc(0);
    const read = readFileText(content);
    return { file: new AppendFile(path, read), read, torn: content.length - read.end };
  }

  get size(): number {
    return this.#end;
  }

  /** It is of an earlier version: it takes lines of this one only after it was compacted. */
  get isOutdated(): boolean {
    return this.#version !== FILE_VERSION;
  }

  /** Lines with their ends. @throws Error when the disk does not take them, or another file has appeared; they are to be given again then. */
  async append(lines: string): Promise<void> {
    if (this.isOutdated) throw new Error(`it has version ${this.#version} of the format, and was not written anew yet`);
    const handle = await open(this.#path, 'a', 0o600);
    try {
      // What stands behind the last whole line was not finished.
      const { size } = await handle.stat();
      // It was not there when this began, or was put in the place of what was: a volume that was mounted late holds what is to be kept.
      if (this.#end === 0 && size > headerLine().length) throw new ForeignFileError(UNREAD);
      if (size > this.#end) await handle.truncate(this.#end);
      // Where somebody else cut it, a half of a line may be its end.
      const text = size === 0 || this.#end === 0 ? headerLine() + lines : size < this.#end ? `\n${lines}` : lines;
      await handle.appendFile(text);
      await handle.datasync();
      this.#end = Math.min(size, this.#end) + Buffer.byteLength(text);
    } finally {
      await handle.close();
    }
  }

  /** Writes these records alone, each a JSON text. @throws Error, and the file is as it was. */
  async compact(records: Iterable<Buffer | string>): Promise<void> {
    const parts: Buffer[] = [Buffer.from(headerLine())];
    for (const record of records) parts.push(Buffer.from(record), NEW_LINE);
    const content = Buffer.concat(parts);
    await replaceFile(this.#path, content);
    this.#end = content.length;
    this.#version = FILE_VERSION;
  }
}

const UNREAD =
  'there is a file now that was not there at the start, and was not read: it is left alone until the exporter is started again';

const NEW_LINE = Buffer.from('\n');
