import { crc32, inflateRawSync } from 'node:zlib';
import { ARCHIVE_BYTES, ArchiveFiles, isOfUse } from './archive-files.ts';
import type { DumpFile } from './dump-file.ts';
import { InputError } from './input-error.ts';

/** Of the archive itself: its list stands at its end, so that all of it is held. */
const MOST_PACKED = 256 * 2 ** 20;
/** APPNOTE 6.3.10: 4.3.16, 4.3.12, 4.3.7. */
const END = { sign: 0x06_05_4b_50, length: 22, longestComment: 65_535 };
const LISTED = { sign: 0x02_01_4b_50, length: 46 };
const LOCAL = { sign: 0x04_03_4b_50, length: 30 };
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly at: number;
  readonly encrypted: boolean;
  /** Neither a folder nor a link. */
  readonly isFile: boolean;
}

/**
 * The files of use in a zip archive, in memory, and nothing on disk. Its list at the end counts, as for every unpacker; no link is followed, and
 * no file becomes longer than the list says. `note` hears of what was left out. @param most bytes of all files together.
 * @throws InputError when its list can't be found, or is damaged.
 */
export async function filesOfZip(chunks: AsyncIterable<Buffer>, note: (text: string) => void, most = ARCHIVE_BYTES): Promise<DumpFile[]> {
  const bytes = await allOf(chunks);
  const files = new ArchiveFiles(most);
  const unread = new Map<Unread, number>();
  for (const entry of entriesOf(bytes)) {
    if (!entry.isFile || !isOfUse(entry.name)) continue;
    const why = unreadable(entry) ?? (files.hasRoom(entry.size) ? unpack(bytes, entry, files) : undefined);
    if (why) unread.set(why, (unread.get(why) ?? 0) + 1);
  }
  for (const [why, count] of unread) note(`${count} files of the archive are ${why}, and are left out`);
  return files.end(note);
}

type Unread = 'encrypted' | 'packed by another method than deflate' | 'damaged';

function unreadable({ encrypted, method }: Entry): Unread | undefined {
  if (encrypted) return 'encrypted';
  return method === STORED || method === DEFLATED ? undefined : 'packed by another method than deflate';
}

function unpack(bytes: Buffer, entry: Entry, files: ArchiveFiles): Unread | undefined {
  const content = contentOf(bytes, entry);
  if (!content) return 'damaged';
  files.add(entry.name, content, false);
  return undefined;
}

async function allOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_PACKED)
      throw new InputError(
        `the zip archive is larger than ${MOST_PACKED / 2 ** 20} MiB: unpack it (\`unzip FILE -d FOLDER\`), and give the folder`,
      );
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** Those in the list at the archive's end, until a record of it is none. */
function* entriesOf(bytes: Buffer): Generator<Entry> {
  const end = endOf(bytes);
  const offset = bytes.readUInt32LE(end + 16);
  if (offset === 0xff_ff_ff_ff)
    throw new InputError('the zip archive is a large one (zip64): unpack it (`unzip FILE -d FOLDER`), and give the folder');
  for (let at = offset; at + LISTED.length <= end && bytes.readUInt32LE(at) === LISTED.sign; ) {
    const nameLength = bytes.readUInt16LE(at + 28);
    yield listed(bytes, at, nameLength);
    at += LISTED.length + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}

function endOf(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END.length - END.longestComment);
  for (let at = bytes.length - END.length; at >= first; at--) if (bytes.readUInt32LE(at) === END.sign) return at;
  throw new InputError('the zip archive is cut: its list of files, which stands at its end, is missing');
}

function listed(bytes: Buffer, at: number, nameLength: number): Entry {
  const name = bytes.toString('utf8', at + LISTED.length, at + LISTED.length + nameLength);
  const fromUnix = bytes.readUInt16LE(at + 4) >> 8 === 3;
  const type = bytes.readUInt32LE(at + 38) >>> 28;
  return {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
    encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    // Packers that keep no type of Unix write 0.
    isFile: !/[/\\]$/.test(name) && (!fromUnix || type === 0 || type === REGULAR),
  };
}

/** S_IFREG of the mode, of which these are the upper four bits. */
const REGULAR = 0o10;

/** Undefined when it isn't what the list says. */
function contentOf(bytes: Buffer, { at, packed, size, method, crc }: Entry): Buffer | undefined {
  if (at + LOCAL.length > bytes.length || bytes.readUInt32LE(at) !== LOCAL.sign) return undefined;
  const start = at + LOCAL.length + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const content = inflated(bytes.subarray(start, start + packed), method, size);
  return content?.length === size && crc32(content) === crc ? content : undefined;
}

function inflated(content: Buffer, method: number, size: number): Buffer | undefined {
  if (method === STORED) return Buffer.from(content);
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  } catch {
    return undefined;
  }
}
