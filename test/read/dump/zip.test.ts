import { Readable } from 'node:stream';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { filesOfZip } from '../../../src/read/dump/zip.ts';

interface Part {
  readonly content?: string;
  readonly method?: number;
  readonly flags?: number;
  /** Of the file in Unix, with its type. */
  readonly mode?: number;
  /** In the list, other than it is. */
  readonly size?: number;
  readonly crc?: number;
}

/** As zip 3.0 packs files (APPNOTE 6.3.10), with sizes in the list alone, as where an archive was written into a pipe. */
function zipOf(files: Readonly<Record<string, Part>>, comment = ''): Buffer {
  const locals: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, { content = '', method = 8, flags = 8, mode = 0o100644, ...listed }] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE((3 << 8) | 30, 4);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(listed.crc ?? crc32(bytes), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(listed.size ?? bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), packed);
    list.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, ...list, end, Buffer.from(comment)]);
}

async function filesIn(archive: Buffer, most?: number): Promise<{ files: Record<string, string>; notes: string[] }> {
  const notes: string[] = [];
  const files = await filesOfZip(Readable.from([archive.subarray(0, 40), archive.subarray(40)]), (note) => notes.push(note), most);
  return { files: Object.fromEntries(await Promise.all(files.map(async (file) => [file.segments.join('/'), await file.text()]))), notes };
}

const POD = '{"kind": "Pod", "metadata": {"name": "tide-gauge-0"}}';

describe('a zip archive', () => {
  it.each<[what: string, archive: Buffer, files: Record<string, string>, notes: string[]]>([
    ['packed', zipOf({ 'case/pod.json': { content: POD } }), { 'case/pod.json': POD }, []],
    ['stored', zipOf({ 'case/pod.json': { content: POD, method: 0 } }), { 'case/pod.json': POD }, []],
    ['with a comment', zipOf({ 'pod.json': { content: POD } }, 'of the harbour'), { 'pod.json': POD }, []],
    ['with folders of Windows', zipOf({ 'case\\pod.json': { content: POD, mode: 0 } }), { 'case/pod.json': POD }, []],
    ['with a name that leads out of it', zipOf({ '../../etc/pod.json': { content: POD } }), { 'etc/pod.json': POD }, []],
    [
      'with a folder, a link and what is of no use',
      zipOf({ 'case/': {}, 'own.json': { content: '/etc/passwd', mode: 0o120777 }, 'gull.png': { content: 'x' } }),
      {},
      [],
    ],
    [
      'with a file that is encrypted',
      zipOf({ 'own.json': { content: POD, flags: 9 }, 'pod.json': { content: POD } }),
      { 'pod.json': POD },
      ['1 files of the archive are encrypted, and are left out'],
    ],
    [
      'with a file packed by zstd',
      zipOf({ 'own.json': { content: POD, method: 93 } }),
      {},
      ['1 files of the archive are packed by another method than deflate, and are left out'],
    ],
    [
      'with a file that is longer than it says',
      zipOf({ 'own.json': { content: POD.repeat(1000), size: 10 } }),
      {},
      ['1 files of the archive are damaged, and are left out'],
    ],
    [
      'with a file whose sum is another',
      zipOf({ 'own.json': { content: POD, crc: 1 } }),
      {},
      ['1 files of the archive are damaged, and are left out'],
    ],
    [
      'with a file of 4 GiB',
      zipOf({ 'own.json': { content: POD, size: 0xffffffff } }),
      {},
      ['1 files of the archive are too large, or too many, and are left out: unpack it, and give its folder'],
    ],
  ])('%s is read', async (_, archive, files, notes) => {
    expect(await filesIn(archive)).toEqual({ files, notes });
  });

  it('is unpacked as far as there is room', async () => {
    const archive = zipOf({ 'first.json': { content: POD }, 'second.json': { content: POD } });
    expect(await filesIn(archive, 1.5 * POD.length)).toEqual({
      files: { 'first.json': POD },
      notes: [expect.stringMatching(/^1 files .* too large/)],
    });
  });

  it.each<[what: string, archive: Buffer, message: RegExp]>([
    [
      'cut',
      zipOf({ 'pod.json': { content: POD } }).subarray(0, -30),
      /the zip archive is cut: its list of files, which stands at its end, is missing/,
    ],
    ['a large one', zipOf({}).fill(0xff, 16, 20), /zip64.*`unzip FILE -d FOLDER`/],
  ])('that is %s is refused', async (_, archive, message) => {
    await expect(filesIn(archive)).rejects.toThrow(message);
  });

  it('of any bytes at its end is read, or refused in words', async () => {
    const archive = zipOf({ 'pod.json': { content: POD }, 'own.json': { content: POD } });
    for (let at = 0; at < archive.length; at++)
      for (const value of [0, 0xff]) {
        const other = Buffer.from(archive);
        other[at] = value;
        await filesIn(other).catch((error: Error) => expect(error.name).toBe('InputError'));
      }
  });
});
